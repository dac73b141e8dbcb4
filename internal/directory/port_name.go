package directory

import "roster"

// NameTx gives records of every organization the keys of their names anew: for work in the
// background.
type NameTx interface {
	// NamesEverywhere returns names of one kind, by ascending organization and id, after a record.
	NamesEverywhere(kind NameKind, after NamedRecord, limit int) ([]NamedRecord, error)

	// SetNameKey gives a record the key of its name. It reports whether the record has the key then:
	// false where the record is gone, or another one has the key.
	SetNameKey(kind NameKind, r NamedRecord, key string) (bool, error)
}

// NameKind says which name of which records is meant.
type NameKind int

// The names that have a key. Those of users come first.
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
