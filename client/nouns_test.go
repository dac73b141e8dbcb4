package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"roster/client"
)

// refusal returns the server's answer.
func refusal(t *testing.T, err error) *client.Error {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no answer of the server", err)
	}
	return e
}

func groups(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	ann, bob := newUser(t, c, "groups.ann"), newUser(t, c, "groups.bob")
	g, err := c.Groups.Create(ctx, client.NewGroup{DisplayName: "Groups", Description: "D", Members: []string{"groups.ann"}}, client.WithIdempotencyKey("groups-1"))
	check(t, err)
	again, err := c.Groups.Create(ctx, client.NewGroup{DisplayName: "Groups", Description: "D", Members: []string{"groups.ann"}}, client.WithIdempotencyKey("groups-1"))
	check(t, err)
	same(t, "the same create again", again, g)
	if g.MemberCount != 1 || !g.Active || g.Version != 1 || g.Number == 0 {
		t.Errorf("the group is %+v", g)
	}
	_, err = c.Groups.Create(ctx, client.NewGroup{DisplayName: "GROUPS"})
	is(t, err, client.ErrConflict, "#/displayName")

	changed, err := c.Groups.ChangeMembers(ctx, g.ID, client.MemberChange{Add: []string{bob.ID}, Remove: []string{"groups.ann"}})
	check(t, err)
	same(t, "how many they are", changed.MemberCount, 1)
	check(t, c.Groups.AddMember(ctx, g.ID, ann.ID))
	check(t, c.Groups.AddMember(ctx, g.ID, ann.ID))
	member := func(m client.Member) string { return m.UserName }
	same(t, "members", names(collect(t, c.Groups.Members(ctx, g.ID, client.PageOptions{PageSize: 1})), member), []string{"groups.ann", "groups.bob"})
	one, err := c.Groups.MembersPage(ctx, g.ID, client.CountOptions{Count: true, PageOptions: client.PageOptions{PageSize: 1}})
	check(t, err)
	same(t, "total", []int64{int64(len(one.Items)), one.Total}, []int64{1, 2})
	check(t, c.Groups.RemoveMember(ctx, g.ID, bob.ID))
	same(t, "members", names(collect(t, c.Groups.Members(ctx, g.ID, client.PageOptions{})), member), []string{"groups.ann"})

	change := client.GroupChange{Description: client.Set(""), Active: client.Set(false), Members: client.Set([]string{bob.ID})}
	_, err = c.Groups.Update(ctx, g.ID, change, client.IfVersion(g.Version))
	is(t, err, client.ErrStale) // its members are others by now
	now, err := c.Groups.Get(ctx, g.ID)
	check(t, err)
	updated, err := c.Groups.Update(ctx, g.ID, change, client.IfVersion(now.Version))
	check(t, err)
	if updated.Description != "" || updated.Active || updated.MemberCount != 1 || updated.DisplayName != "Groups" || updated.Version <= now.Version {
		t.Errorf("the changed group is %+v", updated)
	}
	_, err = c.Groups.Update(ctx, g.ID, client.GroupChange{Active: client.Set(true)}, client.IfVersion(now.Version))
	is(t, err, client.ErrStale)
	read, err := c.Groups.Get(ctx, g.ID)
	check(t, err)
	same(t, "the group as changed and as read", read, updated)
	found := collect(t, c.Groups.List(ctx, client.NamedListOptions{Filter: `displayName eq "groups"`}))
	same(t, "what a filter finds", found, []client.Group{updated})
	inGroup := collect(t, c.Users.List(ctx, client.UserListOptions{Filter: `groups eq "` + g.ID + `"`, PageOptions: client.PageOptions{Fields: []string{"userName"}}}))
	same(t, "its users", inGroup, []client.User{{ID: bob.ID, UserName: "groups.bob"}})
	groupDefaults(t, c, g)

	check(t, c.Groups.Delete(ctx, g.ID))
	_, err = c.Groups.Get(ctx, g.ID)
	is(t, err, client.ErrNotFound)
	_, err = c.Groups.Create(ctx, client.NewGroup{DisplayName: "Groups", Description: "D", Members: []string{"groups.ann"}}, client.WithIdempotencyKey("groups-1"))
	is(t, err, client.ErrConflict, "Idempotency-Key")
}

func groupDefaults(t *testing.T, c *client.Client, g client.Group) {
	t.Helper()
	want := client.Preferences{Failures: []client.Service{client.ServiceSMS}, Warnings: []client.Service{}, Unmatched: []client.Service{}, Digest: []client.Service{client.ServiceEmail}, Delays: client.Delays{}}
	put, err := c.Groups.ReplaceDefaultPreferences(t.Context(), g.ID, client.Preferences{Failures: want.Failures, Digest: want.Digest})
	check(t, err)
	got, err := c.Groups.DefaultPreferences(t.Context(), g.ID)
	check(t, err)
	same(t, "the group's defaults as put", put, want)
	same(t, "the group's defaults as read", got, want)
}

func teams(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	ann := newUser(t, c, "teams.ann")
	made, err := c.Teams.Create(ctx, client.NewTeam{
		DisplayName: "Teams", AlertFilter: "source = 'a'", SigFilter: "x", LandingPage: json.RawMessage(`{"page":[1,2]}`), Members: []string{ann.ID},
	})
	check(t, err)
	got, err := c.Teams.Get(ctx, made.ID)
	check(t, err)
	same(t, "the team as made and as read", got, made)
	if string(got.LandingPage) != `{"page":[1,2]}` || got.AlertFilter != "source = 'a'" || len(got.Services) != 0 || got.MemberCount != 1 {
		t.Errorf("the team is %+v", got)
	}
	changed, err := c.Teams.Update(ctx, made.ID, client.TeamChange{LandingPage: client.Null[json.RawMessage](), SigFilter: client.Set("")}, client.IfVersion(made.Version))
	check(t, err)
	if string(changed.LandingPage) != "null" || changed.SigFilter != "" || changed.AlertFilter != made.AlertFilter {
		t.Errorf("the changed team is %+v", changed)
	}
	_, err = c.Teams.ChangeMembers(ctx, made.ID, client.MemberChange{Remove: []string{ann.ID}})
	check(t, err)
	check(t, c.Teams.AddMember(ctx, made.ID, ann.ID))
	same(t, "members", collect(t, c.Teams.Members(ctx, made.ID, client.PageOptions{})), []client.Member{{ID: ann.ID, Number: ann.Number, UserName: ann.UserName}})
	check(t, c.Teams.RemoveMember(ctx, made.ID, ann.ID))
	listed := collect(t, c.Teams.List(ctx, client.NamedListOptions{}))
	if !slices.ContainsFunc(listed, func(other client.Team) bool { return other.ID == made.ID && other.MemberCount == 0 }) {
		t.Errorf("the teams are %+v", listed)
	}
	_, err = c.Groups.Get(ctx, made.ID)
	is(t, err, client.ErrNotFound)
	is(t, c.Teams.Delete(ctx, made.ID, client.IfVersion(changed.Version)), client.ErrStale) // its members are others by now
	last, err := c.Teams.Get(ctx, made.ID)
	check(t, err)
	check(t, c.Teams.Delete(ctx, made.ID, client.IfVersion(last.Version)))
}

func departments(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	d, err := c.Departments.Create(ctx, client.NewDepartment{DisplayName: "Departments"})
	check(t, err)
	changed, err := c.Departments.Update(ctx, d.ID, client.DepartmentChange{DisplayName: client.Set("Offices")}, client.IfVersion(d.Version))
	check(t, err)
	got, err := c.Departments.Get(ctx, d.ID)
	check(t, err)
	same(t, "the department", got, client.Department{ID: d.ID, Number: d.Number, DisplayName: "Offices", Version: changed.Version})
	if all := collect(t, c.Departments.List(ctx, client.NamedListOptions{Filter: `displayName eq "offices"`})); len(all) != 1 || all[0] != got {
		t.Errorf("a filter finds %+v", all)
	}
	u, err := c.Users.Create(ctx, client.NewUser{UserName: "departments.ann", Department: "offices"})
	check(t, err)
	check(t, c.Departments.Delete(ctx, d.ID))
	u, err = c.Users.Get(ctx, u.ID)
	check(t, err)
	if u.Department != nil {
		t.Errorf("she still belongs to %+v", u.Department)
	}
	is(t, c.Departments.Delete(ctx, d.ID), client.ErrNotFound)
}

func roles(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	permissions, err := c.Permissions.List(ctx)
	check(t, err)
	if len(permissions) < 20 || permissions[0].Name != "super_privileges" || permissions[0].Description == "" {
		t.Errorf("the permissions are %+v", permissions)
	}
	r, err := c.Roles.Create(ctx, client.NewRole{DisplayName: "Roles", Description: "D", Permissions: []string{"read_directory", "graze_login"}})
	check(t, err)
	changed, err := c.Roles.Update(ctx, r.ID, client.RoleChange{Permissions: client.Set([]string{"read_directory"})}, client.IfVersion(r.Version))
	check(t, err)
	same(t, "permissions", changed.Permissions, []string{"read_directory"})
	got, err := c.Roles.Get(ctx, r.ID)
	check(t, err)
	same(t, "the role as changed and as read", got, changed)
	_, err = c.Roles.Create(ctx, client.NewRole{DisplayName: "Roles", Permissions: []string{"fly"}})
	is(t, err, client.ErrInvalid, "#/permissions", "fly")
	shipped := collect(t, c.Roles.List(ctx, client.NamedListOptions{Filter: `displayName eq "Operator"`}))
	byName := names(collect(t, c.Roles.List(ctx, client.NamedListOptions{Sort: "-displayName", Filter: `shipped eq true`, PageOptions: client.PageOptions{PageSize: 2}})), func(r client.Role) string { return r.DisplayName })
	same(t, "roles by name", byName, []string{"Super User", "REST LAM Sender", "Operator", "Manager", "Grazer", "Customer", "Administrator"})
	if len(shipped) != 1 || !shipped[0].Shipped {
		t.Fatalf("the role Operator is %+v", shipped)
	}
	_, err = c.Roles.Update(ctx, shipped[0].ID, client.RoleChange{Description: client.Set("x")})
	if err == nil {
		t.Error("a shipped role was changed")
	}
	check(t, c.Roles.Delete(ctx, r.ID))
	_, err = c.Roles.Get(ctx, r.ID)
	is(t, err, client.ErrNotFound)
}

func realms(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	_, err := c.Realms.Create(ctx, client.NewRealm{DisplayName: "Realms", Configuration: map[string]any{"nonsense": true}})
	is(t, err, client.ErrInvalid, "#/configuration")
	configuration := map[string]any{
		"idpMetadataUrl": "http://idp.example:18080/saml/descriptor", "defaultRoles": []string{"Operator"}, "defaultGroup": "End-User", "existingUserMappingField": "username",
		"username": "$username", "email": "$email", "fullname": "$cn",
	}
	made, err := c.Realms.Create(ctx, client.NewRealm{DisplayName: "Realms", Active: client.Set(true), Configuration: configuration})
	check(t, err)
	if made.Kind != "SAML2" || !made.Active || made.Version != 1 {
		t.Errorf("the realm is %+v", made)
	}
	changed, err := c.Realms.Update(ctx, made.ID, client.RealmChange{Active: client.Set(false)}, client.IfVersion(made.Version))
	check(t, err)
	got, err := c.Realms.Get(ctx, made.ID)
	check(t, err)
	same(t, "the realm as changed and as read", got, changed)
	same(t, "realms", collect(t, c.Realms.List(ctx, client.ListOptions{})), []client.Realm{changed})
	_, err = c.Realms.Update(ctx, made.ID, client.RealmChange{Active: client.Set(true)}, client.IfVersion(made.Version))
	is(t, err, client.ErrStale)
	_, err = c.Realms.Update(ctx, "01890000-0000-7000-8000-000000000000", client.RealmChange{Active: client.Set(false)})
	is(t, err, client.ErrNotFound)
}

func tokens(t *testing.T, w *world, c *client.Client) {
	ctx := t.Context()
	g, err := c.Groups.Create(ctx, client.NewGroup{DisplayName: "Tokens"})
	check(t, err)
	issued, err := c.Tokens.Create(ctx, client.NewToken{Name: "tokens.1", Access: client.AccessRead, User: "root", Groups: []string{"tokens"}, ExpiresInSeconds: 3600}, client.WithIdempotencyKey("tokens-1"))
	check(t, err)
	if issued.Secret == "" || issued.User.UserName != "root" || issued.Groups[0].ID != g.ID || issued.ExpiresAt.Sub(issued.CreatedAt) != time.Hour {
		t.Errorf("the token is %+v", issued.Token)
	}
	reader := w.as(t, client.WithToken(issued.Secret))
	same(t, "what the token sees", collect(t, reader.Users.List(ctx, client.UserListOptions{})), nil)
	_, err = reader.Groups.Update(ctx, g.ID, client.GroupChange{Description: client.Set("x")})
	is(t, err, client.ErrForbidden)
	got, err := c.Tokens.Get(ctx, issued.ID)
	check(t, err)
	same(t, "the token as issued and as read", got, issued.Token)
	_, err = c.Tokens.Create(ctx, client.NewToken{Name: "TOKENS.1", Access: client.AccessRead})
	is(t, err, client.ErrConflict, "#/name")
	_, err = c.Tokens.Create(ctx, client.NewToken{Name: "tokens.2", Access: "all"})
	is(t, err, client.ErrInvalid, "#/access")
	check(t, c.Tokens.Revoke(ctx, issued.ID))
	_, err = reader.Users.Page(ctx, client.UserListOptions{})
	is(t, err, client.ErrUnauthenticated)
	listed := func(revoked bool) bool {
		return slices.ContainsFunc(collect(t, c.Tokens.List(ctx, client.TokenListOptions{Revoked: revoked})), func(other client.Token) bool { return other.ID == issued.ID })
	}
	if listed(false) || !listed(true) {
		t.Errorf("a revoked token is listed: %v; with the revoked ones: %v", listed(false), listed(true))
	}
}

func checks(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	g, err := c.Groups.Create(ctx, client.NewGroup{DisplayName: "Checks"})
	check(t, err)
	in, err := c.CheckGroups.Create(ctx, client.NewCheckGroup{DisplayName: "Checks", Description: "D"})
	check(t, err)
	made, err := c.Checks.Create(ctx, client.NewCheck{
		DisplayName: "Backup", Description: "D", CheckGroup: "checks",
		Matching: &client.Conditions{Required: client.RequireAll, Conditions: []client.Condition{{Field: "subject", Matches: "starts_with", Value: "Backup of checks"}}},
		Success:  &client.Conditions{Required: client.RequireAny, Conditions: []client.Condition{{Field: "body", Matches: "contains", Value: "0 errors"}}},
		Interval: client.Set(client.Interval{Unit: "day", Value: 1}), OverdueMinutes: client.Set(0), Window: &client.Window{Start: "08:00", End: "18:30", Days: []string{"mon", "fri"}},
		Groups: []string{g.ID}, Teams: []string{"Cloud DevOps"},
	})
	check(t, err)
	got, err := c.Checks.Get(ctx, made.ID)
	check(t, err)
	same(t, "the check as made and as read", got, made)
	if got.CheckGroup.ID != in.ID || got.DefaultStatus != client.StatusFailure || got.Status != "" || got.State != client.CheckNew || got.DueAt == nil || *got.Interval != (client.Interval{Unit: "day", Value: 1}) || got.OverdueMinutes != 0 ||
		got.Groups[0].ID != g.ID || len(got.Teams) != 1 || len(got.Warning.Conditions) != 0 || got.EmailAlias != "" {
		t.Errorf("the check is %+v", got)
	}
	never, err := c.Checks.Create(ctx, client.NewCheck{DisplayName: "Now and then", EmailAlias: "now-and-then", Interval: client.Null[client.Interval]()})
	check(t, err)
	if never.Interval != nil || never.OverdueMinutes == 0 {
		t.Errorf("the check without an interval is %+v", never)
	}
	same(t, "the window", got.Window, client.Window{Start: "08:00", End: "18:30", Days: []string{"mon", "fri"}})
	changed, err := c.Checks.Update(ctx, made.ID, client.CheckChange{
		EmailAlias: client.Set("backup-of-checks"), CheckGroup: client.Null[string](), Interval: client.Null[client.Interval](), Teams: client.Set([]string{}),
	}, client.IfVersion(made.Version))
	check(t, err)
	if changed.CheckGroup != nil || changed.Interval != nil || changed.EmailAlias != "backup-of-checks" || len(changed.Teams) != 0 || changed.Version != made.Version+1 {
		t.Errorf("the changed check is %+v", changed)
	}
	_, err = c.Checks.Create(ctx, client.NewCheck{DisplayName: "Another", EmailAlias: "Backup-of-Checks"})
	is(t, err, client.ErrConflict, "#/emailAlias")
	_, err = c.Checks.Create(ctx, client.NewCheck{
		DisplayName: "Bad", Matching: &client.Conditions{Required: client.RequireAll, Conditions: []client.Condition{{Field: "subject", Matches: "regex", Value: "("}}}, Groups: []string{"No such group"},
	})
	is(t, err, client.ErrInvalid, "#/matching/conditions/0/value", "#/groups/0")
	same(t, "what a filter finds", collect(t, c.Checks.List(ctx, client.NamedListOptions{Filter: `displayName eq "backup"`})), []client.Check{changed})
	is(t, c.Checks.Delete(ctx, made.ID, client.IfVersion(made.Version)), client.ErrStale)
	check(t, c.Checks.Delete(ctx, made.ID, client.IfVersion(changed.Version)))
}

func checkGroups(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	ann := newUser(t, c, "checkgroups.ann")
	g, err := c.Groups.Create(ctx, client.NewGroup{DisplayName: "Check groups"})
	check(t, err)
	made, err := c.CheckGroups.Create(ctx, client.NewCheckGroup{DisplayName: "Check groups"})
	check(t, err)
	changed, err := c.CheckGroups.Update(ctx, made.ID, client.CheckGroupChange{Description: client.Set("D")}, client.IfVersion(made.Version))
	check(t, err)
	got, err := c.CheckGroups.Get(ctx, made.ID)
	check(t, err)
	same(t, "the check group as changed and as read", got, changed)
	same(t, "what a filter finds", collect(t, c.CheckGroups.List(ctx, client.NamedListOptions{Filter: `displayName eq "Check groups"`})), []client.CheckGroup{changed})

	first, err := c.CheckGroups.PutPermission(ctx, made.ID, client.NewCheckPermission{User: ann.UserName, AccessLevel: client.LevelEditor, Notify: true})
	check(t, err)
	if first.User == nil || first.User.ID != ann.ID || first.Group != nil || !first.Notify {
		t.Errorf("the entry is %+v", first)
	}
	again, err := c.CheckGroups.PutPermission(ctx, made.ID, client.NewCheckPermission{User: ann.ID, AccessLevel: client.LevelReadonly})
	check(t, err)
	if again.ID != first.ID || again.AccessLevel != client.LevelReadonly || again.Notify {
		t.Errorf("the changed entry is %+v", again)
	}
	second, err := c.CheckGroups.PutPermission(ctx, made.ID, client.NewCheckPermission{Group: g.ID, AccessLevel: client.LevelUser})
	check(t, err)
	_, err = c.CheckGroups.PutPermission(ctx, made.ID, client.NewCheckPermission{User: ann.ID, Group: g.ID, AccessLevel: client.LevelUser})
	is(t, err, client.ErrInvalid)
	entry := func(p client.CheckPermission) string { return p.ID }
	same(t, "entries", names(collect(t, c.CheckGroups.Permissions(ctx, made.ID, client.PageOptions{PageSize: 1})), entry), []string{first.ID, second.ID})
	check(t, c.CheckGroups.DeletePermission(ctx, made.ID, first.ID))
	is(t, c.CheckGroups.DeletePermission(ctx, made.ID, first.ID), client.ErrNotFound)
	check(t, c.CheckGroups.Delete(ctx, made.ID))
}

func events(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	expected, err := c.Checks.Create(ctx, client.NewCheck{
		DisplayName: "Events", EmailAlias: "events-alias",
		Matching: &client.Conditions{Required: client.RequireAny, Conditions: []client.Condition{{Field: "subject", Matches: "exactly", Value: "events are here"}}},
	})
	check(t, err)
	claimed, err := c.Events.Create(ctx, client.NewEvent{Title: "Events are HERE", Body: "b", From: "cron"}, client.WithIdempotencyKey("events-1"))
	check(t, err)
	again, err := c.Events.Create(ctx, client.NewEvent{Title: "Events are HERE", Body: "b", From: "cron"}, client.WithIdempotencyKey("events-1"))
	check(t, err)
	same(t, "the same event again", again, claimed)
	byID, err := c.Events.Create(ctx, client.NewEvent{Check: expected.ID, Title: "t", Status: client.StatusWarning})
	check(t, err)
	byAlias, err := c.Events.Create(ctx, client.NewEvent{Alias: "Events-Alias", Title: "t", Status: client.StatusFailure})
	check(t, err)
	stray, err := c.Events.Create(ctx, client.NewEvent{Title: "nobody expects this event"})
	check(t, err)
	if claimed.Check == nil || claimed.Check.ID != expected.ID || claimed.Status != client.StatusSuccess || byAlias.Check.ID != expected.ID || stray.Check != nil || stray.Status != client.StatusFailure {
		t.Errorf("the events are %+v, %+v, %+v", claimed, byAlias, stray)
	}
	var large []client.Condition
	for i := range 3 {
		large = append(large, client.Condition{Field: "body", Matches: "regex", Value: fmt.Sprintf("^(?:.?.?.?.?){100}%d$", i)})
	}
	_, err = c.Checks.Create(ctx, client.NewCheck{DisplayName: "Heavy", EmailAlias: "heavy", Success: &client.Conditions{Conditions: large}})
	check(t, err)
	heavy, err := c.Events.Create(ctx, client.NewEvent{Alias: "heavy", Title: "t", Body: strings.Repeat("x", 20_000)})
	check(t, err)
	if heavy.Check != nil || heavy.Reason == "" || stray.Reason != "" {
		t.Errorf("too much work: %+v, %q", heavy.Check, heavy.Reason)
	}
	id := func(e client.Event) string { return e.ID }
	for _, o := range []struct {
		client.EventListOptions
		want []string
	}{
		{client.EventListOptions{Check: expected.ID}, []string{byAlias.ID, byID.ID, claimed.ID}},
		{client.EventListOptions{Check: expected.ID, PageOptions: client.PageOptions{PageSize: 1}}, []string{byAlias.ID, byID.ID, claimed.ID}},
		{client.EventListOptions{Check: expected.ID, Status: client.StatusWarning}, []string{byID.ID}},
		{client.EventListOptions{Check: expected.ID, Matched: client.Set(false)}, []string{}},
		{client.EventListOptions{Check: expected.ID, To: claimed.At.Add(-time.Hour)}, []string{}},
		{client.EventListOptions{Check: expected.ID, From: claimed.At.Add(-time.Hour), To: claimed.At.Add(time.Hour)}, []string{byAlias.ID, byID.ID, claimed.ID}},
	} {
		same(t, "events", names(collect(t, c.Events.List(ctx, o.EventListOptions)), id), o.want)
	}
	open := collect(t, c.Alerts.List(ctx, client.AlertListOptions{Check: expected.ID, State: client.AlertOpen}))
	if len(open) != 1 || open[0].State != client.AlertOpen || open[0].CheckState != client.CheckFailure || open[0].Failures != 2 || open[0].Urgency != client.UrgencyPage {
		t.Errorf("the open alerts are %+v", open)
	}
	alert, err := c.Alerts.Get(ctx, open[0].ID)
	check(t, err)
	same(t, "the alert", alert, open[0])
	first, err := c.Alerts.Page(ctx, client.AlertListOptions{Check: expected.ID, State: client.AlertEnded})
	check(t, err)
	same(t, "ended alerts", len(first.Items), 0)
	unmatched := collect(t, c.Events.List(ctx, client.EventListOptions{Matched: client.Set(false)}))
	if !slices.ContainsFunc(unmatched, func(e client.Event) bool { return e.ID == stray.ID }) {
		t.Errorf("the unmatched events are %+v", unmatched)
	}
	got, err := c.Events.Get(ctx, claimed.ID)
	check(t, err)
	same(t, "the event", got, claimed)
	now, err := c.Checks.Get(ctx, expected.ID)
	check(t, err)
	same(t, "the check's status", now.Status, client.StatusFailure)
	_, err = c.Events.Create(ctx, client.NewEvent{Status: "splendid"})
	is(t, err, client.ErrInvalid, "#/status")
}

func defaultPreferences(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	before, err := c.DefaultPreferences.Get(ctx)
	check(t, err)
	same(t, "what ships", before, client.Preferences{Failures: []client.Service{client.ServiceEmail}, Warnings: []client.Service{}, Unmatched: []client.Service{}, Digest: []client.Service{}, Delays: client.Delays{}})
	// The others' scenarios rely on these: they are put as they were.
	after, err := c.DefaultPreferences.Replace(ctx, client.Preferences{Failures: before.Failures})
	check(t, err)
	same(t, "what was put", after, before)
	_, err = c.DefaultPreferences.Replace(ctx, client.Preferences{Failures: []client.Service{"pigeon"}})
	is(t, err, client.ErrInvalid, "#/failures/0")
}

func audit(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	u := newUser(t, c, "audit.ann")
	_, err := c.Users.Update(ctx, u.ID, client.UserChange{DisplayName: client.Set("Ann")})
	check(t, err)
	entries := collect(t, c.Audit.List(ctx, client.AuditListOptions{Target: u.ID, PageOptions: client.PageOptions{PageSize: 1}}))
	same(t, "actions", names(entries, func(e client.AuditEntry) string { return e.Action }), []string{"user.update", "user.create"})
	first, err := c.Audit.Get(ctx, entries[1].ID)
	check(t, err)
	if first.Target != u.ID || first.TargetName != "audit.ann" || first.ActorName != "root" || first.Face != "api" || first.RequestID == "" || first.Details == nil {
		t.Errorf("the entry is %+v", first)
	}
	v, err := c.Audit.Verify(ctx)
	check(t, err)
	if !v.Intact || v.Bad != "" {
		t.Errorf("the chain is %+v", v)
	}
}

func organizations(t *testing.T, w *world, c *client.Client) {
	ctx := t.Context()
	made, err := c.Organizations.Create(ctx, client.NewOrganization{Slug: "acme", DisplayName: "Acme"})
	check(t, err)
	follow(t, w, made.AdminLink.URL, "four calm otters by the lock")
	_, err = w.as(t, client.WithOrganization("acme"), client.WithBasic("admin", "four calm otters by the lock")).Users.Get(ctx, client.Me)
	check(t, err)
	got, err := c.Organizations.Get(ctx, made.ID)
	check(t, err)
	same(t, "the organization as made and as read", got, made.Organization)
	slugs := names(collect(t, c.Organizations.List(ctx, client.ListOptions{})), func(o client.Organization) string { return o.Slug })
	same(t, "organizations", slugs, []string{"acme", "default"})
	_, err = c.Organizations.Create(ctx, client.NewOrganization{Slug: "acme"})
	is(t, err, client.ErrConflict, "#/slug")
	_, err = c.Organizations.Create(ctx, client.NewOrganization{Slug: "Not a slug"})
	is(t, err, client.ErrInvalid, "#/slug")
	for _, slug := range []string{"acme", "nowhere"} {
		_, err = w.as(t, client.WithOrganization(slug), client.WithBasic("root", rootPassword)).Users.Page(ctx, client.UserListOptions{})
		is(t, err, client.ErrUnauthenticated)
	}
	_, err = w.as(t, client.WithOrganization("default"), client.WithBasic("root", rootPassword)).Users.Get(ctx, client.Me)
	check(t, err)
}

// follow sets a password on the page of a link.
func follow(t *testing.T, w *world, link, password string) {
	t.Helper()
	u, err := url.Parse(link)
	check(t, err)
	resp, err := http.PostForm(w.url+u.Path, url.Values{"password": {password}})
	check(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the page of the link answers %d", resp.StatusCode)
	}
}

func settings(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	before, err := c.Settings(ctx)
	check(t, err)
	after, err := c.UpdateSettings(ctx, client.SettingsChange{DisplayName: client.Set("The whole company"), Timezone: client.Set("Europe/London"), DefaultCountry: client.Set("GB")}, client.IfVersion(before.Version))
	check(t, err)
	same(t, "settings", after, client.Settings{DisplayName: "The whole company", Timezone: "Europe/London", DefaultCountry: "GB", Version: before.Version + 1})
	_, err = c.UpdateSettings(ctx, client.SettingsChange{}, client.IfVersion(before.Version))
	is(t, err, client.ErrStale)
	_, err = c.UpdateSettings(ctx, client.SettingsChange{Timezone: client.Set("Mars/Olympus"), DefaultCountry: client.Set("ZZZ")})
	is(t, err, client.ErrInvalid, "#/timezone", "#/defaultCountry")
	reset, err := c.UpdateSettings(ctx, client.SettingsChange{Timezone: client.Null[string](), DefaultCountry: client.Null[string]()})
	check(t, err)
	if reset.Timezone != "" || reset.DefaultCountry != "" {
		t.Errorf("the settings are %+v", reset)
	}
}

func jobs(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	_, err := c.Users.Create(ctx, client.NewUser{UserName: "jobs.ann", Email: "jobs.ann@people.example", SendWelcomeEmail: true})
	check(t, err)
	all := collect(t, c.Jobs.List(ctx, client.JobListOptions{State: client.JobReady, PageOptions: client.PageOptions{PageSize: 1}}))
	if len(all) == 0 || all[0].Kind != "welcome-email" || all[0].State != client.JobReady {
		t.Fatalf("the jobs are %+v", all)
	}
	_, err = c.Jobs.Retry(ctx, all[0].ID)
	is(t, err, client.ErrNotFound) // it is not buried
}

func overview(t *testing.T, _ *world, c *client.Client) {
	o, err := c.Overview(t.Context())
	check(t, err)
	if o.Organization.Slug != "default" || o.Users < 1 {
		t.Errorf("the overview is %+v", o)
	}
}

func whoMay(t *testing.T, w *world, c *client.Client) {
	ctx := t.Context()
	_, err := c.Users.Create(ctx, client.NewUser{UserName: "whomay.reader", Password: "four calm otters by the lock", AccessLevel: client.LevelReadonly})
	check(t, err)
	_, err = w.as(t).Users.Page(ctx, client.UserListOptions{})
	is(t, err, client.ErrUnauthenticated)
	_, err = w.as(t, client.WithToken("roster_nonsense")).Users.Page(ctx, client.UserListOptions{})
	is(t, err, client.ErrUnauthenticated)
	reader := w.as(t, client.WithBasic("whomay.reader", "four calm otters by the lock"))
	_, err = reader.Users.Page(ctx, client.UserListOptions{})
	check(t, err)
	for name, call := range map[string]func() error{
		"create a user": func() error { _, err := reader.Users.Create(ctx, client.NewUser{UserName: "x"}); return err },
		"list tokens":   func() error { _, err := reader.Tokens.Page(ctx, client.TokenListOptions{}); return err },
		"read settings": func() error {
			_, err := reader.Organizations.Create(ctx, client.NewOrganization{Slug: "x"})
			return err
		},
		"read audit": func() error { _, err := reader.Audit.Page(ctx, client.AuditListOptions{}); return err },
		"list jobs":  func() error { _, err := reader.Jobs.Page(ctx, client.JobListOptions{}); return err },
	} {
		if err := call(); !errors.Is(err, client.ErrForbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
