// Package operator serves what only the operator of the machine may do: see how the server stands,
// have its database examined and backed up, and say who may make organizations. These calls are no
// part of the native API. They are served on the command line's socket and within its own process,
// and nowhere else.
//
// Everything else that the command line does, it does by the native API.
package operator
