package argon2

import (
	_ "unsafe" // for go:linkname

	"golang.org/x/crypto/argon2"
)

// version is the version of Argon2. It also links the package of the functions below.
const version = argon2.Version

// compress writes the compression of a and b to out (G of RFC 9106 §3.5).
//
//go:linkname compress golang.org/x/crypto/argon2.processBlock
//go:noescape
func compress(out, a, b *Block)

// compressXOR is like compress, but combines the result with out by XOR.
//
//go:linkname compressXOR golang.org/x/crypto/argon2.processBlockXOR
//go:noescape
func compressXOR(out, a, b *Block)

// longHash fills out with the hash of in (H' of RFC 9106 §3.3).
//
//go:linkname longHash golang.org/x/crypto/argon2.blake2bHash
func longHash(out, in []byte)
