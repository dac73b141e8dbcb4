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

// EndUserGroup is the name of the shipped group that Graze shows for a user without a primary
// group. It has no members of its own, and the other faces do not show it.
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
	Version        int64   // rises by one with every change of the group or its members, except changes of the users themselves

	MemberCount int64 // filled in only if asked for
}

// Routing holds the alert routing that Graze stores with a team. It is returned as given. Roster
// routes no alerts.
type Routing struct {
	AlertFilter string
	SigFilter   string
	LandingPage json.RawMessage       // a JSON string or object as given, nil for none
	Services    []BusinessServiceLink // loaded only if asked for
}

// BusinessService is something that the company runs and that teams look after. Graze calls it a
// "service". A [Service] is something else: a way to reach a person.
type BusinessService struct {
	ID             BusinessServiceID
	OrganizationID OrganizationID
	Number         int64 // unique in the organization
	Name           string
}
