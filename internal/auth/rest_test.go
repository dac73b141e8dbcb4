package auth

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestASlotRestsAfterAHashWhileOthersKeepComing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		others int64
		rests  bool
	}{
		"others all the time": {1, true},
		"nobody else":         {0, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate(2)
				g.others.Add(c.others)
				took := 60 * time.Millisecond
				for range 64 { // until it is known who comes
					if err := g.enter(t.Context(), stranger); err != nil {
						t.Fatal(err)
					}
					g.served.Add(1 + c.others*fewRequests)
					g.leave(took)
					time.Sleep(took) // of the bubble's clock
				}
				for range g.allowed() {
					if err := g.enter(t.Context(), stranger); err != nil {
						t.Fatal(err)
					}
				}
				start := time.Now()
				g.leave(took)
				if err := g.enter(t.Context(), stranger); err != nil {
					t.Fatal(err)
				}
				want := time.Duration(0)
				if c.rests {
					want = took
				}
				if got := time.Since(start); got != want {
					t.Errorf("the next hash waited %v, want %v", got, want)
				}
			})
		})
	}
}
