package directory

import (
	"encoding/json"
	"fmt"
	"time"

	"roster"
)

// firstCredentials is the credential version of a new user.
const firstCredentials = 1

// sendWelcome queues the welcome email of a user with the credential version. While one waits,
// another is not added. If a password was set in between, the version differs: a new email is
// added, and the old one is not sent.
func sendWelcome(tx Tx, u roster.User, credentials int64, now time.Time) error {
	payload, err := json.Marshal(roster.WelcomeEmail{UserID: u.ID, CredentialVersion: credentials})
	if err != nil {
		return err
	}
	return tx.Enqueue(roster.Job{
		ID: roster.JobID(newID()), OrganizationID: u.OrganizationID, Lane: roster.LaneWelcome,
		Kind: roster.JobWelcomeEmail, Key: fmt.Sprintf("welcome %s %d", u.ID, credentials), Payload: payload,
		RunAt: now, CreatedAt: now,
	})
}

// validateWelcome adds the fault of an existing user who cannot get a welcome email.
func validateWelcome(f *roster.Faults, u roster.User) {
	switch {
	case !u.Active:
	case u.Email == "":
		addOnce(f, "emails", "is required to send a welcome email")
	case u.Realm != roster.RealmDB:
		addOnce(f, "sendWelcomeEmail", "is only for users who sign in here: its link sets a password")
	}
}
