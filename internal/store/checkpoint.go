package store

import "log/slog"

// checkpointAt is how many pages of 4 KiB the write-ahead log holds when moving them into the
// database file begins. A page that is written again and again should move only once, and the log
// must stay below journal_size_limit.
const checkpointAt = 10_000

// checkpointer moves committed pages from the write-ahead log into the database file while the
// writer works, so that the writer waits only for the rest. SQLite's automatic checkpoint runs
// inside a commit and makes everybody wait for all of it. After everything moved, the next commit
// overwrites the log from its beginning (https://www.sqlite.org/wal.html).
type checkpointer struct {
	at        location
	log       *slog.Logger
	threshold int           // the number of pages that starts a move; checkpointAt
	requested chan struct{} // of capacity 1
	ended     chan struct{} // closed when the goroutine has ended
}

func newCheckpointer(at location, log *slog.Logger) *checkpointer {
	c := &checkpointer{at: at, log: log, threshold: checkpointAt, requested: make(chan struct{}, 1), ended: make(chan struct{})}
	go c.run()
	return c
}

// stop ends the goroutine and waits for a running move. The writer calls it, and never calls
// afterCommit again.
func (c *checkpointer) stop() {
	close(c.requested)
	<-c.ended
}

// run is the body of the goroutine.
func (c *checkpointer) run() {
	defer close(c.ended)
	for range c.requested {
		if err := c.move(); err != nil {
			c.log.Warn("the write-ahead log cannot be moved into the database yet: is the disk full?", "err", err)
		}
	}
}

// move moves the pages that no reader needs in the log.
func (c *checkpointer) move() error {
	conn, err := connect(c.at.path, c.at.pragmas)
	if err != nil {
		return err
	}
	_, _, err = conn.checkpoint(true)
	_ = conn.close() // the move has succeeded or failed already
	return err
}

// afterCommit runs in the writer after a commit, with the writer's connection. If less than a third
// of the log is left, it moves the rest at once. It moves everything at once if the goroutine
// cannot keep up. Otherwise it wakes the goroutine.
func (c *checkpointer) afterCommit(conn *connection) error {
	pages, moved, err := conn.checkpoint(false)
	rest := pages - moved
	if err != nil || pages < c.threshold || rest == 0 {
		return err
	}
	if rest < pages/3 || pages >= 4*c.threshold {
		_, _, err = conn.checkpoint(true)
		return err
	}
	select {
	case c.requested <- struct{}{}:
	default: // a move is requested already
	}
	return nil
}
