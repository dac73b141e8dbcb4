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
	// maxQueue is the maximum number of waiting updates. At the commit rate of a disk it is a
	// fraction of a second. Further callers are asked to try again.
	maxQueue = 4096
	// maxBatch is the maximum number of updates in one commit. More would save little and delay the
	// first.
	maxBatch = 256
	// slowCommit is the duration from which the log reports a commit, including its updates.
	slowCommit = time.Second
)

// writer is the one goroutine that changes an SQLite database. It takes every waiting update, runs
// each in its own savepoint, commits once, and then answers all of them (group commit). A lone
// caller waits for nobody, and 64 callers share the cost of one flush.
//
// Updates do not run under their callers' contexts. An update is skipped if its caller's context
// ends before it starts. After that the caller waits for the outcome, because the update may share
// a commit with others.
type writer struct {
	at     location
	engine *engine
	texts  *texts
	orgs   *organizations
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

	// used by the goroutine only
	conn    *prepared
	batch   []*update
	drained bool
}

// update is a queued transaction of a caller.
type update struct {
	fn     func(directory.Tx) error
	state  atomic.Int32  // waiting, then either running or abandoned
	done   chan struct{} // closed when err and queued are final
	err    error
	queued bool // fn queued a job
	access bool // fn changed data that authentication reads
	met    []organization
}

const (
	waiting int32 = iota
	running
	abandoned
)

func newWriter(at location, e *engine, t *texts, orgs *organizations, added jobsAdded, o Options) *writer {
	return &writer{
		at: at, engine: e, texts: t, orgs: orgs, added: added, log: o.Logger, now: o.Now,
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
		if u.state.CompareAndSwap(waiting, abandoned) {
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

// stop refuses new updates and waits until all accepted ones are answered, or ctx ends.
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

// run is the body of the goroutine.
func (w *writer) run() {
	defer w.resume()
	for u := range w.queue {
		w.fillBatch(u)
		w.commitBatch()
		w.checkpoint()
	}
	w.drained = true
}

// resume ends the writer. If an update ended this goroutine (runtime.Goexit, as by a failing test
// inside fn), it answers the whole batch and continues in a new goroutine.
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
		_ = w.conn.close() // nothing is left to commit
	}
	close(w.ended)
}

// fillBatch puts u and every other waiting update into the batch, up to maxBatch.
func (w *writer) fillBatch(u *update) {
	for {
		if u.state.CompareAndSwap(waiting, running) {
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

// commitBatch runs and commits the batch, and answers its callers.
func (w *writer) commitBatch() {
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
		w.log.Warn("a commit failed; its changes are now committed one by one", "changes", len(w.batch), "err", err)
		w.commitOneByOne()
	}
	for _, u := range w.batch {
		w.answer(u)
	}
	clear(w.batch)
	w.batch = w.batch[:0]
}

// checkpoint keeps the write-ahead log short. Its failures are only logged: the callers have their
// answers, and a real fault shows again in the next commit.
func (w *writer) checkpoint() {
	if w.conn == nil {
		return
	}
	if err := w.checkpoints.afterCommit(w.conn.conn); err != nil {
		w.log.Warn("the database's write-ahead log cannot be kept short", "err", err)
	}
}

// commitOneByOne runs each update of the batch in its own transaction, and answers it at once.
func (w *writer) commitOneByOne() {
	for ; len(w.batch) > 0; w.batch = w.batch[1:] {
		if err := w.commit(w.batch[:1]); err != nil {
			w.batch[0].err = err
		}
		w.answer(w.batch[0])
	}
}

// answer lets the caller of u continue.
func (w *writer) answer(u *update) {
	if u.err == nil && u.queued {
		w.added.wake()
	}
	close(u.done)
}

// commit runs updates in one transaction and stores in each the error of its fn. If commit itself
// returns an error, none of the updates happened.
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
		if u.access { // also if COMMIT failed: its outcome is unknown
			w.generation.n.Add(1)
			break
		}
	}
	if err != nil {
		w.rollback()
		return explain(w.engine.fault(err), "commit", err)
	}
	for _, u := range updates {
		if u.err == nil {
			w.orgs.add(u.met)
		}
	}
	return nil
}

// noteFiles remembers which files are open. Its empty transaction makes SQLite open the log.
func (w *writer) noteFiles() error {
	if err := w.conn.do("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	w.rollback()
	return w.files.note()
}

// begin opens a transaction. If BEGIN fails, it tries once more on a new connection. A successful
// BEGIN proves that no transaction was left open.
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
	return w.files.note() // closing the last connection removes the log, so it may be a new file
}

// rollback undoes the open transaction, if there is one: after some errors SQLite has done so
// itself. If rollback fails, the next begin notices.
func (w *writer) rollback() {
	if w.conn != nil {
		_ = w.conn.do("ROLLBACK")
	}
}

// errBatch is the error of a batch that has to run again because a fault in one update rolled all
// of it back.
var errBatch = errors.New("the transaction was rolled back")

// try runs an update within the open transaction. An error means that the transaction cannot
// continue.
func (w *writer) try(u *update, others bool) error {
	if others {
		if err := w.conn.do("SAVEPOINT one"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
	}
	t := &tx{run: w.conn, engine: w.engine, texts: w.texts, orgs: w.orgs}
	u.err = t.call(u.fn)
	u.queued, u.access, u.met = t.queued, t.access, t.met
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
