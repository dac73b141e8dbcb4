// Package argon2 derives keys by Argon2id (RFC 9106) in memory that the caller lends.
// golang.org/x/crypto/argon2 takes new memory for each key. See docs/adr/0014-argon2-memory.md.
//
// The compression function and its assembly are those of golang.org/x/crypto/argon2. This package
// has the loop around them. It is tested with the vectors of RFC 9106 and of golang.org/x/crypto,
// and compared with golang.org/x/crypto.
package argon2
