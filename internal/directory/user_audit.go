package directory

import (
	"fmt"
	"time"

	"roster"
)

// auditedUser is what the audit keeps of a user. It holds no secret. It keeps only the length of
// the properties, which are the client's own and may hold anything.
type auditedUser struct {
	UserName        string              `json:"userName"`
	Number          int64               `json:"number"`
	DisplayName     string              `json:"displayName"`
	Title           string              `json:"title,omitempty"`
	Email           string              `json:"email,omitempty"`
	ExternalID      string              `json:"externalId,omitempty"`
	Active          bool                `json:"active"`
	AccessLevel     roster.AccessLevel  `json:"accessLevel"`
	Realm           string              `json:"realm"`
	HasPassword     bool                `json:"hasPassword"`
	Roles           []string            `json:"roles,omitempty"`
	Groups          []string            `json:"groups,omitempty"`
	Teams           []string            `json:"teams,omitempty"`
	PrimaryGroup    string              `json:"primaryGroup,omitempty"`
	Department      string              `json:"department,omitempty"`
	GrantedFor      []roster.GroupID    `json:"grantedFor,omitempty"` // of the level; empty: the organization
	RoleGrants      []auditedGrant      `json:"roleGrants,omitempty"` // the roles that are for groups
	JoinedAt        time.Time           `json:"joinedAt"`
	TimeZone        string              `json:"timezone"`
	PhoneNumber     string              `json:"phoneNumber,omitempty"`
	SessionExpiry   time.Duration       `json:"sessionExpiry,omitempty"` // nanoseconds
	PropertiesBytes int                 `json:"propertiesBytes,omitempty"`
	Competencies    []roster.Competency `json:"competencies,omitempty"`
	Preferences     []audited           `json:"preferences,omitempty"`
	Warnings        []string            `json:"warnings,omitempty"`
}

// auditedGrant is a role granted for groups, as the audit keeps it.
type auditedGrant struct {
	Role   string           `json:"role"`
	Groups []roster.GroupID `json:"groups"`
}

// audited is a preference, as the audit keeps it.
type audited struct {
	Type     roster.NotificationType `json:"type"`
	Services []roster.Service        `json:"services"`
	Delays   []roster.Delay          `json:"delays,omitempty"`
}

func auditUser(row NewUserRow) auditedUser {
	u := row.User
	a := auditedUser{
		UserName: u.UserName, Number: u.Number, DisplayName: u.DisplayName, Title: u.Title, Email: u.Email, ExternalID: u.ExternalID,
		Active: u.Active, AccessLevel: u.AccessLevel, Realm: u.Realm, HasPassword: u.HasPassword,
		Roles: names(u.Roles), Groups: names(u.Groups), Teams: names(u.Teams),
		PrimaryGroup: u.PrimaryGroup.Name, Department: u.Department.Name, GrantedFor: u.LevelGroups,
		JoinedAt: u.JoinedAt, TimeZone: u.TimeZone, PhoneNumber: u.ContactNumber, SessionExpiry: u.SessionExpiry,
		PropertiesBytes: len(u.Properties), Competencies: u.Competencies,
	}
	for _, r := range u.Roles {
		if len(r.Groups) > 0 {
			a.RoleGrants = append(a.RoleGrants, auditedGrant{r.Name, r.Groups})
		}
	}
	for _, p := range u.Preferences {
		a.Preferences = append(a.Preferences, audited(p))
	}
	if row.TimeZoneUnknown {
		a.Warnings = []string{"the time zone is not known"}
	}
	return a
}

// names returns the names of linked records.
func names[L fmt.Stringer](links []L) []string {
	out := make([]string, len(links))
	for i, l := range links {
		out[i] = l.String()
	}
	return out
}
