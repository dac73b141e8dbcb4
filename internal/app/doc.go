// Package app opens, joins and closes the parts. It is the only package that imports all of them.
// It has no rules of its own; it only decides which part gets which.
package app
