package queue

import (
	"context"
	"fmt"
	"time"

	"roster/internal/directory"
)

// KeepDone is how long a job is kept after it was done (DECISIONS 25). Buried jobs are kept.
const KeepDone = 7 * 24 * time.Hour

// sweepBatch is how many jobs one transaction deletes: few enough not to hold up other writers.
const sweepBatch = 500

// Sweep deletes the jobs that were done longer than [KeepDone] ago, a batch at a time, and returns
// how many. It is to be called now and then; several replicas may.
func Sweep(ctx context.Context, store directory.Store, now time.Time) (deleted int, err error) {
	for {
		n := 0
		err := store.Update(ctx, func(tx directory.Tx) (err error) {
			n, err = tx.DeleteDoneJobs(now.Add(-KeepDone), sweepBatch)
			return err
		})
		if err != nil {
			return deleted, fmt.Errorf("delete done jobs: %w", err)
		}
		deleted += n
		if n < sweepBatch {
			return deleted, nil
		}
	}
}
