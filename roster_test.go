package roster_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"roster"
)

func TestPermissionsSurviveBeingStored(t *testing.T) {
	t.Parallel()
	for _, r := range roster.ShippedRoles() {
		got, unknown := roster.ParsePermissions(r.Permissions.String())
		if got != r.Permissions || len(unknown) > 0 {
			t.Errorf("%s: %v, unknown %v", r.Name, got, unknown)
		}
	}
	all, unknown := roster.ParsePermissions("manage_users of_a_newer_version graze_login")
	if all != roster.ManageUsers|roster.GrazeLogin || !reflect.DeepEqual(unknown, []string{"of_a_newer_version"}) {
		t.Errorf("got %v, unknown %v", all, unknown)
	}
}

func TestEveryPermissionHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, name := range (roster.AllPermissions | roster.ServerAdmin).Names() {
		if seen[name] {
			t.Errorf("%s comes twice", name)
		}
		seen[name] = true
		if p, _ := roster.ParsePermissions(name); p.String() != name {
			t.Errorf("%s reads back as %s", name, p)
		}
	}
	if len(seen) != 28 {
		t.Errorf("%d names", len(seen))
	}
}

func TestEachAccessLevelHoldsWhatTheOneBeforeItHolds(t *testing.T) {
	t.Parallel()
	var before roster.Permissions
	for _, l := range roster.AccessLevels {
		if !l.Permissions().Has(before) {
			t.Errorf("%s lacks %s", l, before&^l.Permissions())
		}
		before = l.Permissions()
		if got := before.Has(roster.GrazeLogin); got != (l == roster.LevelAdministrator) {
			t.Errorf("%s: graze_login is %v", l, got)
		}
	}
}

func TestTheShippedRolesHoldWhatIsDecided(t *testing.T) {
	t.Parallel()
	for _, r := range roster.ShippedRoles() {
		p := r.Permissions
		if p.Has(roster.ServerAdmin) {
			t.Errorf("%s may make organizations", r.Name)
		}
		if got, want := p.Has(roster.GrazeLogin), r.Number <= 3 || r.Number == roster.RoleGrazer; got != want {
			t.Errorf("%s: graze_login is %v", r.Name, got)
		}
		if got, want := p.Has(roster.ManageUsers), r.Number <= 3 || r.Number == roster.RoleGrazer; got != want {
			t.Errorf("%s: manage_users is %v", r.Name, got)
		}
		if guarded := roster.SuperPrivileges | roster.ManageRealms; p.HasAny(guarded) != (r.Number == roster.RoleSuperUser) {
			t.Errorf("%s holds %s", r.Name, p&guarded)
		}
	}
}

func TestErrorsKeepTheirKindThroughWrapping(t *testing.T) {
	t.Parallel()
	conflict := &roster.Error{Kind: roster.Conflict, Field: "userName"}
	for name, c := range map[string]struct {
		err  error
		kind roster.Kind
		n    int
	}{
		"an error":         {conflict, roster.Conflict, 1},
		"a wrapped error":  {fmt.Errorf("create user: %w", conflict), roster.Conflict, 1},
		"faults":           {roster.Faults{{Kind: roster.Invalid}, {Kind: roster.Invalid}}, roster.Invalid, 2},
		"a foreign error":  {errors.New("boom"), roster.Internal, 1},
		"wrapped faults":   {fmt.Errorf("x: %w", roster.Faults{conflict}), roster.Conflict, 1},
		"none":             {nil, roster.Internal, 0},
		"no faults at all": {roster.Faults(nil).Err(), roster.Internal, 0},
	} {
		if got := roster.KindOf(c.err); got != c.kind || len(roster.All(c.err)) != c.n {
			t.Errorf("%s: %v, %d", name, got, len(roster.All(c.err)))
		}
	}
}

func TestAnAnswerNeverListsMoreThanSoManyFaults(t *testing.T) {
	t.Parallel()
	var f roster.Faults
	for i := range 10 * roster.MaxFaults {
		f.Add(fmt.Sprintf("roles[%d]", i), "names no role")
	}
	if len(f) != roster.MaxFaults {
		t.Errorf("%d faults", len(f))
	}
}

func TestGrantsOfAGroupJoinThoseOfTheOrganization(t *testing.T) {
	t.Parallel()
	var g roster.Grants
	g.Add("", roster.ReadDirectory)
	g.Add("ops", roster.ManageUsers)
	g.Add("ops", roster.ManageGroups)
	if len(g) != 2 || g.In("ops") != roster.ReadDirectory|roster.ManageUsers|roster.ManageGroups || g.In("dev") != roster.ReadDirectory {
		t.Errorf("%+v", g)
	}
	if groups, orgWide := g.Scope(roster.ManageUsers); orgWide || !reflect.DeepEqual(groups, []roster.GroupID{"ops"}) {
		t.Errorf("manage_users in %v, %v", groups, orgWide)
	}
	if _, orgWide := g.Scope(roster.ReadDirectory); !orgWide {
		t.Error("read_directory is held for the organization")
	}
}

func TestServicesWithoutAnAddressAreNotSetUp(t *testing.T) {
	t.Parallel()
	u := roster.User{
		ContactMethods: []roster.ContactMethod{{Service: roster.ServiceEmail}},
		Preferences: []roster.Preference{
			{Type: roster.TypeFailures, Services: []roster.Service{roster.ServicePush, roster.ServiceSMS, roster.ServiceEmail}},
			{Type: roster.TypeDigest, Services: []roster.Service{roster.ServiceSMS}},
		},
	}
	if got, want := u.NotSetUp(), []roster.Service{roster.ServiceSMS, roster.ServicePush}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
