package auth

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// idleAfter is how long after the last hash the memory goes back to the system.
	idleAfter = 5 * time.Second

	// cheapHeap is how much may live on the heap, hashes apart, for a collection after each hash, in
	// bytes. It then costs about a twentieth of the hash; with more it would cost more, and garbage
	// matters less.
	cheapHeap = 16 << 20
)

// pacer keeps what hashes leave behind small. Each leaves 19 MiB of garbage, which is much beside
// the few MiB that live. The collector on its own lets it grow to about twice the running hashes'
// memory before it acts, and keeps the pages for minutes after a burst.
type pacer struct {
	collecting sync.Mutex // one collection is enough

	mu   sync.Mutex
	idle *time.Timer // returns the memory; armed by each hash
}

// hashed is called after each hash, before the next one gets the slot: at that moment the garbage is
// large, and nobody is about to allocate. running are the hashes that hold memory, this one included.
func (p *pacer) hashed(running int) {
	p.postpone()
	if !p.collecting.TryLock() {
		return
	}
	defer p.collecting.Unlock()
	if liveHeap() < cheapHeap+uint64(running)*hashMemory*1024 {
		runtime.GC()
	}
}

// postpone lets the memory go back idleAfter from now.
func (p *pacer) postpone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle == nil {
		p.idle = time.AfterFunc(idleAfter, debug.FreeOSMemory)
		return
	}
	p.idle.Reset(idleAfter)
}

// liveHeap returns what the last collection found alive, in bytes.
func liveHeap() uint64 {
	sample := [...]metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample[:])
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
