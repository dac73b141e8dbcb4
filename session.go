package roster

import "time"

// Session is a signed-in user (SP 800-63B §5). Only the SHA-256 of its token is stored.
type Session struct {
	ID                SessionID
	OrganizationID    OrganizationID
	UserID            UserID
	Face              Face
	CredentialVersion int64 // of the user when it signed in
	CreatedAt         time.Time
	LastUsedAt        time.Time     // updated at intervals, not with each request
	Idle              time.Duration // the session ends after so long without use
	ExpiresAt         time.Time     // the session ends then at the latest
}

// LinkPurpose is the one thing that a link can do.
type LinkPurpose string

// The purposes.
const (
	LinkWelcome LinkPurpose = "welcome" // in the welcome email: sets the first password, confirms the address
	LinkSetUp   LinkPurpose = "set-up"  // printed by the command line: sets a password
)

// Link is a secret for one purpose that can be used once. Only its SHA-256 is stored.
type Link struct {
	ID                LinkID
	OrganizationID    OrganizationID
	UserID            UserID
	Purpose           LinkPurpose
	Address           string // the email address it was sent to, which following it confirms; "" if not sent
	CredentialVersion int64  // of the user when it was made; the link is void once the user's is newer
	CreatedAt         time.Time
	ExpiresAt         time.Time
}
