package directory

import (
	"context"
	"time"

	"roster"
)

// eraseBatch is how many deleted users one pass erases, and how many entries of the audit one
// transaction looks through.
const eraseBatch = 500

// EraseDeletedUsers erases the users who were deleted longer than [KeepDeleted] ago: their
// documents go, their personal columns become blank, and so does what the audit says of them. The
// audit's chain stays valid. It is for a background worker, not for a face, and asks no policy. A
// run that is cut off is finished by the next one, since a user is erased last.
func EraseDeletedUsers(ctx context.Context, store Store, now time.Time) error {
	for {
		var due []roster.DeletedUser
		err := store.View(ctx, func(tx Tx) (err error) {
			due, err = tx.DeletedBefore(now.Add(-KeepDeleted), eraseBatch)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		users := make(map[roster.OrganizationID][]roster.DeletedUser)
		for _, u := range due {
			users[u.OrganizationID] = append(users[u.OrganizationID], u)
		}
		for org, some := range users {
			if err := eraseUsers(ctx, store, org, some); err != nil {
				return err
			}
		}
	}
}

// eraseUsers erases users of one organization.
func eraseUsers(ctx context.Context, store Store, org roster.OrganizationID, users []roster.DeletedUser) error {
	actors := make(map[string]bool, len(users))
	for _, u := range users {
		actors[roster.Actor{UserID: u.ID}.Principal()] = true
		if err := store.Update(ctx, func(tx Tx) error { return tx.EraseAuditTarget(org, string(u.ID)) }); err != nil {
			return err
		}
	}
	for after := roster.AuditID(""); ; { // no index finds entries by their actor: this reads all of them
		last := roster.AuditID("")
		err := store.Update(ctx, func(tx Tx) (err error) {
			last, err = tx.EraseAuditActors(org, actors, after, eraseBatch)
			return err
		})
		if err != nil {
			return err
		}
		if last == "" {
			break
		}
		after = last
	}
	return store.Update(ctx, func(tx Tx) error {
		for _, u := range users {
			if err := tx.EraseUser(org, u.Number); err != nil {
				return err
			}
		}
		return nil
	})
}
