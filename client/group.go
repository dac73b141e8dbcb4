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
type Groups struct {
	sets[Group, NewGroup, GroupChange]
}

// sets are the calls that groups and teams have in common: Record is one of them.
type sets[Record, NewRecord, RecordChange any] struct {
	c    *Client
	path string
}

// List returns the groups, or teams, that the caller may see. It fetches them page by page; an error ends the sequence.
func (s *sets[Record, NewRecord, RecordChange]) List(ctx context.Context, o ListOptions) iter.Seq2[Record, error] {
	return list[Record](ctx, s.c, s.path, o.query())
}

// Page returns one page of what List returns.
func (s *sets[Record, NewRecord, RecordChange]) Page(ctx context.Context, o ListOptions) (Page[Record], error) {
	return page[Record](ctx, s.c, s.path, o.query())
}

// Get returns a group or team.
func (s *sets[Record, NewRecord, RecordChange]) Get(ctx context.Context, id string, opts ...GetOption) (Record, error) {
	return get[Record](ctx, s.c, at(s.path, id), opts)
}

// Create makes a group or team.
func (s *sets[Record, NewRecord, RecordChange]) Create(ctx context.Context, n NewRecord, opts ...CreateOption) (Record, error) {
	return create[Record](ctx, s.c, s.path, n, opts)
}

// Update changes a group or team.
func (s *sets[Record, NewRecord, RecordChange]) Update(ctx context.Context, id string, change RecordChange, opts ...ChangeOption) (Record, error) {
	return update[Record](ctx, s.c, at(s.path, id), change, opts)
}

// Delete deletes a group or team.
func (s *sets[Record, NewRecord, RecordChange]) Delete(ctx context.Context, id string, opts ...ChangeOption) error {
	return remove(ctx, s.c, at(s.path, id), opts)
}

// Members returns the members of a group or team. It fetches them page by page; an error ends the sequence.
func (s *sets[Record, NewRecord, RecordChange]) Members(ctx context.Context, id string, o ListOptions) iter.Seq2[Member, error] {
	return list[Member](ctx, s.c, at(s.path, id, "/members"), o.query())
}

// ChangeMembers adds members to a group or team and removes others, in one step.
func (s *sets[Record, NewRecord, RecordChange]) ChangeMembers(ctx context.Context, id string, change MemberChange) (Record, error) {
	return call[Record](ctx, s.c, newRequest[ChangeOption](http.MethodPost, at(s.path, id, "/members"), change, nil))
}

// AddMember adds a user to a group or team; one who is in it already stays.
func (s *sets[Record, NewRecord, RecordChange]) AddMember(ctx context.Context, id, user string) error {
	_, err := s.c.send(ctx, newRequest[ChangeOption](http.MethodPut, at(s.path, id, "/members", user), nil, nil), nil)
	return err
}

// RemoveMember takes a user out of a group or team.
func (s *sets[Record, NewRecord, RecordChange]) RemoveMember(ctx context.Context, id, user string) error {
	return remove(ctx, s.c, at(s.path, id, "/members", user), nil)
}
