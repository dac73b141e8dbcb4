package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"math/big"
	"strings"

	"roster/internal/directory"
)

// The form of a token's secret: a prefix, by which scanners find leaked secrets, 256 random bits
// and a checksum, both in base 62. The checksum shows a typing error without asking the store.
const (
	tokenPrefix   = "roster_"
	tokenRandom   = 43 // characters: 62^43 > 2^256
	tokenChecksum = 6  // characters: 62^6 > 2^32
	tokenLength   = len(tokenPrefix) + tokenRandom + tokenChecksum

	sessionTokenLength = 32 // hexadecimal characters: Graze's form of an auth_token, 128 random bits
	secretBytes        = 32 // of a token and of a link
)

// Secrets makes secrets from the system's randomness, and their stored form.
type Secrets struct{}

var _ directory.Secrets = Secrets{}

// Token returns the secret of a new token: roster_, 43 characters of 256 random bits and 6
// characters of checksum.
func (Secrets) Token() string { return NewTokenSecret(rand.Reader) }

// Session returns the token of a new session: 32 hexadecimal characters, 128 random bits.
func (Secrets) Session() string { return NewSessionToken(rand.Reader) }

// Link returns the secret of a new link: 43 characters of base64url, 256 random bits.
func (Secrets) Link() string {
	return base64.RawURLEncoding.EncodeToString(random(rand.Reader, secretBytes))
}

// Hash returns the stored form of a secret. See [HashSecret].
func (Secrets) Hash(secret string) string { return HashSecret(secret) }

// NewTokenSecret returns the secret of a token, made of 32 bytes of r. It panics if r ends.
func NewTokenSecret(r io.Reader) string {
	s := tokenPrefix + base62(random(r, secretBytes), tokenRandom)
	return s + checksum(s)
}

// NewSessionToken returns the token of a session, made of 16 bytes of r. It panics if r ends.
func NewSessionToken(r io.Reader) string {
	return hex.EncodeToString(random(r, sessionTokenLength/2))
}

// HashSecret returns the stored form of a secret of at least 128 random bits: SHA-256 in lower-case
// hexadecimal. Such secrets need no costly hash, because nobody can guess them; passwords do.
func HashSecret(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// wellFormedToken reports whether s has the form of a token's secret, checksum included.
func wellFormedToken(s string) bool {
	if len(s) != tokenLength || !strings.HasPrefix(s, tokenPrefix) {
		return false
	}
	body := len(s) - tokenChecksum
	return checksum(s[:body]) == s[body:]
}

// wellFormedSession reports whether s has the form of a session's token.
func wellFormedSession(s string) bool {
	if len(s) != sessionTokenLength {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func checksum(s string) string {
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(s)))
	return base62(sum, tokenChecksum)
}

// base62 writes the number b with the digits 0-9, a-z and A-Z, padded with zeros to the width.
func base62(b []byte, width int) string {
	s := new(big.Int).SetBytes(b).Text(62)
	return strings.Repeat("0", width-len(s)) + s
}

func random(r io.Reader, n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		panic("auth: the source of randomness ended: " + err.Error())
	}
	return b
}
