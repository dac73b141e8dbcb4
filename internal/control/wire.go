package control

import (
	"encoding/json"
	"time"

	"roster"
)

// Empty is a request that says nothing.
type Empty struct{}

// Name picks a record by its name or its id, an id first.
type Name struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// NewToken asks for an API token.
type NewToken struct {
	Name             string        `json:"name"`
	Access           roster.Access `json:"access"`
	User             string        `json:"user,omitempty"`             // its userName; "" for a token of the organization
	Groups           []string      `json:"groups,omitempty"`           // names or ids; none: not limited
	ExpiresInSeconds int64         `json:"expiresInSeconds,omitempty"` // 0: never
	ErrorsAs200      bool          `json:"errorsAs200,omitempty"`      // CheckCentral answers 200 even where it fails
}

// Token is an API token without its secret.
type Token struct {
	ID           roster.TokenID `json:"id"`
	Name         string         `json:"name"`
	Access       roster.Access  `json:"access"`
	User         string         `json:"user,omitempty"`
	Groups       []string       `json:"groups,omitempty"`
	ErrorsAs200  bool           `json:"errorsAs200,omitempty"`
	CreatedAt    time.Time      `json:"createdAt"`
	ExpiresAt    time.Time      `json:"expiresAt,omitzero"`
	RevokedAt    time.Time      `json:"revokedAt,omitzero"`
	LastUsedAt   time.Time      `json:"lastUsedAt,omitzero"`
	LastUsedFrom string         `json:"lastUsedFrom,omitempty"`
}

// CreatedToken is a token and, this once, its secret.
type CreatedToken struct {
	Token
	Secret string `json:"secret"`
}

// TokenList asks for the tokens.
type TokenList struct {
	Revoked bool `json:"revoked,omitempty"` // also those that were revoked
}

// NewUser asks for a user. Fields that are zero take the directory's defaults.
type NewUser struct {
	UserName         string             `json:"userName"`
	DisplayName      string             `json:"displayName,omitempty"`
	Email            string             `json:"email,omitempty"`
	Password         string             `json:"password,omitempty"`
	Inactive         bool               `json:"inactive,omitempty"`
	AccessLevel      roster.AccessLevel `json:"accessLevel,omitempty"`
	LevelGroups      []string           `json:"accessLevelGroups,omitempty"` // the level is for these groups; names or ids, as all that follow
	Roles            []string           `json:"roles,omitempty"`
	RoleGrants       []RoleGrant        `json:"roleGrants,omitempty"` // further roles, for groups
	Groups           []string           `json:"groups,omitempty"`
	Teams            []string           `json:"teams,omitempty"`
	Department       string             `json:"department,omitempty"`
	TimeZone         string             `json:"timezone,omitempty"`
	PhoneNumber      string             `json:"phoneNumber,omitempty"`
	SendWelcomeEmail bool               `json:"sendWelcomeEmail,omitempty"`
}

// RoleGrant is a role that somebody has for groups only. References are names or ids.
type RoleGrant struct {
	Role   string   `json:"role"`
	Groups []string `json:"groups"`
}

// UserName picks one user, by the first of its fields that is set.
type UserName struct {
	ID       roster.UserID `json:"id,omitempty"`
	Number   int64         `json:"number,omitempty"`
	UserName string        `json:"userName,omitempty"`
}

// UserList asks for users.
type UserList struct {
	Limit int `json:"limit,omitempty"` // at most so many; 0: all
}

// UserSummary is what every answer about a user begins with.
type UserSummary struct {
	ID          roster.UserID      `json:"id"`
	Number      int64              `json:"number"`
	UserName    string             `json:"userName"`
	DisplayName string             `json:"displayName"`
	Email       string             `json:"email,omitempty"`
	Active      bool               `json:"active"`
	AccessLevel roster.AccessLevel `json:"accessLevel"`
	Realm       string             `json:"realm"`
	HasPassword bool               `json:"hasPassword"`
}

// User is a user with names in place of what it is linked with.
type User struct {
	UserSummary
	LevelGroups          []string        `json:"accessLevelGroups,omitempty"` // the level is for these groups only: names, ids of groups that the user is not in
	Roles                []string        `json:"roles"`
	RoleGrants           []RoleGrant     `json:"roleGrants,omitempty"` // those of the roles that are for groups only
	Groups               []string        `json:"groups"`
	Teams                []string        `json:"teams"`
	PrimaryGroup         string          `json:"primaryGroup,omitempty"`
	Department           string          `json:"department,omitempty"`
	TimeZone             string          `json:"timezone"`
	PhoneNumber          string          `json:"phoneNumber,omitempty"`
	SessionExpiryMinutes int             `json:"sessionExpiryMinutes,omitempty"` // 0: the system's
	ContactMethods       []ContactMethod `json:"contactMethods,omitempty"`
	Preferences          []Preference    `json:"preferences,omitempty"`
	JoinedAt             time.Time       `json:"joinedAt"`
	CreatedAt            time.Time       `json:"createdAt"`
	UpdatedAt            time.Time       `json:"updatedAt"`
}

// ContactMethod is an address of a user for a service.
type ContactMethod struct {
	Service     roster.Service `json:"service"`
	Address     string         `json:"address"`
	ConfirmedAt time.Time      `json:"confirmedAt,omitzero"`
}

// NewPassword gives a user a password.
type NewPassword struct {
	User     UserName `json:"user"`
	Password string   `json:"password"`
}

// SetUpLink is a link by which a user sets a password, once.
type SetUpLink struct {
	User      string    `json:"user"` // its userName
	Link      string    `json:"link"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// NewNamed asks for a group or a team.
type NewNamed struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// GroupSummary is what every answer about a group or a team begins with.
type GroupSummary struct {
	ID          roster.GroupID `json:"id"`
	Number      int64          `json:"number"`
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
}

// Group is a group or a team in a list, or one that was just made: with its number of members.
type Group struct {
	GroupSummary
	Members   int64     `json:"members"`
	CreatedAt time.Time `json:"createdAt"`
}

// GroupDetails is a group or a team by itself. Its members are a list of their own.
type GroupDetails struct {
	GroupSummary
	Active    bool      `json:"active"`
	Services  []string  `json:"services,omitempty"` // those that a team looks after, by name
	CreatedAt time.Time `json:"createdAt"`
}

// Member is a user as a member of a group or a team.
type Member struct {
	ID       roster.UserID `json:"id"`
	Number   int64         `json:"number"`
	UserName string        `json:"userName"`
}

// NewDepartment asks for a department.
type NewDepartment struct {
	Name string `json:"name"`
}

// Department is a department.
type Department struct {
	ID     roster.DepartmentID `json:"id"`
	Number int64               `json:"number"`
	Name   string              `json:"name"`
}

// NewRole asks for a role.
type NewRole struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Permissions []string `json:"permissions"` // by name
}

// Role is a role with the names of its permissions.
type Role struct {
	ID          roster.RoleID `json:"id"`
	Number      int64         `json:"number"`
	Name        string        `json:"name"`
	Description string        `json:"description,omitempty"`
	Permissions []string      `json:"permissions"`
	Shipped     bool          `json:"shipped"` // came with Roster
}

// Realm is where users prove identity, if not here. Its configuration is not shown: it may hold secrets.
type Realm struct {
	ID        roster.RealmID   `json:"id"`
	Name      string           `json:"name"`
	Kind      roster.RealmKind `json:"kind"`
	Active    bool             `json:"active"`
	CreatedAt time.Time        `json:"createdAt"`
	UpdatedAt time.Time        `json:"updatedAt"`
}

// PreferencesOf says whose default matrix is meant.
type PreferencesOf struct {
	Group string `json:"group,omitempty"` // name or id; "" for the organization
}

// Preference is the set of services by which somebody is told about one type.
type Preference struct {
	Type     roster.NotificationType `json:"type"`
	Services []roster.Service        `json:"services"`
}

// Preferences is a default matrix: what a user gets who is created without preferences.
type Preferences struct {
	PreferencesOf
	Preferences []Preference `json:"preferences"`
}

// AuditList asks for audit entries.
type AuditList struct {
	Target string `json:"target,omitempty"` // id of a record: only entries about it
	Newest bool   `json:"newest,omitempty"` // the newest first
	Limit  int    `json:"limit,omitempty"`  // at most so many; 0: all
}

// AuditEntry says who changed what.
type AuditEntry struct {
	ID         roster.AuditID   `json:"id"`
	Seq        int64            `json:"seq,omitempty"` // place in the chain, from 1; 0 while unsealed
	At         time.Time        `json:"at"`
	ActorKind  roster.ActorKind `json:"actorKind"`
	Actor      string           `json:"actor"`
	ActorName  string           `json:"actorName,omitempty"`
	Face       roster.Face      `json:"face"`
	Address    string           `json:"address,omitempty"`
	RequestID  string           `json:"requestId,omitempty"`
	Action     string           `json:"action"`
	Target     string           `json:"target"`
	TargetName string           `json:"targetName,omitempty"`
	Hash       string           `json:"hash,omitempty"`
	Details    json.RawMessage  `json:"details,omitempty"` // absent once erased
}

// VerifiedAudit says whether the chain is whole.
type VerifiedAudit struct {
	Sealed int64          `json:"sealed"`        // entries that were checked
	Erased int64          `json:"erased"`        // of these, those whose details are gone
	Bad    roster.AuditID `json:"bad,omitempty"` // the first that is not what it was
	Reason string         `json:"reason,omitempty"`
}

// Status is how the directory and its server stand: facts, which "roster doctor" judges.
type Status struct {
	Server       Server     `json:"server"`
	Organization string     `json:"organization"` // slug
	AdminReady   bool       `json:"adminReady"`   // the user admin can sign in, or is gone
	Jobs         []JobCount `json:"jobs"`
}

// JobCount says how a lane's jobs stand.
type JobCount struct {
	Lane    roster.Lane `json:"lane"`
	Waiting int64       `json:"waiting"`
	Running int64       `json:"running"`
	Buried  int64       `json:"buried"`
}

// Server is what the directory does not know of the process and the engine around it.
type Server struct {
	Version       string `json:"version"`
	HTTP          string `json:"http,omitempty"` // address; "" if it is off
	HTTPS         string `json:"https,omitempty"`
	PublicURL     string `json:"publicUrl,omitempty"` // "" if none is configured
	Engine        string `json:"engine"`              // "sqlite" or "postgres"
	Schema        int64  `json:"schema"`              // version of the database's schema
	Key           string `json:"key"`                 // where the key comes from: a file's name or a variable's
	Mail          string `json:"mail,omitempty"`      // where messages go: host and port, or "outbox"; "" if nowhere
	Demonstration bool   `json:"demonstration,omitempty"`
	Folder        string `json:"folder"`    // the data folder
	FreeBytes     int64  `json:"freeBytes"` // on its disk; -1 if that is not known
}

// Examination is what a look at the whole database found. It is empty for PostgreSQL, which looks
// after its own files.
type Examination struct {
	Damage  []string `json:"damage,omitempty"` // in the database's own words
	Tables  int      `json:"tables"`
	Checked int      `json:"checked"` // how many of them there was time for
}
