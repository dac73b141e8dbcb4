package client

import (
	"context"
	"iter"
)

// Department is what a user belongs to in the company: one for each user.
type Department struct {
	ID          string `json:"id"`
	Number      int64  `json:"number"`
	DisplayName string `json:"displayName"`
	Version     int64  `json:"version"`
}

// NewDepartment is what makes a department. DisplayName is required.
type NewDepartment struct {
	DisplayName string `json:"displayName,omitempty"`
}

// DepartmentChange is what changes of a department.
type DepartmentChange struct {
	DisplayName Optional[string] `json:"displayName,omitzero"`
}

// Departments are the organization's departments.
type Departments struct{ c *Client }

// List returns the departments. It fetches them page by page; an error ends the sequence.
func (s *Departments) List(ctx context.Context, o NamedListOptions) iter.Seq2[Department, error] {
	return list[Department](ctx, s.c, "/departments", o.query())
}

// Page returns one page of what [Departments.List] returns.
func (s *Departments) Page(ctx context.Context, o NamedListOptions) (Page[Department], error) {
	return page[Department](ctx, s.c, "/departments", o.query())
}

// Get returns a department.
func (s *Departments) Get(ctx context.Context, id string, opts ...GetOption) (Department, error) {
	return get[Department](ctx, s.c, at("/departments", id), opts)
}

// Create makes a department.
func (s *Departments) Create(ctx context.Context, d NewDepartment, opts ...CreateOption) (Department, error) {
	return create[Department](ctx, s.c, "/departments", d, opts)
}

// Update changes a department.
func (s *Departments) Update(ctx context.Context, id string, change DepartmentChange, opts ...ChangeOption) (Department, error) {
	return update[Department](ctx, s.c, at("/departments", id), change, opts)
}

// Delete deletes a department.
func (s *Departments) Delete(ctx context.Context, id string, opts ...ChangeOption) error {
	return remove(ctx, s.c, at("/departments", id), opts)
}

// Role is a named set of permissions.
type Role struct {
	ID          string   `json:"id"`
	Number      int64    `json:"number"`
	DisplayName string   `json:"displayName"`
	Description string   `json:"description"`
	Permissions []string `json:"permissions"` // names, as [Permissions.List] returns them
	Shipped     bool     `json:"shipped"`     // came with Roster: can be neither changed nor deleted
	Version     int64    `json:"version"`
}

// NewRole is what makes a role. DisplayName is required.
type NewRole struct {
	DisplayName string   `json:"displayName,omitempty"`
	Description string   `json:"description,omitempty"`
	Permissions []string `json:"permissions,omitzero"`
}

// RoleChange is what changes of a role. What is absent stays as it is.
type RoleChange struct {
	DisplayName Optional[string]   `json:"displayName,omitzero"`
	Description Optional[string]   `json:"description,omitzero"`
	Permissions Optional[[]string] `json:"permissions,omitzero"` // all of them
}

// Roles are the organization's roles.
type Roles struct{ c *Client }

// List returns the roles. It fetches them page by page; an error ends the sequence.
func (s *Roles) List(ctx context.Context, o NamedListOptions) iter.Seq2[Role, error] {
	return list[Role](ctx, s.c, "/roles", o.query())
}

// Page returns one page of what [Roles.List] returns.
func (s *Roles) Page(ctx context.Context, o NamedListOptions) (Page[Role], error) {
	return page[Role](ctx, s.c, "/roles", o.query())
}

// Get returns a role.
func (s *Roles) Get(ctx context.Context, id string, opts ...GetOption) (Role, error) {
	return get[Role](ctx, s.c, at("/roles", id), opts)
}

// Create makes a role.
func (s *Roles) Create(ctx context.Context, r NewRole, opts ...CreateOption) (Role, error) {
	return create[Role](ctx, s.c, "/roles", r, opts)
}

// Update changes a role.
func (s *Roles) Update(ctx context.Context, id string, change RoleChange, opts ...ChangeOption) (Role, error) {
	return update[Role](ctx, s.c, at("/roles", id), change, opts)
}

// Delete deletes a role.
func (s *Roles) Delete(ctx context.Context, id string, opts ...ChangeOption) error {
	return remove(ctx, s.c, at("/roles", id), opts)
}

// Permission is something that a role may allow.
type Permission struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Permissions are what roles are made of.
type Permissions struct{ c *Client }

// List returns every permission that there is, in their fixed order.
func (s *Permissions) List(ctx context.Context) ([]Permission, error) {
	return all[Permission](ctx, s.c, "/permissions")
}
