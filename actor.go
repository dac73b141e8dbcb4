package roster

// Face is an interface through which callers reach the verbs.
type Face string

// The faces.
const (
	FaceGraze        Face = "graze"
	FaceCheckCentral Face = "checkcentral"
	FaceAPI          Face = "api" // the native API
	FaceWeb          Face = "web"
	FaceCLI          Face = "cli"
	FaceRealm        Face = "realm"  // a realm, when it signs somebody in for the first time
	FaceSystem       Face = "system" // Roster itself: first start, workers
)

// ActorKind is the kind of credential that an actor used.
type ActorKind string

// The kinds of actor. The zero kind is nobody.
const (
	ActorNobody   ActorKind = ""
	ActorUser     ActorKind = "user"     // signed in by password or session
	ActorToken    ActorKind = "token"    // by a token of the organization or of a user
	ActorOperator ActorKind = "operator" // uses the server's command line
	ActorSystem   ActorKind = "system"   // Roster itself
)

// Actor is the caller of a verb: its identity, what it may do, and where it called from. The zero
// Actor is nobody, and may call public verbs only.
type Actor struct {
	Kind           ActorKind
	OrganizationID OrganizationID
	UserID         UserID    // set for ActorUser, and for ActorToken if the token belongs to a user
	TokenID        TokenID   // set for ActorToken
	SessionID      SessionID // set for ActorUser if a session was used
	Name           string    // for the audit: the userName, or the token's name
	Grants         Grants
	Limited        bool // a token limits it to groups: the user's entries on check groups do not count
	ReadOnly       bool // may call no verb that changes anything
	ErrorsAs200    bool // the token asks for it, see [Token]
	Face           Face
	Address        string // of the caller, without port; "" on the command line
	RequestID      string // "" outside a request

	// CredentialVersion is set for ActorUser. Opening and touching a session needs it.
	CredentialVersion int64
}

// Principal returns the identity of the credential: the token's id, or else the user's. Two calls
// come from the same principal if it is equal.
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
