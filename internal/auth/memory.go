package auth

import (
	"runtime/debug"
	"sync"
	"time"
)

// idleAfter is how long after the last hash the memory goes back to the system.
const idleAfter = 5 * time.Second

// memory gives back what hashes leave behind. Each leaves 19 MiB of garbage, which is much beside
// the few MiB that live, and the runtime keeps the pages for minutes. While hashes run it is left
// alone: the collector lets no more garbage come together than the running hashes hold, and a
// collection after each hash was measured to cost a twentieth of the hash, a tenth on a busy
// machine.
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
