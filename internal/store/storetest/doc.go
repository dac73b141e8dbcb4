// Package storetest is the contract of a store: what every implementation of directory.Store must
// do. It is a list of sentences, each with a test, and knows no engine.
//
// It does not test failures of a disk or a connection. Each engine tests these itself.
package storetest
