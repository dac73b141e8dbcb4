package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"

	"roster"
)

// hashMemory is the memory of one hash, in KiB.
const hashMemory = 19 * 1024

// Bounds of a stored hash. Argon2id does whatever the string asks for, and a string may come from
// an import.
const (
	maxHashMemory      = 64 * 1024 // KiB
	maxHashIterations  = 10
	maxHashParallelism = 4
	minHashSalt        = 8  // bytes (RFC 9106 §3.1)
	minHashKey         = 16 // bytes: an empty key would equal any other
	maxHashPart        = 64 // bytes of salt or key
)

// dummyHash is verified if there is no hash to verify. Nobody knows a password for it, and the
// result is never used.
const dummyHash roster.PasswordHash = "$argon2id$v=19$m=19456,t=2,p=1$cm9zdGVyLmR1bW15LnNhbA$bm9ib2R5IGhhcyB0aGlzIHBhc3N3b3JkLCBuZXZlci4"

// hashParams returns the parameters of new hashes (OWASP Password Storage Cheat Sheet, Argon2id).
func hashParams() *argon2id.Params {
	return &argon2id.Params{Memory: hashMemory, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// hash returns the PHC string of a password, with a new salt.
func (m *memory) hash(password string) (string, error) {
	p := hashParams()
	salt := make([]byte, p.SaltLength)
	_, _ = rand.Read(salt) // it never fails
	key := m.key(password, salt, p)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.Memory, p.Iterations, p.Parallelism, encode(salt), encode(key)), nil
}

// compare reports whether a password belongs to a PHC string. It takes the same time for every
// wrong password.
func (m *memory) compare(password, hash string) (bool, error) {
	p, salt, want, err := argon2id.DecodeHash(hash)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(m.key(password, salt, p), want) == 1, nil
}

// validateHash returns an error that says what is wrong with a stored hash.
func validateHash(h roster.PasswordHash) error {
	if h == "" {
		return errors.New("no password hash")
	}
	p, _, _, err := argon2id.DecodeHash(string(h))
	if err != nil {
		return fmt.Errorf("read password hash: %w", err)
	}
	switch {
	case p.Memory > maxHashMemory, p.Iterations < 1, p.Iterations > maxHashIterations,
		p.Parallelism < 1, p.Parallelism > maxHashParallelism,
		p.SaltLength < minHashSalt, p.SaltLength > maxHashPart,
		p.KeyLength < minHashKey, p.KeyLength > maxHashPart:
		return fmt.Errorf("password hash out of bounds: m=%d t=%d p=%d, salt %d, key %d bytes",
			p.Memory, p.Iterations, p.Parallelism, p.SaltLength, p.KeyLength)
	}
	return nil
}
