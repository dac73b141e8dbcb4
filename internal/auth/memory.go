package auth

import (
	"runtime/debug"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	xargon2 "golang.org/x/crypto/argon2"

	"roster/internal/auth/argon2"
)

// idleAfter is how long after the last hash its memory is returned to the system.
const idleAfter = 5 * time.Second

// memory is the memory of hashes: 19 MiB for each hash that runs. It is lent to one hash after
// another. If each hash took new memory, the collector and the system's page faults would cost a
// tenth of the hash (measured). There are never more blocks than hashes that run at a time, which
// the gate bounds.
//
// The content depends on passwords. It never leaves this type. The next hash writes over all of it
// before it reads any, and idle memory is cleared before the collector gets it.
type memory struct {
	mu   sync.Mutex
	free [][]argon2.Block
	idle *time.Timer
}

// key returns the Argon2id key of a password. Parameters other than those of new hashes come from
// imports only; they take memory from the collector.
func (m *memory) key(password string, salt []byte, p *argon2id.Params) []byte {
	if p.Memory != hashMemory {
		defer m.rest()
		return xargon2.IDKey([]byte(password), salt, p.Iterations, p.Memory, p.Parallelism, p.KeyLength)
	}
	blocks := m.take()
	defer m.giveBack(blocks)
	return argon2.Key(blocks, []byte(password), salt, argon2.Params{Passes: p.Iterations, Lanes: p.Parallelism, Length: p.KeyLength})
}

func (m *memory) take() []argon2.Block {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.free); n > 0 {
		blocks := m.free[n-1]
		m.free = m.free[:n-1]
		return blocks
	}
	return make([]argon2.Block, hashMemory)
}

func (m *memory) giveBack(blocks []argon2.Block) {
	m.mu.Lock()
	m.free = append(m.free, blocks)
	m.mu.Unlock()
	m.rest()
}

// rest is called after each hash. The memory is returned to the system once no hash has ended for a
// while.
func (m *memory) rest() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.idle == nil {
		m.idle = time.AfterFunc(idleAfter, m.release)
		return
	}
	m.idle.Reset(idleAfter)
}

// release returns the memory that no hash uses to the system.
func (m *memory) release() {
	m.mu.Lock()
	free := m.free
	m.free = nil
	m.mu.Unlock()
	for _, blocks := range free {
		clear(blocks)
	}
	free = nil
	debug.FreeOSMemory()
}
