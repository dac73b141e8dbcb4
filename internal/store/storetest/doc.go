// Package storetest is the contract of a store: what every implementation of directory.Store must
// do, as sentences with a test each. It knows no engine.
//
// It does not test how a store fails when its disk or its connection does; that is with each
// engine.
package storetest
