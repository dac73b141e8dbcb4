package directory

import (
	"time"

	"roster"
)

// OrganizationAttributes are what filters may ask of organizations.
var OrganizationAttributes = Attributes[roster.Organization]{
	"id":          ident(func(o roster.Organization) roster.OrganizationID { return o.ID }).stored(Indexed),
	"slug":        text(func(o roster.Organization) string { return o.Slug }),
	"displayName": text(func(o roster.Organization) string { return o.Name }),
	"version":     number(func(o roster.Organization) int64 { return o.Version }),
	"createdAt":   moment(func(o roster.Organization) time.Time { return o.CreatedAt }),
}
