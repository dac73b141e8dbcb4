package store

import (
	"strings"

	"github.com/pressly/goose/v3"
)

// engine is everything in which the engines differ, apart from how they run a transaction.
type engine struct {
	name       string
	dialect    goose.Dialect
	markers    *strings.Replacer     // what the markers in migrations stand for
	skipLocked string                // ends a query for rows that nobody else is taking
	oneWriter  bool                  // one transaction at a time writes
	forUpdate  string                // ends a query for rows that nobody else may change until the transaction ends
	fault      func(err error) fault // what an error of the driver means
}

// fault is what an error of the driver means.
type fault struct {
	class class
	index string // of class constraint: table__column of a unique index, after its last column
}

// class says what is to be done about a fault.
type class uint8

const (
	unknown     class = iota // ours: a bug
	constraint               // the statement was refused, and only it: a unique index has the value, or the like
	again                    // the same transaction may succeed if it runs again: it has left no trace
	lost                     // the connection broke: nothing is known of what was under way
	full                     // the disk is full
	unavailable              // the engine cannot work just now
	readOnly                 // the database may not be written
	damaged                  // the database's files do not make sense
)
