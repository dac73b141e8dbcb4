package roster

import "time"

// Session follows a sign-in (SP 800-63B §5). Only the SHA-256 of its token is kept.
type Session struct {
	ID                SessionID
	OrganizationID    OrganizationID
	UserID            UserID
	Face              Face
	CredentialVersion int64 // of the user when it signed in
	CreatedAt         time.Time
	LastUsedAt        time.Time     // touched at intervals, not with each request
	Idle              time.Duration // over after so long without use
	ExpiresAt         time.Time     // over then, used or not
}

// LinkPurpose says what a link is good for: that and nothing else.
type LinkPurpose string

// The purposes.
const (
	LinkWelcome LinkPurpose = "welcome" // in the welcome email: sets the first password, confirms the address
	LinkSetUp   LinkPurpose = "set-up"  // printed by the command line: sets a password
)

// Link is a single-purpose secret that is consumed once. Only the SHA-256 of it is kept.
type Link struct {
	ID                LinkID
	OrganizationID    OrganizationID
	UserID            UserID
	Purpose           LinkPurpose
	Address           string // the email address it was sent to, confirmed by following it; "" if not sent
	CredentialVersion int64  // of the user when it was made: a link of an older version is void
	CreatedAt         time.Time
	ExpiresAt         time.Time
}
