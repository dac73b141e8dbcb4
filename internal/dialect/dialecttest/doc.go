// Package dialecttest tests dialects by scenarios: literal bytes go in, a full answer is compared,
// and the directory is asked what is true afterwards. A scenario passes through the whole server,
// from the outermost handler to the disk, on SQLite and on PostgreSQL.
//
// The package is for tests only, and imports everything.
package dialecttest
