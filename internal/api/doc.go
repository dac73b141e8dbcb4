// Package api is Roster's native API, /api/v1: everything that the verbs can do, as resources in
// JSON.
//
// # One call
//
// A request passes [api.admit]: its parameters are read strictly, its credential is found (a bearer
// token, Basic, or a dashboard session's cookie), it is counted, and its body is read and parsed.
// Then comes [route]: decode, one verb, encode. Whatever goes wrong on the way is a problem (RFC
// 9457) that names all faults at once, by JSON pointers.
//
// # The description
//
// The OpenAPI 3.1 document is generated (huma): the types of requests and answers with their tags,
// and the table of operations in each resource's file, are all there is to write. What the document
// says of a body or a parameter is what it is held against: [fitting] walks the same schema. The
// tests hold every request and answer against the document too.
//
// # A resource
//
// One file: its types as they are sent, its operations, decode and encode. group.go is the pattern;
// list.go has what lists share, parameter.go and document.go how parameters and a body are read,
// problem.go how errors look.
package api
