package auth

import (
	"context"
	"sync"

	"roster"
	"roster/internal/directory"
	"roster/internal/premise"
)

// maxReadings bounds the kept readings of each kind.
const maxReadings = 10_000

// Generation counts the changes of everything that authentication reads: accounts, grants, tokens,
// sessions. It is known only if one process makes all changes. It rises with a commit, before
// anybody hears of the commit.
type Generation func() (n uint64, known bool)

// readings keeps what was read of credentials (DECISIONS 14). If the generation is known, it keeps
// a value until anything that is read so changes. If not, it gives a value only to a request whose
// premise is verified later. So it saves reads and never grants what a read would deny.
type readings[V any] struct {
	generation Generation

	mu   sync.RWMutex
	of   uint64 // the generation in which m was read; 0 if it is not known
	kept map[string]V
}

func newReadings[V any](generation Generation) *readings[V] {
	return &readings[V]{generation: generation, kept: make(map[string]V)}
}

// peek returns the kept value of the key without reading. assumed says that its user must rely on a
// premise.
func (r *readings[V]) peek(ctx context.Context, key string) (v V, found, assumed bool) {
	now, known := r.generation()
	if !known && !premise.Of(ctx).MayRely() {
		return v, false, false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	v, found = r.kept[key]
	return v, found && r.of == now, !known
}

// fetch always reads, and keeps the result. Errors are not kept.
func (r *readings[V]) fetch(key string, read func() (V, error)) (V, error) {
	now, _ := r.generation()
	v, err := read()
	if err == nil {
		r.put(now, key, v)
	}
	return v, err
}

// put keeps a value that was read after the generation was now. The value may be newer than that
// generation, never older.
func (r *readings[V]) put(now uint64, key string, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of > now {
		return // something has changed since
	}
	if r.of < now || len(r.kept) >= maxReadings {
		clear(r.kept)
		r.of = now
	}
	r.kept[key] = v
}

// change alters the kept value of the key, if there is one.
func (r *readings[V]) change(key string, alter func(*V)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, found := r.kept[key]; found {
		alter(&v)
		r.kept[key] = v
	}
}

// versioned is a reading with the versions that tell whether it still holds.
type versioned interface{ remembered() premise.Remembered }

// readOnce returns the kept value of the key, or reads it from the store and keeps it. If the value
// is only assumed, the request relies on it from then on.
func readOnce[V versioned](ctx context.Context, a *Authenticator, r *readings[V], key string, read func(directory.Tx) (V, error)) (V, error) {
	if v, found, assumed := r.peek(ctx, key); found {
		if assumed {
			a.rely(ctx, v)
		}
		return v, nil
	}
	return r.fetch(key, func() (v V, err error) {
		err = a.store.View(ctx, func(tx directory.Tx) (err error) {
			v, err = read(tx)
			return err
		})
		return v, err
	})
}

// rely makes the request rely on what is remembered of its caller.
func (a *Authenticator) rely(ctx context.Context, v versioned) {
	r, p := v.remembered(), premise.Of(ctx)
	p.Rely(r, func(ctx context.Context) error {
		return a.store.View(premise.Without(ctx), func(tx directory.Tx) error {
			holds, err := tx.StillHolds(r)
			switch {
			case err != nil:
				return err
			case !holds:
				return premise.ErrOutdated
			}
			p.Verified()
			return nil
		})
	})
}

// isAssumed reports whether the request relies on what is remembered.
func isAssumed(ctx context.Context) bool {
	_, assumed := premise.Of(ctx).Assumed()
	return assumed
}

// readVersions reads the versions that a reading of the account depends on, if they are needed.
func (a *Authenticator) readVersions(tx directory.Tx, org roster.OrganizationID, user int64) (premise.Versions, error) {
	if _, known := a.generation(); known {
		return premise.Versions{}, nil
	}
	return tx.AccessVersions(org, user)
}

func rememberedAccount(account roster.Account, v premise.Versions) premise.Remembered {
	return premise.Remembered{
		OrganizationID: account.OrganizationID, PolicyVersion: v.Policy,
		User: account.Number, UserVersion: v.User, CredentialVersion: account.CredentialVersion,
	}
}

func (o openAccount) remembered() premise.Remembered {
	return rememberedAccount(o.Account, o.versions)
}

func (s openSession) remembered() premise.Remembered {
	r := rememberedAccount(s.account, s.versions)
	r.Session = s.ID
	return r
}

func (t heldToken) remembered() premise.Remembered {
	r := rememberedAccount(t.account, t.versions)
	r.OrganizationID, r.Token = t.OrganizationID, t.ID
	return r
}
