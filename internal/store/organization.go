package store

import (
	"roster"
)

const organizationColumns = `id, slug, name, created_at`

func scanOrganization(r scanner) (o roster.Organization, err error) {
	err = r.Scan((*string)(&o.ID), &o.Slug, &o.Name, instant{&o.CreatedAt})
	return o, err
}

// OrganizationBySlug implements directory.OrganizationTx.
func (t *tx) OrganizationBySlug(slug string) (roster.Organization, error) {
	const text = `SELECT ` + organizationColumns + ` FROM organizations WHERE slug = $1`
	return first(t, "organization", "read organization", text, []any{slug}, scanOrganization)
}

// InsertOrganization implements directory.OrganizationTx.
func (t *tx) InsertOrganization(o roster.Organization) error {
	const text = `INSERT INTO organizations (` + organizationColumns + `) VALUES ($1, $2, $3, $4)`
	_, err := t.exec("insert organization", text, string(o.ID), o.Slug, o.Name, micros(o.CreatedAt))
	return err
}
