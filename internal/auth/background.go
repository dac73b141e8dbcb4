package auth

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

const (
	// useInterval is how often the uses of tokens are written, each token's latest only.
	useInterval = time.Minute

	// writeTimeout bounds one write. A write goes on when the background ends.
	writeTimeout = 5 * time.Second

	// Bounds of what waits to be written.
	maxPendingTouches   = 10_000
	maxPendingAddresses = 1_000
	maxPendingUses      = 10_000
)

// background collects small writes that no answer needs to wait for, and writes them together.
type background struct {
	store directory.Store
	log   *slog.Logger
	wake  chan struct{} // holds one when there is something to write soon

	mu        sync.Mutex
	touches   map[roster.SessionID]time.Time // to be written soon
	touching  map[roster.SessionID]time.Time // being written
	addresses []knownAt                      // to be written soon
	uses      map[roster.TokenID]roster.TokenUse
}

// knownAddress is an address from which a name signed in.
type knownAddress struct {
	org     roster.OrganizationID
	name    string // folded
	address string // in the form that network returns
}

type knownAt struct {
	knownAddress
	at time.Time
}

func newBackground(store directory.Store, log *slog.Logger) *background {
	return &background{
		store: store, log: log, wake: make(chan struct{}, 1),
		touches: make(map[roster.SessionID]time.Time), uses: make(map[roster.TokenID]roster.TokenUse),
	}
}

// run writes until ctx ends, and then what is left.
func (b *background) run(ctx context.Context) {
	tick := time.NewTicker(useInterval)
	defer tick.Stop()
	for {
		select {
		case <-b.wake:
			b.writeSoon(ctx)
		case <-tick.C:
			b.writeUses(ctx)
		case <-ctx.Done():
			b.writeSoon(ctx)
			b.writeUses(ctx)
			return
		}
	}
}

// touch notes that the session was used. A session has one touch in flight at most; where too many
// wait already it is written at once, so that no session ends early.
func (b *background) touch(ctx context.Context, id roster.SessionID, at time.Time) error {
	b.mu.Lock()
	_, waits := b.touches[id]
	_, runs := b.touching[id]
	full := len(b.touches) >= maxPendingTouches
	if !waits && !runs && !full {
		b.touches[id] = at
	}
	b.mu.Unlock()
	if waits || runs {
		return nil
	}
	if !full {
		b.rouse()
		return nil
	}
	err := b.store.Update(ctx, func(tx directory.Tx) error { return tx.TouchSession(id, at) })
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// lastUse returns the session's last use: what is stored, or a touch that is not on disk yet.
func (b *background) lastUse(id roster.SessionID, stored time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, at := range [...]time.Time{b.touches[id], b.touching[id]} {
		if at.After(stored) {
			stored = at
		}
	}
	return stored
}

// know notes a sign-in with success. It reports false where too many wait; the next one comes.
func (b *background) know(k knownAddress, at time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.addresses) >= maxPendingAddresses {
		return false
	}
	b.addresses = append(b.addresses, knownAt{k, at})
	b.rouse()
	return true
}

// use notes the use of a token. Where too many tokens wait it is not noted.
func (b *background) use(u roster.TokenUse) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.uses[u.ID]; ok || len(b.uses) < maxPendingUses {
		b.uses[u.ID] = u
	}
}

func (b *background) rouse() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// writeSoon writes touches and addresses, in one transaction.
func (b *background) writeSoon(ctx context.Context) {
	b.mu.Lock()
	touches, addresses := b.touches, b.addresses
	b.touching = touches
	b.touches, b.addresses = make(map[roster.SessionID]time.Time), nil
	b.mu.Unlock()
	if len(touches) == 0 && len(addresses) == 0 {
		return
	}
	err := b.write(ctx, func(tx directory.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(touches)) { // one order: no deadlocks on PostgreSQL
			if err := tx.TouchSession(id, touches[id]); err != nil {
				return fmt.Errorf("touch session: %w", err)
			}
		}
		for _, k := range addresses {
			if err := tx.KnowAddress(k.org, k.name, k.address, k.at); err != nil {
				return fmt.Errorf("remember address: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		b.log.WarnContext(ctx, "uses of sessions were not written", "err", err)
	}
	b.mu.Lock()
	b.touching = nil
	b.mu.Unlock()
}

// writeUses writes the uses of tokens.
func (b *background) writeUses(ctx context.Context) {
	b.mu.Lock()
	uses := b.uses
	b.uses = make(map[roster.TokenID]roster.TokenUse, len(uses))
	b.mu.Unlock()
	if len(uses) == 0 {
		return
	}
	all := slices.Collect(maps.Values(uses))
	err := b.write(ctx, func(tx directory.Tx) error { return tx.TouchTokens(all) })
	if err != nil {
		b.log.WarnContext(ctx, "uses of tokens were not written", "err", err)
	}
}

// write runs fn in a transaction, also where ctx has ended already.
func (b *background) write(ctx context.Context, fn func(directory.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	return b.store.Update(ctx, fn)
}
