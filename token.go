package roster

import "time"

// Access limits what a token may do with its permissions.
type Access string

// The kinds of access.
const (
	AccessRead      Access = "read"
	AccessReadWrite Access = "read-write"
)

// Token is an API token (RFC 6750) of the organization or of a user. Its secret is shown once and
// only its SHA-256 is stored.
type Token struct {
	ID             TokenID
	OrganizationID OrganizationID
	Name           string // unique among the organization's tokens that are not revoked
	Access         Access
	UserID         UserID      // "" for a token of the organization
	UserName       string      // of that user
	Groups         []GroupLink // limits the token to the people of these groups; empty: no limit
	ErrorsAs200    bool        // CheckCentral answers failures with status 200, as its vendor does
	CreatedAt      time.Time
	ExpiresAt      time.Time // zero: never
	RevokedAt      time.Time // zero: not revoked
	LastUsedAt     time.Time // zero: never
	LastUsedFrom   string    // address of the caller
	LastUsedFace   Face
}

// TokenUse is one use of a token.
type TokenUse struct {
	ID   TokenID
	At   time.Time
	From string // address of the caller
	Face Face
}
