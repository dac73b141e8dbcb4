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
	// useInterval is how often uses of tokens are written, only the latest of each token.
	useInterval = time.Minute

	// writeTimeout bounds one write. The end of the background does not end a write.
	writeTimeout = 5 * time.Second

	// Bounds of the pending writes.
	maxPendingTouches   = 10_000
	maxPendingAddresses = 1_000
	maxPendingUses      = 10_000
)

// background collects small writes that no answer waits for, and writes them together.
type background struct {
	store directory.Store
	log   *slog.Logger
	wake  chan struct{} // holds one if there is something to write soon

	mu        sync.Mutex
	touches   map[roster.SessionID]time.Time // to be written soon
	touching  map[roster.SessionID]time.Time // being written
	addresses []knownAt                      // to be written soon
	uses      map[roster.TokenID]roster.TokenUse
}

// knownAddress is a name with an address from which it signed in.
type knownAddress struct {
	org     roster.OrganizationID
	name    string // folded
	address string // as network returns it
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

// run writes until ctx ends, and then writes the rest.
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

// touch records a use of the session. A session has at most one pending touch. If too many are
// pending, the touch is written at once, so that no session ends early.
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

// lastUse returns the session's last use: the stored one, or a touch that is still pending.
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

// know records a successful sign-in. It returns false if too many are pending; a later sign-in
// records it then.
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

// use records a use of a token. It drops the use if too many tokens are pending.
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

// writeSoon writes the touches and addresses in one transaction.
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
		for _, id := range slices.Sorted(maps.Keys(touches)) { // always the same order: no deadlocks on PostgreSQL
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

// write runs fn in a transaction, even if ctx has ended.
func (b *background) write(ctx context.Context, fn func(directory.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	return b.store.Update(ctx, fn)
}
