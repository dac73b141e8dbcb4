package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/directory"
)

// OrganizationMembers are what is shown of an organization.
type OrganizationMembers struct {
	ID          roster.OrganizationID `json:"id" format:"uuid" doc:"The organization's id."`
	Slug        string                `json:"slug" doc:"What names it in URLs, as /o/{slug}/."`
	DisplayName string                `json:"displayName" doc:"Its name."`
	Version     int64                 `json:"version" doc:"Rises by one with every change."`
	CreatedAt   time.Time             `json:"createdAt" doc:"When it was made."`
}

// organization is an organization as it is shown.
type organization struct{ OrganizationMembers }

// madeOrganization is a new organization, and how its administrator gets in.
type madeOrganization struct {
	OrganizationMembers
	AdminLink *setUpLink `json:"adminLink" doc:"The page where its user admin sets a password, once. It is shown this once; null where the request was repeated."`
}

// TransformSchema implements [huma.SchemaTransformer]: a member may be null.
func (madeOrganization) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["adminLink"] = orNull(s.Properties["adminLink"])
	return s
}

// newOrganization is an organization to be made.
type newOrganization struct {
	Slug        string           `json:"slug" minLength:"1" maxLength:"63" doc:"What names it in URLs: lower-case letters, digits and hyphens."`
	DisplayName optional[string] `json:"displayName,omitzero" maxLength:"255" doc:"Its name; the slug where absent."`
}

// settings are what an organization decides for itself.
type settings struct {
	DisplayName     string  `json:"displayName" doc:"The organization's name."`
	TimeZone        *string `json:"timezone" doc:"An IANA name: of users who have no zone of their own, and of dates without one; null: UTC."`
	DefaultCountry  *string `json:"defaultCountry" doc:"The country of phone numbers that name none (ISO 3166-1 alpha-2); null: the server's."`
	StrongPasswords bool    `json:"strongPasswords" doc:"Whether passwords that others set must be hard to guess too."`
	Version         int64   `json:"version" doc:"The organization's version: rises by one with every change."`
}

// settingsChange is what is to change of the settings.
type settingsChange struct {
	DisplayName     optional[string] `json:"displayName,omitzero" maxLength:"255" doc:"The organization's name; null: its slug."`
	TimeZone        optional[string] `json:"timezone,omitzero" maxLength:"255" doc:"An IANA name; null: UTC."`
	DefaultCountry  optional[string] `json:"defaultCountry,omitzero" maxLength:"2" doc:"A country's code of two letters (ISO 3166-1 alpha-2); null: the server's."`
	StrongPasswords optional[bool]   `json:"strongPasswords,omitzero" doc:"Whether passwords that others set must be hard to guess too."`
}

// The requests about organizations and settings.
type (
	listOrganizations struct {
		Page
		Filter
	}
	readOrganization struct {
		Named
		View
	}
	createOrganization struct {
		Once
		sent[newOrganization]
	}
	readSettings   struct{ View }
	changeSettings struct {
		Precondition
		sent[settingsChange]
	}
)

// organizations registers the calls about organizations.
func (a *api) organizations(d *directory.Directory) {
	const tag, path = "Organizations", "/organizations"
	shown := showOrganization(exampleOrganization)
	listRoute(a, operation{
		id: "listOrganizations", call: "GET " + path, tag: tag, summary: "List organizations",
		description: "The caller's own organization, and all others if it may make some; by slug.", answer: listed[organization]{Items: []organization{shown}},
	}, listing[roster.Organization, string]{
		key: func(o roster.Organization) string { return o.Slug }, show: func(o roster.Organization) any { return showOrganization(o) }, attributes: directory.OrganizationAttributes,
	}, func(_ roster.Actor, _ *listOrganizations, after *string) (directory.OrganizationList, error) {
		return directory.OrganizationList{After: orZero(after)}, nil
	}, d.ListOrganizations)
	route(a, operation{
		id: "getOrganization", call: "GET " + path + "/{id}", tag: tag, summary: "Read an organization", description: "One organization.", answer: shown,
	}, func(_ roster.Actor, q *readOrganization) (roster.Ref, error) {
		return q.ref(), nil
	}, d.GetOrganization, func(_ *readOrganization, o roster.Organization) answer {
		return answer{body: showOrganization(o), version: o.Version}
	})
	route(a, operation{
		id: "createOrganization", call: "POST " + path, tag: tag, status: 201, summary: "Make an organization",
		description: "Makes an organization with what ships in one, and its user admin. It needs the permission server_admin, which the server's command line gives.",
		request:     newOrganization{Slug: "acme", DisplayName: value("Acme Ltd")},
		answer: madeOrganization{
			shown.OrganizationMembers, &setUpLink{"https://roster.example.com/set-password/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", exampleTime},
		},
	}, func(_ roster.Actor, q *createOrganization) (in directory.NewOrganization, err error) {
		in = directory.NewOrganization{Slug: q.doc.Slug, Name: q.doc.DisplayName.Value, Faults: q.faults}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, d.CreateOrganization, func(_ *createOrganization, o directory.CreatedOrganization) answer {
		made := madeOrganization{OrganizationMembers: showOrganization(o.Organization).OrganizationMembers}
		if o.AdminLink.Secret != "" {
			link := a.showLink(o.AdminLink)
			made.AdminLink = &link
		}
		return answer{body: made, version: o.Version, location: path + "/" + string(o.ID)}
	})
}

// settings registers the calls about the settings.
func (a *api) settings(d *directory.Directory) {
	const tag, path = "Settings", "/settings"
	shown := showSettings(exampleOrganization)
	route(a, operation{
		id: "getSettings", call: "GET " + path, tag: tag, summary: "Read the settings",
		description: "What the caller's organization decides for itself.", answer: shown,
	}, func(roster.Actor, *readSettings) (directory.None, error) {
		return directory.None{}, nil
	}, d.GetSettings, func(_ *readSettings, o roster.Organization) answer {
		return answer{body: showSettings(o), version: o.Version}
	})
	route(a, operation{
		id: "updateSettings", call: "PATCH " + path, tag: tag, summary: "Change the settings", description: "Changes what the merge patch names.",
		request: settingsChange{TimeZone: value("Europe/London"), StrongPasswords: value(true)}, answer: shown,
	}, func(_ roster.Actor, q *changeSettings) (in directory.SettingsChange, err error) {
		in = directory.SettingsChange{
			Name: q.doc.DisplayName.Set, TimeZone: q.doc.TimeZone.Set, DefaultCountry: q.doc.DefaultCountry.Set,
			StrongPasswords: q.doc.StrongPasswords.Set, Faults: q.faults,
		}
		in.IfVersion = q.version()
		return in, nil
	}, d.UpdateSettings, func(_ *changeSettings, o roster.Organization) answer {
		return answer{body: showSettings(o), version: o.Version}
	})
}

func showOrganization(o roster.Organization) organization {
	return organization{OrganizationMembers{o.ID, o.Slug, o.Name, o.Version, o.CreatedAt}}
}

func showSettings(o roster.Organization) settings {
	return settings{o.Name, orNil(o.Settings.TimeZone), orNil(o.Settings.DefaultCountry), o.Settings.StrongPasswords, o.Version}
}
