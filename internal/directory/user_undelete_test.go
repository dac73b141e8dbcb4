package directory_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"roster"
	"roster/internal/directory"
)

// unlikeBefore are what a deletion and its undoing change of a user.
var unlikeBefore = cmpopts.IgnoreFields(roster.User{}, "Version", "UpdatedAt")

// entriesOf returns the entries of a user on check groups.
func (e *env) entriesOf(u roster.User) (entries []roster.CheckPermission) {
	e.t.Helper()
	err := e.store.View(e.t.Context(), func(tx directory.Tx) error {
		found, err := tx.CheckPermissions(u.OrganizationID, directory.CheckPermissionQuery{Users: []roster.UserID{u.ID}, Limit: 10})
		entries = found.Records
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return entries
}

func (e *env) deletes(u roster.User) {
	e.t.Helper()
	must(e.DeleteUser(e.t.Context(), e.admin, directory.UserDeletion{User: byID(u)}))(e.t)
}

func (e *env) undeletes(sel directory.UserSelector) directory.UndeletedUser {
	e.t.Helper()
	return must(e.UndeleteUser(e.t.Context(), e.admin, sel))(e.t)
}

// whole creates a user with everything that a user can have.
func (e *env) whole(name string) roster.User {
	e.t.Helper()
	e.group(roster.KindGroup, "Ops of "+name)
	e.group(roster.KindGroup, "Customer of "+name)
	u := e.makes(directory.NewUser{
		UserName: name, DisplayName: "Ada Lovelace", Title: "Analyst", Email: name + "@example.com", UniqueEmail: true, ExternalID: "x-1",
		Password: "the first password", AccessLevel: roster.LevelUser, LevelGroups: refs("Customer of " + name), Roles: refs("Manager"),
		RoleGrants:   []directory.RoleGrant{grant("Operator", "Customer of "+name)},
		PrimaryGroup: roster.Ref{Name: "Ops of " + name}, Groups: refs("Customer of " + name), Teams: refs("Cloud DevOps"),
		TimeZone: "Europe/Berlin", ContactNumber: "+44 20 7946 0958", Properties: json.RawMessage(`{"a":1}`),
		Preferences: roster.Some([]roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceSMS}}}),
	})
	e.entry(e.checkGroup("Checks of "+name), roster.LevelEditor, name, "")
	return e.user(u.UserName)
}

func TestAnUndeletedUserIsAsItWas(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		before := e.whole("Ada")
		hash := e.account(before.OrganizationID, before.UserName).PasswordHash
		entries := e.entriesOf(before)
		e.deletes(before)
		deleted := all(e.ListDeletedUsers(t.Context(), e.admin, directory.DeletedUserList{}))(t)
		want := roster.DeletedUser{
			ID: before.ID, OrganizationID: before.OrganizationID, Number: before.Number, UserName: "Ada", DisplayName: "Ada Lovelace",
			Email: "Ada@example.com", DeletedAt: e.now(),
		}
		if diff := cmp.Diff([]roster.DeletedUser{want}, deleted); diff != "" {
			t.Errorf("the deleted users differ (-want +got):\n%s", diff)
		}
		after := e.undeletes(directory.UserSelector{UserName: "ada"})
		if diff := cmp.Diff(before, after.User, unlikeBefore); diff != "" || after.Version <= before.Version || len(after.Missing) != 0 {
			t.Errorf("version %d, missing %q, differs (-want +got):\n%s", after.Version, after.Missing, diff)
		}
		if now := e.account(before.OrganizationID, before.UserName); now.PasswordHash != hash || now.CredentialVersion == 1 {
			t.Errorf("the account is %+v", now)
		}
		if diff := cmp.Diff(entries, e.entriesOf(before)); diff != "" || len(entries) != 1 {
			t.Errorf("the entries differ (-want +got):\n%s", diff)
		}
		found := must(e.FindUsers(t.Context(), e.admin, directory.UserSearch{Search: "lovelace", Limit: 10}))(t).Users
		if len(found) != 1 || found[0].ID != before.ID {
			t.Errorf("the search finds %v", found)
		}
		_, err := e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "other", Email: "ADA@example.com", UniqueEmail: true})
		wants(t, err, roster.Conflict, "emails")
		if left := all(e.ListDeletedUsers(t.Context(), e.admin, directory.DeletedUserList{}))(t); len(left) != 0 {
			t.Errorf("there are deleted users still: %v", left)
		}
		_, err = e.UndeleteUser(t.Context(), e.admin, byID(before))
		wants(t, err, roster.NotFound, "id")
		entry := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(before.ID), Newest: true, Limit: 1}))(t)[0]
		if entry.Action != "user.undelete" || !strings.Contains(string(entry.Details), `"userName":"Ada"`) {
			t.Errorf("the audit has %s %s", entry.Action, entry.Details)
		}
	})
}

func TestOfSeveralDeletedUsersOfANameTheLastIsRestoredAndOthersByNumber(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		first := e.makes(directory.NewUser{UserName: "ada", DisplayName: "First"})
		e.deletes(first)
		e.advance(time.Hour)
		second := e.makes(directory.NewUser{UserName: "Ada", DisplayName: "Second"})
		e.deletes(second)
		if back := e.undeletes(directory.UserSelector{UserName: "ADA"}); back.ID != second.ID {
			t.Errorf("%s is back", back.DisplayName)
		}
		_, err := e.UndeleteUser(t.Context(), e.admin, directory.UserSelector{Number: first.Number})
		wants(t, err, roster.Conflict, "userName")
		must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(second), UserName: roster.Some("grace")}))(t)
		if back := e.undeletes(directory.UserSelector{Number: first.Number}); back.ID != first.ID {
			t.Errorf("%s is back", back.DisplayName)
		}
	})
}

func TestAnUndeletedUserDoesNotGetAnEmailThatAnotherClaims(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.whole("Ada")
		e.deletes(u)
		e.makes(directory.NewUser{UserName: "other", Email: "ada@example.com", UniqueEmail: true})
		_, err := e.UndeleteUser(t.Context(), e.admin, byID(u))
		wants(t, err, roster.Conflict, "emails")
		if _, err := e.GetUser(t.Context(), e.admin, byID(u)); roster.KindOf(err) != roster.NotFound {
			t.Errorf("the user is there: %v", err)
		}
	})
}

// TestWhatIsGoneMeanwhileIsNamedAndGrantsNothingMore: a level or a role that was granted for a
// group must not be granted for the organization once the group is gone.
func TestWhatIsGoneMeanwhileIsNamedAndGrantsNothingMore(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: "Support"}))(t)
		u := e.whole("Ada")
		u = must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(u), Department: roster.Some(roster.Ref{Name: "Support"})}))(t)
		e.deletes(u)
		for _, name := range []string{"Customer of Ada", "Ops of Ada"} {
			must(e.DeleteGroup(t.Context(), e.admin, directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: name}}))(t)
		}
		must(e.DeleteDepartment(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{Name: "Support"}}))(t)
		groups := all(e.ListCheckGroups(t.Context(), e.admin, directory.CheckGroupList{}))(t)
		must(e.DeleteCheckGroup(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(groups[0].ID)}}))(t)
		back := e.undeletes(byID(u))
		want := []string{
			"access level user", "department Support", "entry on check group Checks of Ada", "group Customer of Ada", "group Ops of Ada", "role Operator",
		}
		slices.Sort(back.Missing)
		if diff := cmp.Diff(want, back.Missing); diff != "" {
			t.Errorf("missing differs (-want +got):\n%s", diff)
		}
		if back.AccessLevel != roster.LevelCustom || len(back.LevelGroups) != 0 || len(back.Roles) != 1 || back.Roles[0].Name != "Manager" ||
			len(back.Groups) != 0 || back.PrimaryGroup.ID != "" || back.Department.ID != "" || len(back.Teams) != 1 {
			t.Errorf("the user is %+v", back.User)
		}
	})
}

func TestNobodyRestoresSomebodyWhomTheyCouldNotChange(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		above := e.makes(directory.NewUser{UserName: "above", Roles: refs("Administrator")})
		e.group(roster.KindGroup, "Mine")
		e.group(roster.KindGroup, "Theirs")
		theirs := e.makes(directory.NewUser{UserName: "theirs", Groups: refs("Theirs")})
		mine := e.makes(directory.NewUser{UserName: "mine", Groups: refs("Mine")})
		for _, u := range []roster.User{above, theirs, mine} {
			e.deletes(u)
		}
		manager := e.actor(roster.ShippedRoles()[2].Permissions)
		_, err := e.UndeleteUser(t.Context(), manager, byID(above))
		wants(t, err, roster.Forbidden, "")
		scoped := e.actor(0)
		scoped.Grants = roster.Grants{{Group: e.groupID("Mine"), Permissions: roster.ManageUsers}}
		_, err = e.UndeleteUser(t.Context(), scoped, byID(theirs))
		wants(t, err, roster.NotFound, "id")
		_, err = e.ListDeletedUsers(t.Context(), scoped, directory.DeletedUserList{})
		wants(t, err, roster.Forbidden, "")
		must(e.UndeleteUser(t.Context(), scoped, byID(mine)))(t)
		for _, u := range []roster.User{above, theirs} {
			e.undeletes(byID(u)) // nothing was lost
		}
	})
}

func TestADeletedUserIsErasedAfter30Days(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.whole("Ada")
		e.deletes(u)
		e.advance(directory.KeepDeleted)
		_, err := e.UndeleteUser(t.Context(), e.admin, byID(u))
		wants(t, err, roster.NotFound, "id")
		e.erases()
		if left := all(e.ListDeletedUsers(t.Context(), e.admin, directory.DeletedUserList{}))(t); len(left) != 1 {
			t.Fatalf("erased too early: %v", left)
		}
		e.advance(time.Microsecond)
		e.erases()
		if left := all(e.ListDeletedUsers(t.Context(), e.admin, directory.DeletedUserList{}))(t); len(left) != 0 {
			t.Fatalf("not erased: %v", left)
		}
	})
}

func TestTheAuditOfAnErasedUserSaysNothingOfThePersonAndIsValid(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		other := e.makes(directory.NewUser{UserName: "grace"})
		u := e.whole("Ada")
		by := e.as(u)
		by.Address = "192.0.2.7"
		must(e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(other), DisplayName: roster.Some("Grace Hopper")}))(t)
		e.deletes(u)
		e.advance(directory.KeepDeleted + time.Hour)
		if err := directory.NewAuditSealer(e.store, e.now).Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		e.erases()
		byUser := 0
		for _, entry := range all(e.ListAudit(t.Context(), e.admin, directory.AuditList{}))(t) {
			text := strings.ToLower(strings.Join([]string{entry.TargetName, entry.ActorName, entry.Address, string(entry.Details)}, " "))
			for _, personal := range []string{"ada@", "lovelace", "7946", "192.0.2.7", "x-1"} {
				if strings.Contains(text, personal) && (entry.Target == string(u.ID) || entry.Actor == by.Principal()) {
					t.Errorf("%s has %q: %s", entry.Action, personal, text)
				}
			}
			if entry.Actor == by.Principal() {
				byUser++
				if !strings.Contains(text, "grace hopper") {
					t.Errorf("what the user did to another is lost: %s", text)
				}
			}
		}
		verified := must(e.VerifyAudit(t.Context(), e.admin, directory.None{}))(t)
		if verified.Bad != "" || verified.Erased == 0 || byUser != 1 {
			t.Errorf("the audit is %+v, with %d entries by the user", verified, byUser)
		}
	})
}

func (e *env) erases() {
	e.t.Helper()
	if err := directory.EraseDeletedUsers(e.t.Context(), e.store, e.now()); err != nil {
		e.t.Fatal(err)
	}
}

// TestADocumentOfAnEarlierBuildIsRestored keeps the form of documents: they outlive an upgrade. If
// this fails after a field was renamed, keep the field's former name in JSON.
func TestADocumentOfAnEarlierBuildIsRestored(t *testing.T) {
	const path = "testdata/deleted_user.golden"
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := directory.ReadDeletedDocument(golden)
	if err != nil {
		t.Fatal(err)
	}
	var want, got bytes.Buffer
	if err := json.Indent(&want, golden, "", "  "); err != nil {
		t.Fatal(err)
	}
	if err := json.Indent(&got, again, "", "  "); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(want.String()) {
		if !strings.Contains(got.String(), strings.Trim(line, " ,\n")) {
			t.Errorf("the document's line %q is lost in\n%s", line, got.String())
		}
	}
}
