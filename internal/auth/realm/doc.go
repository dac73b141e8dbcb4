// Package realm asks others who somebody is: where people do not prove their identity by a password
// that Roster keeps, a [Realm] verifies it and says what it knows of them.
//
// [LDAP] signs people in against a directory server (RFC 4511, RFC 4513). The server is not trusted
// to answer soon, or at all, or sensibly: how long, how much and how deep is bounded before
// anything is parsed. [ParseSAML] and [ParseMetadata] only check the settings of a SAML realm (SAML
// V2.0 metadata); no one can sign in by SAML yet.
//
// The package stores nothing and makes no users: [Provision] says what the user of an [Identity]
// would be, and the caller creates it. It does not throttle and does not cache, as package auth
// does both.
//
//   - realm.go: [Realm], [Identity], and the errors
//   - config.go, validate.go, filter.go: the settings of an LDAP realm
//   - declared.go: the realms of a file, joined with the directory
//   - ldap.go, lookup.go, direct.go: a sign-in, step by step
//   - entry.go, group.go: what an entry and its groups say of a person
//   - gate.go, pool.go, server.go: how many at a time, over which connections, to which server
//   - conn.go, dial.go, guard.go, element.go: one connection, and what it may carry
//   - provision.go: from an identity to a user
//   - saml.go, saml_validate.go, property.go, template.go, metadata.go, certificate.go: settings of
//     a SAML realm
package realm
