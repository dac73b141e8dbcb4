package auth

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/alexedwards/argon2id"

	"roster/internal/auth/argon2"
)

func TestHashesAreThoseOfTheLibrary(t *testing.T) {
	t.Parallel()
	var m memory
	ours, err := m.hash("Gänseblümchen 7")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := argon2id.CreateHash("Gänseblümchen 7", hashParams())
	if err != nil {
		t.Fatal(err)
	}
	imported, err := argon2id.CreateHash("Gänseblümchen 7", &argon2id.Params{Memory: 64, Iterations: 3, Parallelism: 4, SaltLength: 8, KeyLength: 16})
	if err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{ours, theirs, imported} {
		for password, want := range map[string]bool{"Gänseblümchen 7": true, "Gänseblümchen 8": false, "": false} {
			got, err := m.compare(password, hash)
			if err != nil || got != want {
				t.Errorf("compare(%q, %s) = %v, %v", password, hash, got, err)
			}
			if known, err := argon2id.ComparePasswordAndHash(password, hash); err != nil || known != want {
				t.Errorf("the library: %q, %s: %v, %v", password, hash, known, err)
			}
		}
	}
	if len(m.free) != 1 {
		t.Errorf("hashes one after another left %d times 19 MiB", len(m.free))
	}
}

func TestThereIsMemoryForAsManyHashesAsRunAtATime(t *testing.T) {
	t.Parallel()
	h := newHasher(time.Now, 2)
	m := new(memory)
	h.hash, h.compare = m.hash, m.compare
	for range 3 { // two at a time: nobody waits, and is refused on a busy machine
		failed := make(chan error)
		for range 2 {
			go func() {
				_, err := h.hashFor(t.Context(), "", "password")
				failed <- err
			}()
		}
		for range 2 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
	}
	if n := m.idleBlocks(); n < 1 || n > 2 {
		t.Errorf("two hashes at a time left %d times 19 MiB", n)
	}
}

func TestIdleMemoryIsClearedAndReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m memory
		if _, err := m.hash("password"); err != nil {
			t.Fatal(err)
		}
		m.mu.Lock()
		blocks := m.free[0]
		m.mu.Unlock()
		if blocks[hashMemory-1] == (argon2.Block{}) {
			t.Fatal("the hash left nothing")
		}
		time.Sleep(idleAfter - time.Second)
		if _, err := m.hash("password"); err != nil { // it begins the wait again
			t.Fatal(err)
		}
		time.Sleep(idleAfter - time.Second)
		synctest.Wait()
		if m.idleBlocks() != 1 {
			t.Fatal("the memory went while hashes came")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if m.idleBlocks() != 0 {
			t.Error("idle memory is kept")
		}
		for i := range blocks {
			if blocks[i] != (argon2.Block{}) {
				t.Fatalf("block %d was not cleared", i)
			}
		}
	})
}

// idleBlocks counts the blocks that no hash uses.
func (m *memory) idleBlocks() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.free)
}
