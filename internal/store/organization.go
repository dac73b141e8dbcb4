package store

import (
	"roster"
	"roster/internal/directory"
)

const organizationColumns = `id, slug, name, created_at, time_zone, default_country, strong_passwords, version`

func scanOrganization(r scanner) (o roster.Organization, err error) {
	err = r.Scan((*string)(&o.ID), &o.Slug, &o.Name, instant{&o.CreatedAt},
		&o.Settings.TimeZone, &o.Settings.DefaultCountry, &o.Settings.StrongPasswords, &o.Version)
	return o, err
}

// OrganizationBySlug implements directory.OrganizationTx.
func (t *tx) OrganizationBySlug(slug string) (roster.Organization, error) {
	const text = `SELECT ` + organizationColumns + ` FROM organizations WHERE slug = $1`
	return first(t, "organization", "read organization", text, []any{slug}, scanOrganization)
}

// OrganizationByID implements directory.OrganizationTx.
func (t *tx) OrganizationByID(id roster.OrganizationID) (roster.Organization, error) {
	const text = `SELECT ` + organizationColumns + ` FROM organizations WHERE id = $1`
	return first(t, "organization", "read organization", text, []any{uid(id)}, scanOrganization)
}

// comparedOfOrganizations are the attributes of organizations that an index serves.
var comparedOfOrganizations = sqlAttributes{"id": {is: "id", present: "1 = 1", id: true}}

// Organizations implements directory.OrganizationTx.
func (t *tx) Organizations(q directory.OrganizationQuery) (directory.Rows[roster.Organization], error) {
	return list(t, listing[roster.Organization]{
		noun: "organizations", columns: organizationColumns, scan: scanOrganization,
		from: func(b *query) error {
			b.add(" FROM organizations")
			return b.whereAll(comparedOfOrganizations, q.Where)
		},
		order: ascending("slug", q.After), limit: q.Limit, count: q.Count,
	})
}

// InsertOrganization implements directory.OrganizationTx.
func (t *tx) InsertOrganization(o roster.Organization) error {
	const text = `INSERT INTO organizations (` + organizationColumns + `, policy_version)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) RETURNING number`
	var n int64
	found, err := t.one("insert organization", text, []any{
		uid(o.ID), o.Slug, o.Name, micros(o.CreatedAt),
		o.Settings.TimeZone, o.Settings.DefaultCountry, o.Settings.StrongPasswords, o.Version,
	}, &n)
	if found {
		t.met = append(t.met, organization{o.ID, n})
	}
	return err
}

// UpdateOrganization implements directory.OrganizationTx.
func (t *tx) UpdateOrganization(o roster.Organization) error {
	const text = `UPDATE organizations SET name = $2, time_zone = $3, default_country = $4, strong_passwords = $5, version = $6 WHERE id = $1`
	return t.mustChange("organization", "update organization", text, uid(o.ID), o.Name,
		o.Settings.TimeZone, o.Settings.DefaultCountry, o.Settings.StrongPasswords, o.Version)
}
