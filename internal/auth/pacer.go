package auth

import (
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// idleAfter is how long after the last hash the memory goes back to the system.
const idleAfter = 5 * time.Second

// pacer keeps what hashes leave behind small. Each leaves 19 MiB of garbage, which is much beside
// the few MiB that live: the collector on its own would let it grow to twice the running hashes'
// memory before it acts, and keep the pages for minutes after a burst.
type pacer struct {
	mu    sync.Mutex
	every int         // hashes between collections
	since int         // hashes since the last one
	idle  *time.Timer // returns the memory; armed by each hash
	busy  bool        // a collection runs
}

func newPacer(slots int) *pacer { return &pacer{every: slots} }

// hashed is called after each hash.
func (p *pacer) hashed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle == nil {
		p.idle = time.AfterFunc(idleAfter, debug.FreeOSMemory)
	} else {
		p.idle.Reset(idleAfter)
	}
	p.since++
	if p.since < p.every || p.busy {
		return
	}
	p.since, p.busy = 0, true
	go p.collect()
}

func (p *pacer) collect() {
	runtime.GC()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = false
}
