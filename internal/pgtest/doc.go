// Package pgtest starts PostgreSQL for tests and benchmarks from the binaries that are installed,
// in a folder of its own, and sees to it that it ends with the process that started it, even when
// that is killed.
//
// The cluster sorts text by an ICU locale, so that a query that relies on the order of bytes
// without saying so fails here and not with a user. The package is for tests only: what it starts
// trusts everybody who reaches its socket, and by default does not flush to disk.
package pgtest
