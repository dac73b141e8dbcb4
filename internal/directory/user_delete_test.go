package directory_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// as returns the actor for a user who has just signed in.
func (e *env) as(u roster.User) roster.Actor {
	e.t.Helper()
	by := roster.Actor{
		Kind: roster.ActorUser, OrganizationID: u.OrganizationID, UserID: u.ID, Name: u.UserName, Face: roster.FaceAPI,
	}
	if err := e.store.View(e.t.Context(), func(tx directory.Tx) error {
		a, err := tx.AccountByID(u.OrganizationID, u.ID)
		by.Grants, by.CredentialVersion = a.Grants, a.CredentialVersion
		return err
	}); err != nil {
		e.t.Fatal(err)
	}
	return by
}

// makes creates a user.
func (e *env) makes(in directory.NewUser) roster.User {
	e.t.Helper()
	return must(e.CreateUser(e.t.Context(), e.admin, in))(e.t).User
}

func byID(u roster.User) directory.UserSelector { return directory.UserSelector{ID: u.ID} }

func TestADeletedUserIsGoneAndItsNameIsFree(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "Ops")
		u := e.makes(directory.NewUser{
			UserName: "Ada", Email: "ada@example.com", ExternalID: "x-1", Password: "the first password", AccessLevel: roster.LevelUser,
			Roles: []roster.Ref{{Name: "Manager"}}, PrimaryGroup: roster.Ref{Name: "Ops"}, ContactNumber: "+44 20 7946 0958",
		})
		session := must(e.CreateSession(t.Context(), e.as(u), directory.None{}))(t)
		token := must(e.CreateToken(t.Context(), e.admin, directory.NewToken{Name: "ada's", Access: roster.AccessRead, UserName: "ada"}))(t)
		link := must(e.IssueLink(t.Context(), e.admin, directory.NewLink{User: byID(u), Purpose: roster.LinkSetUp}))(t)

		_, err := e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: byID(u), Email: "bob@example.com"})
		wants(t, err, roster.Invalid, "emails")
		gone := must(e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: directory.UserSelector{Email: "ADA@example.com"}, Email: "Ada@Example.com"}))(t)
		if gone.ID != u.ID || len(gone.Roles) != 1 || len(gone.Groups) != 1 || gone.UserName != "Ada" {
			t.Errorf("it was %+v", gone)
		}
		for _, sel := range []directory.UserSelector{byID(u), {Number: u.Number}, {UserName: "ada"}, {Email: "ada@example.com"}} {
			_, err := e.GetUser(t.Context(), e.admin, sel)
			wants(t, err, roster.NotFound, "")
			_, err = e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: sel, DisplayName: roster.Some("x")})
			wants(t, err, roster.NotFound, "")
			_, err = e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: sel})
			wants(t, err, roster.NotFound, "")
		}
		if err := e.store.View(t.Context(), func(tx directory.Tx) error {
			_, _, sessionErr := tx.SessionByHash(auth.HashSecret(session.Secret))
			wants(t, sessionErr, roster.NotFound, "")
			revoked, account, err := tx.TokenByHash(auth.HashSecret(token.Secret))
			if revoked.RevokedAt.IsZero() || account.UserID != "" {
				t.Errorf("the token is good still: %+v", revoked)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		_, err = e.ReadLink(t.Context(), roster.Actor{}, link.Secret)
		wants(t, err, roster.NotFound, "")
		groups := all(e.ListGroups(t.Context(), e.admin, directory.GroupList{Kind: roster.KindGroup, Count: true}))(t)
		if len(groups) != 1 || groups[0].MemberCount != 0 {
			t.Errorf("groups are %+v", groups)
		}
		entries := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(u.ID), Newest: true, Limit: 1}))(t)
		if details := string(entries[0].Details); entries[0].Action != "user.delete" || !strings.Contains(details, `"before":{"userName":"Ada"`) ||
			!strings.Contains(details, `"roles":["Manager"]`) {
			t.Errorf("the audit has %s %s", entries[0].Action, entries[0].Details)
		}
		again := e.makes(directory.NewUser{UserName: "ADA", Email: "ada@example.com", UniqueEmail: true})
		if again.ID == u.ID || again.Number <= u.Number {
			t.Errorf("number %d comes after %d", again.Number, u.Number)
		}
		if back := e.user("ada"); len(back.Roles) != 0 || back.ExternalID != "" || len(back.ContactMethods) != 1 {
			t.Errorf("who has the name next has %+v", back)
		}
	})
}

func TestTheLastAdministratorCannotBeDeletedEvenByItself(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		admin := e.user(directory.AdminUser)
		group := e.group(roster.KindGroup, "Customer")
		// These do not count: one is inactive, the others are administrators of a group only.
		e.makes(directory.NewUser{UserName: "off", AccessLevel: roster.LevelAdministrator, Active: roster.Some(false)})
		e.makes(directory.NewUser{UserName: "level", AccessLevel: roster.LevelAdministrator, LevelGroups: []roster.Ref{{Name: "Customer"}}})
		e.makes(directory.NewUser{UserName: "role", RoleGrants: []directory.RoleGrant{{Role: roster.Ref{Name: "Administrator"}, Groups: []roster.Ref{{ID: string(group.ID)}}}}})
		for _, by := range []roster.Actor{e.admin, e.as(admin)} {
			_, err := e.DeleteUser(t.Context(), by, directory.UserDeletion{User: byID(admin)})
			wants(t, err, roster.Invalid, "")
		}
		_, err := e.UpdateUser(t.Context(), e.admin, directory.UserChange{
			User: byID(admin), AccessLevel: roster.Some(roster.LevelAdministrator), LevelGroups: roster.Some([]roster.Ref{{Name: "Customer"}}),
			Roles: roster.Some([]roster.Ref{}),
		})
		wants(t, err, roster.Invalid, "roles")
		e.makes(directory.NewUser{UserName: "second", Roles: []roster.Ref{{Name: "Super User"}}})
		must(e.DeleteUser(t.Context(), e.as(admin), directory.UserDeletion{User: byID(admin)}))(t)
	})
}

func TestNobodyDeletesSomebodyAboveThemselves(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		operator := e.makes(directory.NewUser{UserName: "operator", Roles: []roster.Ref{{Name: "Operator"}}})
		manager := e.actor(roster.ShippedRoles()[2].Permissions)
		_, err := e.DeleteUser(t.Context(), manager, directory.UserDeletion{User: directory.UserSelector{UserName: directory.AdminUser}})
		wants(t, err, roster.Forbidden, "")
		must(e.DeleteUser(t.Context(), manager, directory.UserDeletion{User: byID(operator)}))(t)
	})
}

func TestAChangeOfAVersionThatIsNotTheLatestIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.makes(directory.NewUser{UserName: "ada"})
		var turn atomic.Int64
		rename := func(version int64) error {
			in := directory.UserChange{User: byID(u), IfVersion: version, DisplayName: roster.Some(fmt.Sprint("Ada ", turn.Add(1)))}
			_, err := e.UpdateUser(t.Context(), e.admin, in)
			return err
		}
		if err := rename(u.Version); err != nil {
			t.Fatal(err)
		}
		wants(t, rename(u.Version), roster.Stale, "")
		wants(t, rename(u.Version+2), roster.Stale, "")
		_, err := e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: byID(u), IfVersion: u.Version})
		wants(t, err, roster.Stale, "")

		// Of many at the same time, one changes the version that all of them saw.
		errs := make([]error, 20)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = rename(u.Version + 1) })
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				wants(t, err, roster.Stale, "")
			}
		}
		if done != 1 {
			t.Errorf("%d changes of one version were made", done)
		}
		must(e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: byID(u), IfVersion: u.Version + 2}))(t)
	})
}

func TestWhoIsDeletedIsSignedOutAtOnceWhateverIsKeptInMemory(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.makes(directory.NewUser{UserName: "ada", AccessLevel: roster.LevelUser})
		session := must(e.CreateSession(t.Context(), e.as(u), directory.None{}))(t)
		token := must(e.CreateToken(t.Context(), e.admin, directory.NewToken{Name: "t", Access: roster.AccessRead, UserName: "ada"}))(t)
		a := auth.New(auth.Options{Store: e.store, Hasher: newHasher(), Now: e.now, Generation: e.store.Generation})
		signIn := func() (errs []error) {
			_, err := a.Session(t.Context(), auth.Attempt{Face: session.Face}, session.Secret)
			_, tokenErr := a.Token(t.Context(), auth.Attempt{Face: roster.FaceAPI}, token.Secret)
			return []error{err, tokenErr}
		}
		for _, err := range signIn() {
			if err != nil {
				t.Fatal(err)
			}
		}
		must(e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: byID(u)}))(t)
		for _, err := range signIn() {
			wants(t, err, roster.Unauthenticated, "")
		}
	})
}
