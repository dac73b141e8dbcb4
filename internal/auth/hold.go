package auth

import (
	"context"
	"sync"
	"time"
)

// Bounds of the refusals that are held back.
const (
	holdFor          = 250 * time.Millisecond
	maxHeld          = 1024
	maxHeldByAddress = 256
)

// holds delays refusals for a moment. An immediate refusal costs more than the wait saves: a client
// that never waits would ask thousands of times a second.
type holds struct {
	after func(time.Duration) <-chan time.Time // time.After; tests replace it
	ended chan struct{}                        // closed by end

	mu        sync.Mutex
	held      int
	byAddress map[string]int
	over      bool // ended is closed
}

func newHolds() holds {
	return holds{after: time.After, ended: make(chan struct{}), byAddress: make(map[string]int)}
}

// wait delays one refusal to an address, if there is room for it.
func (h *holds) wait(ctx context.Context, address string, d time.Duration) {
	if d <= 0 || !h.take(address) {
		return
	}
	defer h.release(address)
	select {
	case <-h.after(d):
	case <-ctx.Done():
	case <-h.ended:
	}
}

func (h *holds) take(address string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held >= maxHeld || h.byAddress[address] >= maxHeldByAddress {
		return false
	}
	h.held++
	h.byAddress[address]++
	return true
}

func (h *holds) release(address string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held--
	if h.byAddress[address]--; h.byAddress[address] == 0 {
		delete(h.byAddress, address)
	}
}

func (h *holds) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.held
}

// end releases every delayed refusal and delays none any more.
func (h *holds) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.over {
		h.over = true
		close(h.ended)
	}
}
