// Package outbound makes requests to addresses that somebody else chose: webhooks, push services,
// metadata, discovery documents, calendars, object storage (DECISIONS 27).
//
// A client of this package reaches public addresses only. What counts is the address that a name
// leads to at the moment of the connection, so that neither a name with two faces nor one that
// changes gets through. It follows no redirect, ignores the proxy variables, and bounds time and
// size of what comes back.
//
// The package does not look at what is sent, does not sign, and does not try again. Servers that
// the configuration names (mail, LDAP, PostgreSQL, base URLs of services) are trusted to be where
// they are and are not reached through it.
//
//   - client.go: [Client], the guarded client
//   - address.go: which addresses are public
//   - body.go: the bound on what comes back
//   - get.go: [Get], for a whole document
package outbound
