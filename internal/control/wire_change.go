package control

import "roster"

// In a change, what is absent stays as it is, and a list replaces the whole list: an empty one is none.

// UserChange asks for a change of a user. References are names or ids; "" is none.
type UserChange struct {
	User                 UserName           `json:"user"`
	DisplayName          *string            `json:"displayName,omitempty"` // "": the userName
	Email                *string            `json:"email,omitempty"`
	Active               *bool              `json:"active,omitempty"`
	AccessLevel          roster.AccessLevel `json:"accessLevel,omitempty"`      // activates too, unless Active says otherwise
	LevelGroups          []string           `json:"accessLevelGroups,omitzero"` // empty: for the organization
	Roles                []string           `json:"roles,omitzero"`
	RoleGrants           []RoleGrant        `json:"roleGrants,omitzero"` // with Roles all that there are to be
	Groups               []string           `json:"groups,omitzero"`
	Teams                []string           `json:"teams,omitzero"`
	PrimaryGroup         *string            `json:"primaryGroup,omitempty"`
	Department           *string            `json:"department,omitempty"`
	TimeZone             *string            `json:"timezone,omitempty"` // "": the organization's
	PhoneNumber          *string            `json:"phoneNumber,omitempty"`
	SessionExpiryMinutes *int               `json:"sessionExpiryMinutes,omitempty"` // 0: the system's
}

// GroupChange asks for a change of a group or a team. Users are userNames or ids.
type GroupChange struct {
	Group         Name     `json:"group"`
	Name          *string  `json:"name,omitempty"`
	Description   *string  `json:"description,omitempty"`
	Members       []string `json:"members,omitzero"`
	AddMembers    []string `json:"addMembers,omitempty"`    // not together with Members, as RemoveMembers
	RemoveMembers []string `json:"removeMembers,omitempty"` // the other members stay
}

// RoleChange asks for a change of a role.
type RoleChange struct {
	Role        Name     `json:"role"`
	Name        *string  `json:"name,omitempty"`
	Description *string  `json:"description,omitempty"`
	Permissions []string `json:"permissions,omitzero"` // by name
}
