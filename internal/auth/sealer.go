package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"

	"roster"
)

// Sealer seals texts with AES-256-GCM under a random nonce (NIST SP 800-38D). It implements
// directory.Sealer.
type Sealer struct{ aead cipher.AEAD }

// Sealer returns a sealer for one purpose, which the label names.
func (k Keys) Sealer(label string) Sealer {
	block, err := aes.NewCipher(k.Derive("seal " + label))
	if err != nil {
		panic("auth: make sealer: " + err.Error()) // the length of the key is fixed
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("auth: make sealer: " + err.Error()) // AES has the block size of GCM
	}
	return Sealer{aead}
}

// Seal returns the sealed text in base64.
func (s Sealer) Seal(text []byte, about string) string {
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nil, nil, text, []byte(about)))
}

// Open returns what was sealed. Errors: Unavailable if it was sealed by another key or about
// something else, or if it was changed.
func (s Sealer) Open(sealed, about string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err == nil {
		b, err = s.aead.Open(nil, nil, b, []byte(about))
	}
	if err != nil {
		return nil, &roster.Error{
			Kind: roster.Unavailable, Detail: "this was sealed with another key than the server has; start it with the " + KeyFile + " of that time", Err: err,
		}
	}
	return b, nil
}
