package directory

import (
	"context"
	"errors"
	"time"

	"roster"
	"roster/internal/watch"
)

// CheckSilence looks at up to limit checks, of every organization, that expected an event by now,
// and returns how many it looked at. Each is a transaction of its own, which update runs. An error
// of one does not keep the others from being looked at. It is for a background worker, not for a
// face, and asks no policy.
func CheckSilence(ctx context.Context, store Store, update UpdateFunc, now time.Time, limit int) (int, error) {
	var due []DueCheck
	err := store.View(ctx, func(tx Tx) (err error) {
		due, err = tx.DueChecks(now, limit)
		return err
	})
	for _, c := range due {
		err = errors.Join(err, update(ctx, func(tx Tx) error { return checkSilence(tx, c, now) }))
	}
	return len(due), err
}

// checkSilence is the transaction of a check. An event may have come since it was found to be due.
func checkSilence(tx Tx, due DueCheck, now time.Time) error {
	at, err := tx.LockCheckState(due.OrganizationID, due.Check)
	if roster.KindOf(err) == roster.NotFound {
		return nil
	}
	if err != nil || at.DueAt.IsZero() || now.Before(at.DueAt) {
		return err
	}
	found, err := tx.Checks(due.OrganizationID, CheckQuery{Where: Is("id", string(due.Check)), Limit: 1})
	if err != nil {
		return err
	}
	c, there := found.First()
	if !there {
		return nil
	}
	rules, err := rulesOf(tx, due.OrganizationID, linkCheck(c), scheduleOf(c))
	if err != nil {
		return err
	}
	in, err := meet(tx, due.OrganizationID, rules, at, "", now)
	if err != nil {
		return err
	}
	return keepChange(tx, due.OrganizationID, at, watch.Silence(in))
}
