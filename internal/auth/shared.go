package auth

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"roster/internal/directory"
)

// refundTimeout bounds a refund. It goes on after the callers have left.
const refundTimeout = 5 * time.Second

// sharedCounts counts failed sign-ins over all servers of a database. Every server asks its own
// throttle first, so a flood at one server does not reach the database. A nil sharedCounts shares
// nothing.
type sharedCounts struct {
	store directory.Store
	mac   mac // under a key that the servers share
	now   func() time.Time
	log   *slog.Logger
}

// errFull rolls back a transaction in which a count was full.
var errFull = errors.New("too many failures are counted")

func newSharedCounts(o Options) *sharedCounts {
	if o.GuessKey == nil {
		return nil
	}
	return &sharedCounts{store: o.Store, mac: macWith(o.GuessKey), now: o.Now, log: o.Logger}
}

// reserve counts the try as failed, and returns the counts that refund takes back. If a limit is
// reached it counts nothing and returns that limit. It calls known only if the limit does not hold
// for a known pair. Errors: Unavailable, and those of known.
func (s *sharedCounts) reserve(ctx context.Context, at attempt, known func() (bool, error)) ([]directory.Guess, admission, error) {
	if s == nil {
		return nil, admission{}, nil
	}
	reserved, full, err := s.try(ctx, at, false)
	if err != nil || !full.refused() || !full.exemptsKnown() {
		return reserved, full, err
	}
	isKnown, err := known()
	if err != nil || !isKnown {
		return nil, full, err
	}
	return s.try(ctx, at, true)
}

// try counts the try in one transaction, or returns the limit that is reached.
func (s *sharedCounts) try(ctx context.Context, at attempt, known bool) (reserved []directory.Guess, refused admission, err error) {
	now := s.now()
	guesses := make([]directory.Guess, limitsFor(known))
	for i := range guesses {
		guesses[i] = directory.Guess{Key: s.key(i, at.countedBy(i)), Most: limits[i].most}
	}
	var full []directory.Guess
	err = s.store.Update(ctx, func(tx directory.Tx) (err error) {
		reserved, full, err = tx.ReserveGuesses(guesses, now)
		if err == nil && len(full) > 0 {
			return errFull
		}
		return err
	})
	switch {
	case errors.Is(err, errFull):
		return nil, refusal(guesses, full[0], now), nil
	case err != nil:
		return nil, admission{}, fmt.Errorf("count sign-ins: %w", err)
	}
	return reserved, admission{}, nil
}

// refusal returns which limit is reached, and for how long.
func refusal(guesses []directory.Guess, full directory.Guess, now time.Time) admission {
	a := admission{retry: max(time.Second, failureWindow-now.Sub(full.Since))}
	for i, g := range guesses {
		if g.Key == full.Key {
			a.limit = i
		}
	}
	return a
}

// refund removes the counts of a try that did not fail. If it cannot, the try stays counted until
// the window ends.
func (s *sharedCounts) refund(ctx context.Context, reserved []directory.Guess) {
	if len(reserved) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refundTimeout)
	defer cancel()
	err := s.store.Update(ctx, func(tx directory.Tx) error { return tx.RefundGuesses(reserved) })
	if err != nil {
		s.log.WarnContext(ctx, "a sign-in that did not fail stays counted as a failure", "err", err)
	}
}

func (s *sharedCounts) key(limit int, at attempt) string {
	d := s.mac.sum(strconv.Itoa(limit), at.scope, at.name, at.address)
	return hex.EncodeToString(d[:])
}
