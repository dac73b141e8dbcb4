package auth

import (
	"container/list"
	"sync"
	"time"
)

// expiring is a bounded set of keys. Each key stays for a fixed time after it was added. If the set
// is full, the oldest key is dropped. A set of size 0 stays empty.
type expiring[K comparable] struct {
	ttl  time.Duration
	size int

	mu    sync.Mutex
	m     map[K]*list.Element
	order list.List // of added[K], the oldest first
}

type added[K comparable] struct {
	key K
	at  time.Time
}

func newExpiring[K comparable](ttl time.Duration, size int) *expiring[K] {
	return &expiring[K]{ttl: ttl, size: size, m: make(map[K]*list.Element)}
}

// has reports whether the key is in the set. It does not prolong the key's time.
func (e *expiring[K]) has(key K, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	place, ok := e.m[key]
	return ok && !e.over(place, now)
}

// add adds the key. A key that is in the set keeps its time.
func (e *expiring[K]) add(key K, now time.Time) {
	if e.size <= 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for first := e.order.Front(); first != nil && e.over(first, now); first = e.order.Front() {
		e.remove(first)
	}
	if _, ok := e.m[key]; ok {
		return
	}
	if len(e.m) >= e.size {
		e.remove(e.order.Front())
	}
	e.m[key] = e.order.PushBack(added[K]{key, now})
}

// len returns the number of keys, expired ones included.
func (e *expiring[K]) len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.m)
}

func (e *expiring[K]) over(place *list.Element, now time.Time) bool {
	return now.Sub(place.Value.(added[K]).at) >= e.ttl
}

func (e *expiring[K]) remove(place *list.Element) {
	delete(e.m, e.order.Remove(place).(added[K]).key)
}
