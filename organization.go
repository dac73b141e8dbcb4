package roster

import "time"

// Organization is a tenant. Every other record belongs to exactly one, and no organization sees
// another.
type Organization struct {
	ID        OrganizationID
	Slug      string // in URLs, as /o/<slug>/
	Name      string
	CreatedAt time.Time
	Settings  Settings
	Version   int64
}

// Settings are the choices of an organization.
type Settings struct {
	TimeZone        string // an IANA name, for dates without a zone and users without one; "" for UTC
	DefaultCountry  string // ISO 3166-1 alpha-2, for phone numbers without a country; "" for the server's
	StrongPasswords bool   // requires strong passwords also from callers that provision users
}

// DefaultOrganization is the slug of the organization that always exists. Paths without /o/<slug>/
// mean it.
const DefaultOrganization = "default"
