package client

import (
	"context"
	"encoding/json"
	"iter"
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
	Version     int64           `json:"version"` // for IfVersion
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
	Members     []string        `json:"members,omitzero"`
	AlertFilter string          `json:"alertFilter,omitempty"`
	SigFilter   string          `json:"sigFilter,omitempty"`
	LandingPage json.RawMessage `json:"landingPage,omitempty"` // any JSON
	Services    []string        `json:"services,omitzero"`
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

	// Users to add and to remove, by id or userName. Not together with Members.
	AddMembers    []string `json:"addMembers,omitzero"`
	RemoveMembers []string `json:"removeMembers,omitzero"`
}

// Teams are the organization's teams.
type Teams struct{ c *Client }

// List returns the teams that the caller may see. It fetches them page by page; an error ends the
// sequence.
func (s *Teams) List(ctx context.Context, o NamedListOptions) iter.Seq2[Team, error] {
	return list[Team](ctx, s.c, "/teams", o.query())
}

// Page returns one page of what [Teams.List] returns.
func (s *Teams) Page(ctx context.Context, o NamedListOptions) (Page[Team], error) {
	return page[Team](ctx, s.c, "/teams", o.query())
}

// Get returns a team.
func (s *Teams) Get(ctx context.Context, id string, opts ...GetOption) (Team, error) {
	return get[Team](ctx, s.c, at("/teams", id), opts)
}

// Create makes a team.
func (s *Teams) Create(ctx context.Context, t NewTeam, opts ...CreateOption) (Team, error) {
	return create[Team](ctx, s.c, "/teams", t, opts)
}

// Update changes a team.
func (s *Teams) Update(ctx context.Context, id string, change TeamChange, opts ...ChangeOption) (Team, error) {
	return update[Team](ctx, s.c, at("/teams", id), change, opts)
}

// Delete deletes a team.
func (s *Teams) Delete(ctx context.Context, id string, opts ...ChangeOption) error {
	return remove(ctx, s.c, at("/teams", id), opts)
}

// Members returns the members of a team. It fetches them page by page; an error ends the sequence.
func (s *Teams) Members(ctx context.Context, id string, o PageOptions) iter.Seq2[Member, error] {
	return s.members(id).list(ctx, o)
}

// MembersPage returns one page of what [Teams.Members] returns.
func (s *Teams) MembersPage(ctx context.Context, id string, o CountOptions) (Page[Member], error) {
	return s.members(id).page(ctx, o)
}

// ChangeMembers adds members to a team and removes others, in one step.
func (s *Teams) ChangeMembers(ctx context.Context, id string, change MemberChange) (Team, error) {
	return changeMembers[Team](ctx, s.members(id), change)
}

// AddMember adds a user to a team; one who is in it already stays.
func (s *Teams) AddMember(ctx context.Context, id, user string) error {
	return s.members(id).add(ctx, user)
}

// RemoveMember takes a user out of a team.
func (s *Teams) RemoveMember(ctx context.Context, id, user string) error {
	return s.members(id).remove(ctx, user)
}

func (s *Teams) members(id string) members { return members{s.c, "/teams", id} }
