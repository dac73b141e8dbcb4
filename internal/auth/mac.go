package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
)

// digest stands for a secret, and for what it belongs to, as the key of a map.
type digest [sha256.Size]byte

// mac makes digests with HMAC-SHA-256. The key is random, lives as long as the process and is never
// shown, so nobody can guess the secrets from a dump of the map.
type mac struct{ pool *sync.Pool }

type macState struct {
	hash hash.Hash
	buf  []byte
}

func newMAC() mac {
	key := make([]byte, sha256.Size)
	rand.Read(key)
	return macWith(key)
}

// macWith makes digests under a key that other servers may share.
func macWith(key []byte) mac {
	return mac{&sync.Pool{New: func() any { return &macState{hash: hmac.New(sha256.New, key)} }}}
}

// sum returns the digest of the parts. Each part counts with its length, so ("a", "bc") and ("ab",
// "c") differ.
func (m mac) sum(parts ...string) (d digest) {
	s := m.pool.Get().(*macState)
	defer m.pool.Put(s)
	s.hash.Reset()
	for _, part := range parts {
		s.buf = binary.AppendUvarint(s.buf, uint64(len(part)))
		s.buf = append(s.buf, part...)
	}
	s.hash.Write(s.buf)
	clear(s.buf) // it held a password
	s.buf = s.hash.Sum(s.buf[:0])
	copy(d[:], s.buf)
	s.buf = s.buf[:0]
	return d
}
