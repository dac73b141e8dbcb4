package directory_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

func ref(g roster.Group) roster.Ref { return roster.Ref{ID: string(g.ID)} }

// about returns conditions on the subject, of which one must be met.
func about(words ...string) directory.ConditionFields {
	var g roster.ConditionGroup
	for _, w := range words {
		g.Conditions = append(g.Conditions, roster.Condition{Field: roster.FieldSubject, Matches: roster.MatchContains, Value: w})
	}
	return directory.WholeConditions(roster.Some(g))
}

// fields are those of a check that claims what has its name in the subject.
func fields(name string) directory.CheckFields {
	return directory.CheckFields{Name: roster.Some(name), Matching: about(name)}
}

// check makes a check in a check group ("" for none) that tells groups and teams.
func (e *env) check(name, in string, told ...roster.Group) roster.Check {
	e.t.Helper()
	f := fields(name)
	if in != "" {
		f.CheckGroup = roster.Some(roster.Ref{Name: in})
	}
	f.Groups, f.Teams = roster.Some([]roster.Ref{}), roster.Some([]roster.Ref{})
	for _, g := range told {
		if g.Kind == roster.KindTeam {
			f.Teams.Value = append(f.Teams.Value, ref(g))
		} else {
			f.Groups.Value = append(f.Groups.Value, ref(g))
		}
	}
	return must(e.CreateCheck(e.t.Context(), e.admin, directory.NewCheck{CheckFields: f}))(e.t)
}

func (e *env) checkGroup(name string) roster.CheckGroup {
	e.t.Helper()
	return must(e.CreateCheckGroup(e.t.Context(), e.admin, directory.NewCheckGroup{Name: name}))(e.t)
}

// entry gives a user or group, by name, a level on a check group.
func (e *env) entry(g roster.CheckGroup, level roster.AccessLevel, user, group string) roster.CheckPermission {
	e.t.Helper()
	in := directory.NewCheckPermission{CheckGroup: g.ID, AccessLevel: level, User: roster.Ref{Name: user}, Group: roster.Ref{Name: group}}
	return must(e.PutCheckPermission(e.t.Context(), e.admin, in))(e.t)
}

func (e *env) record(by roster.Actor, in directory.NewEvent) roster.Event {
	e.t.Helper()
	return must(e.RecordEvent(e.t.Context(), by, in))(e.t)
}

// signedIn is a user of the directory, with grants.
func (e *env) somebody(name string, grants ...roster.Grant) roster.Actor {
	e.t.Helper()
	return roster.Actor{
		Kind: roster.ActorUser, OrganizationID: e.admin.OrganizationID, UserID: e.user(name).ID, Name: name,
		Face: roster.FaceAPI, Grants: grants,
	}
}

func orgWideGrant(p roster.Permissions) roster.Grant { return roster.Grant{Permissions: p} }

func within(g roster.Group, p roster.Permissions) roster.Grant {
	return roster.Grant{Group: g.ID, Permissions: p}
}

// world is two customers, their checks, and who looks at them.
type world struct {
	*env
	a, b, team roster.Group
	x, y       roster.CheckGroup
	checks     []roster.Check
	actors     map[string]roster.Actor
}

func newWorld(e *env) world {
	w := world{
		env: e, a: e.group(roster.KindGroup, "A"), b: e.group(roster.KindGroup, "B"), team: e.group(roster.KindTeam, "T"),
		x: e.checkGroup("X"), y: e.checkGroup("Y"),
	}
	e.people("plain", 7)
	must(e.UpdateUser(e.t.Context(), e.admin, directory.UserChange{
		User: directory.UserSelector{UserName: "plain4"}, Groups: roster.Some([]roster.Ref{ref(w.b)}),
	}))(e.t)
	w.checks = []roster.Check{
		e.check("bare", ""), e.check("a", "", w.a), e.check("ab", "", w.a, w.b), e.check("t", "", w.team),
		e.check("x", "X"), e.check("b in x", "X", w.b), e.check("y", "Y"),
	}
	e.entry(w.x, roster.LevelReadonly, "plain2", "")
	e.entry(w.x, roster.LevelEditor, "plain3", "")
	e.entry(w.y, roster.LevelUser, "", "B") // plain4 is in it
	e.entry(w.x, roster.LevelEditor, "plain5", "")
	read, edit := roster.LevelReadonly.Permissions(), roster.LevelEditor.Permissions()
	token := roster.Actor{Kind: roster.ActorToken, TokenID: "t", OrganizationID: e.admin.OrganizationID, Face: roster.FaceAPI}
	w.actors = map[string]roster.Actor{
		"operator":                   e.admin,
		"reader":                     e.somebody("plain1", orgWideGrant(read)),
		"editor":                     e.somebody("plain1", orgWideGrant(edit)),
		"manager of checks only":     e.somebody("plain1", orgWideGrant(roster.ManageChecks)),
		"somebody":                   e.somebody("plain1"),
		"reader of A":                e.somebody("plain1", within(w.a, read)),
		"editor of A":                e.somebody("plain1", within(w.a, edit)),
		"editor of A and B":          e.somebody("plain1", within(w.a, edit), within(w.b, edit)),
		"editor of A, reader of B":   e.somebody("plain1", within(w.a, edit), within(w.b, read)),
		"editor of the team":         e.somebody("plain1", within(w.team, edit)),
		"entry readonly":             e.somebody("plain2"),
		"entry editor":               e.somebody("plain3"),
		"entry by group":             e.somebody("plain4"),
		"entry editor, editor of A":  e.somebody("plain5", within(w.a, edit)),
		"entry editor, reader of B":  e.somebody("plain5", within(w.b, read)),
		"token":                      token,
		"token of the organization":  token,
		"token of B":                 token,
		"limited token of an editor": e.somebody("plain3", within(w.b, read)),
	}
	grant := func(name string, g roster.Grant) {
		by := w.actors[name]
		by.Grants = roster.Grants{g}
		w.actors[name] = by
	}
	grant("token of the organization", orgWideGrant(roster.LevelAdministrator.Permissions()))
	grant("token of B", within(w.b, roster.LevelAdministrator.Permissions()))
	by := w.actors["limited token of an editor"]
	by.Limited = true
	w.actors["limited token of an editor"] = by
	return w
}

// TestWhoSeesAndManagesWhichCheck is the whole table: for each actor and check whether every verb
// finds it, and lets the actor change it.
func TestWhoSeesAndManagesWhichCheck(t *testing.T) {
	want := map[string]string{ // w manages, r only sees, - neither, ! may not ask. Checks: bare a ab t x b-in-x y; check groups: X Y
		"operator":                   "wwwwwww XY",
		"reader":                     "rrrrrrr XY",
		"editor":                     "wwwwwww XY",
		"manager of checks only":     "WWWWWWW --", // manages what it cannot read
		"somebody":                   "------- --",
		"reader of A":                "-rr---- --",
		"editor of A":                "-wr---- --",
		"editor of A and B":          "-ww--w- X-",
		"editor of A, reader of B":   "-wr--r- X-",
		"editor of the team":         "---w--- --",
		"entry readonly":             "----rr- X-",
		"entry editor":               "----ww- X-",
		"entry by group":             "------r -Y",
		"entry editor, editor of A":  "-wr-ww- X-",
		"entry editor, reader of B":  "--r-ww- X-",
		"token":                      "!!!!!!! !!",
		"token of the organization":  "wwwwwww XY",
		"token of B":                 "--r--w- X-",
		"limited token of an editor": "--r--r- X-",
	}
	onBoth(t, func(t *testing.T, e *env) {
		w := newWorld(e)
		events := make([]roster.Event, len(w.checks))
		for i, c := range w.checks {
			events[i] = e.record(e.admin, directory.NewEvent{Check: c.ID, Title: c.Name})
		}
		unmatched := e.record(e.admin, directory.NewEvent{Title: "0"})
		for name, by := range w.actors {
			got := ""
			for i, c := range w.checks {
				got += sight(t, e, by, c, events[i])
			}
			got += " " + mark(t, e, by, w.x) + mark(t, e, by, w.y)
			if got != want[name] {
				t.Errorf("%s: got %s, want %s", name, got, want[name])
			}
			if strings.Contains(got, "!") {
				continue
			}
			listed := len(all(e.ListChecks(t.Context(), by, directory.CheckList{}))(t))
			if seen := strings.Count(got, "w") + strings.Count(got, "r"); listed != seen {
				t.Errorf("%s lists %d checks and gets %d", name, listed, seen)
			}
			titles := 0
			_, err := e.GetEvent(t.Context(), by, unmatched.ID)
			for range all(e.ListEvents(t.Context(), by, directory.EventList{}))(t) {
				titles++
			}
			if (err == nil) != (titles == len(w.checks)+1) || titles < listed || err != nil && titles > listed {
				t.Errorf("%s sees %d checks and %d events; the unmatched one: %v", name, listed, titles, err)
			}
		}
		if len(want) != len(w.actors) {
			t.Errorf("%d actors, %d rows", len(w.actors), len(want))
		}
	})
}

// sight says what the verbs let an actor do with a check; they must agree.
func sight(t *testing.T, e *env, by roster.Actor, c roster.Check, event roster.Event) string {
	t.Helper()
	_, err := e.GetCheck(t.Context(), by, c.ID)
	reads := err == nil
	if !reads && roster.KindOf(err) == roster.Forbidden {
		return "!"
	}
	if _, err := e.GetEvent(t.Context(), by, event.ID); (err == nil) != reads {
		t.Errorf("%s: check read: %v, its event: %v", c.Name, reads, err)
	}
	_, changed := e.UpdateCheck(t.Context(), by, directory.CheckChange{Check: c.ID, IfVersion: 99})
	_, deleted := e.DeleteCheck(t.Context(), by, directory.Deletion{Ref: roster.Ref{ID: string(c.ID)}, IfVersion: 99})
	if changed == nil || deleted == nil || roster.KindOf(changed) != roster.KindOf(deleted) {
		t.Fatalf("%s: change: %v, deletion: %v", c.Name, changed, deleted)
	}
	kind := roster.KindOf(changed)
	switch {
	case reads && kind == roster.Stale:
		return "w"
	case kind == roster.Stale:
		return "W"
	case reads && kind == roster.Forbidden:
		return "r"
	case kind == roster.NotFound && !reads:
		return "-"
	}
	return "?" + kind.String()
}

// mark is the name of a check group that the actor sees.
func mark(t *testing.T, e *env, by roster.Actor, g roster.CheckGroup) string {
	t.Helper()
	_, err := e.GetCheckGroup(t.Context(), by, g.ID)
	switch {
	case err != nil && roster.KindOf(err) == roster.Forbidden:
		return "!"
	case err != nil && roster.KindOf(err) == roster.NotFound:
		return "-"
	}
	listed := all(e.ListCheckGroups(t.Context(), by, directory.CheckGroupList{Name: strings.ToLower(g.Name)}))(t)
	if err != nil || len(listed) != 1 || listed[0].ID != g.ID {
		t.Errorf("%s: %v, listed %v", g.Name, err, listed)
	}
	return g.Name
}

func TestWhatACheckBecomesMustBeTheActorsToManageToo(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		w := newWorld(e)
		groups := func(gs ...roster.Group) func(*directory.CheckFields) {
			return func(f *directory.CheckFields) {
				f.Groups = roster.Some([]roster.Ref{})
				for _, g := range gs {
					f.Groups.Value = append(f.Groups.Value, ref(g))
				}
			}
		}
		in := func(name string) func(*directory.CheckFields) {
			return func(f *directory.CheckFields) { f.CheckGroup = roster.Some(roster.Ref{Name: name}) }
		}
		both := func(fns ...func(*directory.CheckFields)) func(*directory.CheckFields) {
			return func(f *directory.CheckFields) {
				for _, fn := range fns {
					fn(f)
				}
			}
		}
		for _, c := range []struct {
			actor, check string // "" creates
			set          func(*directory.CheckFields)
			want         string // kind and field, "" for success
		}{
			{"editor", "", both(groups(w.a, w.b), in("y")), ""},
			{"editor of A", "", groups(), "forbidden "},
			{"editor of A", "", groups(w.a), ""},
			{"editor of A", "", groups(w.b), "invalid groups[0]"},
			{"editor of A", "", groups(w.a, w.b), "invalid groups[1]"},
			{"editor of A", "", both(groups(w.a), in("X")), "invalid checkGroup"},
			{"editor of A, reader of B", "", groups(w.a, w.b), "forbidden "},
			{"editor of A, reader of B", "", both(groups(w.a), in("x")), ""},
			{"reader of A", "", groups(w.a), "forbidden "},
			{"somebody", "", groups(), "forbidden "},
			{"entry editor", "", in("X"), ""},
			{"entry editor", "", groups(), "forbidden "},
			{"entry editor", "", both(in("X"), groups(w.b)), "invalid groups[0]"},
			{"entry editor", "", in("Y"), "invalid checkGroup"},
			{"entry readonly", "", in("X"), "forbidden "},
			{"entry editor, reader of B", "", both(in("X"), groups(w.b)), ""},
			{"limited token of an editor", "", both(in("X"), groups(w.b)), "forbidden "},
			{"token of B", "", groups(w.b), ""},
			{"token of the organization", "", groups(), ""},
			{"editor of A", "a", groups(), "forbidden "},
			{"editor of A", "ab", groups(w.a), "forbidden "},
			{"editor of A and B", "ab", groups(w.a), ""},
			{"editor of A and B", "b in x", in(""), ""},
			{"entry editor", "x", in(""), "forbidden "},
			{"entry editor", "b in x", groups(w.b), "not found id"}, // moved out of X above
			{"entry editor, editor of A", "x", both(groups(w.a), in("")), ""},
			{"editor", "y", in("none"), "invalid checkGroup"},
		} {
			f := directory.CheckFields{}
			if c.check == "" {
				f = fields(fmt.Sprint(c.actor, " ", c.want, len(all(e.ListChecks(t.Context(), e.admin, directory.CheckList{}))(t))))
			}
			c.set(&f)
			var err error
			if c.check == "" {
				_, err = e.CreateCheck(t.Context(), w.actors[c.actor], directory.NewCheck{CheckFields: f})
			} else {
				i := slices.IndexFunc(w.checks, func(k roster.Check) bool { return k.Name == c.check })
				_, err = e.UpdateCheck(t.Context(), w.actors[c.actor], directory.CheckChange{Check: w.checks[i].ID, CheckFields: f})
			}
			got := ""
			if err != nil {
				got = fmt.Sprint(roster.KindOf(err), " ", roster.All(err)[0].Field)
			}
			if got != c.want {
				t.Errorf("%s, %q: got %v, want %q", c.actor, c.check, err, c.want)
			}
		}
	})
}

func TestAGroupThatACheckNamesMayStayThoughItsManagerDoesNotSeeIt(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		w := newWorld(e)
		i := slices.IndexFunc(w.checks, func(k roster.Check) bool { return k.Name == "b in x" })
		in := directory.CheckChange{Check: w.checks[i].ID, CheckFields: directory.CheckFields{Groups: roster.Some([]roster.Ref{ref(w.b)})}}
		got := must(e.UpdateCheck(t.Context(), w.actors["entry editor"], in))(t)
		if len(got.Groups) != 1 || got.Groups[0].ID != w.b.ID {
			t.Errorf("told are %v", got.Groups)
		}
		in.Groups.Value = append(in.Groups.Value, ref(w.a))
		_, err := e.UpdateCheck(t.Context(), w.actors["entry editor"], in)
		wants(t, err, roster.Invalid, "groups[1]")
	})
}

func TestACheckIsMadeWholeWithThePublishedDefaults(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		g, team := e.group(roster.KindGroup, "A"), e.group(roster.KindTeam, "T")
		x := e.checkGroup("X")
		c := must(e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: directory.CheckFields{
			Name: roster.Some(" Backup "), EmailAlias: roster.Some("Back.up+1"), CheckGroup: roster.Some(roster.Ref{ID: string(x.ID)}),
			Groups: roster.Some([]roster.Ref{ref(g), {Name: "a"}}), Teams: roster.Some([]roster.Ref{{Name: "t"}}),
		}}))(t)
		want := roster.Check{
			ID: c.ID, OrganizationID: e.admin.OrganizationID, Number: 1, Name: "Backup", EmailAlias: "Back.up+1",
			CheckGroup:    roster.CheckGroupLink{ID: x.ID, Number: 1, Name: "X"},
			DefaultStatus: roster.StatusSuccess, Interval: roster.Interval{Unit: "day", Value: 1}, OverdueMinutes: 30,
			Window: roster.Window{Start: "00:00", End: "00:00"}, Version: 1,
			State:  roster.CheckState{State: roster.StateNew, LastAt: e.now(), DueAt: e.now().Add(24*time.Hour + 30*time.Minute)},
			Groups: []roster.GroupLink{{ID: g.ID, Number: g.Number, Name: "A"}}, Teams: []roster.GroupLink{{ID: team.ID, Number: team.Number, Name: "T"}},
			CreatedAt: e.now(), UpdatedAt: e.now(),
		}
		for _, got := range []roster.Check{c, must(e.GetCheck(t.Context(), e.admin, c.ID))(t)} {
			if text(t, got) != text(t, want) {
				t.Errorf("got  %s\nwant %s", text(t, got), text(t, want))
			}
		}
		entries := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(c.ID)}))(t)
		if len(entries) != 1 || entries[0].Action != "check.create" || !strings.Contains(string(entries[0].Details), `"groups":["A"]`) {
			t.Errorf("audit %+v", entries)
		}
	})
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheDefaultStatusIsFailureWhereConditionsSaySuccessOrWarning(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for i, c := range []struct {
			set  func(*directory.CheckFields)
			want roster.Status
		}{
			{func(*directory.CheckFields) {}, roster.StatusSuccess},
			{func(f *directory.CheckFields) { f.Success = about("ok") }, roster.StatusFailure},
			{func(f *directory.CheckFields) { f.Warning = about("hm") }, roster.StatusFailure},
			{func(f *directory.CheckFields) {
				f.Warning, f.DefaultStatus = about("hm"), roster.Some(roster.StatusWarning)
			}, roster.StatusWarning},
			{func(f *directory.CheckFields) {
				f.Warning, f.DefaultStatus = about("hm"), roster.Null[roster.Status]()
			}, roster.StatusFailure},
		} {
			f := fields(fmt.Sprint("check ", i))
			c.set(&f)
			made := must(e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: f}))(t)
			if made.DefaultStatus != c.want {
				t.Errorf("case %d: %s, want %s", i, made.DefaultStatus, c.want)
			}
		}
	})
}

func TestEveryFaultOfACheckIsToldAtOnceAndNothingIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		bad := roster.ConditionGroup{Conditions: []roster.Condition{
			{Field: "header", Matches: "like", Value: ""},
			{Field: roster.FieldBody, Matches: roster.MatchRegexp, Value: "(a"},
			{Field: roster.FieldBody, Matches: roster.MatchRegexp, Value: "(a{900}){2}b{900}"},
			{Field: roster.FieldBody, Matches: roster.MatchExactly, Value: "two\nlines"},
			{Field: roster.FieldBody, Matches: roster.MatchExactly, Value: strings.Repeat("ä", 1001)},
			{Field: roster.FieldBody, Matches: roster.MatchContains, Value: "\u200b\ufeff"},
		}}
		in := directory.NewCheck{IdempotencyKey: "a key", CheckFields: directory.CheckFields{
			Description: roster.Some(strings.Repeat("x", 1001)), EmailAlias: roster.Some("a@b"),
			CheckGroup: roster.Some(roster.Ref{Name: "none"}), Matching: directory.WholeConditions(roster.Some(bad)),
			Success:       directory.ConditionFields{Conditions: roster.Some(make([]roster.Condition, 101))},
			DefaultStatus: roster.Some(roster.Status("fine")), IntervalUnit: roster.Some(roster.IntervalUnit("year")), IntervalValue: roster.Some(1001),
			OverdueMinutes: roster.Some(-1), WindowStart: roster.Some("25:00"), WindowEnd: roster.Some("9"),
			ActiveDays: roster.Some([]roster.Day{"mon", "monday"}), Groups: roster.Some([]roster.Ref{{Name: "none"}, {Name: roster.EndUserGroup}}),
			Teams: roster.Some([]roster.Ref{{Name: roster.FirstTeam}, {ID: "none"}}),
		}}
		in.Faults.Add("color", "is not known")
		_, err := e.CreateCheck(t.Context(), e.admin, in)
		var got []string
		for _, f := range roster.All(err) {
			got = append(got, f.Field)
		}
		want := []string{
			"color", "description", "emailAlias",
			"matching.conditions[0].field", "matching.conditions[0].matches", "matching.conditions[0].value",
			"matching.conditions[1].value", "matching.conditions[2].value", "matching.conditions[3].value", "matching.conditions[4].value", "matching.conditions[5].value",
			"success.conditions", "defaultStatus", "interval.unit", "interval.value", "overdueMinutes", "window.start", "window.end",
			"window.days[1]", "Idempotency-Key", "displayName", "checkGroup", "groups[0]", "groups[1]", "teams[1]",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
		for field, f := range map[string]directory.CheckFields{
			"matching":      {Name: roster.Some("c")},
			"interval.unit": {Name: roster.Some("c"), EmailAlias: roster.Some("c"), IntervalUnit: roster.Some(roster.IntervalUnit("")), IntervalValue: roster.Some(2)},
			"displayName":   {Name: roster.Null[string](), EmailAlias: roster.Some("c")},
		} {
			_, err := e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: f})
			if all := roster.All(err); len(all) != 1 || all[0].Field != field {
				t.Errorf("%s: got %v", field, err)
			}
		}
		large := roster.ConditionGroup{}
		for range 100 {
			large.Conditions = append(large.Conditions, roster.Condition{Field: roster.FieldBody, Matches: roster.MatchContains, Value: strings.Repeat("x", 700)})
		}
		_, err = e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: directory.CheckFields{Name: roster.Some("c"), Matching: directory.WholeConditions(roster.Some(large))}})
		wants(t, err, roster.Invalid, "matching")
		if left := all(e.ListChecks(t.Context(), e.admin, directory.CheckList{}))(t); len(left) != 0 {
			t.Errorf("%d checks were made", len(left))
		}
	})
}

func TestAFaultThatTheFaceFoundIsNotToldTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		in := directory.NewCheck{CheckFields: directory.CheckFields{Name: roster.Some("c")}}
		in.Faults.Add("matching.required", "must be any or all")
		_, err := e.CreateCheck(t.Context(), e.admin, in)
		if all := roster.All(err); len(all) != 1 || all[0].Field != "matching.required" {
			t.Errorf("got %v", err)
		}
	})
}

func TestAChangeOfACheckTouchesWhatItNamesAndNullIsTheDefault(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		x, a := e.checkGroup("X"), e.group(roster.KindGroup, "A")
		f := fields("Backup")
		f.Description, f.EmailAlias = roster.Some("nightly"), roster.Some("backup")
		f.CheckGroup, f.Groups = roster.Some(roster.Ref{ID: string(x.ID)}), roster.Some([]roster.Ref{ref(a)})
		f.IntervalUnit, f.IntervalValue, f.OverdueMinutes = roster.Some(roster.IntervalHour), roster.Some(4), roster.Some(0)
		f.WindowStart, f.WindowEnd, f.ActiveDays = roster.Some("8:05"), roster.Some("18:30"), roster.Some([]roster.Day{"sun", "mon", "sun"})
		before := must(e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: f}))(t)
		made := before.CreatedAt
		if w := before.Window; w.Start != "08:05" || !slices.Equal(w.Days, []roster.Day{"mon", "sun"}) {
			t.Errorf("the window is %+v", w)
		}
		for _, step := range []struct {
			in   directory.CheckFields
			want func(*roster.Check)
		}{
			{directory.CheckFields{Description: roster.Null[string](), Name: roster.Some(" backup")}, func(c *roster.Check) { c.Description, c.Name = "", "backup" }},
			{directory.CheckFields{EmailAlias: roster.Null[string]()}, func(c *roster.Check) { c.EmailAlias = "" }},
			{directory.CheckFields{OverdueMinutes: roster.Null[int](), WindowStart: roster.Null[string](), ActiveDays: roster.Null[[]roster.Day]()}, func(c *roster.Check) {
				c.OverdueMinutes, c.Window, c.State.DueAt = 30, roster.Window{Start: "00:00", End: "18:30"}, made.Add(4*time.Hour+30*time.Minute)
			}},
			{directory.CheckFields{IntervalValue: roster.Some(6)}, func(c *roster.Check) {
				c.Interval.Value, c.State.DueAt = 6, made.Add(6*time.Hour+30*time.Minute)
			}},
			{directory.CheckFields{IntervalUnit: roster.Some(roster.IntervalUnit(""))}, func(c *roster.Check) {
				c.Interval, c.State.DueAt = roster.Interval{}, time.Time{}
			}},
			{directory.CheckFields{IntervalUnit: roster.Some(roster.IntervalWeek)}, func(c *roster.Check) {
				c.Interval, c.State.DueAt = roster.Interval{Unit: "week", Value: 1}, made.Add(7*24*time.Hour+30*time.Minute)
			}},
			{directory.CheckFields{IntervalUnit: roster.Null[roster.IntervalUnit](), IntervalValue: roster.Null[int]()}, func(c *roster.Check) {
				c.Interval.Unit, c.State.DueAt = "day", made.Add(24*time.Hour+30*time.Minute)
			}},
			{directory.CheckFields{CheckGroup: roster.Null[roster.Ref]()}, func(c *roster.Check) { c.CheckGroup = roster.CheckGroupLink{} }},
			{directory.CheckFields{Groups: roster.Null[[]roster.Ref]()}, func(c *roster.Check) { c.Groups = nil }},
		} {
			want := before
			step.want(&want)
			e.advance(1)
			want.Version++
			want.UpdatedAt = e.now().Truncate(1000)
			got := must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: before.ID, IfVersion: before.Version, CheckFields: step.in}))(t)
			if text(t, got) != text(t, want) || text(t, must(e.GetCheck(t.Context(), e.admin, got.ID))(t)) != text(t, want) {
				t.Errorf("got  %s\nwant %s", text(t, got), text(t, want))
			}
			before = got
			e.advance(1)
			if again := must(e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: before.ID, CheckFields: step.in}))(t); text(t, again) != text(t, before) {
				t.Errorf("a change that changes nothing made %s", text(t, again))
			}
		}
		_, err := e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: before.ID, CheckFields: directory.CheckFields{Matching: directory.WholeConditions(roster.Null[roster.ConditionGroup]())}})
		wants(t, err, roster.Invalid, "matching")
		_, err = e.UpdateCheck(t.Context(), e.admin, directory.CheckChange{Check: before.ID, IfVersion: 1})
		wants(t, err, roster.Stale, "")
		_, err = e.DeleteCheck(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(before.ID)}, IfVersion: 1})
		wants(t, err, roster.Stale, "")
		entries := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(before.ID)}))(t)
		if last := entries[len(entries)-1]; len(entries) != 10 || !strings.Contains(string(last.Details), `"before":{`) || !strings.Contains(string(last.Details), `"groups":["A"]`) {
			t.Errorf("%d audit entries, the last %s", len(entries), last.Details)
		}
	})
}

func TestNamesAndAliasesOfChecksAreTakenWithoutRegardToCase(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		f := fields("Straße")
		f.EmailAlias = roster.Some("Backup")
		first := must(e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: f}))(t)
		_, err := e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: fields("STRASSE")})
		wants(t, err, roster.Conflict, "displayName")
		f.Name, f.EmailAlias = roster.Some("other"), roster.Some("BACKUP")
		_, err = e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: f})
		wants(t, err, roster.Conflict, "emailAlias")
		must(e.DeleteCheck(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(first.ID)}}))(t)
		must(e.CreateCheck(t.Context(), e.admin, directory.NewCheck{CheckFields: f}))(t)
		if got := all(e.ListChecks(t.Context(), e.admin, directory.CheckList{Name: "OTHER"}))(t); len(got) != 1 {
			t.Errorf("found %d by name", len(got))
		}
	})
}

func TestACheckGroupIsChangedAndDeletedWithItsEntries(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.people("p", 1)
		x := e.checkGroup(" X ")
		c := e.check("c", "x")
		e.entry(x, roster.LevelUser, "p1", "")
		_, err := e.CreateCheckGroup(t.Context(), e.admin, directory.NewCheckGroup{Name: "x"})
		wants(t, err, roster.Conflict, "displayName")
		_, err = e.CreateCheckGroup(t.Context(), e.admin, directory.NewCheckGroup{Description: strings.Repeat("x", 1001)})
		wants(t, err, roster.Invalid, "displayName")
		wants(t, err, roster.Invalid, "description")
		_, err = e.UpdateCheckGroup(t.Context(), e.admin, directory.CheckGroupChange{CheckGroup: x.ID, IfVersion: 2})
		wants(t, err, roster.Stale, "")
		_, err = e.UpdateCheckGroup(t.Context(), e.admin, directory.CheckGroupChange{CheckGroup: x.ID, Name: roster.Some(" ")})
		wants(t, err, roster.Invalid, "displayName")
		_, err = e.UpdateCheckGroup(t.Context(), e.admin, directory.CheckGroupChange{CheckGroup: "none"})
		wants(t, err, roster.NotFound, "")
		got := must(e.UpdateCheckGroup(t.Context(), e.admin, directory.CheckGroupChange{CheckGroup: x.ID, IfVersion: 1, Description: roster.Some("d")}))(t)
		if got.Name != "X" || got.Description != "d" || got.Version != 2 || got.CheckCount != 1 {
			t.Errorf("got %+v", got)
		}
		_, err = e.DeleteCheckGroup(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(x.ID)}, IfVersion: 1})
		wants(t, err, roster.Stale, "")
		must(e.DeleteCheckGroup(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{ID: string(x.ID)}, IfVersion: 2}))(t)
		if got := must(e.GetCheck(t.Context(), e.admin, c.ID))(t); got.CheckGroup.ID != "" || got.Version != 2 {
			t.Errorf("the check is %+v", got)
		}
		if left := all(e.ListCheckPermissions(t.Context(), e.admin, directory.CheckPermissionList{}))(t); len(left) != 0 {
			t.Errorf("%d entries are left", len(left))
		}
		var actions []string
		for _, a := range all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(x.ID)}))(t) {
			actions = append(actions, a.Action)
		}
		if want := []string{"check-group.create", "check-permission.set", "check-group.update", "check-group.delete"}; !slices.Equal(actions, want) {
			t.Errorf("audit %v, want %v", actions, want)
		}
	})
}

func TestAnEntryIsMadeByWhoHoldsWhatItGives(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a := e.group(roster.KindGroup, "A")
		e.group(roster.KindTeam, "T")
		e.people("p", 2)
		x := e.checkGroup("X")
		editor := e.somebody("p1", orgWideGrant(roster.LevelEditor.Permissions()))
		put := func(by roster.Actor, level roster.AccessLevel, set func(*directory.NewCheckPermission)) (roster.CheckPermission, error) {
			in := directory.NewCheckPermission{CheckGroup: x.ID, AccessLevel: level, User: roster.Ref{Name: "P2"}}
			if set != nil {
				set(&in)
			}
			return e.PutCheckPermission(t.Context(), by, in)
		}
		first := must(put(editor, roster.LevelEditor, nil))(t)
		if first.User.Name != "p2" || first.Group.ID != "" || first.CheckGroup.Name != "X" || first.Notify {
			t.Errorf("got %+v", first)
		}
		again := must(put(editor, roster.LevelUser, func(in *directory.NewCheckPermission) { in.Notify = true }))(t)
		if again.ID != first.ID || again.AccessLevel != roster.LevelUser || !again.Notify {
			t.Errorf("got %+v, want the entry that was there changed", again)
		}
		_, err := put(editor, roster.LevelManager, nil)
		wants(t, err, roster.Forbidden, "")
		must(put(e.admin, roster.LevelAdministrator, nil))(t)
		_, err = put(editor, roster.LevelReadonly, nil) // would take away what it does not hold
		wants(t, err, roster.Forbidden, "")
		_, err = e.DeleteCheckPermission(t.Context(), editor, directory.CheckPermissionSelector{CheckGroup: x.ID, ID: first.ID})
		wants(t, err, roster.Forbidden, "")
		scoped := e.somebody("p1", within(a, roster.LevelAdministrator.Permissions()))
		_, err = put(scoped, roster.LevelReadonly, nil)
		wants(t, err, roster.Forbidden, "")
		for field, set := range map[string]func(*directory.NewCheckPermission){
			"user":        func(in *directory.NewCheckPermission) { in.Group = ref(a) },
			"accessLevel": func(in *directory.NewCheckPermission) { in.AccessLevel = roster.LevelCustom },
			"group":       func(in *directory.NewCheckPermission) { in.User, in.Group = roster.Ref{}, roster.Ref{Name: "T"} },
		} {
			_, err := put(e.admin, roster.LevelUser, set)
			wants(t, err, roster.Invalid, field)
		}
		for _, set := range []func(*directory.NewCheckPermission){
			func(in *directory.NewCheckPermission) { in.User = roster.Ref{} },
			func(in *directory.NewCheckPermission) { in.User = roster.Ref{Name: "none"} },
		} {
			_, err := put(e.admin, roster.LevelUser, set)
			wants(t, err, roster.Invalid, "user")
		}
		_, err = put(e.admin, roster.LevelUser, func(in *directory.NewCheckPermission) { in.CheckGroup = "none" })
		wants(t, err, roster.NotFound, "")
		y := e.checkGroup("Y")
		_, err = e.DeleteCheckPermission(t.Context(), e.admin, directory.CheckPermissionSelector{CheckGroup: y.ID, ID: first.ID})
		wants(t, err, roster.NotFound, "id")
		must(e.DeleteCheckPermission(t.Context(), e.admin, directory.CheckPermissionSelector{CheckGroup: x.ID, ID: first.ID}))(t)
		entries := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(x.ID)}))(t)
		if got := string(entries[2].Details); len(entries) != 5 || !strings.Contains(got, `"before":{"id":"`+string(first.ID)+`","user":"p2","accessLevel":"editor"`) {
			t.Errorf("%d audit entries, one is %s", len(entries), got)
		}
	})
}

func TestEntriesAreListedByWhatTheyAreAbout(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a := e.group(roster.KindGroup, "A")
		e.people("p", 1)
		for _, name := range []string{"one", "two"} {
			must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: name, Email: "shared@example.com"}))(t)
		}
		x, y := e.checkGroup("X"), e.checkGroup("Y")
		e.entry(x, roster.LevelUser, "p1", "")
		e.entry(x, roster.LevelUser, "one", "")
		e.entry(y, roster.LevelUser, "two", "")
		e.entry(y, roster.LevelUser, "", "A")
		for _, c := range []struct {
			in   directory.CheckPermissionList
			want string
		}{
			{directory.CheckPermissionList{}, "Xp1 Xone Ytwo YA "},
			{directory.CheckPermissionList{CheckGroup: roster.Ref{Name: "y"}}, "Ytwo YA "},
			{directory.CheckPermissionList{CheckGroup: roster.Ref{ID: string(x.ID)}}, "Xp1 Xone "},
			{directory.CheckPermissionList{CheckGroup: roster.Ref{Name: "none"}}, ""},
			{directory.CheckPermissionList{User: roster.Ref{Name: "P1"}}, "Xp1 "},
			{directory.CheckPermissionList{User: roster.Ref{ID: string(e.user("two").ID)}}, "Ytwo "},
			{directory.CheckPermissionList{User: roster.Ref{Name: "none"}}, ""},
			{directory.CheckPermissionList{UserEmail: "SHARED@example.com"}, "Xone Ytwo "},
			{directory.CheckPermissionList{UserEmail: "SHARED@example.com", User: roster.Ref{Name: "two"}}, "Ytwo "},
			{directory.CheckPermissionList{UserEmail: "SHARED@example.com", User: roster.Ref{Name: "p1"}}, ""},
			{directory.CheckPermissionList{UserEmail: "none@example.com"}, ""},
			{directory.CheckPermissionList{Group: ref(a)}, "YA "},
			{directory.CheckPermissionList{Group: roster.Ref{Name: "a"}, CheckGroup: roster.Ref{Name: "X"}}, ""},
			{directory.CheckPermissionList{Group: roster.Ref{Name: "none"}}, ""},
			{directory.CheckPermissionList{UserEmail: "\x00"}, ""},
		} {
			got := ""
			for _, p := range all(e.ListCheckPermissions(t.Context(), e.admin, c.in))(t) {
				got += p.CheckGroup.Name + p.User.Name + p.Group.Name + " "
			}
			if got != c.want {
				t.Errorf("%+v: got %q, want %q", c.in, got, c.want)
			}
		}
	})
}

// TestEntriesAreListedToWhomTheyConcern is the whole table: for each actor the entries that it
// lists.
func TestEntriesAreListedToWhomTheyConcern(t *testing.T) {
	const whole = "Xplain2 Xplain3 YB Xplain5 XB Xplain4 "
	want := map[string]string{ // plain4 is in B; X has a check that tells B
		"operator":                   whole,
		"reader":                     whole,
		"editor":                     whole,
		"manager of checks only":     "",
		"somebody":                   "",
		"reader of A":                "",
		"editor of A":                "",
		"editor of A and B":          "XB Xplain4 ",
		"editor of A, reader of B":   "XB Xplain4 ",
		"editor of the team":         "",
		"entry readonly":             "Xplain2 ",
		"entry editor":               "Xplain3 ",
		"entry by group":             "YB XB Xplain4 ",
		"entry editor, editor of A":  "Xplain5 ",
		"entry editor, reader of B":  "Xplain5 XB Xplain4 ",
		"token of the organization":  whole,
		"token of B":                 "XB Xplain4 ",
		"limited token of an editor": "XB Xplain4 ",
	}
	onBoth(t, func(t *testing.T, e *env) {
		w := newWorld(e)
		e.entry(w.x, roster.LevelUser, "", "B")
		e.entry(w.x, roster.LevelUser, "plain4", "")
		if _, err := e.ListCheckPermissions(t.Context(), w.actors["token"], directory.CheckPermissionList{}); roster.KindOf(err) != roster.Forbidden {
			t.Errorf("a token that holds nothing gets %v, want Forbidden", err)
		}
		delete(w.actors, "token")
		for name, by := range w.actors {
			got := ""
			for _, p := range all(e.ListCheckPermissions(t.Context(), by, directory.CheckPermissionList{}))(t) {
				got += p.CheckGroup.Name + p.User.Name + p.Group.Name + " "
			}
			if text, listed := want[name]; !listed || got != text {
				t.Errorf("%s: got %q, want %q", name, got, text)
			}
		}
		for _, in := range []directory.CheckPermissionList{{Group: ref(w.b)}, {User: roster.Ref{Name: "plain2"}}, {CheckGroup: roster.Ref{Name: "Y"}}} {
			if got := all(e.ListCheckPermissions(t.Context(), w.actors["entry editor"], in))(t); len(got) > 0 {
				t.Errorf("%+v finds %v, which does not concern the actor", in, got)
			}
		}
	})
}

func TestTheOverviewCountsWhatTheActorSees(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		w := newWorld(e)
		e.record(e.admin, directory.NewEvent{Check: w.checks[2].ID, Title: "t", Status: roster.StatusFailure})
		e.record(e.admin, directory.NewEvent{Check: w.checks[6].ID, Title: "t", Status: roster.StatusWarning})
		for name, want := range map[string]string{
			"operator":       "8 users, map[failure failure:1 new :5 warning warning:1]", // with admin
			"reader":         "8 users, map[failure failure:1 new :5 warning warning:1]",
			"reader of A":    "0 users, map[failure failure:1 new :1]",
			"token of B":     "1 users, map[failure failure:1 new :1]",
			"entry by group": "0 users, map[warning warning:1]",
			"somebody":       "0 users, map[]",
		} {
			o := must(e.GetOverview(t.Context(), w.actors[name], directory.None{}))(t)
			counts := map[string]int64{}
			for _, c := range o.Checks {
				counts[fmt.Sprint(c.State, " ", c.Status)] += c.N
			}
			if got := fmt.Sprintf("%d users, %v", o.Users, counts); got != want {
				t.Errorf("%s: got %s, want %s", name, got, want)
			}
			if o.Organization.Slug != roster.DefaultOrganization {
				t.Errorf("the organization is %+v", o.Organization)
			}
		}
	})
}
