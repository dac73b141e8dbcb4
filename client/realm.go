package client

import (
	"context"
	"iter"
	"time"
)

// Realm is where users prove identity, if not by a password here. Its configuration is not shown.
type Realm struct {
	ID          string    `json:"id"`
	DisplayName string    `json:"displayName"`
	Kind        string    `json:"kind"` // "SAML2" or "LDAP"
	Active      bool      `json:"active"`
	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

// NewRealm is what makes a realm. DisplayName and Configuration are required.
type NewRealm struct {
	DisplayName   string         `json:"displayName,omitempty"`
	Active        Optional[bool] `json:"active,omitzero"`
	Configuration map[string]any `json:"configuration,omitzero"`
}

// RealmChange is what changes of a realm. What is absent stays as it is.
type RealmChange struct {
	Active        Optional[bool]           `json:"active,omitzero"`
	Configuration Optional[map[string]any] `json:"configuration,omitzero"`
}

// Realms are where the organization's users prove identity.
type Realms struct{ c *Client }

// List returns the realms. It fetches them page by page; an error ends the sequence.
func (s *Realms) List(ctx context.Context, o ListOptions) iter.Seq2[Realm, error] {
	return list[Realm](ctx, s.c, "/realms", o.query())
}

// Page returns one page of what [Realms.List] returns.
func (s *Realms) Page(ctx context.Context, o ListOptions) (Page[Realm], error) {
	return page[Realm](ctx, s.c, "/realms", o.query())
}

// Get returns a realm.
func (s *Realms) Get(ctx context.Context, id string, opts ...GetOption) (Realm, error) {
	return get[Realm](ctx, s.c, at("/realms", id), opts)
}

// Create makes a realm.
func (s *Realms) Create(ctx context.Context, r NewRealm, opts ...CreateOption) (Realm, error) {
	return create[Realm](ctx, s.c, "/realms", r, opts)
}

// Update changes a realm.
func (s *Realms) Update(ctx context.Context, id string, change RealmChange, opts ...ChangeOption) (Realm, error) {
	return update[Realm](ctx, s.c, at("/realms", id), change, opts)
}
