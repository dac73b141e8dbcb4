package lease

import (
	"context"
	"log/slog"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	// BeatEvery is the time between two beats, and between two looks of a server that holds nothing.
	BeatEvery = 2 * time.Second

	// LostAfter is how long a server sees the row of an office unchanged before it takes the office.
	LostAfter = 8 * time.Second
)

// ErrLost means that another server holds the office by now.
var ErrLost error = &roster.Error{Kind: roster.Stale, Detail: "another server does this now"}

// Options are what an Office is made of. Store, Name and Now are required.
type Options struct {
	Store  directory.Store
	Name   string // of the office
	Holder string // this server, for people
	Log    *slog.Logger

	// Alone says that no other process works on the store, as on SQLite. The office is then taken at
	// once, and needs no beats.
	Alone bool

	// Now is the clock. Its times must have a monotonic reading, as those of [time.Now] have.
	Now func() time.Time
}

// Office is what one server at a time holds.
type Office struct {
	Options

	// What was seen of the row, and since when it has been so. The first look sets both.
	seen  directory.Lease
	since time.Time
}

// New returns an office that this server does not hold yet.
func New(o Options) *Office {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("office", o.Name)
	return &Office{Options: o}
}

// Run has lead run whenever this server holds the office, until ctx ends. The context of lead ends
// when the office is lost; lead must return then. Run returns after lead has.
func (o *Office) Run(ctx context.Context, lead func(ctx context.Context, t Term)) {
	for ctx.Err() == nil {
		term, taken, err := o.look(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			o.Log.WarnContext(ctx, "nobody knows who holds the office; this server looks again", "err", err)
		case taken:
			o.hold(ctx, term, lead)
		}
		if !pause(ctx) {
			return
		}
	}
}

// look reads the row, and takes the office if its holder is gone.
func (o *Office) look(ctx context.Context) (t Term, taken bool, err error) {
	var now directory.Lease
	var found bool
	err = o.Store.View(ctx, func(tx directory.Tx) (err error) {
		now, found, err = tx.Lease(o.Name)
		return err
	})
	if err != nil {
		return t, false, err
	}
	at := o.Now()
	if now != o.seen || o.since.IsZero() {
		o.seen, o.since = now, at
	}
	if found && !o.Alone && at.Sub(o.since) < LostAfter {
		return t, false, nil
	}
	err = o.Store.Update(ctx, func(tx directory.Tx) (err error) {
		taken, err = tx.TakeLease(o.Name, o.Holder, o.seen)
		return err
	})
	return Term{o.Store, o.Name, o.seen.Epoch + 1}, taken, err
}

// hold runs lead and beats until ctx ends or the office is lost, and returns after lead has.
func (o *Office) hold(ctx context.Context, t Term, lead func(ctx context.Context, t Term)) {
	o.Log.DebugContext(ctx, "this server holds the office", "epoch", t.epoch)
	leading, end := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		lead(leading, t)
	}()
	defer func() {
		end()
		<-done
	}()
	for pause(ctx) {
		if o.Alone {
			continue
		}
		held, err := t.beat(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			o.Log.WarnContext(ctx, "the holder of the office could not beat; it tries again", "err", err)
		case err == nil && !held:
			o.Log.WarnContext(ctx, "this server lost the office to another", "epoch", t.epoch)
			return
		}
	}
}

// pause waits for the next beat. It reports false once ctx has ended.
func pause(ctx context.Context) bool {
	timer := time.NewTimer(BeatEvery)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Term is the time in which a server holds an office.
type Term struct {
	store directory.Store
	name  string
	epoch int64
}

// Update runs fn like [directory.Store]'s Update, in a transaction before whose end nobody else can
// take the office. Errors: ErrLost where somebody has; those of the store and of fn.
func (t Term) Update(ctx context.Context, fn func(directory.Tx) error) error {
	return t.store.Update(ctx, func(tx directory.Tx) error {
		held, err := tx.HoldLease(t.name, t.epoch)
		if err != nil {
			return err
		}
		if !held {
			return ErrLost
		}
		return fn(tx)
	})
}

// beat shows that the holder lives. It reports false where the office is lost.
func (t Term) beat(ctx context.Context) (held bool, err error) {
	err = t.store.Update(ctx, func(tx directory.Tx) (err error) {
		held, err = tx.BeatLease(t.name, t.epoch)
		return err
	})
	return held, err
}
