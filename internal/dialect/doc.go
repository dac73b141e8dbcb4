// Package dialect is the common part of all HTTP faces. It adapts requests to verbs ([Endpoint]),
// parses JSON ([Parse]) and forms ([ParseForm]) strictly, reads arguments and collects their faults
// ([Reading]), bounds bodies, knows where a request came from ([Origin]), and writes answers, whole
// or streamed.
//
// It knows no single dialect: the names of endpoints, the meaning of arguments and the form of
// errors are in graze, checkcentral and the other faces. It has no rules of the directory either.
package dialect
