package roster

import (
	"encoding/json"
	"time"
)

// RealmKind says how a realm proves identity.
type RealmKind string

// The kinds of realm that are records.
const (
	RealmSAML RealmKind = "SAML2" // made by Graze's security-realm calls
	RealmLDAP RealmKind = "LDAP"  // declared in the server's configuration
)

// Realm is a place outside of Roster where users prove identity. Its id is the [User.Realm] of its
// users.
type Realm struct {
	ID             RealmID
	OrganizationID OrganizationID
	Name           string
	Kind           RealmKind
	Active         bool
	Configuration  json.RawMessage // a JSON object as given
	Version        int64
	CreatedAt      time.Time
	UpdatedAt      time.Time
}
