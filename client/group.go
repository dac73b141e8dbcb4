package client

import (
	"context"
	"iter"
	"net/http"
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
	Version     int64     `json:"version"` // rises with every change but that of members
	CreatedAt   time.Time `json:"createdAt"`
}

// NewGroup is what makes a group. DisplayName is required.
type NewGroup struct {
	DisplayName string         `json:"displayName,omitempty"`
	Description string         `json:"description,omitempty"`
	Active      Optional[bool] `json:"active,omitzero"` // default: true
	Members     []string       `json:"members,omitempty"`
}

// GroupChange is what changes of a group. What is absent stays as it is.
type GroupChange struct {
	DisplayName Optional[string]   `json:"displayName,omitzero"`
	Description Optional[string]   `json:"description,omitzero"`
	Active      Optional[bool]     `json:"active,omitzero"`
	Members     Optional[[]string] `json:"members,omitzero"` // all of them
}

// Member is a user in a group or team.
type Member struct {
	ID       string `json:"id"`
	Number   int64  `json:"number"`
	UserName string `json:"userName"`
}

// MemberChange says who comes into a group or team and who leaves it.
type MemberChange struct {
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
}

// Groups are the organization's groups.
type Groups struct{ c *Client }

// List returns the groups that the caller may see. It fetches them page by page; an error ends the sequence.
func (s *Groups) List(ctx context.Context, o ListOptions) iter.Seq2[Group, error] {
	return list[Group](ctx, s.c, "/groups", o.query())
}

// Page returns one page of what [Groups.List] returns.
func (s *Groups) Page(ctx context.Context, o ListOptions) (Page[Group], error) {
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
func (s *Groups) Members(ctx context.Context, id string, o ListOptions) iter.Seq2[Member, error] {
	return list[Member](ctx, s.c, at("/groups", id, "/members"), o.query())
}

// ChangeMembers adds members to a group and removes others, in one step.
func (s *Groups) ChangeMembers(ctx context.Context, id string, change MemberChange) (Group, error) {
	return call[Group](ctx, s.c, newRequest[ChangeOption](http.MethodPost, at("/groups", id, "/members"), change, nil))
}

// AddMember adds a user to a group; one who is in it already stays.
func (s *Groups) AddMember(ctx context.Context, id, user string) error {
	_, err := s.c.send(ctx, newRequest[ChangeOption](http.MethodPut, at("/groups", id, "/members", user), nil, nil), nil)
	return err
}

// RemoveMember takes a user out of a group.
func (s *Groups) RemoveMember(ctx context.Context, id, user string) error {
	return remove(ctx, s.c, at("/groups", id, "/members", user), nil)
}
