// Package app opens, joins and closes the parts: the one package that sees all of them. It has no
// logic of its own about the directory; what it decides is which part talks to which.
package app
