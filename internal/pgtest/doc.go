// Package pgtest starts PostgreSQL for tests and benchmarks. It uses the installed binaries and a
// folder of its own. The cluster ends with the process that started it, even if that process is
// killed.
//
// The cluster sorts text by an ICU locale, so that a query which silently relies on the order of
// bytes fails here and not at a user. The package is for tests only: the cluster trusts everybody
// who reaches its socket, and by default does not flush to disk.
package pgtest
