// Package ldaptest starts OpenLDAP's slapd for tests from the binary that is installed, in a folder
// of its own, and sees to it that it ends with the process that started it, even when that is
// killed.
//
// The server holds a few people and groups (see directory.ldif), speaks LDAP with StartTLS on one
// port of 127.0.0.1 and LDAP over TLS on another, and shows itself by a certificate of an authority
// of its own. Nobody but [SystemUser] may search for people; who is signed in may read their own
// entry and all groups.
//
// The package is for tests only.
package ldaptest
