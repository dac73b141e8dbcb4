// Package api is Roster's native API, /api/v1. It offers everything that the verbs can do, as JSON
// resources.
//
// # One call
//
// A request first passes [api.admit]. That reads the parameters strictly and finds the credential:
// a bearer token, Basic, or a dashboard session's cookie. It counts the request against the rate
// limit, and reads and parses the body. Then [route] decodes, calls one verb and encodes. Every
// error becomes a problem (RFC 9457) that lists all faults at once, with JSON pointers.
//
// # The description
//
// The OpenAPI 3.1 document is generated with huma. Its sources are the types of requests and
// answers with their tags, and the table of operations in each resource's file. Bodies and
// parameters are validated against the same document: [fitting] walks its schemas. The tests
// validate every request and answer against it too.
//
// # A resource
//
// Each resource has one file: its types as they are sent, its operations, decode and encode.
// group.go is the pattern. list.go has what lists share, parameter.go and document.go read
// parameters and bodies, and problem.go writes errors.
package api
