// Package ldaptest starts OpenLDAP's slapd for tests. It uses the installed binary and a folder of
// its own. The server ends with the process that started it, even if that process is killed.
//
// The server holds a few people and groups (see directory.ldif). It speaks LDAP with StartTLS on
// one port of 127.0.0.1 and LDAP over TLS on another. Its certificate is issued by an authority of
// its own. Only [SystemUser] may search for people. A person who is signed in may read their own
// entry and all groups.
//
// The package is for tests only.
package ldaptest
