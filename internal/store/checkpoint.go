package store

import "log/slog"

// checkpointAt is how many pages of 4 KiB are in the log when they begin to be moved into the
// database file: enough that a page which is written again and again is moved once, and fewer than
// journal_size_limit leaves room for.
const checkpointAt = 10_000

// checkpointer moves what was committed from the log into the database file, beside the writer, who
// then waits for the rest only: SQLite's own way, in the commit that makes the log long, keeps
// everybody waiting for all of it. When all is moved, the next commit writes over the log from its
// beginning (https://www.sqlite.org/wal.html).
type checkpointer struct {
	at     location
	log    *slog.Logger
	begin  int           // at how many pages
	wanted chan struct{} // of capacity 1
	ended  chan struct{} // closed when the goroutine has ended
}

func newCheckpointer(at location, log *slog.Logger) *checkpointer {
	c := &checkpointer{at: at, log: log, begin: checkpointAt, wanted: make(chan struct{}, 1), ended: make(chan struct{})}
	go c.run()
	return c
}

// stop waits until what is under way is done. The writer calls it, and after no more.
func (c *checkpointer) stop() {
	close(c.wanted)
	<-c.ended
}

// run is the goroutine.
func (c *checkpointer) run() {
	defer close(c.ended)
	for range c.wanted {
		if err := c.move(); err != nil {
			c.log.Warn("the log of the database cannot be moved into it yet: is the disk full?", "err", err)
		}
	}
}

// move moves what no reader needs in the log.
func (c *checkpointer) move() error {
	conn, err := connect(c.at.path, c.at.pragmas)
	if err != nil {
		return err
	}
	_, _, err = conn.checkpoint(true)
	_ = conn.close() // its work is done
	return err
}

// after is called by the writer after a commit, with its connection. It moves the rest, or where
// the goroutine cannot keep up, everything.
func (c *checkpointer) after(conn *connection) error {
	pages, moved, err := conn.checkpoint(false)
	rest := pages - moved
	if err != nil || pages < c.begin || rest == 0 {
		return err
	}
	if rest < pages/3 || pages >= 4*c.begin {
		_, _, err = conn.checkpoint(true)
		return err
	}
	select {
	case c.wanted <- struct{}{}:
	default: // it is at it
	}
	return nil
}
