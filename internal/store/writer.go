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

	// manyUndone is the share of batches with an update to undo from which on each update gets a
	// savepoint at once. undoneMemory is the number of batches over which the share is taken.
	manyUndone   = 0.05
	undoneMemory = 32
)

// writer is the one goroutine that changes an SQLite database. It takes every waiting update, runs
// them in one transaction, commits once, and then answers all of them (group commit). A lone caller
// waits for nobody, and 64 callers share the cost of one flush.
//
// An update that fails after it has written must be undone without its neighbours. A savepoint for
// each update does that, but costs a good part of a small update. So the writer first runs a batch
// without savepoints. If an update has to be undone, it rolls back and runs the batch again, with
// them. While that happens often, it uses them from the start.
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
	undoing float64 // the share of recent batches in which an update had to be undone, 0 to 1
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
	careful := len(updates) > 1 && w.undoing > manyUndone
	undone, err := w.runAll(updates, careful)
	if errors.Is(err, errUndo) {
		undone = true
		_, err = w.runAll(updates, true)
	}
	if len(updates) > 1 {
		w.noteUndone(undone)
	}
	if err != nil {
		w.rollback()
		return err
	}
	if len(updates) == 1 && updates[0].err != nil {
		w.rollback()
		return nil
	}
	return w.end(updates)
}

// runAll begins a transaction and runs the updates in it, with a savepoint for each if careful. It
// reports whether an update was undone.
func (w *writer) runAll(updates []*update, careful bool) (undone bool, err error) {
	if err := w.begin(); err != nil {
		return false, err
	}
	for _, u := range updates {
		one, err := w.try(u, len(updates) > 1, careful)
		if err != nil {
			w.rollback()
			return false, err
		}
		undone = undone || one
	}
	return undone, nil
}

// noteUndone takes a batch into the share of those in which an update had to be undone.
func (w *writer) noteUndone(undone bool) {
	now := 0.0
	if undone {
		now = 1
	}
	w.undoing += (now - w.undoing) / undoneMemory
}

// end commits the transaction of the updates.
func (w *writer) end(updates []*update) error {
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

var (
	// errBatch is the error of a batch that has to run again, one by one, because a fault in one
	// update rolled all of it back.
	errBatch = errors.New("the transaction was rolled back")
	// errUndo is the error of a batch that has to run again, with savepoints, because an update failed
	// after it had written.
	errUndo = errors.New("an update has to be undone")
)

// try runs an update within the open transaction. others says that it is not alone in there;
// careful that it gets a savepoint. undone reports that the update failed and its writes were
// undone. An error means that the transaction cannot continue.
func (w *writer) try(u *update, others, careful bool) (undone bool, err error) {
	if careful {
		if err := w.conn.do("SAVEPOINT one"); err != nil {
			return false, fmt.Errorf("savepoint: %w", err)
		}
	}
	t := &tx{run: w.conn, engine: w.engine, texts: w.texts, orgs: w.orgs}
	before := w.conn.changes()
	u.err = t.call(u.fn)
	u.queued, u.access, u.met = t.queued, t.access, t.met
	if others && t.failed != nil && t.fault.class != constraint {
		// SQLite may have rolled back everything (https://www.sqlite.org/lang_transaction.html).
		return false, fmt.Errorf("%w: %w", errBatch, t.failed)
	}
	undone = u.err != nil && w.conn.changes() != before
	if !careful {
		if undone && others {
			return true, errUndo
		}
		return undone, nil
	}
	if undone {
		if err := w.conn.do("ROLLBACK TO one"); err != nil {
			return true, fmt.Errorf("roll back to savepoint: %w", err)
		}
	}
	if err := w.conn.do("RELEASE one"); err != nil {
		return undone, fmt.Errorf("release savepoint: %w", err)
	}
	return undone, nil
}
