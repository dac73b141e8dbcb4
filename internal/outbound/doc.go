// Package outbound makes requests to addresses that somebody else chose: webhooks, push services,
// metadata, discovery documents, calendars, object storage (DECISIONS 27).
//
// A client of this package reaches public addresses only. It judges the address that a name
// resolves to at the moment of the connection, so a name that changes its address gains nothing. It
// follows no redirects, ignores the proxy variables, and bounds the time and the size of answers.
//
// The package does not inspect or sign requests and does not retry. Servers that the operator
// configures (mail, LDAP, PostgreSQL, base URLs of services) are trusted and not reached through
// it.
//
//   - client.go: [Client], the guarded client
//   - address.go: the public addresses
//   - body.go: the bound on answers
//   - get.go: [Get], for a whole document
package outbound
