package roster

import "time"

// Organization is a tenant: a hard wall. Every other record belongs to exactly one.
type Organization struct {
	ID        OrganizationID
	Slug      string // in URLs, as /o/<slug>/
	Name      string
	CreatedAt time.Time
	Settings  Settings
	Version   int64
}

// Settings are what an organization decides for itself.
type Settings struct {
	TimeZone        string // an IANA name: of dates without a zone, and of users who have none; "" for UTC
	DefaultCountry  string // ISO 3166-1 alpha-2, of phone numbers that name none; "" for the server's
	StrongPasswords bool   // asks for strength also of passwords that others provision
}

// DefaultOrganization is the slug of the organization that exists from the first start, and that a
// path without /o/<slug>/ means.
const DefaultOrganization = "default"
