package roster

import (
	"encoding/json"
	"time"
)

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
	Active         bool
	Routing        Routing // of KindTeam
	Version        int64   // rises by one with every change of it or of its members, but for what is changed of a user

	MemberCount int64 // counted where it was asked for
}

// Routing is what Graze keeps with a team. It is kept and returned as given: Roster routes no alert
// by it.
type Routing struct {
	AlertFilter string
	SigFilter   string
	LandingPage json.RawMessage       // a JSON string or object as given, nil for none
	Services    []BusinessServiceLink // loaded where it was asked for
}

// BusinessService is something that the company runs and that teams look after (Graze's "service";
// not a [Service], which is a way to reach somebody).
type BusinessService struct {
	ID             BusinessServiceID
	OrganizationID OrganizationID
	Number         int64 // unique in the organization
	Name           string
}
