package client

import (
	"context"
	"iter"
	"time"
)

// Organization is a tenant.
type Organization struct {
	ID          string    `json:"id"`
	Slug        string    `json:"slug"` // for WithOrganization
	DisplayName string    `json:"displayName"`
	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"createdAt"`
}

// NewOrganization is what makes an organization. Slug is required.
type NewOrganization struct {
	Slug        string `json:"slug,omitempty"`
	DisplayName string `json:"displayName,omitempty"` // default: the slug
}

// CreatedOrganization is a new organization, with the link by which its user admin sets a password.
type CreatedOrganization struct {
	Organization
	AdminLink *SetUpLink `json:"adminLink"` // shown this once
}

// Organizations are the organizations that the caller may know.
type Organizations struct{ c *Client }

// List returns the organizations that the caller may know. It fetches them page by page; an error
// ends the sequence.
func (s *Organizations) List(ctx context.Context, o ListOptions) iter.Seq2[Organization, error] {
	return list[Organization](ctx, s.c, "/organizations", o.query())
}

// Page returns one page of what [Organizations.List] returns.
func (s *Organizations) Page(ctx context.Context, o ListOptions) (Page[Organization], error) {
	return page[Organization](ctx, s.c, "/organizations", o.query())
}

// Get returns an organization.
func (s *Organizations) Get(ctx context.Context, id string, opts ...GetOption) (Organization, error) {
	return get[Organization](ctx, s.c, at("/organizations", id), opts)
}

// Create makes an organization. It fails with [ErrSecretLost], beside the organization, where only
// an attempt without an answer had the link.
func (s *Organizations) Create(ctx context.Context, o NewOrganization, opts ...CreateOption) (CreatedOrganization, error) {
	created, err := create[CreatedOrganization](ctx, s.c, "/organizations", o, opts)
	if err == nil && (created.AdminLink == nil || created.AdminLink.URL == "") {
		err = ErrSecretLost
	}
	return created, err
}

// Settings are what an organization decides for itself.
type Settings struct {
	DisplayName     string `json:"displayName"`
	Timezone        string `json:"timezone"`        // an IANA name; "": UTC
	DefaultCountry  string `json:"defaultCountry"`  // ISO 3166-1 alpha-2, of phone numbers that name none
	StrongPasswords bool   `json:"strongPasswords"` // asks for strength also of passwords that others provision
	Version         int64  `json:"version"`
}

// SettingsChange is what changes of the settings. What is absent stays as it is.
type SettingsChange struct {
	DisplayName     Optional[string] `json:"displayName,omitzero"`
	Timezone        Optional[string] `json:"timezone,omitzero"`
	DefaultCountry  Optional[string] `json:"defaultCountry,omitzero"`
	StrongPasswords Optional[bool]   `json:"strongPasswords,omitzero"`
}

// Settings returns the organization's settings.
func (c *Client) Settings(ctx context.Context, opts ...GetOption) (Settings, error) {
	return get[Settings](ctx, c, "/settings", opts)
}

// UpdateSettings changes the organization's settings.
func (c *Client) UpdateSettings(ctx context.Context, change SettingsChange, opts ...ChangeOption) (Settings, error) {
	return update[Settings](ctx, c, "/settings", change, opts)
}

// Overview is how the organization stands, as far as the caller may see it.
type Overview struct {
	Organization struct {
		ID          string `json:"id"`
		Slug        string `json:"slug"`
		DisplayName string `json:"displayName"`
	} `json:"organization"`
	Users  int64 `json:"users"`
	Checks struct {
		Success int64 `json:"success"`
		Warning int64 `json:"warning"`
		Failure int64 `json:"failure"`
	} `json:"checks"` // by the status of the last event
	CheckStates struct {
		New     int64 `json:"new"`
		Success int64 `json:"success"`
		Warning int64 `json:"warning"`
		Failure int64 `json:"failure"`
		Overdue int64 `json:"overdue"`
		Paused  int64 `json:"paused"`
	} `json:"checkStates"`
}

// Overview returns how the organization stands.
func (c *Client) Overview(ctx context.Context) (Overview, error) {
	return read[Overview](ctx, c, "/overview")
}
