package roster

import "time"

// DeletedUser is a user who was deleted and can be restored.
type DeletedUser struct {
	ID             UserID
	OrganizationID OrganizationID
	Number         int64
	UserName       string // another user may have it now
	DisplayName    string
	Email          string
	DeletedAt      time.Time
}
