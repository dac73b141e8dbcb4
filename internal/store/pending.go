package store

import (
	"time"

	"roster"
)

// SetServerAdmin implements directory.UserTx.
func (t *tx) SetServerAdmin(org roster.OrganizationID, id roster.UserID, may bool, at time.Time) error {
	return errNotBuilt
}

// OrganizationByID implements directory.OrganizationTx.
func (t *tx) OrganizationByID(id roster.OrganizationID) (roster.Organization, error) {
	const text = `SELECT ` + organizationColumns + ` FROM organizations WHERE id = $1`
	return first(t, "organization", "read organization", text, []any{string(id)}, scanOrganization)
}

// Organizations implements directory.OrganizationTx.
func (t *tx) Organizations(afterSlug string, limit int) ([]roster.Organization, error) {
	return nil, errNotBuilt
}

// UpdateOrganization implements directory.OrganizationTx.
func (t *tx) UpdateOrganization(o roster.Organization) error { return errNotBuilt }

// UpdateDepartment implements directory.GroupTx.
func (t *tx) UpdateDepartment(d roster.Department, key string) error { return errNotBuilt }

// DeleteDepartment implements directory.GroupTx.
func (t *tx) DeleteDepartment(org roster.OrganizationID, id roster.DepartmentID, at time.Time) error {
	return errNotBuilt
}

// Sessions implements directory.CredentialTx.
func (t *tx) Sessions(org roster.OrganizationID, id roster.UserID, at time.Time) ([]roster.Session, error) {
	return nil, errNotBuilt
}

// DeleteSession implements directory.CredentialTx.
func (t *tx) DeleteSession(org roster.OrganizationID, user roster.UserID, id roster.SessionID) (bool, error) {
	return false, errNotBuilt
}

// OpenJobs implements directory.JobTx.
func (t *tx) OpenJobs(org roster.OrganizationID, after roster.JobID, limit int) ([]roster.Job, error) {
	return nil, errNotBuilt
}

// ReviveJob implements directory.JobTx.
func (t *tx) ReviveJob(org roster.OrganizationID, id roster.JobID, at time.Time) (roster.Job, error) {
	return roster.Job{}, errNotBuilt
}
