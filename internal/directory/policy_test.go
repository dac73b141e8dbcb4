package directory

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"roster"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// verbs maps each verb to its action. The test below fails for a missing verb.
var verbs = map[string]Action{
	"CreateUser": ActUserCreate, "GetUser": ActUserRead, "ListUsers": ActUserRead,
	"UpdateUser":  ActUserUpdate,
	"SetPassword": ActPasswordSet, "IssueLink": ActLinkIssue, "ReadLink": ActLinkRead, "UseLink": ActLinkUse,
	"CreateGroup": ActGroupCreate, "ListGroups": ActGroupRead, "ListMembers": ActGroupRead,
	"GetGroup": ActGroupRead, "ListTeams": ActGroupRead, "UpdateGroup": ActGroupUpdate, "DeleteGroup": ActGroupDelete,
	"CreateDepartment": ActDepartmentMake, "ListDepartments": ActDepartmentRead,
	"CreateRole": ActRoleCreate, "ListRoles": ActRoleRead,
	"UpdateRole": ActRoleUpdate, "DeleteRole": ActRoleDelete, "GetUserRoles": ActUserRead,
	"CreateToken": ActTokenCreate, "ListTokens": ActTokenRead, "RevokeToken": ActTokenRevoke,
	"CreateSession":         ActSessionCreate,
	"GetDefaultPreferences": ActDefaultsRead, "SetDefaultPreferences": ActDefaultsSet,
	"CreateRealm": ActRealmCreate, "UpdateRealm": ActRealmUpdate, "ListRealms": ActRealmRead,
	"AdmitUser": ActUserAdmit, "GetComponents": ActComponentRead,
	"ListAudit": ActAuditRead, "VerifyAudit": ActAuditRead,
	"GetStatus": ActStatusRead, "SetUpOrganization": ActOrganizationSet,

	"FindUsers": ActUserRead, "DeleteUser": ActUserDelete, "UndeleteUser": ActUserUndelete, "ListDeletedUsers": ActDeletedRead, "UpsertUser": ActUserCreate, "CreateUsers": ActUserCreate,
	"AddContactMethod": ActContactAdd, "RemoveContactMethod": ActContactRemove,
	"ListSessions": ActSessionRead, "EndSession": ActSessionEnd,
	"GetRole": ActRoleRead, "ListPermissions": ActRoleRead, "GetToken": ActTokenRead, "GetRealm": ActRealmRead,
	"GetDepartment": ActDepartmentRead, "UpdateDepartment": ActDepartmentUpdate, "DeleteDepartment": ActDepartmentDelete,
	"CreateOrganization": ActOrganizationCreate, "ListOrganizations": ActOrganizationRead, "GetOrganization": ActOrganizationRead,
	"GetSettings": ActSettingsRead, "UpdateSettings": ActSettingsSet, "GetTimeZone": ActCheckRead, "SetServerAdmin": ActServerAdminSet,
	"ListJobs": ActJobRead, "ReviveJob": ActJobRevive, "GetAuditEntry": ActAuditRead,
	"CreateCheck": ActCheckCreate, "GetCheck": ActCheckRead, "ListChecks": ActCheckRead,
	"UpdateCheck": ActCheckUpdate, "DeleteCheck": ActCheckDelete,
	"CreateCheckGroup": ActCheckGroupCreate, "GetCheckGroup": ActCheckGroupRead, "ListCheckGroups": ActCheckGroupRead,
	"UpdateCheckGroup": ActCheckGroupUpdate, "DeleteCheckGroup": ActCheckGroupDelete,
	"ListCheckPermissions": ActPermissionRead, "PutCheckPermission": ActPermissionSet, "DeleteCheckPermission": ActPermissionDelete,
	"RecordEvent": ActEventRecord, "ListEvents": ActEventRead, "FindEvents": ActEventRead, "GetEvent": ActEventRead, "GetOverview": ActCheckRead,
	"ListAlerts": ActAlertRead, "GetAlert": ActAlertRead,
}

// untouchable is a store that fails the test if a forbidden call reaches it.
type untouchable struct{ t *testing.T }

func (u untouchable) View(context.Context, func(Tx) error) error   { return u.touched() }
func (u untouchable) Update(context.Context, func(Tx) error) error { return u.touched() }
func (u untouchable) touched() error {
	u.t.Helper()
	u.t.Error("the store was reached before the policy was asked")
	return nil
}

func (u untouchable) Token() string      { return "" }
func (u untouchable) Session() string    { return "" }
func (u untouchable) Link() string       { return "" }
func (u untouchable) Hash(string) string { return "" }

// callVerb calls a verb with an actor and the zero input.
func callVerb(t *testing.T, name string, by roster.Actor) error {
	t.Helper()
	d := New(Options{Store: untouchable{t}, Secrets: untouchable{t}, Now: time.Now})
	m := reflect.ValueOf(d).MethodByName(name)
	out := m.Call([]reflect.Value{
		reflect.ValueOf(t.Context()), reflect.ValueOf(by), reflect.Zero(m.Type().In(2)),
	})
	err, _ := out[1].Interface().(error)
	return err
}

func TestEveryVerbHasTheOneShapeAndAsksThePolicyFirst(t *testing.T) {
	t.Parallel()
	service := reflect.TypeFor[*Directory]()
	for i := range service.NumMethod() {
		m := service.Method(i)
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			if got := m.Type; got.NumIn() != 4 || got.NumOut() != 2 ||
				got.In(1) != reflect.TypeFor[context.Context]() || got.In(2) != reflect.TypeFor[roster.Actor]() ||
				got.Out(1) != reflect.TypeFor[error]() {
				t.Fatalf("%s is %v, not (context.Context, roster.Actor, In) (Out, error)", m.Name, got)
			}
			act, known := verbs[m.Name]
			if !known {
				t.Fatalf("%s has no action in this test's table", m.Name)
			}
			if policy[act].public {
				return
			}
			if err := callVerb(t, m.Name, roster.Actor{}); err == nil || roster.KindOf(err) != roster.Unauthenticated {
				t.Errorf("nobody gets %v, want Unauthenticated", err)
			}
			powerless := roster.Actor{Kind: roster.ActorToken, OrganizationID: "o", TokenID: "t"}
			if err := callVerb(t, m.Name, powerless); err == nil || roster.KindOf(err) != roster.Forbidden {
				t.Errorf("an actor without permissions gets %v, want Forbidden", err)
			}
			if !policy[act].writes {
				return
			}
			reader := roster.Actor{Kind: roster.ActorUser, ReadOnly: true, Grants: roster.Grants{{Permissions: roster.AllPermissions}}}
			if err := callVerb(t, m.Name, reader); err == nil || roster.KindOf(err) != roster.Forbidden {
				t.Errorf("an actor that may only read gets %v, want Forbidden", err)
			}
		})
	}
}

func TestOnlyTheListedVerbsArePublic(t *testing.T) {
	t.Parallel()
	for verb, act := range verbs {
		public := verb == "ReadLink" || verb == "UseLink"
		if policy[act].public != public {
			t.Errorf("%s: public is %v", verb, policy[act].public)
		}
	}
}

func TestAnActionThatThePolicyDoesNotKnowIsForbiddenToEverybody(t *testing.T) {
	t.Parallel()
	for _, by := range []roster.Actor{
		{Kind: roster.ActorUser, Grants: roster.Grants{{Permissions: roster.AllPermissions | roster.ServerAdmin}}},
		{Kind: roster.ActorOperator},
		{Kind: roster.ActorSystem},
	} {
		if err := allow(by, "no.such.action"); err == nil || roster.KindOf(err) != roster.Forbidden {
			t.Errorf("%s gets %v, want Forbidden", by.Kind, err)
		}
	}
}

// callers returns an actor of every kind: each shipped role and level, each kind of token, and
// nobody.
func callers() []caller {
	var all []caller
	user := func(name string, p roster.Permissions) {
		all = append(all, caller{name, roster.Actor{Kind: roster.ActorUser, UserID: "u", Grants: roster.Grants{{Permissions: p}}}})
	}
	for _, r := range roster.ShippedRoles() {
		user(r.Name, r.Permissions)
	}
	for _, l := range roster.AccessLevels {
		user("level "+string(l), l.Permissions())
	}
	admin := roster.LevelAdministrator.Permissions()
	token := roster.Actor{Kind: roster.ActorToken, TokenID: "t", Grants: roster.Grants{{Permissions: admin}}}
	all = append(all, caller{"token read-write", token})
	own := token
	own.UserID = "u"
	all = append(all, caller{"token of an admin", own})
	token.ReadOnly = true
	all = append(all, caller{"token read", token})
	scoped := roster.Actor{Kind: roster.ActorToken, TokenID: "t", Grants: roster.Grants{{Group: "g", Permissions: admin}}}
	return append(all, caller{"token of one group", scoped}, caller{"nobody", roster.Actor{}})
}

type caller struct {
	name  string
	actor roster.Actor
}

// TestWhoMayDoWhatToWhom pins the whole matrix (role × verb × target role) in a golden file.
func TestWhoMayDoWhatToWhom(t *testing.T) {
	t.Parallel()
	d := New(Options{Now: time.Now})
	var b strings.Builder
	b.WriteString("# y may, - may not, ? must sign in first. Targets stand in the order of the callers' roles and levels.\n")
	for _, verb := range []struct {
		name string
		act  Action
		on   func(by roster.Actor, target roster.Grants) error
	}{
		{"create a user who holds", ActUserCreate, d.mayGrant},
		{"create with a password, or raise somebody who can sign in to, what is held by", ActUserCreate, d.mayGrantToSignIns},
		{"create a role that holds", ActRoleCreate, d.mayGrant},
		{"put into a role what is held by", ActRoleUpdate, d.mayGrantToSignIns},
		{"change password, email or externalId of", ActUserUpdate, sees(ActUserUpdate, d.mayTakeOver)},
		{"change active, level, roles or groups of", ActUserUpdate, sees(ActUserUpdate, d.mayGrant)},
		{"change or delete a role that holds", ActRoleUpdate, d.mayGrantToSignIns},
		{"change groups", ActGroupUpdate, nil},
		{"delete groups", ActGroupDelete, nil},
		{"put into a group, or out of one,", ActGroupUpdate, sees(ActGroupUpdate, d.mayGrant)},
		{"delete a group with", ActGroupDelete, d.mayGrant},
		{"delete", ActUserDelete, d.mayTakeOver},
		{"change the contact methods of", ActContactAdd, sees(ActContactAdd, d.mayTakeOver)},
		{"set the password of", ActPasswordSet, d.mayTakeOver},
		{"issue a link for", ActLinkIssue, d.mayTakeOver},
		{"make a token of the user", ActTokenCreate, d.mayTakeOver},
		{"read or end the sessions of", ActSessionEnd, sees(ActSessionEnd, d.mayTakeOver)},
		{"read users", ActUserRead, nil},
		{"read groups", ActGroupRead, nil},
		{"read the entries on check groups", ActPermissionRead, nil},
		{"read departments", ActDepartmentRead, nil},
		{"read roles", ActRoleRead, nil},
		{"create groups", ActGroupCreate, nil},
		{"create departments", ActDepartmentMake, nil},
		{"list tokens", ActTokenRead, nil},
		{"revoke a token of", ActTokenRevoke, d.mayTakeOver},
		{"open a session", ActSessionCreate, nil},
		{"read the defaults", ActDefaultsRead, nil},
		{"set the defaults", ActDefaultsSet, nil},
		{"read the audit", ActAuditRead, nil},
		{"read the organizations", ActOrganizationRead, nil},
		{"read the status", ActStatusRead, nil},
		{"make realms", ActRealmCreate, nil},
		{"read realms", ActRealmRead, nil},
		{"read the components", ActComponentRead, nil},
	} {
		fmt.Fprintf(&b, "\n%s\n", verb.name)
		for _, c := range callers() {
			fmt.Fprintf(&b, "  %-20s %s\n", c.name, row(c.actor, verb.act, verb.on))
		}
	}
	b.WriteString("\nchange its own preferences and time zone\n")
	for _, c := range callers() {
		cell := row(c.actor, ActUserUpdate, nil)
		if cell == "y" && !isSelf(c.actor, c.actor.UserID) {
			cell = "-" // it is no user
		}
		fmt.Fprintf(&b, "  %-20s %s\n", c.name, cell)
	}
	d.tokensAndEntries(&b)
	demo := New(Options{Now: time.Now, GrazerGrantsSuper: true})
	grazer := callers()[roster.RoleGrazer-1]
	fmt.Fprintf(&b, "\nwith graze.grazer_grants_super: create, and take hold of, who holds\n  %-20s %s %s\n", grazer.name,
		row(grazer.actor, ActUserCreate, demo.mayGrant), row(grazer.actor, ActUserUpdate, demo.mayTakeOver))
	golden(t, "policy.golden", b.String())
}

// tokensAndEntries adds the rows about tokens and entries on check groups to the matrix.
func (d *Directory) tokensAndEntries(b *strings.Builder) {
	b.WriteString("\nmake a token of the organization that reads, that writes; of a group that reads, that writes\n")
	for _, c := range callers() {
		fmt.Fprintf(b, "  %-20s %s\n", c.name, cells(c.actor, ActTokenCreate, func(mark func(error)) {
			for _, groups := range [][]roster.GroupID{nil, {"g"}} {
				mark(mayMakeToken(c.actor, roster.AccessRead, groups))
				mark(mayMakeToken(c.actor, roster.AccessReadWrite, groups))
			}
		}))
	}
	b.WriteString("\ntake hold of who has an entry on a check group, and put somebody into a group that has one; each for the levels\n")
	for _, c := range callers() {
		entry := func(group roster.GroupID) string {
			return cells(c.actor, ActUserUpdate, func(mark func(error)) {
				for _, level := range roster.AccessLevels {
					mark(forbidPermissions("", d.entryAbove(c.actor, nil, CheckGrant{CheckGroup: "c", Group: group, AccessLevel: level})))
				}
			})
		}
		fmt.Fprintf(b, "  %-20s %s %s\n", c.name, entry(""), entry("g"))
	}
}

// cells returns a line of marks, or one mark if the actor may not do the action at all.
func cells(by roster.Actor, act Action, each func(mark func(error))) string {
	if err := allow(by, act); err != nil {
		return row(by, act, nil)
	}
	var cells strings.Builder
	each(func(err error) {
		if err == nil {
			cells.WriteByte('y')
		} else {
			cells.WriteByte('-')
		}
	})
	return cells.String()
}

// TestATokenThatReadsSeesTheDirectoryAndTheAudit keeps mayMakeToken right: the maker of a token
// must be able to do all that the policy allows the token.
func TestATokenThatReadsSeesTheDirectoryAndTheAudit(t *testing.T) {
	t.Parallel()
	for act, r := range policy {
		// Sessions take a hold of the user, which such a token has of nobody: see ListSessions.
		if r.tokens && !r.writes && act != ActSessionRead && !r.anyOf.HasAny(roster.ReadDirectory|roster.ReadAudit) {
			t.Errorf("a token that only reads may do %s, for which %s is needed", act, r.anyOf)
		}
	}
}

// sees returns may, preceded by the question whether the actor sees a user of the group g.
func sees(act Action, may func(roster.Actor, roster.Grants) error) func(by roster.Actor, target roster.Grants) error {
	return func(by roster.Actor, target roster.Grants) error {
		if err := visible(by, act, roster.User{Groups: []roster.GroupLink{{ID: "g"}}}); err != nil {
			return err
		}
		return may(by, target)
	}
}

// row returns one line of the matrix.
func row(by roster.Actor, act Action, on func(roster.Actor, roster.Grants) error) string {
	mark := func(err error) string {
		switch {
		case err == nil:
			return "y"
		case roster.KindOf(err) == roster.Unauthenticated:
			return "?"
		default:
			return "-"
		}
	}
	err := allow(by, act)
	if err != nil || on == nil {
		return mark(err)
	}
	var cells strings.Builder
	for _, r := range roster.ShippedRoles() {
		cells.WriteString(mark(on(by, roster.Grants{{Permissions: r.Permissions}})))
	}
	cells.WriteByte(' ')
	for _, l := range roster.AccessLevels {
		cells.WriteString(mark(on(by, roster.Grants{{Permissions: l.Permissions()}})))
	}
	return cells.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s\nRun with -update if that is meant.", path, got)
	}
}

func TestGrantAnyRoleRaisesTheCeilingButNotAboveWhatIsGuarded(t *testing.T) {
	t.Parallel()
	grazer := roster.Actor{Kind: roster.ActorUser, Grants: roster.Grants{{Permissions: roster.ShippedRoles()[5].Permissions}}}
	super := roster.Grants{{Permissions: roster.ShippedRoles()[0].Permissions}}
	administrator := roster.Grants{{Permissions: roster.ShippedRoles()[1].Permissions}}
	strict, demo := New(Options{Now: time.Now}), New(Options{Now: time.Now, GrazerGrantsSuper: true})
	for _, c := range []struct {
		name string
		err  error
		may  bool
	}{
		{"grants Administrator", strict.mayGrant(grazer, administrator), true},
		{"grants Super User", strict.mayGrant(grazer, super), false},
		{"grants Super User where the demonstration lets it", demo.mayGrant(grazer, super), true},
		{"takes hold of an Administrator", strict.mayTakeOver(grazer, administrator), true},
		{"takes hold of a Grazer", strict.mayTakeOver(grazer, grazer.Grants), true},
		{"takes hold of a Super User", strict.mayTakeOver(grazer, super), false},
		{"takes hold of a Super User where the demonstration lets it", demo.mayTakeOver(grazer, super), true},
		{"takes hold of who makes organizations", demo.mayTakeOver(grazer, roster.Grants{{Permissions: roster.ServerAdmin}}), false},
		{"takes hold of who has the level administrator, for whom realms are", strict.mayTakeOver(grazer, roster.Grants{{Permissions: roster.LevelAdministrator.Permissions()}}), false},
	} {
		if (c.err == nil) != c.may {
			t.Errorf("a Grazer %s: %v", c.name, c.err)
		}
	}
}

func TestAScopedActorGrantsOnlyWithinItsGroups(t *testing.T) {
	t.Parallel()
	d := New(Options{Now: time.Now})
	by := roster.Actor{Kind: roster.ActorToken, Grants: roster.Grants{{Group: "a", Permissions: roster.LevelManager.Permissions()}}}
	user := roster.LevelUser.Permissions()
	for name, c := range map[string]struct {
		target roster.Grants
		may    bool
	}{
		"in its group":         {roster.Grants{{Group: "a", Permissions: user}}, true},
		"in another group":     {roster.Grants{{Group: "b", Permissions: user}}, false},
		"for the organization": {roster.Grants{{Permissions: user}}, false},
		"more than it holds":   {roster.Grants{{Group: "a", Permissions: roster.AllPermissions}}, false},
	} {
		if err := d.mayGrant(by, c.target); (err == nil) != c.may {
			t.Errorf("%s: %v", name, err)
		}
	}
}
