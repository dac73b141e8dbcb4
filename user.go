package roster

import (
	"encoding/json"
	"time"
)

// Realms that are not records.
const (
	RealmDB       = "DB"       // the user has a password here, or will set one
	RealmExternal = "external" // the user proves identity outside; the realm is not known yet
)

// User is a person or a service account (RFC 7643 §4.1).
type User struct {
	ID             UserID
	OrganizationID OrganizationID
	Number         int64  // unique in the whole server, never reused, below 2^53
	UserName       string // unique in the organization without regard to case (RFC 7643 §4.1.1)
	DisplayName    string
	Title          string // such as "Vice President" (RFC 7643 §4.1.1); "" if none
	Email          string // the primary address; "" if none
	ExternalID     string // the id that the client's system gave (RFC 7643 §3.1)

	EmailConfirmedAt time.Time // when the person confirmed Email; zero: not yet
	EmailSetAt       time.Time // when Email was set; zero: when the user was created

	Active        bool // may sign in and be notified
	AccessLevel   AccessLevel
	Realm         string // RealmDB, RealmExternal or the id of a realm
	HasPassword   bool   // a password hash is stored
	PrimaryGroup  GroupLink
	Department    DepartmentLink
	JoinedAt      time.Time // in whole seconds
	TimeZone      string    // as given: an IANA name, "SYSTEM", a label, or unknown text; see directory.Zone
	ContactNumber string    // a phone number as given; where it parses there is a ContactMethod too
	SessionExpiry time.Duration
	Competencies  []Competency
	Properties    json.RawMessage // a JSON object as given, nil if none
	ManagedBy     ManagedBy
	Preferences   []Preference // in the fixed order of their types
	Version       int64        // rises by one with every change of an administered attribute
	CreatedAt     time.Time
	UpdatedAt     time.Time

	// The following fields are loaded only if asked for (see directory.With).
	Roles          []RoleGrant
	LevelGroups    []GroupID       // the access level is granted for these groups; empty: for the organization
	Groups         []GroupLink     // of KindGroup
	Teams          []GroupLink     // of KindTeam
	ContactMethods []ContactMethod // that of the primary email first
}

// Competency says how well a user knows something: Name or CID, as the client gave it.
type Competency struct {
	Name    string `json:"name,omitempty"`
	CID     int64  `json:"cid,omitempty"`
	Ranking int    `json:"ranking"` // 0 to 100
}

// ManagedBy remembers which face last set each group of attributes, so that the dashboard can warn
// before it overwrites them.
type ManagedBy struct {
	Profile Face // names, title, address, zone, phone number, properties
	Access  Face // active, level, roles, realm
	Groups  Face // groups, teams, primary group, department
	Reach   Face // contact methods, preferences
}

// SystemTimeZone is the time zone of users without their own. It stands for the organization's
// zone.
const SystemTimeZone = "SYSTEM"

// PasswordHash is the stored form of a password, in PHC string format; "" if there is none.
// It never travels inside a [User].
type PasswordHash string

// Account is the part of a user that authentication reads. It is read each time and never comes
// from a cache that outlives a change.
type Account struct {
	UserID            UserID
	OrganizationID    OrganizationID
	Number            int64
	UserName          string
	Active            bool
	Realm             string
	PasswordHash      PasswordHash
	CredentialVersion int64 // rises when the password changes; sessions of an older one are over
	SessionExpiry     time.Duration
	Grants            Grants
}

// RoleGrant is a role that a user holds, for the organization or for groups (DECISIONS 6).
type RoleGrant struct {
	RoleLink
	Groups []GroupID // in ascending order; empty: the organization
}

// Grant is a set of permissions, for the whole organization or for one group only.
type Grant struct {
	Group       GroupID // "" for the organization
	Permissions Permissions
}

// Grants are all permissions that somebody holds, with at most one entry for each group.
type Grants []Grant

// Everywhere returns the permissions held for the whole organization.
func (g Grants) Everywhere() Permissions { return g.of("") }

// In returns the permissions held in the group: those for it and those for the organization.
func (g Grants) In(id GroupID) Permissions { return g.of("") | g.of(id) }

// Anywhere returns the permissions held for the organization or for any group.
func (g Grants) Anywhere() Permissions {
	var p Permissions
	for _, grant := range g {
		p |= grant.Permissions
	}
	return p
}

// Scope returns the groups in which p is held. If p is held for the whole organization, it returns
// no groups and true.
func (g Grants) Scope(p Permissions) (groups []GroupID, orgWide bool) {
	if g.Everywhere().Has(p) {
		return nil, true
	}
	for _, grant := range g {
		if grant.Group != "" && g.In(grant.Group).Has(p) {
			groups = append(groups, grant.Group)
		}
	}
	return groups, false
}

// Add adds a grant.
func (g *Grants) Add(id GroupID, p Permissions) {
	for i := range *g {
		if (*g)[i].Group == id {
			(*g)[i].Permissions |= p
			return
		}
	}
	*g = append(*g, Grant{Group: id, Permissions: p})
}

func (g Grants) of(id GroupID) Permissions {
	for _, grant := range g {
		if grant.Group == id {
			return grant.Permissions
		}
	}
	return 0
}
