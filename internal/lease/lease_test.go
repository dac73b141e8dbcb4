package lease_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"roster/internal/directory"
	"roster/internal/lease"
	"roster/internal/store"
)

// env is a store in a bubble with its own time.
type env struct {
	*testing.T
	db *store.DB
}

// inBubble runs a test on a real store, with a clock that moves only when nobody works.
func inBubble(t *testing.T, test func(env)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roster.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), "sqlite:"+path, store.Options{Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		test(env{t, db})
	})
}

// server is one that seeks the office. While it is stopped it does nothing, like a process after
// SIGSTOP: what it asks of the store waits.
type server struct {
	directory.Store
	running chan struct{} // a token, which whoever uses the store holds; none while it is stopped
	cancel  context.CancelFunc
	ended   chan struct{}
	term    atomic.Pointer[lease.Term] // the latest
	leads   atomic.Bool
	terms   atomic.Int32
	updates atomic.Int32
}

func (s *server) stop()    { <-s.running }
func (s *server) carryOn() { s.running <- struct{}{} }

func (s *server) View(ctx context.Context, fn func(directory.Tx) error) error {
	<-s.running
	defer s.carryOn()
	return s.Store.View(ctx, fn)
}

func (s *server) Update(ctx context.Context, fn func(directory.Tx) error) error {
	<-s.running
	defer s.carryOn()
	s.updates.Add(1)
	return s.Store.Update(ctx, fn)
}

// start starts a server, which ends with the test.
func (e env) start(name string, alone bool) *server {
	s := &server{Store: e.db, ended: make(chan struct{}), running: make(chan struct{}, 1)}
	s.carryOn()
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	o := lease.New(lease.Options{Store: s, Name: "sweeper", Holder: name, Alone: alone, Now: time.Now})
	go func() {
		defer close(s.ended)
		o.Run(ctx, func(ctx context.Context, t lease.Term) {
			s.term.Store(&t)
			s.leads.Store(true)
			s.terms.Add(1)
			<-ctx.Done()
			s.leads.Store(false)
		})
	}()
	e.Cleanup(s.end)
	return s
}

func (s *server) end() {
	s.cancel()
	<-s.ended
}

// pass lets time go by, as far as everybody's work is done.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// write writes a setting in a transaction of the server's latest term.
func (s *server) write(value string) error {
	return s.term.Load().Update(context.Background(), func(tx directory.Tx) error { return tx.PutSetting("written", value) })
}

func (e env) want(when string, leader *server, others ...*server) {
	e.Helper()
	if !leader.leads.Load() {
		e.Errorf("%s: the server does not hold the office", when)
	}
	for _, s := range others {
		if s.leads.Load() {
			e.Errorf("%s: another holds it too", when)
		}
	}
}

func TestOneServerHoldsTheOfficeAndAnotherFollowsIt(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		a := e.start("a", false)
		synctest.Wait()
		e.want("at once where nobody had it", a)
		b := e.start("b", false)
		pass(time.Hour)
		e.want("after an hour", a, b)
		a.end()
		pass(lease.LostAfter - time.Millisecond)
		if b.leads.Load() {
			t.Error("b took the office before it was lost")
		}
		pass(2 * lease.BeatEvery)
		e.want("after the first ended", b, a)
		if err := b.write("b"); err != nil {
			t.Error(err)
		}
	})
}

func TestAHolderThatWasStoppedWritesNothingOnceAnotherHasTheOffice(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		a, b := e.start("a", false), (*server)(nil)
		synctest.Wait()
		b = e.start("b", false)
		pass(time.Minute)
		if err := a.write("a"); err != nil {
			t.Error(err)
		}
		a.stop() // SIGSTOP
		pass(lease.LostAfter + 2*lease.BeatEvery)
		if !a.leads.Load() {
			t.Error("a stopped server noticed something")
		}
		e.want("while a is stopped", b)
		a.carryOn() // SIGCONT
		if err := a.write("too late"); !errors.Is(err, lease.ErrLost) {
			t.Errorf("the stopped holder's transaction: %v", err)
		}
		if err := b.write("b"); err != nil {
			t.Error(err)
		}
		pass(lease.BeatEvery)
		e.want("after a went on", b, a)
		pass(time.Hour)
		e.want("an hour later", b, a)
		if a.terms.Load() != 1 || b.terms.Load() != 1 {
			t.Errorf("a held the office %d times, b %d times", a.terms.Load(), b.terms.Load())
		}
		var value string
		err := e.db.View(context.Background(), func(tx directory.Tx) (err error) {
			value, _, err = tx.Setting("written")
			return err
		})
		if err != nil || value != "b" {
			t.Errorf("written: %q, %v", value, err)
		}
	})
}

func TestAServerThatWasStoppedForAWhileKeepsTheOffice(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		a := e.start("a", false)
		synctest.Wait()
		b := e.start("b", false)
		pass(time.Minute)
		a.stop()
		pass(lease.LostAfter - lease.BeatEvery - time.Millisecond)
		a.carryOn()
		pass(time.Minute)
		e.want("after a short stop", a, b)
		b.stop() // who only watches may be stopped as long as it likes
		pass(time.Hour)
		b.carryOn()
		pass(time.Minute)
		e.want("after the other's long stop", a, b)
	})
}

func TestAServerAloneHasTheOfficeAtOnceAndDoesNotBeat(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e env) {
		a := e.start("a", false)
		pass(time.Minute)
		a.end()
		b := e.start("b", true)
		synctest.Wait()
		e.want("after a start", b, a)
		pass(time.Hour)
		if b.updates.Load() != 1 {
			t.Errorf("%d transactions", b.updates.Load())
		}
	})
}
