package roster

import (
	"fmt"
	"strings"
)

// The opaque identifiers. Each is a UUIDv7 (RFC 9562) in lower-case text. Each has a type of its
// own, so that one cannot be passed for another.
type (
	OrganizationID    string // identifies an [Organization]
	UserID            string // identifies a [User]
	GroupID           string // identifies a [Group]
	RoleID            string // identifies a [Role]
	DepartmentID      string // identifies a [Department]
	RealmID           string // identifies a [Realm]
	BusinessServiceID string // identifies a [BusinessService]
	TokenID           string // identifies a [Token]
	SessionID         string // identifies a [Session]
	LinkID            string // identifies a [Link]
	ContactMethodID   string // identifies a [ContactMethod]
	AuditID           string // identifies an [AuditEntry]
	JobID             string // identifies a [Job]

	CheckID           string // identifies a [Check]
	CheckGroupID      string // identifies a [CheckGroup]
	CheckPermissionID string // identifies a [CheckPermission]
	EventID           string // identifies an [Event]
)

// FoldID returns a UUID in lower case, as records hold it, because UUIDs are compared without
// regard to case (RFC 9562 §4). It returns any other text unchanged.
func FoldID[T ~string](id T) T {
	if !IsUUID(id) {
		return id
	}
	return T(strings.ToLower(string(id)))
}

// IsUUID reports whether a text is a UUID in its usual form of 36 characters, in any case.
func IsUUID[T ~string](text T) bool {
	const length = 36 // with dashes at these places
	if len(text) != length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return false
	}
	const digits = "0123456789abcdefABCDEF-"
	return !strings.ContainsFunc(string(text), func(r rune) bool { return !strings.ContainsRune(digits, r) })
}

// Ref names a record by opaque id, by number, or by name. The first of ID, Number and Name that is
// set and finds a record wins. In a dialect that uses numbers as ids, the text "12" becomes
// Ref{Number: 12, Name: "12"}. Names are compared without regard to case.
type Ref struct {
	ID     string `json:",omitempty"`
	Number int64  `json:",omitempty"` // 0: none
	Name   string `json:",omitempty"`
}

// IsZero reports whether the reference names nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// String returns the reference as text for messages: the quoted name or id, or the number.
func (r Ref) String() string {
	switch {
	case r.Name != "":
		return fmt.Sprintf("%q", r.Name)
	case r.ID != "":
		return fmt.Sprintf("%q", r.ID)
	default:
		return fmt.Sprint(r.Number)
	}
}

// linked identifies another record by id, number and name, so that it need not be loaded.
type linked[I ~string] struct {
	ID     I
	Number int64
	Name   string
}

// String returns the name.
func (l linked[I]) String() string { return l.Name }

// Links to other records.
type (
	GroupLink           = linked[GroupID]           // a group or team
	RoleLink            = linked[RoleID]            // a role
	DepartmentLink      = linked[DepartmentID]      // a department
	UserLink            = linked[UserID]            // a user; Name is the userName
	BusinessServiceLink = linked[BusinessServiceID] // a business service
	CheckLink           = linked[CheckID]           // a check
	CheckGroupLink      = linked[CheckGroupID]      // a check group
)
