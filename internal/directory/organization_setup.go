package directory

import (
	"context"
	"time"

	"roster"
)

// AdminUser is the name of the user that the first start creates.
const AdminUser = "admin"

// SetUp is the result of SetUpOrganization.
type SetUp struct {
	Organization roster.Organization
	Made         bool // this call created it
	AdminReady   bool // the user admin can sign in or was deleted: no set-up link is needed
}

// SetUpOrganization creates the organization of the first start with its shipped records, unless it
// exists. These are roles, the group End-User, the team Cloud DevOps, the default matrix, and the
// user admin, who has no password. Every start may call it, on several replicas at once.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (d *Directory) SetUpOrganization(ctx context.Context, by roster.Actor, slug string) (SetUp, error) {
	if err := allow(by, ActOrganizationSet); err != nil {
		return SetUp{}, err
	}
	isNew := false
	err := d.store.Update(ctx, func(tx Tx) error {
		isNew = false
		_, err := tx.OrganizationBySlug(slug)
		if err == nil || roster.KindOf(err) != roster.NotFound {
			return err
		}
		isNew = true
		o := roster.Organization{
			ID: roster.OrganizationID(newID()), Slug: slug, Name: "Default organization", CreatedAt: d.now(), Version: 1,
		}
		if err := tx.InsertOrganization(o); err != nil {
			return err
		}
		_, err = d.addShipped(tx, by, o)
		return err
	})
	if err != nil {
		if roster.KindOf(err) != roster.Conflict {
			return SetUp{}, err
		}
		isNew = false // another replica created it first
	}
	out, err := d.setUpState(ctx, func(tx Tx) (roster.Organization, error) { return tx.OrganizationBySlug(slug) })
	out.Made = isNew
	return out, err
}

// setUpState returns how far an organization is set up.
func (d *Directory) setUpState(ctx context.Context, find func(Tx) (roster.Organization, error)) (SetUp, error) {
	return view(ctx, d, func(tx Tx) (SetUp, error) {
		o, err := find(tx)
		if err != nil {
			return SetUp{}, err
		}
		admin, err := tx.AccountByName(o.ID, AdminUser)
		if err != nil && roster.KindOf(err) != roster.NotFound {
			return SetUp{}, err
		}
		ready := err != nil || admin.PasswordHash != "" || admin.Realm != roster.RealmDB || !admin.Active
		return SetUp{Organization: o, AdminReady: ready}, nil
	})
}

// addShipped creates the shipped records of a new organization, and returns its user admin.
func (d *Directory) addShipped(tx Tx, by roster.Actor, o roster.Organization) (roster.User, error) {
	now := o.CreatedAt
	by.OrganizationID = o.ID
	var super roster.RoleLink
	for _, r := range roster.ShippedRoles() {
		r.ID, r.OrganizationID, r.Shipped, r.Version = roster.RoleID(newID()), o.ID, true, 1
		r.Description = r.Name // as Graze has it
		if _, err := tx.InsertRole(r, Fold(r.Name)); err != nil {
			return roster.User{}, err
		}
		if r.Number == roster.RoleSuperUser {
			super = roster.RoleLink{ID: r.ID, Number: r.Number, Name: r.Name}
		}
	}
	for _, g := range []roster.Group{
		{Kind: roster.KindGroup, Number: 1, Name: roster.EndUserGroup},
		{Kind: roster.KindTeam, Number: 1, Name: roster.FirstTeam},
	} {
		g.ID, g.OrganizationID, g.CreatedAt, g.Active, g.Version = roster.GroupID(newID()), o.ID, now, true, 1
		if _, err := tx.InsertGroup(g, Fold(g.Name)); err != nil {
			return roster.User{}, err
		}
	}
	matrix := []roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail}}}
	if err := tx.SetDefaultPreferences(o.ID, "", matrix); err != nil {
		return roster.User{}, err
	}
	return d.shipAdmin(tx, by, o.ID, super, matrix, now)
}

func (d *Directory) shipAdmin(tx Tx, by roster.Actor, org roster.OrganizationID, super roster.RoleLink, matrix []roster.Preference, now time.Time) (roster.User, error) {
	row := NewUserRow{UserKey: Fold(AdminUser), User: roster.User{
		ID: roster.UserID(newID()), OrganizationID: org, UserName: AdminUser, DisplayName: "Administrator",
		Active: true, AccessLevel: roster.LevelAdministrator, Realm: roster.RealmDB,
		JoinedAt: now.Truncate(time.Second), TimeZone: roster.SystemTimeZone,
		ManagedBy: roster.ManagedBy{Profile: by.Face, Access: by.Face, Groups: by.Face, Reach: by.Face},
		Version:   1, CreatedAt: now, UpdatedAt: now,
		Roles: []roster.RoleGrant{{RoleLink: super}}, Preferences: matrix,
	}}
	var err error
	if row.Number, err = tx.InsertUser(row); err != nil {
		return row.User, err
	}
	if err := tx.InsertWords(org, wordPlaces(row.User)); err != nil {
		return row.User, err
	}
	return row.User, d.audit(tx, by, now, change{
		action: ActUserCreate, target: string(row.ID), targetName: row.UserName,
		details: created{auditUser(row)},
	})
}

// Status is the state of the server, for its operator.
type Status struct {
	Organization roster.Organization // the actor's
	AdminReady   bool                // the user admin can sign in or was deleted
	Jobs         []roster.JobCounts
}

// GetStatus returns the state of the server, and the actor's organization. Jobs counts those of all
// organizations, in each lane that has some or has no sender.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (d *Directory) GetStatus(ctx context.Context, by roster.Actor, _ None) (Status, error) {
	if err := allow(by, ActStatusRead); err != nil {
		return Status{}, err
	}
	setUp, err := d.setUpState(ctx, func(tx Tx) (roster.Organization, error) { return tx.OrganizationByID(by.OrganizationID) })
	if err != nil {
		return Status{}, err
	}
	jobs, err := view(ctx, d, d.jobCounts)
	return Status{Organization: setUp.Organization, AdminReady: setUp.AdminReady, Jobs: jobs}, err
}
