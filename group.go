package roster

import "time"

// GroupKind says what a group is for. Names are unique within a kind.
type GroupKind string

// The kinds of group.
const (
	KindGroup GroupKind = "group" // CheckCentral's user group, SCIM's Group, Graze's primary group
	KindTeam  GroupKind = "team"  // Graze's team
)

// EndUserGroup is the name of the shipped group that a user without another primary group has in
// Graze. It has no members of its own, and only Graze shows it.
const EndUserGroup = "End-User"

// FirstTeam is the name of the shipped team (Graze's own default).
const FirstTeam = "Cloud DevOps"

// Group is a set of users (RFC 7643 §4.2).
type Group struct {
	ID             GroupID
	OrganizationID OrganizationID
	Kind           GroupKind
	Number         int64 // unique in the organization within the kind
	Name           string
	Description    string
	CreatedAt      time.Time

	MemberCount int64 // counted where it was asked for
}
