package roster

import "time"

// Organization is a tenant: a hard wall. Every other record belongs to exactly one.
type Organization struct {
	ID        OrganizationID
	Slug      string // in URLs, as /o/<slug>/
	Name      string
	CreatedAt time.Time
}

// DefaultOrganization is the slug of the organization that exists from the first start, and that a
// path without /o/<slug>/ means.
const DefaultOrganization = "default"
