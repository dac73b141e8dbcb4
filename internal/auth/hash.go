package auth

import (
	"context"
	"fmt"
	"strings"
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
	holds    holds

	// The work itself; only tests replace it.
	nobody  roster.PasswordHash // verified if there is no hash
	hash    func(password string) (string, error)
	compare func(password, hash string) (bool, error)
}

var _ directory.Passwords = (*Hasher)(nil)

// NewHasher returns a hasher with a slot for each core that GOMAXPROCS grants, at most six (128 MiB
// of hashes). now measures the time of a hash.
func NewHasher(now func() time.Time) *Hasher { return newHasher(now, defaultSlots()) }

func newHasher(now func() time.Time, slots int) *Hasher {
	m := new(memory)
	return &Hasher{
		gate:    newGate(slots),
		mac:     newMAC(),
		now:     now,
		holds:   newHolds(),
		nobody:  dummyHash,
		hash:    m.hash,
		compare: m.compare,
	}
}

// Cheapen makes every later hash cost next to nothing and protect nothing. It is for tests of what
// happens around hashes.
func (h *Hasher) Cheapen() {
	cheap := argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	h.nobody = roster.PasswordHash(strings.Replace(string(dummyHash), "m=19456,t=2", "m=64,t=1", 1))
	h.hash = func(password string) (string, error) { return argon2id.CreateHash(password, &cheap) }
}

// Ask returns the error with which a hash for the actor would be refused at once. Verbs ask before
// they look anything up, so that a refusal costs little. From then on the request in ctx counts as
// one that needs a hash. Errors: Unavailable.
func (h *Hasher) Ask(ctx context.Context, by roster.Actor) error { return h.ask(ctx, signedIn(by)) }

func (h *Hasher) ask(ctx context.Context, c caller) error {
	comeForHash(ctx)
	return h.gate.ask(c)
}

// signedIn returns the actor as a caller. Only an actor who follows a link is a stranger.
func signedIn(by roster.Actor) caller {
	return caller{known: by.Kind != roster.ActorNobody, address: network(by.Address)}
}

// Hash returns the PHC string of the password, with a new salt. A password that must be strong is
// judged first, in the same slot. Concurrent calls with equal Share and Password share one run and
// its string. With an empty Share nothing is shared, because two users must not have the same salt.
// Errors: Invalid(password) if it is longer than MaxPasswordBytes or too weak, Unavailable.
func (h *Hasher) Hash(ctx context.Context, by roster.Actor, p directory.NewHash) (roster.PasswordHash, error) {
	if err := validateLength(p); err != nil {
		return "", err
	}
	comeForHash(ctx)
	if p.Share == "" {
		return h.hashNow(ctx, signedIn(by), p)
	}
	share := h.mac.sum("hash", p.Share, p.Password)
	hash, err := h.hashes.do(ctx, share, func(ctx context.Context) (roster.PasswordHash, error) {
		return h.hashNow(ctx, signedIn(by), p)
	})
	return hash, sharedError(ctx, err)
}

// Verify reports whether the password belongs to the hash of a user. Without a hash it does the
// same work, so that nobody can tell. Concurrent equal calls share one run. A password longer than
// MaxPasswordBytes is wrong without any work. A hash that cannot be read, or that asks for too much
// work, is an Internal error. Errors: Unavailable.
func (h *Hasher) Verify(ctx context.Context, by roster.Actor, of roster.UserID, hash roster.PasswordHash, password string) (bool, error) {
	if hash == "" {
		return false, h.dummy(ctx, signedIn(by), string(of), password)
	}
	return h.verify(ctx, signedIn(by), hash, password)
}

func (h *Hasher) verify(ctx context.Context, c caller, hash roster.PasswordHash, password string) (bool, error) {
	if len(password) > MaxPasswordBytes {
		return false, nil
	}
	if err := validateHash(hash); err != nil {
		return false, err
	}
	return h.compareOnce(ctx, c, h.mac.sum("verify", string(hash), password), hash, password)
}

// dummy does the work of verify although there is nothing to verify, so that a caller cannot tell.
// The label names what was asked for. Concurrent equal calls share one run, as in verify. Errors:
// Unavailable.
func (h *Hasher) dummy(ctx context.Context, c caller, label, password string) error {
	if len(password) > MaxPasswordBytes {
		return nil
	}
	_, err := h.compareOnce(ctx, c, h.mac.sum("dummy", label, password), h.nobody, password)
	return err
}

func (h *Hasher) compareOnce(
	ctx context.Context, c caller, share digest, hash roster.PasswordHash, password string,
) (bool, error) {
	comeForHash(ctx)
	ok, err := h.verifies.do(ctx, share, func(ctx context.Context) (ok bool, err error) {
		err = h.run(ctx, c, func() (hashed bool, err error) {
			ok, err = h.compare(password, string(hash))
			return true, err
		})
		return ok, err
	})
	return ok, sharedError(ctx, err)
}

func (h *Hasher) hashNow(ctx context.Context, c caller, p directory.NewHash) (roster.PasswordHash, error) {
	var hash string
	err := h.run(ctx, c, func() (hashed bool, err error) {
		if p.Strong {
			if err := judge(p.Password, p.About); err != nil {
				return false, err
			}
		}
		hash, err = h.hash(p.Password)
		return true, err
	})
	return roster.PasswordHash(hash), err
}

// ValidateStrength judges a password that must be strong. It takes a slot, because judging a long
// password is work too. Errors: Invalid(password), Unavailable.
func (h *Hasher) ValidateStrength(ctx context.Context, by roster.Actor, p directory.NewHash) error {
	if err := validateLength(p); err != nil {
		return err
	}
	comeForHash(ctx)
	return h.run(ctx, signedIn(by), func() (hashed bool, err error) { return false, judge(p.Password, p.About) })
}

// run does the work once a slot is free. The work reports whether it computed a hash.
func (h *Hasher) run(ctx context.Context, c caller, work func() (hashed bool, err error)) error {
	if err := h.gate.enter(ctx, c); err != nil {
		return err
	}
	start, hashed := h.now(), true // holds also if the work panics
	defer func() {
		took := h.now().Sub(start)
		if !hashed {
			h.gate.leaveUnhashed(took)
			return
		}
		h.gate.leave(took)
	}()
	hashed, err := work()
	if err != nil && roster.KindOf(err) == roster.Internal {
		return fmt.Errorf("hash password: %w", err)
	}
	return err
}

// HasherStats is the state of a [Hasher], for metrics.
type HasherStats struct {
	Slots       int     // hashes that may run at a time
	Running     int     // passwords that are being hashed or judged
	Waiting     int     // passwords that wait for a slot
	Held        int     // refusals that are being held back
	MeanSeconds float64 // moving average of the time of a hash
	Done        uint64  // hashes since the start
	Refused     uint64  // refused since the start because the wait was too long
}

// Stats returns the present state.
func (h *Hasher) Stats() HasherStats {
	g := h.gate
	held := h.holds.count()
	g.mu.Lock()
	defer g.mu.Unlock()
	return HasherStats{
		Slots: g.slots, Running: g.running, Waiting: g.known.waiting + g.stranger.waiting, Held: held,
		MeanSeconds: g.mean.Seconds(), Done: g.done, Refused: g.refused.Load(),
	}
}

// sharedError returns the caller's own context error if the caller left the shared run, else the
// run's error.
func sharedError(ctx context.Context, err error) error {
	if err != nil && err == ctx.Err() {
		return leftError(ctx)
	}
	return err
}
