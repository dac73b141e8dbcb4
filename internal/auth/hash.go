package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"

	"roster"
	"roster/internal/directory"
)

// MaxPasswordBytes is the greatest length of a password, in bytes (DECISIONS 12).
const MaxPasswordBytes = 1024

// Hasher hashes and verifies passwords with Argon2id, a bounded number at a time.
type Hasher struct {
	gate     *gate
	mac      mac
	now      func() time.Time
	verifies flights[digest, bool]
	hashes   flights[digest, roster.PasswordHash]

	// The work itself; only tests put something else here.
	hash    func(password string) (string, error)
	compare func(password, hash string) (bool, error)
	cleanUp func() // after each
}

var _ directory.Passwords = (*Hasher)(nil)

// NewHasher returns a hasher with a slot for each core that GOMAXPROCS grants, six at most (128 MiB
// of hashes). now measures how long a hash takes.
func NewHasher(now func() time.Time) *Hasher { return newHasher(now, defaultSlots()) }

func newHasher(now func() time.Time, slots int) *Hasher {
	return &Hasher{
		gate:    newGate(slots),
		mac:     newMAC(),
		now:     now,
		hash:    func(password string) (string, error) { return argon2id.CreateHash(password, hashParams()) },
		compare: argon2id.ComparePasswordAndHash,
		cleanUp: new(memory).hashed,
	}
}

// Hash returns the PHC string of the password, with a salt of its own. Calls in flight with equal share
// and password get the same string from one run; share names the one thing that they all do, and with
// "" nothing is shared: two users must not have the same salt.
// Errors: Invalid(password) beyond MaxPasswordBytes, Unavailable.
func (h *Hasher) Hash(ctx context.Context, share, password string) (roster.PasswordHash, error) {
	if len(password) > MaxPasswordBytes {
		return "", passwordFault(tooLong)
	}
	defer h.gate.stepIn()()
	if share == "" {
		return h.hashNow(ctx, password)
	}
	hash, err := h.hashes.do(ctx, h.mac.sum("hash", share, password), func(ctx context.Context) (roster.PasswordHash, error) {
		return h.hashNow(ctx, password)
	})
	return hash, sharedError(ctx, err)
}

// Verify reports whether the password is the one behind the hash. Equal calls in flight share one
// run. A password beyond MaxPasswordBytes is wrong without a hash being computed. A hash that cannot
// be read, or asks for more work than is sane, is an Internal error.
// Errors: Unavailable.
func (h *Hasher) Verify(ctx context.Context, hash roster.PasswordHash, password string) (bool, error) {
	if len(password) > MaxPasswordBytes {
		return false, nil
	}
	if err := checkHash(hash); err != nil {
		return false, err
	}
	return h.verify(ctx, h.mac.sum("verify", string(hash), password), hash, password)
}

// Dummy does the work of Verify where there is nothing to verify, so that a caller cannot tell. The
// label names what was asked for; equal calls in flight share one run, as they do in Verify.
// Errors: Unavailable.
func (h *Hasher) Dummy(ctx context.Context, label, password string) error {
	if len(password) > MaxPasswordBytes {
		return nil
	}
	_, err := h.verify(ctx, h.mac.sum("dummy", label, password), dummyHash, password)
	return err
}

func (h *Hasher) verify(ctx context.Context, share digest, hash roster.PasswordHash, password string) (bool, error) {
	defer h.gate.stepIn()()
	ok, err := h.verifies.do(ctx, share, func(ctx context.Context) (ok bool, err error) {
		err = h.run(ctx, func() error {
			ok, err = h.compare(password, string(hash))
			return err
		})
		return ok, err
	})
	return ok, sharedError(ctx, err)
}

func (h *Hasher) hashNow(ctx context.Context, password string) (roster.PasswordHash, error) {
	var hash string
	err := h.run(ctx, func() (err error) {
		hash, err = h.hash(password)
		return err
	})
	return roster.PasswordHash(hash), err
}

// run does the work when a slot is free.
func (h *Hasher) run(ctx context.Context, work func() error) error {
	if err := h.gate.enter(ctx); err != nil {
		return err
	}
	start := h.now()
	defer func() {
		h.gate.leave(h.now().Sub(start))
		h.cleanUp()
	}()
	if err := work(); err != nil {
		return fmt.Errorf("hash password: %w", err)
	}
	return nil
}

// RequestStarted counts a request of the server as in flight, until RequestDone. While requests that
// neither wait for nor run a hash come all the time, one slot stays free for them.
func (h *Hasher) RequestStarted() { h.gate.requests.Add(1) }

// RequestDone ends what RequestStarted began.
func (h *Hasher) RequestDone() {
	h.gate.requests.Add(-1)
	h.gate.served.Add(1)
	h.gate.recheck()
}

// HasherStats is the state of a [Hasher], for metrics.
type HasherStats struct {
	Slots       int     // hashes that may run at a time
	Running     int     // hashes that run now
	Waiting     int     // hashes that wait for a slot
	MeanSeconds float64 // moving average of how long one takes
	Done        uint64  // hashes since the start
	Refused     uint64  // turned away since the start, because the wait was too long
}

// Stats returns the present state.
func (h *Hasher) Stats() HasherStats {
	g := h.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	return HasherStats{
		Slots: g.slots, Running: g.running, Waiting: g.queue.Len(),
		MeanSeconds: g.mean.Seconds(), Done: g.done, Refused: g.refused,
	}
}

// sharedError tells a caller who left a shared run from a run that failed.
func sharedError(ctx context.Context, err error) error {
	if err != nil && err == ctx.Err() {
		return leftError(ctx)
	}
	return err
}
