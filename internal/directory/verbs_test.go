package directory_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
	"roster/internal/store"
	"roster/internal/store/tabletest"
)

// env is a Directory on a real store, with a clock that the test moves.
type env struct {
	*directory.Directory
	t     *testing.T
	store *store.DB
	url   string       // of the store
	admin roster.Actor // the operator
	mu    sync.Mutex
	clock time.Time
}

func (e *env) now() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.clock
}

func (e *env) advance(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clock = e.clock.Add(d)
}

// onBoth runs a test on a fresh store of each engine.
func onBoth(t *testing.T, run func(t *testing.T, e *env)) {
	t.Helper()
	onEach(t, func(t *testing.T, fresh func() *env) { run(t, fresh()) })
}

// onEach runs a test with each engine. fresh makes a new store.
func onEach(t *testing.T, run func(t *testing.T, fresh func() *env)) {
	t.Helper()
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return tabletest.SQLite(t, t.TempDir()) },
		"postgres": tabletest.PostgreSQL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, func() *env { return open(t, url(t)) })
		})
	}
}

func open(t *testing.T, url string) *env {
	t.Helper()
	e := &env{t: t, url: url, clock: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	db, err := store.Open(t.Context(), url, store.Options{Now: e.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	e.store = db
	e.Directory = directory.New(directory.Options{
		Store: db, Passwords: newHasher(), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key"),
	})
	e.admin = roster.Actor{Kind: roster.ActorOperator, Face: roster.FaceCLI, Name: "operator"}
	made, err := e.SetUpOrganization(t.Context(), e.admin, roster.DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	e.admin.OrganizationID = made.Organization.ID
	return e
}

// newHasher returns a hasher whose hashes are cheap.
func newHasher() *auth.Hasher {
	h := auth.NewHasher(time.Now)
	h.Cheapen()
	return h
}

// must returns the value of a call that must not fail.
func must[T any](out T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// all returns the records of a list that must not fail.
func all[T any](seq iter.Seq2[T, error], err error) func(*testing.T) []T {
	return func(t *testing.T) (records []T) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for r, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, r)
		}
		return records
	}
}

// wants fails the test unless err has the kind and, if field is not "", the field.
func wants(t *testing.T, err error, kind roster.Kind, field string) {
	t.Helper()
	if err == nil || roster.KindOf(err) != kind {
		t.Fatalf("got %v, want an error of kind %v", err, kind)
	}
	if field != "" && !slices.ContainsFunc(roster.All(err), func(e *roster.Error) bool { return e.Field == field }) {
		t.Fatalf("got %v, want a fault of %s", err, field)
	}
}

func (e *env) group(kind roster.GroupKind, name string) roster.Group {
	e.t.Helper()
	return must(e.CreateGroup(e.t.Context(), e.admin, directory.NewGroup{Kind: kind, Name: name}))(e.t)
}

// actor returns a signed-in user with the permissions.
func (e *env) actor(p roster.Permissions) roster.Actor {
	return roster.Actor{
		Kind: roster.ActorUser, OrganizationID: e.admin.OrganizationID, UserID: "0", Name: "somebody",
		Face: roster.FaceGraze, Grants: roster.Grants{{Permissions: p}},
	}
}

// counts returns the number of waiting jobs and of audit entries.
func (e *env) counts() (jobs int64, entries int) {
	e.t.Helper()
	status := must(e.GetStatus(e.t.Context(), e.admin, directory.None{}))(e.t)
	for _, lane := range status.Jobs {
		jobs += lane.Waiting
	}
	return jobs, len(all(e.ListAudit(e.t.Context(), e.admin, directory.AuditList{}))(e.t))
}

func TestAUserIsMadeWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "Network")
		e.group(roster.KindTeam, "my team 1")
		must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: "Support"}))(t)
		made := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{
			UserName: " johndoe1 ", DisplayName: "John Doe", Email: "johndoe@moogsoft.com", Password: "johndoe1",
			Roles: []roster.Ref{{Name: "super user"}, {Number: 4}, {Name: "OPERATOR"}}, Teams: []roster.Ref{{Name: "MY TEAM 1"}},
			PrimaryGroup: roster.Ref{Name: "network"}, Department: roster.Ref{Name: "Support"},
			JoinedAt: roster.Some(time.Unix(1494951621, 0)), TimeZone: "Europe/London", ContactNumber: "+44 20 7946 0958",
			SendWelcomeEmail: true,
		}))(t)
		u := must(e.GetUser(t.Context(), e.admin, directory.UserSelector{UserName: "JOHNDOE1"}))(t)
		if u.UserName != "johndoe1" || u.Number != made.Number || !u.Active || !u.HasPassword || u.Realm != roster.RealmDB ||
			u.AccessLevel != roster.LevelCustom || u.PrimaryGroup.Name != "Network" || u.Department.Name != "Support" ||
			u.JoinedAt.Unix() != 1494951621 || u.ManagedBy.Access != roster.FaceCLI {
			t.Errorf("got %+v", u)
		}
		if len(u.Roles) != 2 || len(u.Teams) != 1 || len(u.Groups) != 1 {
			t.Errorf("roles %v, teams %v, groups %v: the primary group is a membership, and nothing comes twice", u.Roles, u.Teams, u.Groups)
		}
		i := slices.IndexFunc(u.ContactMethods, func(c roster.ContactMethod) bool { return c.Service == roster.ServiceSMS })
		if len(u.ContactMethods) != 2 || i < 0 || u.ContactMethods[i].Address != "+442079460958" || !u.ContactMethods[i].ConfirmedAt.IsZero() {
			t.Errorf("contact methods %+v: want an email and an unconfirmed phone", u.ContactMethods)
		}
		if len(u.Preferences) != 1 || u.Preferences[0].Type != roster.TypeFailures {
			t.Errorf("preferences %+v: the default matrix applies", u.Preferences)
		}
		if jobs, _ := e.counts(); jobs != 1 {
			t.Errorf("%d jobs wait, want the welcome email", jobs)
		}
		entries := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(u.ID)}))(t)
		if len(entries) != 1 || entries[0].Action != "user.create" || strings.Contains(string(entries[0].Details), "argon2") {
			t.Errorf("audit %+v", entries)
		}
	})
}

func TestAUserThatIsNotWholeLeavesNothingBehind(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindTeam, "there")
		_, before := e.counts()
		for name, in := range map[string]directory.NewUser{
			"without a password": {},
			"with a password":    {Password: "a password"},
		} {
			in.UserName, in.SendWelcomeEmail, in.TimeZone = "somebody", true, strings.Repeat("x", 300)
			in.Roles = []roster.Ref{{Name: "Operator"}, {Name: "No Role"}, {Number: 99}}
			in.Teams = []roster.Ref{{Name: "there"}, {Name: "nowhere"}}
			in.PrimaryGroup, in.Department = roster.Ref{Name: "none"}, roster.Ref{Number: 12, Name: "12"}
			in.Faults.Add("active", "must be true or false")
			_, err := e.CreateUser(t.Context(), e.admin, in)
			var fields []string
			for _, f := range roster.All(err) {
				fields = append(fields, f.Field)
			}
			want := []string{"active", "timezone", "emails", "roles[1]", "roles[2]", "teams[1]", "primaryGroup", "department"}
			if !slices.Equal(fields, want) {
				t.Errorf("%s: faults of %v, want %v", name, fields, want)
			}
			if !strings.Contains(err.Error(), "roster role create --name 'No Role'") {
				t.Errorf("%s: %v does not say how to make the role", name, err)
			}
		}
		if jobs, after := e.counts(); jobs != 0 || after != before {
			t.Errorf("%d jobs and %d audit entries are new", jobs, after-before)
		}
		_, err := e.GetUser(t.Context(), e.admin, directory.UserSelector{UserName: "somebody"})
		wants(t, err, roster.NotFound, "")
	})
}

func TestANameIsTakenWithoutRegardToCaseAndTheHolderIsNamed(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		first := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "Straße"}))(t)
		for _, in := range []directory.NewUser{
			{UserName: "STRASSE"},
			{UserName: "strasse", Password: "with a password"},
		} {
			_, err := e.CreateUser(t.Context(), e.admin, in)
			wants(t, err, roster.Conflict, "userName")
			if got := roster.All(err)[0].Holder; got.Number != first.Number || got.ID != string(first.ID) {
				t.Errorf("the holder is %+v", got)
			}
		}
	})
}

func TestAnEmailThatIsTakenIsRefusedWhereItMustBeUnique(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "a", Email: "one@example.com"}))(t)
		must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "two@example.com"}))(t)
		must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "b", Email: "ONE@example.com"}))(t)
		for _, email := range []string{"One@example.com", "TWO@example.com"} {
			_, err := e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "new " + email, Email: email, UniqueEmail: true})
			wants(t, err, roster.Conflict, "emails")
		}
	})
}

func TestARepeatedCreateGetsItsFirstAnswerAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.actor(roster.AllPermissions)
		in := directory.NewUser{UserName: "johndoe1", Email: "j@example.com", Password: "johndoe1", SendWelcomeEmail: true, Repeatable: true}
		first := must(e.CreateUser(t.Context(), by, in))(t)
		again := must(e.CreateUser(t.Context(), by, in))(t)
		if again.ID != first.ID || !again.Repeated || first.Repeated {
			t.Fatalf("first %v, again %v (repeated %v)", first.ID, again.ID, again.Repeated)
		}
		if jobs, _ := e.counts(); jobs != 1 {
			t.Errorf("%d welcome emails", jobs)
		}
		other, elsewhere := by, by
		other.UserID, elsewhere.Face = "1", roster.FaceCheckCentral
		changed, wrong := in, in
		changed.DisplayName, wrong.Password = "Another", "not johndoe1"
		for name, c := range map[string]struct {
			by roster.Actor
			in directory.NewUser
		}{
			"by another principal": {other, in}, "through another face": {elsewhere, in},
			"with another value": {by, changed}, "with another password": {by, wrong},
		} {
			if _, err := e.CreateUser(t.Context(), c.by, c.in); err == nil || roster.KindOf(err) != roster.Conflict {
				t.Errorf("%s: %v, want a conflict", name, err)
			}
		}
		e.advance(24*time.Hour - time.Second)
		must(e.CreateUser(t.Context(), by, in))(t)
		e.advance(time.Second)
		_, err := e.CreateUser(t.Context(), by, in)
		wants(t, err, roster.Conflict, "userName")
	})
}

func TestFiftyParallelRepeatsMakeOneUserAndOneWelcomeEmail(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.actor(roster.AllPermissions)
		in := directory.NewUser{UserName: "many", Email: "many@example.com", Password: "the same", SendWelcomeEmail: true, Repeatable: true}
		ids := make([]roster.UserID, 50)
		errs := make([]error, len(ids))
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				u, err := e.CreateUser(t.Context(), by, in)
				ids[i], errs[i] = u.ID, err
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if len(slices.Compact(ids)) != 1 {
			t.Errorf("different ids: %v", ids)
		}
		if jobs, _ := e.counts(); jobs != 1 {
			t.Errorf("%d welcome emails", jobs)
		}
	})
}

func TestAnInactiveUserGetsNoWelcomeEmail(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{
			UserName: "off", Email: "off@example.com", Active: roster.Some(false), SendWelcomeEmail: true,
		}))(t)
		if jobs, _ := e.counts(); jobs != 0 || u.Active {
			t.Errorf("active %v, %d jobs", u.Active, jobs)
		}
	})
}

func TestTheDefaultMatrixIsTheOrganizationsJoinedWithThoseOfTheGroups(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.group(roster.KindGroup, "Ops")
		must(e.SetDefaultPreferences(t.Context(), e.admin, directory.Defaults{
			DefaultsOf: directory.DefaultsOf{Group: roster.Ref{Name: "ops"}},
			Preferences: []roster.Preference{
				{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceSMS}},
				{Type: roster.TypeDigest, Services: []roster.Service{roster.ServiceEmail}},
			},
		}))(t)
		u := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "u", Groups: []roster.Ref{{Name: "Ops"}}}))(t)
		for _, p := range []roster.Preference{
			{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail, roster.ServiceSMS}},
			{Type: roster.TypeDigest, Services: []roster.Service{roster.ServiceEmail}},
		} {
			if !slices.ContainsFunc(u.Preferences, func(q roster.Preference) bool {
				return p.Type == q.Type && slices.Equal(p.Services, q.Services)
			}) {
				t.Errorf("preferences %+v lack %+v", u.Preferences, p)
			}
		}
		none := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "n", Preferences: roster.Some([]roster.Preference{})}))(t)
		if len(none.Preferences) != 0 {
			t.Errorf("preferences given as none became %v", none.Preferences)
		}
	})
}

func TestAScopedTokenMakesAndSeesOnlyThePeopleOfItsGroups(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		mine, other := e.group(roster.KindGroup, "Mine"), e.group(roster.KindGroup, "Other")
		by := roster.Actor{
			Kind: roster.ActorToken, TokenID: "t", OrganizationID: e.admin.OrganizationID, Face: roster.FaceCheckCentral,
			Grants: roster.Grants{{Group: mine.ID, Permissions: roster.LevelAdministrator.Permissions()}},
		}
		ref := func(g roster.Group) []roster.Ref { return []roster.Ref{{ID: string(g.ID)}} }
		_, err := e.CreateUser(t.Context(), by, directory.NewUser{UserName: "nowhere"})
		wants(t, err, roster.Forbidden, "")
		_, err = e.CreateUser(t.Context(), by, directory.NewUser{UserName: "there", Groups: ref(other)})
		wants(t, err, roster.Invalid, "groups[0]")
		made := must(e.CreateUser(t.Context(), by, directory.NewUser{UserName: "here", Groups: ref(mine), AccessLevel: roster.LevelUser}))(t)
		hidden := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "hidden", Groups: ref(other)}))(t)

		var account roster.Account
		if err := e.store.View(t.Context(), func(tx directory.Tx) (err error) {
			account, err = tx.AccountByID(e.admin.OrganizationID, made.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if account.Grants.Everywhere() != 0 || account.Grants.In(mine.ID) != roster.LevelUser.Permissions() {
			t.Errorf("the level is granted as %+v, want for the group only", account.Grants)
		}
		_, err = e.GetUser(t.Context(), by, directory.UserSelector{ID: hidden.ID})
		wants(t, err, roster.NotFound, "")
		if users := all(e.ListUsers(t.Context(), by, directory.UserList{}))(t); len(users) != 1 || users[0].ID != made.ID {
			t.Errorf("it sees %d users", len(users))
		}
		if groups := all(e.ListGroups(t.Context(), by, directory.GroupList{Kind: roster.KindGroup}))(t); len(groups) != 1 || groups[0].ID != mine.ID {
			t.Errorf("it sees the groups %+v", groups)
		}
		_, err = e.CreateUser(t.Context(), by, directory.NewUser{UserName: "hidden", Groups: ref(mine)})
		wants(t, err, roster.Conflict, "userName")
		if h := roster.All(err)[0].Holder; h != (roster.Holder{}) {
			t.Errorf("it learns who has the name: %+v", h)
		}
		_, err = e.IssueLink(t.Context(), by, directory.NewLink{User: directory.UserSelector{ID: hidden.ID}})
		wants(t, err, roster.NotFound, "")
	})
}

func TestNobodyMakesOrTakesHoldOfSomebodyAboveThemselves(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		manager := e.actor(roster.ShippedRoles()[2].Permissions)
		for _, in := range []directory.NewUser{
			{UserName: "x", Roles: []roster.Ref{{Number: roster.RoleSuperUser}}},
			{UserName: "x", AccessLevel: roster.LevelAdministrator},
			{UserName: "x", Roles: []roster.Ref{{Number: roster.RoleOperator}, {Number: roster.RoleGrazer}}, Password: "some password"},
		} {
			_, err := e.CreateUser(t.Context(), manager, in)
			wants(t, err, roster.Forbidden, "")
		}
		admin := directory.UserSelector{UserName: directory.AdminUser}
		_, err := e.SetPassword(t.Context(), manager, directory.NewPassword{User: admin, Password: "correct horse battery staple"})
		wants(t, err, roster.Forbidden, "")
		_, err = e.IssueLink(t.Context(), manager, directory.NewLink{User: admin, Purpose: roster.LinkSetUp})
		wants(t, err, roster.Forbidden, "")
	})
}

func TestALinkSetsThePasswordOnceAndConfirmsTheAddressItWasSentTo(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "p@example.com", Email: "p@example.com"}))(t)
		issue := func() directory.IssuedLink {
			return must(e.IssueLink(t.Context(), e.admin, directory.NewLink{
				User: directory.UserSelector{ID: u.ID}, Purpose: roster.LinkWelcome, ByEmail: true,
			}))(t)
		}
		replaced, link := issue(), issue()
		_, err := e.ReadLink(t.Context(), roster.Actor{}, replaced.Secret)
		wants(t, err, roster.NotFound, "")
		_, err = e.UseLink(t.Context(), roster.Actor{}, directory.UsedLink{Secret: link.Secret, Password: "p@example.com"})
		wants(t, err, roster.Invalid, "password")
		good := directory.UsedLink{Secret: link.Secret, Password: "correct horse battery staple"}
		must(e.UseLink(t.Context(), roster.Actor{Face: roster.FaceWeb}, good))(t)
		_, err = e.UseLink(t.Context(), roster.Actor{}, good)
		wants(t, err, roster.NotFound, "")
		after := must(e.GetUser(t.Context(), e.admin, directory.UserSelector{ID: u.ID}))(t)
		if !after.HasPassword || after.ContactMethods[0].ConfirmedAt.IsZero() || after.Version != u.Version {
			t.Errorf("after the link: %+v", after)
		}
		expired := issue()
		e.advance(directory.WelcomeLinkFor)
		_, err = e.ReadLink(t.Context(), roster.Actor{}, expired.Secret)
		wants(t, err, roster.NotFound, "")
	})
}

func TestAChangeTakesEachServiceOnceAndNoNullWhereNoneIsPossible(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.makes(directory.NewUser{UserName: "ada", AccessLevel: roster.LevelAdministrator, Password: "a password"})
		twice := []roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{"email", "email", "sms", "email"}}}
		shown := must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(u), Preferences: roster.Some(twice)}))(t)
		defaults := must(e.SetDefaultPreferences(t.Context(), e.admin, directory.Defaults{Preferences: twice}))(t)
		stored := must(e.GetDefaultPreferences(t.Context(), e.admin, directory.DefaultsOf{}))(t)
		for _, prefs := range [][]roster.Preference{shown.Preferences, e.user("ada").Preferences, defaults.Preferences, stored.Preferences} {
			if len(prefs) != 1 || !slices.Equal(prefs[0].Services, []roster.Service{"email", "sms"}) {
				t.Errorf("the services are %v", prefs)
			}
		}
		must(e.UpdateUser(t.Context(), e.actor(roster.ManageUsers), directory.UserChange{ // who could not set the password
			User: byID(u), Password: roster.Null[string](), JoinedAt: roster.Null[time.Time](), DisplayName: roster.Some("Ada"),
		}))(t)
		if got := e.user("ada"); !got.HasPassword || !got.JoinedAt.Equal(u.JoinedAt) || got.DisplayName != "Ada" {
			t.Errorf("it is %+v", got)
		}
	})
}

func TestAnotherPasswordEndsTheUsersSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "s", Password: "first password"}))(t)
		by := e.actor(roster.GrazeLogin)
		by.UserID = u.ID
		if err := e.store.View(t.Context(), func(tx directory.Tx) error {
			a, err := tx.AccountByID(e.admin.OrganizationID, u.ID)
			by.CredentialVersion = a.CredentialVersion
			return err
		}); err != nil {
			t.Fatal(err)
		}
		session := must(e.CreateSession(t.Context(), by, directory.None{}))(t)
		must(e.SetPassword(t.Context(), e.admin, directory.NewPassword{
			User: directory.UserSelector{ID: u.ID}, Password: "correct horse battery staple",
		}))(t)
		err := e.store.View(t.Context(), func(tx directory.Tx) error {
			_, _, err := tx.SessionByHash(auth.HashSecret(session.Secret))
			return err
		})
		wants(t, err, roster.NotFound, "")
		_, err = e.CreateSession(t.Context(), by, directory.None{})
		wants(t, err, roster.Unauthenticated, "")
	})
}

func TestSettingUpTwiceAtOnceMakesOneOrganization(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		var wg sync.WaitGroup
		made := make([]directory.SetUp, 8)
		errs := make([]error, len(made))
		for i := range made {
			wg.Go(func() { made[i], errs[i] = e.SetUpOrganization(t.Context(), e.admin, "second") })
		}
		wg.Wait()
		n := 0
		for i, m := range made {
			if errs[i] != nil || m.Organization.ID != made[0].Organization.ID {
				t.Errorf("start %d: %+v, %v", i, m, errs[i])
			}
			if m.Made {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d starts made the organization", n)
		}
	})
}

func TestWhoManagesOneGroupDrawsNobodyIntoItWhomItDoesNotHold(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		mine := e.group(roster.KindGroup, "Mine")
		must(e.CreateUser(t.Context(), e.admin, directory.NewUser{UserName: "stranger"}))(t)
		by := e.actor(roster.ReadDirectory) // sees everybody
		by.Grants.Add(mine.ID, roster.LevelManager.Permissions())
		group := directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: "Mine"}}
		stranger := []roster.Ref{{Name: "stranger"}}
		_, err := e.UpdateGroup(t.Context(), by, directory.GroupChange{Group: group, AddMembers: stranger})
		wants(t, err, roster.Invalid, "addMembers[0]")
		_, err = e.UpdateGroup(t.Context(), by, directory.GroupChange{Group: group, Members: roster.Some(stranger)})
		wants(t, err, roster.Invalid, "members[0]")
		must(e.UpdateGroup(t.Context(), e.admin, directory.GroupChange{Group: group, AddMembers: stranger}))(t)
		must(e.UpdateGroup(t.Context(), by, directory.GroupChange{Group: group, RemoveMembers: stranger}))(t)
	})
}
