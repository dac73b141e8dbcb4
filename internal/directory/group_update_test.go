package directory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

// watched is a store that counts the members that are read of it, and how often it is asked who
// somebody is.
type watched struct {
	directory.Store
	read, asked *int
}

func (w watched) Update(ctx context.Context, fn func(directory.Tx) error) error {
	return w.Store.Update(ctx, func(tx directory.Tx) error { return fn(watchedTx{tx, w}) })
}

type watchedTx struct {
	directory.Tx
	watched
}

func (w watchedTx) Members(org roster.OrganizationID, q directory.MemberQuery) (directory.Rows[roster.UserLink], error) {
	page, err := w.Tx.Members(org, q)
	*w.read += len(page.Records)
	return page, err
}

func (w watchedTx) MembersAmong(org roster.OrganizationID, groups []roster.GroupID, users []int64) ([]int64, error) {
	found, err := w.Tx.MembersAmong(org, groups, users)
	*w.read += len(found)
	*w.asked++
	return found, err
}

func (w watchedTx) Users(org roster.OrganizationID, q directory.UserQuery, with directory.With) (directory.UserRows, error) {
	*w.asked++
	return w.Tx.Users(org, q, with)
}

func (w watchedTx) User(org roster.OrganizationID, sel directory.UserSelector, with directory.With) (roster.User, error) {
	*w.asked++
	return w.Tx.User(org, sel, with)
}

// people makes users with the names prefix1, prefix2, …, and returns them.
func (e *env) people(prefix string, n int, groups ...roster.Ref) []roster.Ref {
	e.t.Helper()
	refs := make([]roster.Ref, n)
	for i := range refs {
		refs[i] = roster.Ref{Name: fmt.Sprint(prefix, i+1)}
		must(e.CreateUser(e.t.Context(), e.admin, directory.NewUser{UserName: refs[i].Name, Teams: groups}))(e.t)
	}
	return refs
}

func (e *env) user(name string) roster.User {
	e.t.Helper()
	return must(e.GetUser(e.t.Context(), e.admin, directory.UserSelector{UserName: name}))(e.t)
}

// members returns the names of who is in a team.
func (e *env) members(team string) (names []string) {
	e.t.Helper()
	found := must(e.GetGroup(e.t.Context(), e.admin, directory.GroupSelector{Kind: roster.KindTeam, Ref: roster.Ref{Name: team}}))(e.t)
	for _, u := range all(found.Members, nil)(e.t) {
		names = append(names, u.Name)
	}
	return names
}

func teamChange(name string) directory.GroupChange {
	return directory.GroupChange{Group: directory.GroupSelector{Kind: roster.KindTeam, Ref: roster.Ref{Name: name}}}
}

func TestAFewMembersAreAddedAndRemovedWithoutReadingTheOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		team := e.group(roster.KindTeam, "Night")
		inside := e.people("in", 60, roster.Ref{Name: "Night"})
		outside := e.people("out", 3)
		read := 0
		service := e.on(watched{e.store, &read, new(int)})
		in := teamChange("Night")
		in.AddMembers = []roster.Ref{outside[2], inside[3], outside[0], outside[0]}
		in.RemoveMembers = []roster.Ref{inside[40], {ID: string(e.user("in12").ID)}, outside[1]}
		must(service.UpdateGroup(t.Context(), e.admin, in))(t)
		if read > 12 {
			t.Errorf("%d of 60 members were read to change 4", read)
		}
		got := e.members("Night")
		want := []string{"out1", "out3"}
		for _, ref := range inside {
			if ref.Name != "in41" && ref.Name != "in12" {
				want = append(want, ref.Name)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("members are %v", got)
		}
		for name, version := range map[string]int64{"in4": 1, "out2": 1, "in5": 1, "out1": 2, "in41": 2} {
			if u := e.user(name); u.Version != version {
				t.Errorf("%s has version %d, want %d: only who came or went has changed", name, u.Version, version)
			}
		}
		entries := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(team.ID), Newest: true, Limit: 1}))(t)
		numbers := func(names ...string) string {
			var list []string
			for _, name := range names {
				list = append(list, fmt.Sprint(e.user(name).Number))
			}
			return "[" + strings.Join(list, ",") + "]"
		}
		details := string(entries[0].Details)
		if !strings.Contains(details, `"membersAdded":`+numbers("out1", "out3")) || !strings.Contains(details, `"membersRemoved":`+numbers("in12", "in41")) {
			t.Errorf("the audit has %s", details)
		}
	})
}

func TestHoweverManyUsersAreNamedTheActorsScopeIsAskedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a := e.group(roster.KindTeam, "A")
		b := e.group(roster.KindTeam, "B")
		inside := e.people("in", 20, ref(a))
		other := e.people("other", 20, ref(b))
		both := e.limited(a, b)
		asked := 0
		service := e.on(watched{e.store, new(int), &asked})
		in := teamChange("A")
		in.Members = roster.Some(slices.Concat(other, inside[5:]))
		must(service.UpdateGroup(t.Context(), both, in))(t)
		if asked > 1 {
			t.Errorf("%d queries for %d users", asked, len(inside)+len(other))
		}
		if got := e.members("A"); len(got) != 35 {
			t.Errorf("members are %v", got)
		}
		_, err := e.UpdateGroup(t.Context(), e.limited(a), directory.GroupChange{Group: in.Group, AddMembers: []roster.Ref{inside[0], inside[9]}})
		wants(t, err, roster.Invalid, "addMembers[0]") // who left, and is in no group of the actor's
	})
}

func TestMembersThatCannotBeAddedOrRemovedAreToldAllAtOnceAndNothingChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindTeam, "Night")
		inside := e.people("in", 2, roster.Ref{Name: "Night"})
		outside := e.people("out", 1)
		nobody := roster.Ref{Name: "nobody"}
		change := func(set func(*directory.GroupChange)) error {
			in := teamChange("Night")
			set(&in)
			_, err := e.UpdateGroup(t.Context(), e.admin, in)
			return err
		}
		for _, c := range []struct {
			name string
			set  func(*directory.GroupChange)
			want []string
		}{
			{"unknown users", func(in *directory.GroupChange) {
				in.AddMembers = []roster.Ref{outside[0], nobody}
				in.RemoveMembers = []roster.Ref{nobody, {ID: "none"}, inside[0]}
			}, []string{"addMembers[1]", "removeMembers[0]", "removeMembers[1]"}},
			{"somebody to be added and removed", func(in *directory.GroupChange) {
				in.AddMembers, in.RemoveMembers = []roster.Ref{outside[0], inside[0]}, []roster.Ref{{Name: "IN1"}}
			}, []string{"removeMembers"}},
			{"the whole list as well", func(in *directory.GroupChange) {
				in.Members, in.AddMembers = roster.Some([]roster.Ref{inside[0]}), outside
			}, []string{"members"}},
			{"too many", func(in *directory.GroupChange) {
				in.AddMembers = make([]roster.Ref, directory.MaxMembers+1)
				in.RemoveMembers = in.AddMembers
			}, []string{"addMembers", "removeMembers"}},
		} {
			err := change(c.set)
			wants(t, err, roster.Invalid, "")
			var fields []string
			for _, f := range roster.All(err) {
				fields = append(fields, f.Field)
			}
			if !slices.Equal(fields, c.want) {
				t.Errorf("%s: faults of %v, want %v", c.name, fields, c.want)
			}
		}
		if got := e.members("Night"); !slices.Equal(got, []string{"in1", "in2"}) {
			t.Errorf("members are %v", got)
		}
	})
}

func TestWhoIsRemovedFromTheirPrimaryGroupHasNone(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "Network")
		must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "ada", PrimaryGroup: roster.Ref{Name: "Network"}}))(t)
		in := directory.GroupChange{Group: directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: "Network"}}}
		in.RemoveMembers = []roster.Ref{{Name: "ada"}}
		must(e.UpdateGroup(t.Context(), e.admin, in))(t)
		if u := e.user("ada"); u.PrimaryGroup.ID != "" || len(u.Groups) != 0 {
			t.Errorf("primary group %v, groups %v", u.PrimaryGroup, u.Groups)
		}
	})
}

func TestSomebodyWhoIsLimitedToAGroupAddsOnlyWhomTheySee(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		team := e.group(roster.KindTeam, "Night")
		e.people("in", 1, roster.Ref{Name: "Night"})
		outside := e.people("out", 1)
		by := e.actor(0)
		by.Grants = roster.Grants{{Group: team.ID, Permissions: roster.ManageGroups | roster.ReadDirectory}}
		in := teamChange("Night")
		in.AddMembers = outside
		_, err := e.UpdateGroup(t.Context(), by, in)
		wants(t, err, roster.Invalid, "addMembers[0]")
		in.AddMembers, in.RemoveMembers = nil, []roster.Ref{{Name: "in1"}}
		must(e.UpdateGroup(t.Context(), by, in))(t)
		if got := e.members("Night"); len(got) != 0 {
			t.Errorf("members are %v", got)
		}
	})
}

func TestTheAuditIsListedFromEitherEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.people("user", 5)
		oldest := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{}))(t)
		newest := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Newest: true}))(t)
		if len(newest) == 0 || newest[0].TargetName != "user5" {
			t.Fatalf("newest first: %+v", newest)
		}
		slices.Reverse(newest)
		same := func(a, b roster.AuditEntry) bool { return a.ID == b.ID }
		if !slices.EqualFunc(oldest, newest, same) {
			t.Error("the list from one end is not the reverse of that from the other")
		}
	})
}
