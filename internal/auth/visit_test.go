package auth

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"roster"
	"roster/internal/directory"
)

// reads counts the looks into a store.
type reads struct {
	directory.Store
	n atomic.Int64
}

func (r *reads) View(ctx context.Context, fn func(directory.Tx) error) error {
	r.n.Add(1)
	return r.Store.View(ctx, fn)
}

// full lets the gate refuse everybody.
func (g *gate) full(t *testing.T) {
	t.Helper()
	for range g.slots {
		if err := g.enter(t.Context(), stranger); err != nil {
			t.Fatal(err)
		}
	}
	g.mean = time.Hour
}

func TestASignInThatIsRefusedLooksNothingUp(t *testing.T) {
	t.Parallel()
	var looks *reads
	f := newFixture(t, func(o *Options) {
		looks = &reads{Store: o.Store}
		o.Store = looks
	})
	f.user("ada")
	f.user("bob")
	f.signsIn(at(), "ada", rightPassword)
	f.hasher.gate.full(t)
	looks.n.Store(0)
	for _, try := range [][2]string{{"ada", "wrong"}, {"bob", rightPassword}, {"nobody", "wrong"}} {
		_, err := f.Password(t.Context(), at(), try[0], try[1])
		isKind(t, err, roster.Unavailable)
	}
	if n := looks.n.Load(); n != 0 {
		t.Errorf("%d looks into the store", n)
	}
	f.signsIn(at(), "ada", rightPassword) // verified a moment ago: needs no hash
}

func TestARequestThatComesForAHashNeverCountsAsAnother(t *testing.T) {
	t.Parallel()
	password := func(h *Hasher, ctx context.Context) error {
		_, err := h.hashFor(ctx, "", "a password")
		return err
	}
	for name, comes := range map[string]func(h *Hasher, ctx context.Context, v *Visit) error{
		"and is hashed": func(h *Hasher, ctx context.Context, _ *Visit) error { return password(h, ctx) },
		"and is refused": func(h *Hasher, ctx context.Context, _ *Visit) error {
			h.gate.full(t)
			return password(h, ctx)
		},
		"and asks":      func(h *Hasher, ctx context.Context, _ *Visit) error { return h.Ask(ctx, somebody) },
		"for its face":  func(_ *Hasher, _ context.Context, v *Visit) error { return v.Ask() },
		"and is judged": func(h *Hasher, ctx context.Context, _ *Visit) error { return h.ValidateStrength(ctx, somebody, chosen) },
		"and is shared": func(h *Hasher, ctx context.Context, _ *Visit) error {
			_, err := h.hashFor(ctx, "share", "x")
			return err
		},
		"and is verified": func(h *Hasher, ctx context.Context, _ *Visit) error {
			_, err := h.Verify(ctx, somebody, "u", fakePHC("a"), "a")
			return err
		},
	} {
		h, _ := newFakeHasher(1)
		ctx, v := h.Begin(t.Context(), "192.0.2.1")
		if n := h.gate.others.Load(); n != 1 {
			t.Errorf("%s: %d others at first", name, n)
		}
		_ = comes(h, ctx, v)
		if n := h.gate.others.Load(); n != 0 {
			t.Errorf("%s: %d others until it ends", name, n)
		}
		v.End()
		if others, served := h.gate.others.Load(), h.gate.served.Load(); others != 0 || served != 0 {
			t.Errorf("%s: %d others, %d served afterwards", name, others, served)
		}
	}
	h, _ := newFakeHasher(1)
	_, v := h.Begin(t.Context(), "192.0.2.1")
	v.End()
	if others, served := h.gate.others.Load(), h.gate.served.Load(); others != 0 || served != 1 {
		t.Errorf("one that needs none: %d others, %d served afterwards", others, served)
	}
}

func TestRefusedRequestsMakeNoSlotRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, b := newFakeHasher(2)
		start := time.Now()
		for range 16 {
			hashAll(t, h, 4)
			for range 4 * fewRequests {
				ctx, v := h.Begin(t.Context(), "192.0.2.1")
				h.gate.mean = time.Hour
				go h.gate.enter(t.Context(), stranger)
				go h.gate.enter(t.Context(), stranger)
				synctest.Wait()
				if err := h.Ask(ctx, somebody); err == nil {
					t.Fatal("not refused")
				}
				h.gate.mean = fakeHashTime
				h.gate.leave(fakeHashTime)
				h.gate.leave(fakeHashTime)
				v.End()
			}
		}
		if took, want := time.Since(start), 32*fakeHashTime; took != want || b.most != 2 || h.gate.crowd != 0 {
			t.Errorf("took %v, want %v; crowd %v", took, want, h.gate.crowd)
		}
	})
}

func TestARefusalIsHeldUntilItsRequestIsAQuarterOfASecondOld(t *testing.T) {
	t.Parallel()
	h, _ := newFakeHasher(1)
	clock := newClock()
	h.now = clock.now
	var asked time.Duration
	h.HoldBy(func(d time.Duration) <-chan time.Time {
		asked = d
		c := make(chan time.Time, 1)
		c <- time.Time{}
		return c
	})
	ctx, v := h.Begin(t.Context(), "192.0.2.1")
	clock.advance(50 * time.Millisecond)
	v.Hold(ctx)
	if want := 200 * time.Millisecond; asked != want {
		t.Errorf("held for %v, want %v", asked, want)
	}
	asked = 0
	clock.advance(time.Second) // it waited in the queue for that long
	v.Hold(ctx)
	if asked != 0 {
		t.Errorf("held for %v more", asked)
	}
	if n := h.Stats().Held; n != 0 {
		t.Errorf("%d are held afterwards", n)
	}
}

func TestRefusalsAreHeldInBoundedNumber(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := newFakeHasher(1)
		var wg sync.WaitGroup
		hold := func(address string, n int) {
			for range n {
				wg.Go(func() {
					ctx, v := h.Begin(t.Context(), address)
					defer v.End()
					v.Hold(ctx)
				})
			}
			synctest.Wait()
		}
		hold("2001:db8::1", maxHeldByAddress-1)
		hold("2001:db8::2", 2) // the same /64
		if n := h.Stats().Held; n != maxHeldByAddress {
			t.Errorf("%d of one address are held", n)
		}
		for i := range 2 * maxHeld / maxHeldByAddress {
			hold(fmt.Sprint("192.0.2.", i), maxHeldByAddress)
		}
		if n := h.Stats().Held; n != maxHeld {
			t.Errorf("%d are held", n)
		}
		start := time.Now()
		wg.Wait()
		if took := time.Since(start); took != holdFor {
			t.Errorf("they were held for %v", took)
		}
		if n := h.Stats().Held; n != 0 || len(h.holds.byAddress) != 0 {
			t.Errorf("%d are held afterwards", n)
		}
	})
}

func TestWhoLeavesIsNotHeldAndAShutdownWaitsForNobody(t *testing.T) {
	t.Parallel()
	h, _ := newFakeHasher(1)
	h.HoldBy(func(time.Duration) <-chan time.Time { return nil }) // it never passes
	ctx, leave := context.WithCancel(t.Context())
	ctx, v := h.Begin(ctx, "192.0.2.1")
	leave()
	v.Hold(ctx)
	held := make(chan struct{})
	go func() {
		_, v := h.Begin(t.Context(), "192.0.2.1")
		v.Hold(t.Context())
		close(held)
	}()
	h.StopHolding()
	h.StopHolding()
	<-held
	v.Hold(t.Context()) // not any more
}

// chosen is a password that must be strong, and is.
var chosen = directory.NewHash{Password: "seven slow herons over the weir", Strong: true}

func TestAPasswordIsJudgedInASlotAndThatIsNoHash(t *testing.T) {
	t.Parallel()
	weak := directory.NewHash{Password: "password", Strong: true}
	synctest.Test(t, func(t *testing.T) {
		h, b := newFakeHasher(1)
		for range 10 {
			isKind(t, h.ValidateStrength(t.Context(), somebody, weak), roster.Invalid)
			_, err := h.Hash(t.Context(), somebody, weak)
			isKind(t, err, roster.Invalid)
			if err := h.ValidateStrength(t.Context(), somebody, chosen); err != nil {
				t.Error(err)
			}
		}
		if s := h.Stats(); b.total != 0 || s.Done != 0 || s.Running != 0 || h.gate.mean != firstMeanHash {
			t.Errorf("%d hashes, stats %+v", b.total, s)
		}
		if _, err := h.Hash(t.Context(), somebody, chosen); err != nil || b.total != 1 {
			t.Errorf("a strong one: %v, %d hashes", err, b.total)
		}
		if err := h.gate.enter(t.Context(), stranger); err != nil {
			t.Fatal(err)
		}
		judged := make(chan error, 2)
		go func() { judged <- h.ValidateStrength(t.Context(), somebody, weak) }()
		go func() { judged <- h.ValidateStrength(t.Context(), somebody, chosen) }()
		synctest.Wait()
		if s := h.Stats(); s.Waiting != 2 {
			t.Errorf("they do not wait for a slot: %+v", s)
		}
		h.gate.leave(fakeHashTime)
		<-judged
		<-judged
		h.gate.full(t)
		isKind(t, h.ValidateStrength(t.Context(), somebody, weak), roster.Unavailable)
	})
}
