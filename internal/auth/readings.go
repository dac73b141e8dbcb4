package auth

import (
	"context"
	"sync"

	"roster/internal/directory"
)

// maxReadings bounds the kept readings of each kind.
const maxReadings = 10_000

// Generation counts the changes of everything that authentication reads: accounts, grants, tokens,
// sessions. It is known only if one process makes all changes. It rises with a commit, before
// anybody hears of the commit.
type Generation func() (n uint64, known bool)

// readings keeps what was read of credentials until anything that was read changes (DECISIONS 14).
// So it saves reads and never grants what a read would deny. If the generation is not known, it
// keeps nothing.
type readings[V any] struct {
	generation Generation

	mu   sync.RWMutex
	of   uint64 // the generation in which m was read
	kept map[string]V
}

func newReadings[V any](generation Generation) *readings[V] {
	return &readings[V]{generation: generation, kept: make(map[string]V)}
}

// get returns the kept value of the key, or reads and keeps it. Errors are those of read and are
// not kept.
func (r *readings[V]) get(key string, read func() (V, error)) (V, error) {
	if v, found := r.peek(key); found {
		return v, nil
	}
	return r.fetch(key, read)
}

// peek returns the kept value of the key without reading.
func (r *readings[V]) peek(key string) (v V, found bool) {
	now, known := r.generation()
	if !known {
		return v, false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	v, found = r.kept[key]
	return v, found && r.of == now
}

// fetch always reads, and keeps the result. Errors are not kept.
func (r *readings[V]) fetch(key string, read func() (V, error)) (V, error) {
	now, known := r.generation()
	v, err := read()
	if err == nil && known {
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

// readOnce returns the kept value of the key, or reads it from the store and keeps it.
func readOnce[V any](ctx context.Context, store directory.Store, r *readings[V], key string, read func(directory.Tx) (V, error)) (V, error) {
	return r.get(key, func() (v V, err error) {
		err = store.View(ctx, func(tx directory.Tx) (err error) {
			v, err = read(tx)
			return err
		})
		return v, err
	})
}
