package auth

import (
	"context"
	"sync/atomic"
	"time"
)

// Visit is one request of the server, from start to end. Unless it needs a hash, it counts among
// the other requests, for which a slot stays free.
type Visit struct {
	hasher  *Hasher
	address string
	began   time.Time
	hashing atomic.Bool // it needs a hash
}

type visitKey struct{}

// Begin counts a request from an address as in flight until [Visit.End]. It returns the context for
// the request.
func (h *Hasher) Begin(ctx context.Context, address string) (context.Context, *Visit) {
	v := &Visit{hasher: h, address: address, began: h.now()}
	h.gate.others.Add(1)
	return context.WithValue(ctx, visitKey{}, v), v
}

// End ends the visit.
func (v *Visit) End() {
	if v.hashing.Load() {
		return
	}
	g := v.hasher.gate
	g.others.Add(-1)
	g.served.Add(1)
	g.recheck()
}

// comeForHash records that the request in ctx needs a hash. It stays so until the request ends.
func comeForHash(ctx context.Context) {
	if v, ok := ctx.Value(visitKey{}).(*Visit); ok {
		v.comeForHash()
	}
}

func (v *Visit) comeForHash() {
	if v.hashing.CompareAndSwap(false, true) {
		v.hasher.gate.others.Add(-1)
		v.hasher.gate.recheck()
	}
}

// Busy reports whether a hash would be refused at once to a signed-in caller at the address. A face
// may ask before it authenticates.
func (v *Visit) Busy() bool { return v.hasher.gate.busy(v.caller()) }

// Ask is [Hasher.Ask] for a signed-in caller at the address. Errors: Unavailable.
func (v *Visit) Ask() error {
	v.comeForHash()
	return v.hasher.gate.ask(v.caller())
}

func (v *Visit) caller() caller { return caller{known: true, address: network(v.address)} }

// HoldBy sets the timer of [Visit.Hold]. Call it before the first request.
func (h *Hasher) HoldBy(after func(time.Duration) <-chan time.Time) { h.holds.after = after }

// StopHolding ends [Visit.Hold] for everybody, now and later, because the server is shutting down.
func (h *Hasher) StopHolding() { h.holds.end() }

// Hold delays a refusal until the request is 250 ms old, so that a client which never waits can ask
// four times a second at most. It returns early if ctx ends or the server shuts down, and at once
// if too many refusals are delayed already.
func (v *Visit) Hold(ctx context.Context) {
	h := v.hasher
	h.holds.wait(ctx, network(v.address), holdFor-h.now().Sub(v.began))
}
