// Package realm signs in people whose password Roster does not have: a [Realm] verifies it
// elsewhere and says who the person is.
//
// [LDAP] asks a directory server (RFC 4511, RFC 4513). The server is not trusted to answer soon, at
// all, or sensibly: time, size and depth of answers are bounded before they are parsed. [Declared]
// holds the LDAP realms of the configuration and makes the people they sign in users. [ParseSAML]
// and [ParseMetadata] validate the settings of a SAML realm (SAML V2.0 metadata). Signing in by
// SAML is not possible yet.
//
// The package stores nothing itself. It does not throttle sign-ins or cache passwords; package auth
// does both.
//
//   - realm.go: [Realm], [Identity], and the errors
//   - config.go, validate.go, filter.go: the settings of an LDAP realm
//   - declared.go: [Declared], the realms of the configuration
//   - ldap.go, lookup.go, direct.go: a sign-in, step by step
//   - entry.go, group.go: from an entry and its groups to an identity
//   - gate.go, pool.go, server.go: how many sign-ins at a time, over which connections, to which
//     server
//   - conn.go, dial.go, guard.go, element.go: one connection, and the bounds of its answers
//   - provision.go: from an identity to a user
//   - saml.go, saml_validate.go, property.go, template.go, metadata.go, certificate.go: settings of
//     a SAML realm
package realm
