package directory_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"roster"
	"roster/internal/directory"
	"roster/internal/pgtest"
	"roster/internal/store/storetest"
)

// writer prepares a change by a verb and returns it. No earlier change has used the name.
type writer func(e *env, name string) (change func(context.Context) error)

// changeBy returns the change by a verb whose input needs no preparation.
func changeBy[In, Out any](verb func(context.Context, roster.Actor, In) (Out, error), by roster.Actor, in In) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := verb(ctx, by, in)
		return err
	}
}

// writers holds every verb that writes. A test below fails for a missing one.
var writers = map[string]writer{
	"CreateUser": func(e *env, name string) func(context.Context) error {
		return changeBy(e.CreateUser, e.admin, directory.NewUser{UserName: name, Email: name + "@example.com", SendWelcomeEmail: true})
	},
	"CreateUsers": func(e *env, name string) func(context.Context) error {
		return func(ctx context.Context) error {
			made, err := e.CreateUsers(ctx, e.admin, directory.NewUsers{Users: crowd(name, 3)})
			for _, r := range made.Results {
				if err == nil {
					err = r.Err
				}
			}
			return err
		}
	},
	"UpdateUser": func(e *env, name string) func(context.Context) error {
		u := e.makes(directory.NewUser{UserName: name})
		return changeBy(e.UpdateUser, e.admin, directory.UserChange{User: byID(u), IfVersion: u.Version, DisplayName: roster.Some("Other")})
	},
	"UpsertUser": func(e *env, name string) func(context.Context) error {
		return changeBy(e.UpsertUser, e.admin, directory.UserUpsert{
			Match: directory.ByUserName, Change: directory.UserChange{UserName: roster.Some(name)}, New: directory.NewUser{UserName: name},
		})
	},
	"DeleteUser": func(e *env, name string) func(context.Context) error {
		u := e.makes(directory.NewUser{UserName: name})
		return changeBy(e.DeleteUser, e.admin, directory.UserDeletion{User: byID(u), IfVersion: u.Version})
	},
	"UndeleteUser": func(e *env, name string) func(context.Context) error {
		u := e.makes(directory.NewUser{UserName: name})
		e.deletes(u)
		return changeBy(e.UndeleteUser, e.admin, byID(u))
	},
	"AdmitUser": func(e *env, name string) func(context.Context) error {
		return changeBy(e.AdmitUser, e.admin, directory.ProvenUser{Realm: name, User: directory.NewUser{UserName: name}})
	},
	"SetPassword": func(e *env, name string) func(context.Context) error {
		u := e.makes(directory.NewUser{UserName: name})
		return changeBy(e.SetPassword, e.admin, directory.NewPassword{User: byID(u), Password: "correct horse battery staple"})
	},
	"IssueLink": func(e *env, name string) func(context.Context) error {
		u := e.makes(directory.NewUser{UserName: name})
		return changeBy(e.IssueLink, e.admin, directory.NewLink{User: byID(u), Purpose: roster.LinkSetUp})
	},
	"UseLink": func(e *env, name string) func(context.Context) error {
		u := e.makes(directory.NewUser{UserName: name})
		link := must(e.IssueLink(e.t.Context(), e.admin, directory.NewLink{User: byID(u), Purpose: roster.LinkSetUp}))(e.t)
		return changeBy(e.UseLink, roster.Actor{Face: roster.FaceWeb}, directory.UsedLink{Secret: link.Secret, Password: "correct horse battery staple"})
	},
	"AddContactMethod": func(e *env, name string) func(context.Context) error {
		u := e.makes(directory.NewUser{UserName: name})
		return changeBy(e.AddContactMethod, e.admin, directory.NewContactMethod{User: byID(u), Service: roster.ServiceEmail, Address: name + "@example.com"})
	},
	"RemoveContactMethod": func(e *env, name string) func(context.Context) error {
		u := e.makes(directory.NewUser{UserName: name})
		in := directory.NewContactMethod{User: byID(u), Service: roster.ServiceEmail, Address: name + "@example.com"}
		m := must(e.AddContactMethod(e.t.Context(), e.admin, in))(e.t)
		return changeBy(e.RemoveContactMethod, e.admin, directory.ContactMethodSelector{User: byID(u), ID: m.ID})
	},
	"SetServerAdmin": func(e *env, name string) func(context.Context) error {
		u := e.makes(directory.NewUser{UserName: name})
		return changeBy(e.SetServerAdmin, e.admin, directory.ServerAdmin{User: byID(u), May: true})
	},
	"CreateSession": func(e *env, name string) func(context.Context) error {
		return changeBy(e.CreateSession, e.as(e.makes(directory.NewUser{UserName: name})), directory.None{})
	},
	"EndSession": func(e *env, name string) func(context.Context) error {
		by := e.as(e.makes(directory.NewUser{UserName: name}))
		s := must(e.CreateSession(e.t.Context(), by, directory.None{}))(e.t)
		return changeBy(e.EndSession, by, directory.SessionSelector{ID: s.ID})
	},
	"CreateToken": func(e *env, name string) func(context.Context) error {
		return changeBy(e.CreateToken, e.admin, directory.NewToken{Name: name, Access: roster.AccessRead})
	},
	"RevokeToken": func(e *env, name string) func(context.Context) error {
		must(e.CreateToken(e.t.Context(), e.admin, directory.NewToken{Name: name, Access: roster.AccessRead}))(e.t)
		return changeBy(e.RevokeToken, e.admin, roster.Ref{Name: name})
	},
	"CreateGroup": func(e *env, name string) func(context.Context) error {
		return changeBy(e.CreateGroup, e.admin, directory.NewGroup{Kind: roster.KindGroup, Name: name})
	},
	"UpdateGroup": func(e *env, name string) func(context.Context) error {
		g := e.group(roster.KindGroup, name)
		sel := directory.GroupSelector{Kind: g.Kind, Ref: ref(g), IfVersion: g.Version}
		return changeBy(e.UpdateGroup, e.admin, directory.GroupChange{Group: sel, AddMembers: refs(e.makes(directory.NewUser{UserName: name}).UserName)})
	},
	"DeleteGroup": func(e *env, name string) func(context.Context) error {
		g := e.group(roster.KindGroup, name)
		return changeBy(e.DeleteGroup, e.admin, directory.GroupSelector{Kind: g.Kind, Ref: ref(g), IfVersion: g.Version})
	},
	"CreateDepartment": func(e *env, name string) func(context.Context) error {
		return changeBy(e.CreateDepartment, e.admin, directory.NewDepartment{Name: name})
	},
	"UpdateDepartment": func(e *env, name string) func(context.Context) error {
		dep := must(e.CreateDepartment(e.t.Context(), e.admin, directory.NewDepartment{Name: name}))(e.t)
		in := directory.DepartmentChange{Department: roster.Ref{Name: name}, IfVersion: dep.Version, Name: roster.Some(name + " renamed")}
		return changeBy(e.UpdateDepartment, e.admin, in)
	},
	"DeleteDepartment": func(e *env, name string) func(context.Context) error {
		dep := must(e.CreateDepartment(e.t.Context(), e.admin, directory.NewDepartment{Name: name}))(e.t)
		return changeBy(e.DeleteDepartment, e.admin, directory.Deletion{Ref: roster.Ref{Name: name}, IfVersion: dep.Version})
	},
	"CreateRole": func(e *env, name string) func(context.Context) error {
		return changeBy(e.CreateRole, e.admin, directory.NewRole{Name: name})
	},
	"UpdateRole": func(e *env, name string) func(context.Context) error {
		r := must(e.CreateRole(e.t.Context(), e.admin, directory.NewRole{Name: name}))(e.t)
		return changeBy(e.UpdateRole, e.admin, directory.RoleChange{Role: roster.Ref{Name: name}, IfVersion: r.Version, Description: roster.Some("other")})
	},
	"DeleteRole": func(e *env, name string) func(context.Context) error {
		r := must(e.CreateRole(e.t.Context(), e.admin, directory.NewRole{Name: name}))(e.t)
		return changeBy(e.DeleteRole, e.admin, directory.Deletion{Ref: roster.Ref{Name: name}, IfVersion: r.Version})
	},
	"CreateRealm": func(e *env, name string) func(context.Context) error {
		return changeBy(e.saml().CreateRealm, e.admin, directory.NewRealm{Name: name, Configuration: json.RawMessage(`{}`)})
	},
	"UpdateRealm": func(e *env, name string) func(context.Context) error {
		d := e.saml()
		r := must(d.CreateRealm(e.t.Context(), e.admin, directory.NewRealm{Name: name, Configuration: json.RawMessage(`{}`)}))(e.t)
		return changeBy(d.UpdateRealm, e.admin, directory.RealmChange{Realm: roster.Ref{Name: name}, IfVersion: r.Version, Active: roster.Some(false)})
	},
	"CreateOrganization": func(e *env, name string) func(context.Context) error {
		return changeBy(e.CreateOrganization, e.admin, directory.NewOrganization{Slug: name})
	},
	"SetUpOrganization": func(e *env, name string) func(context.Context) error {
		return changeBy(e.SetUpOrganization, e.admin, name)
	},
	"UpdateSettings": func(e *env, name string) func(context.Context) error {
		o := must(e.GetSettings(e.t.Context(), e.admin, directory.None{}))(e.t)
		return changeBy(e.UpdateSettings, e.admin, directory.SettingsChange{IfVersion: o.Version, Name: roster.Some(name)})
	},
	"SetDefaultPreferences": func(e *env, name string) func(context.Context) error {
		return changeBy(e.SetDefaultPreferences, e.admin, directory.Defaults{
			DefaultsOf:  directory.DefaultsOf{Group: ref(e.group(roster.KindGroup, name))},
			Preferences: []roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceSMS}}},
		})
	},
	"ReviveJob": func(e *env, name string) func(context.Context) error {
		return changeBy(e.ReviveJob, e.admin, e.buried(name))
	},
	"CreateCheck": func(e *env, name string) func(context.Context) error {
		return changeBy(e.CreateCheck, e.admin, directory.NewCheck{CheckFields: fields(name)})
	},
	"UpdateCheck": func(e *env, name string) func(context.Context) error {
		c := e.check(name, "")
		return changeBy(e.UpdateCheck, e.admin, directory.CheckChange{
			Check: c.ID, IfVersion: c.Version, CheckFields: directory.CheckFields{Name: roster.Some(name + " renamed")},
		})
	},
	"DeleteCheck": func(e *env, name string) func(context.Context) error {
		c := e.check(name, "")
		return changeBy(e.DeleteCheck, e.admin, directory.Deletion{Ref: roster.Ref{ID: string(c.ID)}, IfVersion: c.Version})
	},
	"CreateCheckGroup": func(e *env, name string) func(context.Context) error {
		return changeBy(e.CreateCheckGroup, e.admin, directory.NewCheckGroup{Name: name})
	},
	"UpdateCheckGroup": func(e *env, name string) func(context.Context) error {
		g := e.checkGroup(name)
		return changeBy(e.UpdateCheckGroup, e.admin, directory.CheckGroupChange{CheckGroup: g.ID, IfVersion: g.Version, Description: roster.Some("other")})
	},
	"DeleteCheckGroup": func(e *env, name string) func(context.Context) error {
		g := e.checkGroup(name)
		return changeBy(e.DeleteCheckGroup, e.admin, directory.Deletion{Ref: roster.Ref{ID: string(g.ID)}, IfVersion: g.Version})
	},
	"PutCheckPermission": func(e *env, name string) func(context.Context) error {
		return changeBy(e.PutCheckPermission, e.admin, directory.NewCheckPermission{
			CheckGroup: e.checkGroup(name).ID, AccessLevel: roster.LevelUser, Group: ref(e.group(roster.KindGroup, name)),
		})
	},
	"DeleteCheckPermission": func(e *env, name string) func(context.Context) error {
		g := e.checkGroup(name)
		p := e.entry(g, roster.LevelUser, "", e.group(roster.KindGroup, name).Name)
		return changeBy(e.DeleteCheckPermission, e.admin, directory.CheckPermissionSelector{CheckGroup: g.ID, ID: p.ID})
	},
	"RecordEvent": func(e *env, name string) func(context.Context) error {
		c := e.check(name, "")
		return changeBy(e.RecordEvent, e.admin, directory.NewEvent{Check: c.ID, Title: "backup of " + name, Status: roster.StatusFailure})
	},
}

// buried queues a job and buries it.
func (e *env) buried(id string) roster.JobID {
	e.t.Helper()
	err := e.store.Update(e.t.Context(), func(tx directory.Tx) error {
		j := roster.Job{ID: storetest.IDOf[roster.JobID](id), OrganizationID: e.admin.OrganizationID, Lane: roster.Lane(id), Kind: "test", RunAt: e.now(), CreatedAt: e.now()}
		if err := tx.Enqueue(j); err != nil {
			return err
		}
		if _, err := tx.ClaimJobs(roster.Lane(id), e.now(), e.now().Add(time.Minute), 1); err != nil {
			return err
		}
		_, err := tx.BuryJob(j.ID, 1, e.now(), "no")
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return storetest.IDOf[roster.JobID](id)
}

func TestEveryVerbThatWritesIsTriedWithLostCommits(t *testing.T) {
	t.Parallel()
	reads := []string{"Get", "List", "Find", "Read", "Verify"}
	service := reflect.TypeFor[*directory.Directory]()
	for i := range service.NumMethod() {
		name := service.Method(i).Name
		reading := slices.ContainsFunc(reads, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if _, tried := writers[name]; tried == reading {
			t.Errorf("%s: it reads: %t; it is among the writers: %t", name, reading, tried)
		}
	}
}

// amounts are the number of rows of each table and the sum of their versions. So a change that is
// made twice shows.
type amounts map[string]int64

func measure(t *testing.T, conn *pgx.Conn) amounts {
	t.Helper()
	const tables = `SELECT c.relname, bool_or(a.attname = 'version') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname`
	rows, err := conn.Query(t.Context(), tables)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	var table string
	var versioned bool
	if _, err := pgx.ForEachRow(rows, []any{&table, &versioned}, func() error {
		parts = append(parts, fmt.Sprintf("SELECT 'rows of %[1]s', COUNT(*) FROM %[1]s", table))
		if versioned {
			parts = append(parts, fmt.Sprintf("SELECT 'versions of %[1]s', COALESCE(SUM(version), 0)::bigint FROM %[1]s", table))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if rows, err = conn.Query(t.Context(), strings.Join(parts, " UNION ALL ")); err != nil {
		t.Fatal(err)
	}
	all := amounts{}
	var amount int64
	if _, err := pgx.ForEachRow(rows, []any{&table, &amount}, func() error { all[table] = amount; return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// since returns the amounts that have changed, and by how much.
func (a amounts) since(before amounts) amounts {
	changed := amounts{}
	for name, n := range a {
		if n != before[name] {
			changed[name] = n - before[name]
		}
	}
	return changed
}

// TestAChangeWhoseCommitIsCutIsAnsweredTrulyAndMadeOnce cuts each verb's connection at its COMMIT.
// It does so once for each place. With ROSTER_TEST_LONG=1 it does so 40 times, and cuts at each
// other message too.
func TestAChangeWhoseCommitIsCutIsAnsweredTrulyAndMadeOnce(t *testing.T) {
	t.Parallel()
	rounds, orgWide := 1, 0
	if os.Getenv("ROSTER_TEST_LONG") == "1" {
		rounds, orgWide = 40, 200
	}
	at := pgtest.URL(t)
	proxy := pgtest.NewProxy(t, at)
	e := open(t, proxy.URL())
	direct, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = direct.Close(context.WithoutCancel(t.Context())) })
	n, want := 0, amounts(nil)
	// try makes one change and returns what it changed, and whether its connection was cut.
	try := func(verb string, cut pgtest.Cut, skip int) (changed amounts, wasCut bool) {
		n++
		change := writers[verb](e, fmt.Sprintf("n%d", n))
		before := measure(t, direct)
		proxy.Arm(cut, skip)
		err := change(t.Context())
		wasCut = proxy.Disarm() && cut != pgtest.CutNowhere
		changed = measure(t, direct).since(before)
		if cut == pgtest.CutAtMessage && len(changed) == 0 && roster.KindOf(err) == roster.Unavailable {
			return want, wasCut // it was a new connection that was cut: nothing was done, and the answer says so
		}
		if err != nil {
			t.Errorf("%s, cut at place %d: %v", verb, cut, err)
		}
		return changed, wasCut
	}
	for _, verb := range slices.Sorted(maps.Keys(writers)) {
		want, _ = try(verb, pgtest.CutNowhere, 0)
		for range rounds {
			for _, cut := range []pgtest.Cut{pgtest.CutBeforeCommit, pgtest.CutAtCommit, pgtest.CutAfterCommit} {
				got, wasCut := try(verb, cut, 0)
				if !wasCut || !maps.Equal(got, want) {
					t.Errorf("%s, cut at place %d (%t): it changed %v, want %v", verb, cut, wasCut, got, want)
				}
			}
		}
		for skip, wasCut := 0, true; wasCut && skip < orgWide; skip++ {
			var got amounts
			if got, wasCut = try(verb, pgtest.CutAtMessage, skip); !maps.Equal(got, want) {
				t.Errorf("%s, cut at message %d: it changed %v, want %v", verb, skip, got, want)
			}
		}
	}
}
