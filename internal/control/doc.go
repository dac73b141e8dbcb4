// Package control is the face behind the command line: a small protocol of JSON over HTTP, spoken over
// the unix socket in the data folder, or within one process where no server runs. Who may open the socket
// (its mode is 0600) or the data folder is the server's operator, so a request carries no credential.
// For the same reason the protocol is never mounted on TCP.
//
// Both ends are here, so that they cannot disagree: protocol.go names every call with the type of its
// request and of its answer, wire.go and wire_change.go hold those types, handler.go serves the calls from the verbs of
// package directory, client.go makes them, transport.go carries them. Every call is a POST of one JSON
// object; an answer is one JSON object or, for a list, an array that comes as it is read. The types are
// also what "roster … --json" prints.
//
// It holds no rule about the directory, and it prints nothing.
package control
