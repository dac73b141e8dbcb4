package storetest

import (
	"crypto/sha256"
	"encoding/hex"
)

// ID is a UUID without its last digit. It is a constant, so that ID + "7" is an id of any type.
const ID = "00000000-0000-7000-8000-00000000000"

// IDOf returns the UUID of a name: always the same, and another one for another name.
func IDOf[T ~string](name string) T {
	hash := Hash(name)
	return T(hash[:8] + "-" + hash[8:12] + "-7" + hash[13:16] + "-8" + hash[17:20] + "-" + hash[20:32])
}

// theOne is an id that only one record of an organization may have.
const theOne = ID + "1"

// twin returns the UUID that differs from another one in its first digit only.
func twin[T ~string](id T) T { return "f" + id[1:] }

// Hash returns the SHA-256 of a text in hex, as the hashes of secrets are given to a store.
func Hash(of string) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:])
}
