package directory

import (
	"encoding/json"
	"time"

	"roster"
)

// sendWelcome queues the welcome email of a user. While one waits another is not added.
func sendWelcome(tx Tx, u roster.User, now time.Time) error {
	payload, err := json.Marshal(roster.WelcomeEmail{UserID: u.ID})
	if err != nil {
		return err
	}
	return tx.Enqueue(roster.Job{
		ID: roster.JobID(newID()), OrganizationID: u.OrganizationID, Lane: roster.LaneEmail,
		Kind: roster.JobWelcomeEmail, Key: "welcome " + string(u.ID), Payload: payload,
		RunAt: now, CreatedAt: now,
	})
}

// checkWelcome notes why somebody who is there already cannot be sent a welcome email.
func checkWelcome(f *roster.Faults, u roster.User) {
	switch {
	case !u.Active:
	case u.Email == "":
		addOnce(f, "emails", "is required where a welcome email is asked for")
	case u.Realm != roster.RealmDB:
		addOnce(f, "sendWelcomeEmail", "is only for users who prove identity here: its link sets a password")
	}
}
