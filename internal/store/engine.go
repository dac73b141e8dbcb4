package store

import (
	"strings"

	"github.com/pressly/goose/v3"
)

// engine holds the differences between the engines, apart from how they run a transaction.
type engine struct {
	name       string
	dialect    goose.Dialect
	markers    *strings.Replacer     // replaces the markers in migrations
	skipLocked string                // ends a query for rows that no other transaction has locked
	arrays     bool                  // several rows are inserted from arrays, one for each column
	oneWriter  bool                  // only one transaction writes at a time
	forUpdate  string                // ends a query that locks its rows until the transaction ends
	fault      func(err error) fault // classifies an error of the driver

	listColumns string // names and types of the columns of the table $1
}

// fault is a classified error of the driver.
type fault struct {
	class class
	index string // class constraint only: table__column of a unique index, after its last column
}

// class says how to react to a fault.
type class uint8

const (
	unknown     class = iota // a bug of ours
	constraint               // only this statement was refused, for example by a unique index
	again                    // the transaction left no trace and may succeed when it runs again
	lost                     // the connection broke; the outcome of the running statement is unknown
	full                     // the disk is full
	unavailable              // the engine cannot work at the moment
	readOnly                 // the database cannot be written
	damaged                  // the database's files are damaged
)
