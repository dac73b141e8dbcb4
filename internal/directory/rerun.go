package directory

import (
	"context"
	"errors"
	"time"

	"roster"
)

// errRerun marks the error of a transaction that tried to create a record which another transaction
// has just created. Run again, it finds that record.
var errRerun = errors.New("made meanwhile")

// maxReruns is how often a transaction is run again after errRerun.
const maxReruns = 3

// rerunNeeded returns the error for a business service that another transaction has just created.
// PostgreSQL's transactions do not wait for each other before they look.
func rerunNeeded(err error) error {
	return &roster.Error{
		Kind: roster.Unavailable, Detail: "too many changes of the same records at once; try again", RetryAfter: time.Second,
		Err: errors.Join(errRerun, err),
	}
}

// updateWithRerun is update for transactions that create records which others may create at the
// same time.
func updateWithRerun[T any](ctx context.Context, d *Directory, fn func(Tx) (T, error)) (T, error) {
	for tries := 0; ; tries++ {
		out, err := update(ctx, d, fn)
		if tries == maxReruns || !errors.Is(err, errRerun) {
			return out, err
		}
	}
}
