package directory

import (
	"context"
	"time"

	"roster"
)

// eraseBatch is how many deleted users one pass erases.
const eraseBatch = 100

// EraseDeletedUsers erases the users who were deleted longer than [KeepDeleted] ago: their
// documents go, and their personal columns become blank. It is for a background worker, not for a
// face, and asks no policy. A run that is cut off is finished by the next one.
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
		err = store.Update(ctx, func(tx Tx) error {
			for _, u := range due {
				if err := tx.EraseUser(u.OrganizationID, u.Number); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
