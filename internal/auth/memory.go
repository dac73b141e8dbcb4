package auth

import (
	"runtime/debug"
	"sync"
	"time"
)

// idleAfter is how long after the last hash its memory is returned to the system.
const idleAfter = 5 * time.Second

// memory returns the memory of hashes to the system. Each hash leaves 19 MiB of garbage, far more
// than the live heap, and the runtime keeps the pages for minutes. While hashes run, memory does
// nothing: the collector keeps the garbage below what the running hashes hold. A collection after
// each hash would cost a twentieth of the hash, a tenth on a busy machine (measured).
type memory struct {
	mu   sync.Mutex
	idle *time.Timer
}

// hashed is called after each hash.
func (m *memory) hashed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.idle == nil {
		m.idle = time.AfterFunc(idleAfter, debug.FreeOSMemory)
		return
	}
	m.idle.Reset(idleAfter)
}
