package directory

import "roster"

// NameTx replaces the keys of names, for records of every organization. It is for background work.
type NameTx interface {
	// NamesEverywhere returns names of one kind after a record, in ascending order of organization and
	// id.
	NamesEverywhere(kind NameKind, after NamedRecord, limit int) ([]NamedRecord, error)

	// SetNameKey replaces the key of a record's name. It returns false if the record is gone, or if
	// another record has the key.
	SetNameKey(kind NameKind, r NamedRecord, key string) (bool, error)
}

// NameKind says which name of which noun is meant.
type NameKind int

// The names that have a key. The names of users come first.
const (
	UserNames NameKind = iota
	UserEmails
	UserDisplayNames
	GroupNames // of teams too
	RoleNames
	DepartmentNames
	ServiceNames
	RealmNames
	TokenNames
	CheckGroupNames
	CheckNames
	CheckAliases
	NameKinds // how many there are
)

// NamedRecord is a record and its name.
type NamedRecord struct {
	OrganizationID roster.OrganizationID
	ID             string
	Name           string
}
