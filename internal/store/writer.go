package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"roster/internal/directory"
)

const (
	// maxQueue is how many updates wait at most. At the rates that a disk allows it is a fraction of a
	// second; beyond it callers are told to come again.
	maxQueue = 4096
	// maxBatch is how many updates share a commit at most. More would save little and delay the first.
	maxBatch = 256
	// slowCommit is how long a commit takes, with the changes in it, before the log says so.
	slowCommit = time.Second
)

// writer is the one goroutine that changes an SQLite database. It takes every update that waits,
// runs each under a savepoint of its own, commits once, and then answers all of them (group
// commit): a lone caller waits for nobody, and 64 share the cost of one flush.
//
// Updates run under no caller's context. A caller who leaves before its turn is skipped; after that
// it waits for the outcome, because it may be in a commit together with others.
type writer struct {
	at     location
	engine *engine
	texts  *texts
	added  jobsAdded
	log    *slog.Logger
	now    func() time.Time

	generation  *generation
	files       *files
	checkpoints *checkpointer

	mu      sync.RWMutex // guards closing the queue
	stopped bool
	queue   chan *update
	ended   chan struct{} // closed when the goroutine has ended

	// of the goroutine only
	conn    *prepared
	batch   []*update
	drained bool
}

// update is a caller's transaction on its way.
type update struct {
	fn     func(directory.Tx) error
	turn   atomic.Int32  // waiting, then either running or left
	done   chan struct{} // closed when err and queued are final
	err    error
	queued bool // it queued a job
	access bool // it changed something that authentication reads
}

const (
	waiting int32 = iota
	running
	left
)

func newWriter(at location, e *engine, t *texts, added jobsAdded, o Options) *writer {
	return &writer{
		at: at, engine: e, texts: t, added: added, log: o.Logger, now: o.Now,
		files: newFiles(at.path, o.Logger), queue: make(chan *update, maxQueue), ended: make(chan struct{}),
	}
}

func newUpdate(fn func(directory.Tx) error) *update {
	return &update{fn: fn, done: make(chan struct{})}
}

// Update implements directory.Store.
func (w *writer) Update(ctx context.Context, fn func(directory.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := newUpdate(fn)
	if err := w.enqueue(u); err != nil {
		return err
	}
	select {
	case <-u.done:
	case <-ctx.Done():
		if u.turn.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
		<-u.done
	}
	return u.err
}

func (w *writer) enqueue(u *update) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.stopped {
		return stopping()
	}
	select {
	case w.queue <- u:
		return nil
	default:
		return notNow("too many changes are waiting; try again", nil)
	}
}

// stop takes no more updates and waits until those that were taken are answered.
func (w *writer) stop(ctx context.Context) error {
	w.mu.Lock()
	if !w.stopped {
		w.stopped = true
		close(w.queue)
	}
	w.mu.Unlock()
	select {
	case <-w.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run is the goroutine.
func (w *writer) run() {
	defer w.resume()
	for u := range w.queue {
		w.gather(u)
		w.write()
		w.tidy()
	}
	w.drained = true
}

// resume ends the writer, or goes on in a new goroutine where an update has ended this one
// (runtime.Goexit, as by a failing test inside fn). Nobody is left without an answer.
func (w *writer) resume() {
	if !w.drained {
		w.rollback()
		for _, u := range w.batch {
			u.err = notNow("the change was interrupted; try again", u.err)
			close(u.done)
		}
		w.batch = nil
		go w.run()
		return
	}
	w.checkpoints.stop()
	if w.conn != nil {
		_ = w.conn.close() // everything is committed
	}
	close(w.ended)
}

// gather takes u, and with it every update that waits.
func (w *writer) gather(u *update) {
	for {
		if u.turn.CompareAndSwap(waiting, running) {
			w.batch = append(w.batch, u)
		}
		if len(w.batch) == maxBatch {
			return
		}
		select {
		case next, open := <-w.queue:
			if !open {
				return
			}
			u = next
		default:
			return
		}
	}
}

// write runs and commits the batch, and answers it.
func (w *writer) write() {
	begun := w.now()
	err := w.commit(w.batch)
	if took := w.now().Sub(begun); took >= slowCommit {
		w.log.Warn("a commit took long: is the disk busy?", "took", took, "changes", len(w.batch))
	}
	switch {
	case err == nil:
	case len(w.batch) == 1 || errors.Is(err, errMoved):
		for _, u := range w.batch {
			u.err = err
		}
	default:
		w.log.Warn("a commit came to nothing; its changes are made one by one", "changes", len(w.batch), "err", err)
		w.separately()
	}
	for _, u := range w.batch {
		w.answer(u)
	}
	clear(w.batch)
	w.batch = w.batch[:0]
}

// tidy keeps the log short. Its callers have been answered: what fails here fails again where it
// matters.
func (w *writer) tidy() {
	if w.conn == nil {
		return
	}
	if err := w.checkpoints.after(w.conn.conn); err != nil {
		w.log.Warn("the log of the database cannot be kept short", "err", err)
	}
}

// separately runs the updates of the batch in a transaction each, answering as it goes.
func (w *writer) separately() {
	for ; len(w.batch) > 0; w.batch = w.batch[1:] {
		if err := w.commit(w.batch[:1]); err != nil {
			w.batch[0].err = err
		}
		w.answer(w.batch[0])
	}
}

// answer lets the caller of u go on.
func (w *writer) answer(u *update) {
	if u.err == nil && u.queued {
		w.added.poke()
	}
	close(u.done)
}

// commit runs updates in one transaction and leaves in each what its fn returned. An error means
// that none of them has happened.
func (w *writer) commit(updates []*update) error {
	if len(updates) == 0 {
		return nil
	}
	if err := w.begin(); err != nil {
		return err
	}
	for _, u := range updates {
		if err := w.try(u, len(updates) > 1); err != nil {
			w.rollback()
			return err
		}
	}
	if len(updates) == 1 && updates[0].err != nil {
		w.rollback()
		return nil
	}
	if err := w.files.validate(); err != nil {
		w.rollback()
		return err
	}
	err := w.conn.do("COMMIT")
	for _, u := range updates {
		if u.access { // also where COMMIT failed: nobody knows how far it came
			w.generation.n.Add(1)
			break
		}
	}
	if err != nil {
		w.rollback()
		return explain(w.engine.fault(err), "commit", err)
	}
	return nil
}

// knowFiles notes which files are open. A transaction opens the log.
func (w *writer) knowFiles() error {
	if err := w.conn.do("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	w.rollback()
	return w.files.note()
}

// begin opens a transaction, on a new connection if the one there is does not serve. That it opens
// proves that none was left open.
func (w *writer) begin() error {
	const text = "BEGIN IMMEDIATE"
	if w.conn != nil {
		if err := w.conn.do(text); err == nil {
			return nil
		}
		if err := w.files.validate(); err != nil {
			return err
		}
		_ = w.conn.close()
		w.conn = nil
	}
	if err := w.files.validateDatabase(); err != nil {
		return err
	}
	conn, err := prepare(w.at)
	if err != nil {
		return explain(w.engine.fault(err), "open database", err)
	}
	w.conn = conn
	if err := conn.do(text); err != nil {
		return explain(w.engine.fault(err), "begin", err)
	}
	return w.files.note() // the log is another one where the connection that was closed was the last
}

// rollback undoes the transaction that is open, if one is: after some errors SQLite has done so
// itself. begin finds out if it did not work.
func (w *writer) rollback() {
	if w.conn != nil {
		_ = w.conn.do("ROLLBACK")
	}
}

// errBatch is why the others of a batch have to be run again, where one of them failed badly.
var errBatch = errors.New("the transaction was rolled back")

// try runs an update within the open transaction. An error says that the transaction cannot go on.
func (w *writer) try(u *update, others bool) error {
	if others {
		if err := w.conn.do("SAVEPOINT one"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
	}
	t := &tx{run: w.conn, engine: w.engine, texts: w.texts}
	u.err = t.call(u.fn)
	u.queued, u.access = t.queued, t.access
	if !others {
		return nil
	}
	if t.failed != nil && t.fault.class != constraint {
		// SQLite may have rolled back everything (https://www.sqlite.org/lang_transaction.html).
		return fmt.Errorf("%w: %w", errBatch, t.failed)
	}
	if u.err != nil {
		if err := w.conn.do("ROLLBACK TO one"); err != nil {
			return fmt.Errorf("roll back to savepoint: %w", err)
		}
	}
	if err := w.conn.do("RELEASE one"); err != nil {
		return fmt.Errorf("release savepoint: %w", err)
	}
	return nil
}
