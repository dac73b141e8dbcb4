package auth

import (
	"context"
	"sync/atomic"
	"time"
)

// Visit is a request of the server, from its start to its end. It counts among the others, for whom
// a slot stays free, unless it comes for a hash.
type Visit struct {
	hasher  *Hasher
	address string
	began   time.Time
	hashing atomic.Bool // it came for a hash
}

type visitKey struct{}

// Begin counts a request from an address as in flight, until [Visit.End]. The context that it
// returns is for the whole request.
func (h *Hasher) Begin(ctx context.Context, address string) (context.Context, *Visit) {
	v := &Visit{hasher: h, address: address, began: h.now()}
	h.gate.others.Add(1)
	return context.WithValue(ctx, visitKey{}, v), v
}

// End ends what Begin began.
func (v *Visit) End() {
	if v.hashing.Load() {
		return
	}
	g := v.hasher.gate
	g.others.Add(-1)
	g.served.Add(1)
	g.recheck()
}

// comeForHash takes the request in ctx out of the others. It stays out of them until it ends.
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

// Busy reports whether a hash would be refused at once to a caller who is signed in at the address.
// A face may ask before it authenticates.
func (v *Visit) Busy() bool { return v.hasher.gate.busy(v.caller()) }

// Ask is [Hasher.Ask] for a caller who is signed in at the address.
// Errors: Unavailable.
func (v *Visit) Ask() error {
	v.comeForHash()
	return v.hasher.gate.ask(v.caller())
}

func (v *Visit) caller() caller { return caller{known: true, address: network(v.address)} }

// HoldBy sets what starts the timers of [Visit.Hold], before the first request.
func (h *Hasher) HoldBy(after func(time.Duration) <-chan time.Time) { h.holds.after = after }

// StopHolding ends [Visit.Hold] for everybody, now and later: the server shuts down.
func (h *Hasher) StopHolding() { h.holds.end() }

// Hold keeps a refusal back until the request is 250 ms old, so that a client which never waits
// asks four times a second at most. It returns early when ctx ends or the server shuts down, and at
// once where too many refusals are held already.
func (v *Visit) Hold(ctx context.Context) {
	h := v.hasher
	h.holds.wait(ctx, network(v.address), holdFor-h.now().Sub(v.began))
}
