package client

import (
	"encoding/json"
	"time"
)

// Team is a set of users that looks after something.
type Team struct {
	ID          string          `json:"id"`
	Number      int64           `json:"number"`
	DisplayName string          `json:"displayName"`
	Description string          `json:"description"`
	Active      bool            `json:"active"`
	MemberCount int64           `json:"memberCount"`
	Version     int64           `json:"version"` // rises with every change but that of members
	CreatedAt   time.Time       `json:"createdAt"`
	AlertFilter string          `json:"alertFilter"`
	SigFilter   string          `json:"sigFilter"`
	LandingPage json.RawMessage `json:"landingPage"` // any JSON, kept as given
	Services    []Link          `json:"services"`    // business services
}

// NewTeam is what makes a team. DisplayName is required.
type NewTeam struct {
	DisplayName string          `json:"displayName,omitempty"`
	Description string          `json:"description,omitempty"`
	Active      Optional[bool]  `json:"active,omitzero"` // default: true
	Members     []string        `json:"members,omitempty"`
	AlertFilter string          `json:"alertFilter,omitempty"`
	SigFilter   string          `json:"sigFilter,omitempty"`
	LandingPage json.RawMessage `json:"landingPage,omitempty"`
	Services    []string        `json:"services,omitempty"`
}

// TeamChange is what changes of a team. What is absent stays as it is.
type TeamChange struct {
	DisplayName Optional[string]          `json:"displayName,omitzero"`
	Description Optional[string]          `json:"description,omitzero"`
	Active      Optional[bool]            `json:"active,omitzero"`
	Members     Optional[[]string]        `json:"members,omitzero"` // all of them
	AlertFilter Optional[string]          `json:"alertFilter,omitzero"`
	SigFilter   Optional[string]          `json:"sigFilter,omitzero"`
	LandingPage Optional[json.RawMessage] `json:"landingPage,omitzero"`
	Services    Optional[[]string]        `json:"services,omitzero"` // all of them
}

// Teams are the organization's teams.
type Teams struct {
	sets[Team, NewTeam, TeamChange]
}
