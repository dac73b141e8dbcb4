package directory

import (
	"context"
	"errors"
	"time"

	"roster"
)

// errMeanwhile marks the error of a transaction that was about to make what another one made meanwhile: run again, it
// finds it.
var errMeanwhile = errors.New("made meanwhile")

// maxMeanwhile is how often a transaction is run again for that.
const maxMeanwhile = 3

// madeMeanwhile is the error for a business service that somebody else has just made. PostgreSQL's transactions do not
// wait for each other before they look.
func madeMeanwhile(err error) error {
	return &roster.Error{
		Kind: roster.Unavailable, Detail: "too many changes of the same records at once; try again", RetryAfter: time.Second,
		Err: errors.Join(errMeanwhile, err),
	}
}

// updateAgain is update for transactions that make what others may make at the same time.
func updateAgain[T any](ctx context.Context, s *Service, fn func(Tx) (T, error)) (T, error) {
	for tries := 0; ; tries++ {
		out, err := update(ctx, s, fn)
		if tries == maxMeanwhile || !errors.Is(err, errMeanwhile) {
			return out, err
		}
	}
}
