package roster

// Face is the way by which a caller reaches the verbs.
type Face string

// The faces.
const (
	FaceGraze        Face = "graze"
	FaceCheckCentral Face = "checkcentral"
	FaceAPI          Face = "api" // the native API
	FaceWeb          Face = "web"
	FaceCLI          Face = "cli"
	FaceRealm        Face = "realm"  // a realm that proves people outside, at their first sign-in
	FaceSystem       Face = "system" // Roster itself: first start, workers
)

// ActorKind says what kind of credential an actor came with.
type ActorKind string

// The kinds of actor. The zero kind is nobody.
const (
	ActorNobody   ActorKind = ""
	ActorUser     ActorKind = "user"     // by password or session
	ActorToken    ActorKind = "token"    // by a token of the organization or of a user
	ActorOperator ActorKind = "operator" // who may use the server's command line
	ActorSystem   ActorKind = "system"   // Roster itself
)

// Actor is who calls a verb. The zero Actor is nobody, and may call only what is public.
type Actor struct {
	Kind           ActorKind
	OrganizationID OrganizationID
	UserID         UserID    // of ActorUser, and of ActorToken where the token is a user's
	TokenID        TokenID   // of ActorToken
	SessionID      SessionID // of ActorUser by a session
	Name           string    // for the audit: the userName, or the token's name
	Grants         Grants
	Limited        bool // by a token to groups: what entries on check groups give the user does not count
	ReadOnly       bool // may call no verb that changes anything
	ErrorsAs200    bool // of the token, see [Token]
	Face           Face
	Address        string // of the caller, without port; "" for the command line
	RequestID      string // "" outside a request

	// For opening and touching sessions; of ActorUser.
	CredentialVersion int64
}

// Principal returns the credential's identity: a token's own id, or else the user's. Two calls
// are "by the same" when it is equal.
func (a Actor) Principal() string {
	switch {
	case a.TokenID != "":
		return "token " + string(a.TokenID)
	case a.UserID != "":
		return "user " + string(a.UserID)
	default:
		return string(a.Kind)
	}
}
