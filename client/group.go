package client

import (
	"context"
	"iter"
	"time"
)

// Group is a set of users.
type Group struct {
	ID          string    `json:"id"`
	Number      int64     `json:"number"`
	DisplayName string    `json:"displayName"`
	Description string    `json:"description"`
	Active      bool      `json:"active"`
	MemberCount int64     `json:"memberCount"`
	Version     int64     `json:"version"` // for IfVersion
	CreatedAt   time.Time `json:"createdAt"`
}

// NewGroup is what makes a group. DisplayName is required.
type NewGroup struct {
	DisplayName string         `json:"displayName,omitempty"`
	Description string         `json:"description,omitempty"`
	Active      Optional[bool] `json:"active,omitzero"` // default: true
	Members     []string       `json:"members,omitzero"`
}

// GroupChange is what changes of a group. What is absent stays as it is.
type GroupChange struct {
	DisplayName Optional[string]   `json:"displayName,omitzero"`
	Description Optional[string]   `json:"description,omitzero"`
	Active      Optional[bool]     `json:"active,omitzero"`
	Members     Optional[[]string] `json:"members,omitzero"` // all of them

	// Users to add and to remove, by id or userName. Not together with Members.
	AddMembers    []string `json:"addMembers,omitzero"`
	RemoveMembers []string `json:"removeMembers,omitzero"`
}

// Groups are the organization's groups.
type Groups struct{ c *Client }

// List returns the groups that the caller may see. It fetches them page by page; an error ends the
// sequence.
func (s *Groups) List(ctx context.Context, o NamedListOptions) iter.Seq2[Group, error] {
	return list[Group](ctx, s.c, "/groups", o.query())
}

// Page returns one page of what [Groups.List] returns.
func (s *Groups) Page(ctx context.Context, o NamedListOptions) (Page[Group], error) {
	return page[Group](ctx, s.c, "/groups", o.query())
}

// Get returns a group.
func (s *Groups) Get(ctx context.Context, id string, opts ...GetOption) (Group, error) {
	return get[Group](ctx, s.c, at("/groups", id), opts)
}

// Create makes a group.
func (s *Groups) Create(ctx context.Context, g NewGroup, opts ...CreateOption) (Group, error) {
	return create[Group](ctx, s.c, "/groups", g, opts)
}

// Update changes a group.
func (s *Groups) Update(ctx context.Context, id string, change GroupChange, opts ...ChangeOption) (Group, error) {
	return update[Group](ctx, s.c, at("/groups", id), change, opts)
}

// Delete deletes a group.
func (s *Groups) Delete(ctx context.Context, id string, opts ...ChangeOption) error {
	return remove(ctx, s.c, at("/groups", id), opts)
}

// Members returns the members of a group. It fetches them page by page; an error ends the sequence.
func (s *Groups) Members(ctx context.Context, id string, o PageOptions) iter.Seq2[Member, error] {
	return s.members(id).list(ctx, o)
}

// MembersPage returns one page of what [Groups.Members] returns.
func (s *Groups) MembersPage(ctx context.Context, id string, o CountOptions) (Page[Member], error) {
	return s.members(id).page(ctx, o)
}

// ChangeMembers adds members to a group and removes others, in one step.
func (s *Groups) ChangeMembers(ctx context.Context, id string, change MemberChange) (Group, error) {
	return changeMembers[Group](ctx, s.members(id), change)
}

// AddMember adds a user to a group; one who is in it already stays.
func (s *Groups) AddMember(ctx context.Context, id, user string) error {
	return s.members(id).add(ctx, user)
}

// RemoveMember takes a user out of a group.
func (s *Groups) RemoveMember(ctx context.Context, id, user string) error {
	return s.members(id).remove(ctx, user)
}

func (s *Groups) members(id string) members { return members{s.c, "/groups", id} }
