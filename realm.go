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

// Realm is where users prove identity, if not here. A user of it has its id as [User.Realm].
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
