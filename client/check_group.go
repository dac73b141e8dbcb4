package client

import (
	"context"
	"iter"
	"time"
)

// CheckGroup is a set of checks; every check is in one at most.
type CheckGroup struct {
	ID          string    `json:"id"`
	Number      int64     `json:"number"`
	DisplayName string    `json:"displayName"`
	Description string    `json:"description"`
	CheckCount  int64     `json:"checkCount"`
	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

// NewCheckGroup is what makes a check group. DisplayName is required.
type NewCheckGroup struct {
	DisplayName string `json:"displayName,omitempty"`
	Description string `json:"description,omitempty"`
}

// CheckGroupChange is what changes of a check group. What is absent stays as it is.
type CheckGroupChange struct {
	DisplayName Optional[string] `json:"displayName,omitzero"`
	Description Optional[string] `json:"description,omitzero"`
}

// CheckGroups are the organization's check groups.
type CheckGroups struct{ c *Client }

// List returns the check groups that the caller may see. It fetches them page by page; an error
// ends the sequence.
func (s *CheckGroups) List(ctx context.Context, o NamedListOptions) iter.Seq2[CheckGroup, error] {
	return list[CheckGroup](ctx, s.c, "/check-groups", o.query())
}

// Page returns one page of what [CheckGroups.List] returns.
func (s *CheckGroups) Page(ctx context.Context, o NamedListOptions) (Page[CheckGroup], error) {
	return page[CheckGroup](ctx, s.c, "/check-groups", o.query())
}

// Get returns a check group.
func (s *CheckGroups) Get(ctx context.Context, id string, opts ...GetOption) (CheckGroup, error) {
	return get[CheckGroup](ctx, s.c, at("/check-groups", id), opts)
}

// Create makes a check group.
func (s *CheckGroups) Create(ctx context.Context, g NewCheckGroup, opts ...CreateOption) (CheckGroup, error) {
	return create[CheckGroup](ctx, s.c, "/check-groups", g, opts)
}

// Update changes a check group.
func (s *CheckGroups) Update(ctx context.Context, id string, change CheckGroupChange, opts ...ChangeOption) (CheckGroup, error) {
	return update[CheckGroup](ctx, s.c, at("/check-groups", id), change, opts)
}

// Delete deletes a check group.
func (s *CheckGroups) Delete(ctx context.Context, id string, opts ...ChangeOption) error {
	return remove(ctx, s.c, at("/check-groups", id), opts)
}

// CheckPermission is an entry on a check group: what a user, or the members of a group, may do to
// its checks, and whether they are told of their events.
type CheckPermission struct {
	ID          string      `json:"id"`
	User        *UserLink   `json:"user"`  // this or Group
	Group       *Link       `json:"group"` // this or User
	AccessLevel AccessLevel `json:"accessLevel"`
	Notify      bool        `json:"notify"`
	CreatedAt   time.Time   `json:"createdAt"`
}

// NewCheckPermission is what makes an entry on a check group. AccessLevel is required, and one of
// User and Group.
type NewCheckPermission struct {
	User        string      `json:"user,omitempty"`
	Group       string      `json:"group,omitempty"`
	AccessLevel AccessLevel `json:"accessLevel,omitempty"`
	Notify      bool        `json:"notify,omitempty"`
}

// Permissions returns the entries on a check group. It fetches them page by page; an error ends the
// sequence.
func (s *CheckGroups) Permissions(ctx context.Context, id string, o PageOptions) iter.Seq2[CheckPermission, error] {
	return list[CheckPermission](ctx, s.c, at("/check-groups", id, "/permissions"), o.query())
}

// PermissionsPage returns one page of what [CheckGroups.Permissions] returns.
func (s *CheckGroups) PermissionsPage(ctx context.Context, id string, o CountOptions) (Page[CheckPermission], error) {
	return page[CheckPermission](ctx, s.c, at("/check-groups", id, "/permissions"), o.query())
}

// PutPermission makes the entry of a user or group on a check group, or changes the one that there
// is.
func (s *CheckGroups) PutPermission(ctx context.Context, id string, p NewCheckPermission) (CheckPermission, error) {
	return replace[CheckPermission](ctx, s.c, at("/check-groups", id, "/permissions"), p)
}

// DeletePermission deletes an entry on a check group.
func (s *CheckGroups) DeletePermission(ctx context.Context, id, permission string) error {
	return remove(ctx, s.c, at("/check-groups", id, "/permissions", permission), nil)
}
