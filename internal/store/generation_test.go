package store_test

import (
	"errors"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/store/storetest"
)

func TestTheGenerationRisesWithEveryChangeThatAuthenticationMayRead(t *testing.T) {
	t.Parallel()
	const id = storetest.ID + "1"
	db := openSQLite(t)
	user := roster.User{
		ID: id, OrganizationID: id, UserName: "ada", Active: true, Realm: roster.RealmDB, Version: 1,
		Roles: []roster.RoleGrant{{RoleLink: roster.RoleLink{ID: id}}},
	}
	now := time.Unix(1, 0)
	generation := func() uint64 {
		n, known := db.Generation()
		if !known {
			t.Fatal("the generation of SQLite is not known")
		}
		return n
	}
	update := func(fn func(directory.Tx) error) {
		t.Helper()
		if err := db.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx directory.Tx) (err error) {
		if err := tx.InsertOrganization(roster.Organization{ID: user.OrganizationID, Slug: "default"}); err != nil {
			return err
		}
		if _, err := tx.InsertRole(roster.Role{ID: id, OrganizationID: user.OrganizationID, Name: "Role"}, "role"); err != nil {
			return err
		}
		user.Number, err = tx.InsertUser(directory.NewUserRow{User: user, UserKey: "ada"})
		return err
	})
	if generation() != 0 {
		t.Error("new records change nothing that was read")
	}
	for name, c := range map[string]struct {
		fn    func(directory.Tx) error
		rises bool
	}{
		"another password": {func(tx directory.Tx) error { return tx.SetPassword(user.OrganizationID, user.ID, "$hash", now) }, true},
		"a deactivation": {func(tx directory.Tx) error {
			row := directory.NewUserRow{User: user, UserKey: directory.Fold(user.UserName)}
			row.Active = false
			return tx.UpdateUser(row, 0)
		}, true},
		"other roles": {func(tx directory.Tx) error {
			row := directory.NewUserRow{User: user, UserKey: directory.Fold(user.UserName)}
			return tx.UpdateUser(row, directory.WithRoles)
		}, true},
		"the deletion of a group": {func(tx directory.Tx) error {
			if _, err := tx.InsertGroup(roster.Group{ID: id, OrganizationID: user.OrganizationID, Kind: roster.KindGroup}, "group"); err != nil {
				return err
			}
			return tx.DeleteGroup(user.OrganizationID, id, now)
		}, true},
		"the deletion of a user": {func(tx directory.Tx) error {
			number, err := tx.InsertUser(directory.NewUserRow{User: roster.User{ID: storetest.ID + "2", OrganizationID: user.OrganizationID}, UserKey: "grace"})
			if err != nil {
				return err
			}
			return tx.DeleteUser(user.OrganizationID, number, now)
		}, true},
		"the end of sessions that are not there": {func(tx directory.Tx) error { return tx.DeleteSessions(user.OrganizationID, storetest.ID+"3") }, false},
		"a setting":                              {func(tx directory.Tx) error { return tx.PutSetting("name", "value") }, false},
		"who may make organizations":             {func(tx directory.Tx) error { return tx.SetServerAdmin(user.OrganizationID, user.ID, true, now) }, true},
		"the settings of an organization": {func(tx directory.Tx) error {
			return tx.UpdateOrganization(roster.Organization{ID: user.OrganizationID, Name: "Other"})
		}, false},
		"what becomes of checks and entries": {func(tx directory.Tx) error {
			g := roster.CheckGroup{ID: id, OrganizationID: user.OrganizationID}
			c := roster.Check{ID: id, OrganizationID: user.OrganizationID}
			p := roster.CheckPermission{ID: id, CheckGroup: roster.CheckGroupLink{ID: id}, User: roster.UserLink{ID: id, Number: user.Number}}
			_, err := tx.InsertCheckGroup(g, "cg")
			_, err2 := tx.InsertCheck(c, "c", "")
			_, err3 := tx.PutCheckPermission(user.OrganizationID, p)
			return errors.Join(err, err2, err3, tx.UpdateCheck(c, "c", "c"), tx.UpdateCheckGroup(g, "cg"),
				tx.PutCheckState(c.OrganizationID, 1, roster.CheckState{}, roster.CheckState{State: roster.StateFailure}), tx.DeleteCheckPermission(c.OrganizationID, id),
				tx.DeleteCheck(c.OrganizationID, c.ID, now), tx.DeleteCheckGroup(c.OrganizationID, g.ID, now))
		}, false},
		"an audit entry": {func(tx directory.Tx) error {
			return tx.InsertAudit(roster.AuditEntry{ID: id, OrganizationID: user.OrganizationID, At: now, Details: []byte("{}")})
		}, false},
	} {
		before := generation()
		update(c.fn)
		if rose := generation() > before; rose != c.rises {
			t.Errorf("%s: the generation rises: %v, want %v", name, rose, c.rises)
		}
	}
}
