package directory_test

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/pgtest"
)

// meanwhile runs a function once while a transaction is open, until the function ends or waits for
// a lock. So a test fails if the transaction holds no lock, and passes if it holds one. It is for
// PostgreSQL only: SQLite has one writer.
type meanwhile struct {
	*env
	look  *sql.DB
	what  func() error // nil once it runs
	ended chan struct{}
	err   error // of what, once it has ended
}

func besides(t *testing.T, what func(*env) error) *meanwhile {
	t.Helper()
	t.Parallel()
	url := pgtest.URL(t)
	look, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = look.Close() })
	m := &meanwhile{env: open(t, url), look: look, ended: make(chan struct{})}
	m.what = func() error { return what(m.env) }
	return m
}

func (m *meanwhile) run() {
	what := m.what
	if m.what = nil; what == nil {
		return
	}
	go func() {
		defer close(m.ended)
		m.err = what()
	}()
	const text = `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for waiting := 0; waiting == 0; {
		select {
		case <-m.ended:
			return
		default:
		}
		if err := m.look.QueryRow(text).Scan(&waiting); err != nil {
			m.t.Error(err)
			return
		}
	}
}

// over waits until the function has ended, and returns its error.
func (m *meanwhile) over() error {
	m.t.Helper()
	if m.what != nil {
		m.t.Fatal("nothing happened meanwhile")
	}
	<-m.ended
	return m.err
}

// verbs returns a Directory on a store that runs the function at a call of the named method, see
// interruptedTx.
func (m *meanwhile) verbs(at string) *directory.Directory {
	return m.on(interrupted{m.store, m, at})
}

type interrupted struct {
	directory.Store
	*meanwhile
	at string
}

func (i interrupted) View(ctx context.Context, fn func(directory.Tx) error) error {
	return i.Store.View(ctx, fn)
}

func (i interrupted) Update(ctx context.Context, fn func(directory.Tx) error) error {
	return i.Store.Update(ctx, func(tx directory.Tx) error { return fn(interruptedTx{tx, i}) })
}

type interruptedTx struct {
	directory.Tx
	by interrupted
}

func (x interruptedTx) here(name string) {
	if x.by.at == name {
		x.by.run()
	}
}

func (x interruptedTx) OtherAdministrators(org roster.OrganizationID, besides roster.UserID, roles []roster.RoleID) (bool, error) {
	x.here("OtherAdministrators")
	return x.Tx.OtherAdministrators(org, besides, roles)
}

func (x interruptedTx) LockUser(org roster.OrganizationID, sel directory.UserSelector) error {
	x.here("LockUser")
	return x.Tx.LockUser(org, sel)
}

func (x interruptedTx) ConfirmContactMethod(org roster.OrganizationID, id roster.UserID, service roster.Service, address string, at time.Time) error {
	x.here("ConfirmContactMethod")
	return x.Tx.ConfirmContactMethod(org, id, service, address, at)
}

func (x interruptedTx) UpdateUser(u directory.NewUserRow, parts directory.With) error {
	x.here("UpdateUser")
	return x.Tx.UpdateUser(u, parts)
}

func (x interruptedTx) DeleteUser(org roster.OrganizationID, number int64, at time.Time) error {
	x.here("DeleteUser")
	return x.Tx.DeleteUser(org, number, at)
}

func (x interruptedTx) DeleteWords(org roster.OrganizationID, words []directory.WordPlace) error {
	x.here("DeleteWords")
	return x.Tx.DeleteWords(org, words)
}

func (x interruptedTx) AddMembers(org roster.OrganizationID, id roster.GroupID, users []int64, at time.Time) error {
	x.here("AddMembers")
	return x.Tx.AddMembers(org, id, users, at)
}

func (x interruptedTx) InsertUsers(rows []directory.NewUserRow) ([]int64, error) {
	x.here("InsertUsers")
	return x.Tx.InsertUsers(rows)
}

func (x interruptedTx) InsertSession(s roster.Session, hash string, most int) error {
	x.here("InsertSession")
	return x.Tx.InsertSession(s, hash, most)
}

func (x interruptedTx) Retry(org roster.OrganizationID, key string) (directory.Retry, bool, error) {
	r, found, err := x.Tx.Retry(org, key)
	x.here("Retry")
	return r, found, err
}

func (x interruptedTx) SetDefaultPreferences(org roster.OrganizationID, group roster.GroupID, prefs []roster.Preference) error {
	err := x.Tx.SetDefaultPreferences(org, group, prefs)
	x.here("SetDefaultPreferences")
	return err
}

// named selects the user with a userName.
func named(userName string) directory.UserSelector { return directory.UserSelector{UserName: userName} }

func TestARoleThatIsStrippedMeanwhileLeavesAnAdministrator(t *testing.T) {
	m := besides(t, func(e *env) error {
		_, err := e.UpdateRole(t.Context(), e.admin, directory.RoleChange{Role: roster.Ref{Name: "Chief"}, Permissions: roster.Some([]string{"read_directory"})})
		return err
	})
	must(m.CreateRole(t.Context(), m.admin, directory.NewRole{Name: "Chief", Permissions: roster.ShippedRoles()[1].Permissions.Names()}))(t)
	boss := m.makes(directory.NewUser{UserName: "boss", AccessLevel: roster.LevelAdministrator})
	chief := m.makes(directory.NewUser{UserName: "chief", Roles: refs("Chief")})
	must(m.DeleteUser(t.Context(), m.admin, directory.UserDeletion{User: named("admin")}))(t)
	_, err := m.verbs("OtherAdministrators").UpdateUser(t.Context(), m.admin, directory.UserChange{User: byID(boss), AccessLevel: roster.Some(roster.LevelUser)})
	stripped := m.over()
	if !m.as(boss).Grants.Everywhere().Has(roster.ManageUsers) && !m.as(chief).Grants.Everywhere().Has(roster.ManageUsers) {
		t.Errorf("nobody is an administrator any more (%v, %v)", err, stripped)
	}
}

func TestOfTwoLastAdministratorsOneStaysHoweverTheyGo(t *testing.T) {
	m := besides(t, func(e *env) error {
		_, err := e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: named("second")})
		return err
	})
	m.makes(directory.NewUser{UserName: "second", AccessLevel: roster.LevelAdministrator})
	must(m.verbs("DeleteUser").DeleteUser(t.Context(), m.admin, directory.UserDeletion{User: named("admin")}))(t)
	wants(t, m.over(), roster.Invalid, "")
}

func TestAFirstSignInKeepsWhatIsChangedMeanwhile(t *testing.T) {
	m := besides(t, func(e *env) error {
		_, err := e.UpdateUser(t.Context(), e.admin, directory.UserChange{
			User: named("ada"), Active: roster.Some(false), Email: roster.Some("new@example.com"),
		})
		return err
	})
	m.makes(directory.NewUser{UserName: "ada", External: true, Email: "old@example.com"})
	in := directory.ProvenUser{Realm: "corp", Predefined: true, User: directory.NewUser{UserName: "ada"}}
	must(m.verbs("UpdateUser").AdmitUser(t.Context(), m.admin, in))(t)
	if err := m.over(); err != nil {
		t.Fatal(err)
	}
	if got := m.user("ada"); got.Active || got.Email != "new@example.com" || got.Realm == roster.RealmExternal {
		t.Errorf("she was deactivated: active %t, email %s, realm %s", got.Active, got.Email, got.Realm)
	}
}

// TestWhoIsDeletedWhileBeingAddedIsNoMember tries both orders: the deletion ends during the change
// of the group, and the other way round.
func TestWhoIsDeletedWhileBeingAddedIsNoMember(t *testing.T) {
	sel := func(e *env) directory.GroupSelector {
		return directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{ID: string(e.groupID("A"))}}
	}
	remove := func(d *directory.Directory, e *env) error {
		_, err := d.DeleteUser(e.t.Context(), e.admin, directory.UserDeletion{User: named("gone")})
		return err
	}
	add := func(d *directory.Directory, e *env) error {
		_, err := d.UpdateGroup(e.t.Context(), e.admin, directory.GroupChange{Group: sel(e), AddMembers: refs("gone")})
		return err
	}
	for name, c := range map[string]struct {
		at            string
		do, meanwhile func(*directory.Directory, *env) error
	}{
		"deleted while she is added": {"AddMembers", add, remove},
		"added while she is deleted": {"DeleteWords", remove, add},
	} {
		t.Run(name, func(t *testing.T) {
			m := besides(t, func(e *env) error { return c.meanwhile(e.Directory, e) })
			a, _, _ := m.customers()
			m.makes(directory.NewUser{UserName: "gone"})
			for _, name := range []string{"one", "two", "three"} {
				m.makes(directory.NewUser{UserName: name, Groups: refs("A")})
			}
			if err := c.do(m.verbs(c.at), m.env); err != nil {
				t.Fatal(err)
			}
			if err := m.over(); err != nil {
				t.Fatal(err)
			}
			g := must(m.GetGroup(t.Context(), m.admin, sel(m.env)))(t)
			if n := len(all(g.Members, nil)(t)); n != 3 || g.MemberCount != 3 {
				t.Errorf("the group has %d members and says %d, want 3", n, g.MemberCount)
			}
			var names []string
			for next, more := (*directory.UserPlace)(nil), true; more; {
				page := must(m.FindUsers(t.Context(), m.limited(a), directory.UserSearch{Limit: 2, After: next}))(t)
				for _, u := range page.Users {
					names = append(names, u.UserName)
				}
				next, more = page.Next, page.Next != nil
			}
			if len(names) != 3 {
				t.Errorf("who is limited to A finds %v, of three", names)
			}
		})
	}
}

func TestNobodyIsMadeIntoWhatIsDeletedMeanwhile(t *testing.T) {
	m := besides(t, func(e *env) error {
		if _, err := e.DeleteGroup(t.Context(), e.admin, directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: "A"}}); err != nil {
			return err
		}
		if _, err := e.DeleteRole(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{Name: "R"}}); err != nil {
			return err
		}
		_, err := e.DeleteDepartment(t.Context(), e.admin, directory.Deletion{Ref: roster.Ref{Name: "D"}})
		return err
	})
	m.customers()
	must(m.CreateRole(t.Context(), m.admin, directory.NewRole{Name: "R", Permissions: []string{"read_directory"}}))(t)
	must(m.CreateDepartment(t.Context(), m.admin, directory.NewDepartment{Name: "D"}))(t)
	must(m.verbs("InsertUsers").CreateUser(t.Context(), m.admin, directory.NewUser{
		UserName: "ada", PrimaryGroup: roster.Ref{Name: "A"}, Roles: refs("R"), Department: roster.Ref{Name: "D"},
	}))(t)
	if err := m.over(); err != nil {
		t.Fatal(err)
	}
	if u := m.user("ada"); len(u.Groups)+len(u.Roles) > 0 || u.PrimaryGroup.ID != "" || u.Department.ID != "" {
		t.Errorf("is in %v, has %v, primary group %v, department %v: they are gone", u.Groups, u.Roles, u.PrimaryGroup, u.Department)
	}
}

func TestWhoIsDeactivatedWhileSigningInIsSignedOut(t *testing.T) {
	active := func(e *env, is bool) error {
		_, err := e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: named("ada"), Active: roster.Some(is)})
		return err
	}
	m := besides(t, func(e *env) error { return active(e, false) })
	u := m.makes(directory.NewUser{UserName: "ada"})
	must(m.verbs("InsertSession").CreateSession(t.Context(), m.as(u), directory.None{}))(t)
	if err := m.over(); err != nil {
		t.Fatal(err)
	}
	if err := active(m.env, true); err != nil {
		t.Fatal(err)
	}
	if left := all(m.ListSessions(t.Context(), m.admin, directory.SessionList{User: byID(u)}))(t); len(left) > 0 {
		t.Errorf("%d sessions outlive the deactivation", len(left))
	}
}

func TestOfTwoWhoTakeOneAddressAtOnceOneGetsIt(t *testing.T) {
	const address = "x@example.com"
	change := func(name string) func(*directory.Directory, *env) error {
		return func(d *directory.Directory, e *env) error {
			_, err := d.UpdateUser(e.t.Context(), e.admin, directory.UserChange{User: named(name), Email: roster.Some(address), UniqueEmail: true})
			return err
		}
	}
	create := func(d *directory.Directory, e *env) error {
		_, err := d.CreateUser(e.t.Context(), e.admin, directory.NewUser{UserName: "c", Email: address, UniqueEmail: true})
		return err
	}
	for name, c := range map[string]struct {
		at            string
		do, meanwhile func(*directory.Directory, *env) error
	}{
		"two changes":           {"UpdateUser", change("a"), change("b")},
		"a create and a change": {"InsertUsers", create, change("b")},
		"a change and a create": {"UpdateUser", change("a"), create},
	} {
		t.Run(name, func(t *testing.T) {
			m := besides(t, func(e *env) error { return c.meanwhile(e.Directory, e) })
			m.makes(directory.NewUser{UserName: "a"})
			m.makes(directory.NewUser{UserName: "b"})
			first, second := c.do(m.verbs(c.at), m.env), m.over()
			if (first == nil) == (second == nil) {
				t.Fatalf("of two who take one address: %v and %v", first, second)
			}
			wants(t, cmp.Or(first, second), roster.Conflict, "emails")
		})
	}
}

func TestANameThatWentToACreateThatFailedIsNotCalledTaken(t *testing.T) {
	const address = "x@example.com"
	m := besides(t, func(e *env) error {
		_, err := e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "c", Email: address, UniqueEmail: true})
		return err
	})
	in := []directory.NewUser{{UserName: "a", Email: address, UniqueEmail: true}, {UserName: "a"}, {UserName: "b"}}
	made := must(m.verbs("InsertUsers").CreateUsers(t.Context(), m.admin, directory.NewUsers{Users: in}))(t)
	if err := m.over(); err != nil {
		t.Fatal(err)
	}
	wants(t, made.Results[0].Err, roster.Conflict, "emails")
	if err := made.Results[1].Err; err == nil || roster.KindOf(err) != roster.Unavailable {
		t.Errorf("got %v, want that it can be tried again", err)
	}
	if err := made.Results[2].Err; err != nil {
		t.Error(err)
	}
}

func TestAnAddressThatSomebodyElseHasIsTakenThoughTheUserHasItItself(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		own := e.makes(directory.NewUser{UserName: "a@example.com", Email: "b@example.com"})
		change := directory.UserChange{User: byID(own), Email: roster.Some("A@example.com"), UniqueEmail: true}
		other := e.makes(directory.NewUser{UserName: "other", Email: "a@example.com"})
		_, err := e.UpdateUser(t.Context(), e.admin, change)
		wants(t, err, roster.Conflict, "emails")
		must(e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: byID(other)}))(t)
		must(e.UpdateUser(t.Context(), e.admin, change))(t)
	})
}

func TestOfTwoDefaultMatricesAtOnceTheLaterOneIsStored(t *testing.T) {
	for name, group := range map[string]roster.Ref{"of the organization": {}, "of a group": {Name: "A"}} {
		t.Run(name, func(t *testing.T) {
			set := func(d *directory.Directory, e *env, service roster.Service) error {
				_, err := d.SetDefaultPreferences(e.t.Context(), e.admin, directory.Defaults{
					DefaultsOf:  directory.DefaultsOf{Group: group},
					Preferences: []roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{service}}},
				})
				return err
			}
			m := besides(t, func(e *env) error { return set(e.Directory, e, roster.ServiceSMS) })
			m.customers()
			if err := set(m.verbs("SetDefaultPreferences"), m.env, roster.ServicePush); err != nil {
				t.Fatal(err)
			}
			if err := m.over(); err != nil {
				t.Fatal(err)
			}
			got := must(m.GetDefaultPreferences(t.Context(), m.admin, directory.DefaultsOf{Group: group, Alone: true}))(t).Preferences
			if len(got) != 1 || !slices.Equal(got[0].Services, []roster.Service{roster.ServiceSMS}) {
				t.Errorf("stored: %v", got)
			}
		})
	}
}

func TestAKeyThatIsADayOldMakesOneEventOfTwoAtOnce(t *testing.T) {
	in := directory.NewEvent{Title: "x", IdempotencyKey: "k"}
	m := besides(t, func(e *env) error {
		_, err := e.RecordEvent(t.Context(), e.admin, in)
		return err
	})
	must(m.RecordEvent(t.Context(), m.admin, in))(t)
	m.advance(25 * time.Hour)
	must(m.verbs("Retry").RecordEvent(t.Context(), m.admin, in))(t)
	if err := m.over(); err != nil {
		t.Fatal(err)
	}
	if n := len(all(m.ListEvents(t.Context(), m.admin, directory.EventList{}))(t)); n != 2 {
		t.Errorf("%d events, want that of yesterday and one more", n)
	}
}

func TestACreateThatHoldsNoMoreMakesOneUserOfTwoAtOnce(t *testing.T) {
	in := directory.NewUser{UserName: "ada", Repeatable: true}
	var first directory.CreatedUser
	m := besides(t, func(e *env) (err error) {
		first, err = e.CreateUser(t.Context(), e.admin, in)
		return err
	})
	must(m.CreateUser(t.Context(), m.admin, in))(t)
	must(m.DeleteUser(t.Context(), m.admin, directory.UserDeletion{User: named("ada")}))(t)
	got := must(m.verbs("InsertUsers").CreateUser(t.Context(), m.admin, in))(t)
	if err := m.over(); err != nil {
		t.Fatal(err)
	}
	if first.Repeated || !got.Repeated || got.ID != first.ID {
		t.Errorf("made %s (repeated %t), then %s (repeated %t)", first.ID, first.Repeated, got.ID, got.Repeated)
	}
}
