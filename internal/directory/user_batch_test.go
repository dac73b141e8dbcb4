package directory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

const withEverything = directory.WithRoles | directory.WithGroups | directory.WithTeams | directory.WithReach

// town fills a directory with what new users can refer to, and with people who have names already.
func (e *env) town() {
	e.t.Helper()
	for _, name := range []string{"Network", "Storage", "Customer"} {
		e.group(roster.KindGroup, name)
	}
	e.group(roster.KindTeam, "Night")
	must(e.CreateDepartment(e.t.Context(), e.admin, directory.NewDepartment{Name: "Support"}))(e.t)
	must(e.SetDefaultPreferences(e.t.Context(), e.admin, directory.Defaults{
		DefaultsOf:  directory.DefaultsOf{Group: roster.Ref{Name: "Storage"}},
		Preferences: []roster.Preference{{Type: roster.TypeDigest, Services: []roster.Service{roster.ServiceEmail}}},
	}))(e.t)
	must(e.CreateUser(e.t.Context(), e.admin, directory.NewUser{UserName: "Settler", Email: "old@example.com"}))(e.t)
	must(e.CreateUser(e.t.Context(), e.admin, directory.NewUser{UserName: "mail@example.com"}))(e.t)
}

// newcomers are users to be created, good and bad ones, some of whom want the same.
func newcomers(seed uint64, n int) []directory.NewUser {
	r := rand.New(rand.NewPCG(seed, 1))
	one := func(values ...string) string { // mostly the last
		return values[min(r.IntN(3*len(values)), len(values)-1)]
	}
	refs := func(most int, names ...string) (refs []roster.Ref) {
		for range r.IntN(most + 1) {
			refs = append(refs, roster.Ref{Name: one(names...)})
		}
		return refs
	}
	users := make([]directory.NewUser, n)
	for i := range users {
		u := directory.NewUser{
			UserName:    one("ada", "ADA", "grace", "settler", "Straße", "STRASSE", "", fmt.Sprint("person x", i), fmt.Sprintf("p%d@example.com", i)),
			DisplayName: one("", "Ada Lovelace", "Zoë 李"),
			Email:       one("", "no address", "old@example.com", "mail@example.com", fmt.Sprintf("P%d@Example.com", r.IntN(n)), fmt.Sprintf("Q%d@Example.com", i)),
			ExternalID:  one("", fmt.Sprint("x", i)), TimeZone: one("", "Europe/Berlin", "Middle/Earth"), ContactNumber: one("", "+44 20 7946 0958"),
			Roles: refs(2, "Nothing", "Customer", "operator", "Operator"), Groups: refs(2, "network", "Storage", "End-User", "Customer"), Teams: refs(1, "Night"),
			PrimaryGroup: roster.Ref{Name: one("Customer", "Network", "End-User", "")}, Department: roster.Ref{Name: one("none", "support", "")},
			SendWelcomeEmail: r.IntN(3) == 0, UniqueEmail: r.IntN(2) == 0, External: r.IntN(5) == 0, Repeatable: r.IntN(12) == 0,
		}
		if r.IntN(4) == 0 {
			u.Active, u.SessionExpiry = roster.Some(r.IntN(2) == 0), roster.Some(r.IntN(100))
			u.Preferences = roster.Some([]roster.Preference{{Type: roster.TypeWarnings, Services: []roster.Service{roster.ServiceSMS}}})
			u.Competencies, u.Properties = []roster.Competency{{Name: "SQL", Ranking: 5}}, json.RawMessage(`{"a":1}`)
			u.JoinedAt, u.AccessLevel = roster.Some(time.Unix(1494951621, 0)), roster.LevelUser
		}
		if i%9 == 0 {
			u.Password = "the password of many"
		}
		users[i] = u
	}
	users[2].AccessLevel, users[2].UserName = roster.LevelAdministrator, "above"
	users[3].Faults.Add("active", "must be true or false")
	users[4].Groups, users[4].UserName = slices.Repeat([]roster.Ref{{Name: "Network"}}, directory.MaxReferences+1), "many"
	both := directory.NewUser{UserName: "settler", Email: "old@example.com", UniqueEmail: true}
	users[6], users[7] = both, both // with a password the name is looked at first, as it saves a hash
	users[7].Password = "the password of many"
	users[5].Groups, users[5].UserName = []roster.Ref{{Name: "a\x00b"}}, "odd\x00"
	return users
}

// outcome is what became of one user, without what differs from one directory to another.
type outcome struct {
	User  roster.User
	Other [2]bool // repeated, welcome email
	Errs  []roster.Error
}

// plain returns a user without ids and numbers.
func plain(u roster.User) roster.User {
	u.ID, u.OrganizationID, u.Number = "", "", 0
	u.PrimaryGroup.ID, u.Department.ID = "", ""
	u.LevelGroups = slices.Repeat([]roster.GroupID{"group"}, len(u.LevelGroups))
	u.Roles, u.Groups, u.Teams, u.ContactMethods = slices.Clone(u.Roles), slices.Clone(u.Groups), slices.Clone(u.Teams), slices.Clone(u.ContactMethods)
	for i := range u.Roles {
		u.Roles[i].ID, u.Roles[i].Groups = "", slices.Repeat([]roster.GroupID{"group"}, len(u.Roles[i].Groups))
	}
	for _, links := range [][]roster.GroupLink{u.Groups, u.Teams} {
		for i := range links {
			links[i].ID = ""
		}
	}
	for i := range u.ContactMethods {
		u.ContactMethods[i].ID = ""
	}
	return u
}

// outcomeOf returns an outcome; who is in the way is known by name.
func (e *env) outcomeOf(u directory.CreatedUser, err error) outcome {
	e.t.Helper()
	out := outcome{User: plain(u.User), Other: [2]bool{u.Repeated, u.WelcomeEmail}}
	for _, fault := range roster.All(err) {
		f := *fault
		if f.Err = nil; f.Holder != (roster.Holder{}) {
			f.Holder = roster.Holder{ID: must(e.GetUser(e.t.Context(), e.admin, directory.UserSelector{Number: f.Holder.Number}))(e.t).UserName}
		}
		out.Errs = append(out.Errs, f)
	}
	return out
}

// records is everything that creates leave behind, without what differs from one directory to
// another.
type records struct {
	Users  map[string]roster.User
	Words  map[string][]string // by the user's name
	Audits []string
	Jobs   []string
}

func (e *env) records() records {
	e.t.Helper()
	r := records{Users: make(map[string]roster.User), Words: make(map[string][]string)}
	names, numbers := make(map[string]string), make(map[int64]string)
	for _, u := range all(e.ListUsers(e.t.Context(), e.admin, directory.UserList{With: withEverything}))(e.t) {
		r.Users[u.UserName], names[string(u.ID)], numbers[u.Number] = plain(u), u.UserName, u.UserName
	}
	for _, entry := range all(e.ListAudit(e.t.Context(), e.admin, directory.AuditList{}))(e.t) {
		if entry.Action != string(directory.ActUserCreate) {
			continue
		}
		var details struct{ After map[string]any }
		if err := json.Unmarshal(entry.Details, &details); err != nil {
			e.t.Fatal(err)
		}
		delete(details.After, "number")
		delete(details.After, "id")
		delete(details.After, "organizationId")
		if details.After["grantedFor"] != nil {
			details.After["grantedFor"] = "groups"
		}
		if grants, scoped := details.After["roleGrants"].([]any); scoped {
			for _, grant := range grants {
				grant.(map[string]any)["groups"] = "groups"
			}
		}
		text, _ := json.Marshal(details)
		r.Audits = append(r.Audits, fmt.Sprint(entry.At, entry.ActorKind, entry.ActorName, entry.Face, names[entry.Target], entry.TargetName, string(text)))
	}
	slices.Sort(r.Audits)
	err := e.store.Update(e.t.Context(), func(tx directory.Tx) error {
		words, err := tx.UsersByWord(e.admin.OrganizationID, "", nil, directory.WordPlace{}, directory.MaxPage)
		if err != nil {
			return err
		}
		for _, w := range words {
			if name := numbers[w.Number]; w.Key != fmt.Sprint(w.Number) {
				r.Words[name] = append(r.Words[name], w.Key)
			}
		}
		jobs, err := tx.ClaimJobs(roster.LaneWelcome, e.now(), e.now(), directory.MaxPage)
		for _, j := range jobs {
			var payload roster.WelcomeEmail
			err = errors.Join(err, json.Unmarshal(j.Payload, &payload))
			r.Jobs = append(r.Jobs, fmt.Sprint(j.Kind, names[string(payload.UserID)], strings.HasPrefix(j.Key, "welcome "+string(payload.UserID)+" "), j.RunAt, j.CreatedAt))
		}
		slices.Sort(r.Jobs)
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return r
}

// twins runs a test with two fresh directories on each engine.
func twins(t *testing.T, run func(t *testing.T, one, other *env)) {
	t.Helper()
	onEach(t, func(t *testing.T, fresh func() *env) { run(t, fresh(), fresh()) })
}

// TestABatchMakesWhatASingleCreateMakes creates the same users one by one in one directory and
// together in another.
func TestABatchMakesWhatASingleCreateMakes(t *testing.T) {
	twins(t, func(t *testing.T, one, other *env) {
		actors := map[string]func(e *env) roster.Actor{
			"the operator": func(e *env) roster.Actor { return e.admin },
			"a manager":    func(e *env) roster.Actor { return e.actor(roster.ShippedRoles()[2].Permissions) },
			"the token of a customer": func(e *env) roster.Actor {
				g := must(e.GetGroup(e.t.Context(), e.admin, directory.GroupSelector{Kind: roster.KindGroup, Ref: roster.Ref{Name: "Customer"}}))(e.t)
				return roster.Actor{
					Kind: roster.ActorToken, TokenID: "t", OrganizationID: e.admin.OrganizationID, Face: roster.FaceCheckCentral,
					Grants: roster.Grants{{Group: g.ID, Permissions: roster.LevelAdministrator.Permissions()}},
				}
			},
		}
		one.town()
		other.town()
		for i, name := range []string{"the operator", "a manager", "the token of a customer"} {
			users := newcomers(uint64(i), 70)
			var want, got []outcome
			for _, u := range users {
				want = append(want, one.outcomeOf(one.CreateUser(t.Context(), actors[name](one), u)))
			}
			made := must(other.CreateUsers(t.Context(), actors[name](other), directory.NewUsers{Users: users}))(t)
			for _, r := range made.Results {
				got = append(got, other.outcomeOf(r.User, r.Err))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s (-one by one +together):\n%s", name, diff)
			}
		}
		want, got := one.records(), other.records()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-one by one +together):\n%s", diff)
		}
		if len(want.Users) < 30 || len(want.Jobs) < 5 || len(want.Audits) < len(want.Users) {
			t.Errorf("%d users, %d jobs and %d audit entries are too few to compare", len(want.Users), len(want.Jobs), len(want.Audits))
		}
	})
}

// crowd is n users with names of their own.
func crowd(prefix string, n int) []directory.NewUser {
	users := make([]directory.NewUser, n)
	for i := range users {
		users[i] = directory.NewUser{UserName: fmt.Sprint(prefix, i), Email: fmt.Sprintf("%s%d@example.com", prefix, i), SendWelcomeEmail: true}
	}
	return users
}

func TestTheFirstOfTwoGetsTheName(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		users := crowd("u", 600)
		users[300].UserName, users[599].UserName = "U7", "u299" // in another part, and in a later one
		made := must(e.CreateUsers(t.Context(), e.admin, directory.NewUsers{Users: users}))(t)
		for i, first := range map[int]int{300: 7, 599: 299} {
			wants(t, made.Results[i].Err, roster.Conflict, "userName")
			if h := roster.All(made.Results[i].Err)[0].Holder; h.ID != string(made.Results[first].User.ID) || h.Number != made.Results[first].User.Number {
				t.Errorf("user %d: %+v is in the way", i, h)
			}
		}
		for i, r := range made.Results {
			if i != 300 && i != 599 && r.Err != nil {
				t.Errorf("user %d: %v", i, r.Err)
			}
		}
	})
}

func TestABatchIsBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		_, err := e.CreateUsers(t.Context(), e.admin, directory.NewUsers{Users: crowd("u", directory.MaxBatch+1), IdempotencyKey: "a b"})
		wants(t, err, roster.Invalid, "users")
		wants(t, err, roster.Invalid, "Idempotency-Key")
		none := must(e.CreateUsers(t.Context(), e.admin, directory.NewUsers{}))(t)
		if len(none.Results) != 0 {
			t.Errorf("got %+v", none)
		}
	})
}

func TestBatchesWithTheSameNamesAtOnceMakeEachUserOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		const callers, n = 4, 400
		results := make([]directory.CreatedUsers, callers)
		errs := make([]error, callers)
		var wg sync.WaitGroup
		for i := range results {
			users := crowd("u", n)
			if i%2 == 1 {
				slices.Reverse(users) // they meet, and lock each other out
			}
			wg.Go(func() { results[i], errs[i] = e.CreateUsers(t.Context(), e.admin, directory.NewUsers{Users: users}) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		made := 0
		for _, out := range results {
			for _, r := range out.Results {
				if r.Err == nil {
					made++
				} else if roster.KindOf(r.Err) != roster.Conflict || roster.All(r.Err)[0].Holder == (roster.Holder{}) {
					t.Fatal(r.Err)
				}
			}
		}
		if users := all(e.ListUsers(t.Context(), e.admin, directory.UserList{}))(t); made != n || len(users) != n+1 {
			t.Errorf("%d were made, and %d are there", made, len(users))
		}
		if jobs, entries := e.counts(); jobs != n || entries != n+1 {
			t.Errorf("%d jobs and %d audit entries", jobs, entries)
		}
	})
}

// brittle is a store that fails after so many updates, or in every update of several records.
type brittle struct {
	directory.Store
	left *int // updates that still succeed
	err  error
}

func (b brittle) Update(ctx context.Context, fn func(directory.Tx) error) error {
	if *b.left--; *b.left < 0 {
		return b.err
	}
	return b.Store.Update(ctx, fn)
}

// on returns the verbs on another store.
func (e *env) on(s directory.Store) *directory.Directory {
	return directory.New(directory.Options{
		Store: s, Passwords: newHasher(), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key"),
	})
}

func TestABatchThatWasCutIsFinishedByItsRepeat(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.actor(roster.AllPermissions)
		in := directory.NewUsers{Users: crowd("u", 600), IdempotencyKey: "one"}
		in.Users[5].UserName = "u4"                         // never made
		in.Users[6].Roles = []roster.Ref{{Name: "To Come"}} // made once the role is there
		in.Users[7].Password = "a password"
		down := &roster.Error{Kind: roster.Unavailable, Detail: "the disk is full"}
		left := 1
		cut := must(e.on(brittle{e.store, &left, down}).CreateUsers(t.Context(), by, in))(t)
		for i, r := range cut.Results {
			if i < 500 && i != 5 && i != 6 && r.Err != nil || i >= 500 && !errors.Is(r.Err, down) {
				t.Fatalf("user %d: %v", i, r.Err)
			}
		}
		must(e.CreateRole(t.Context(), e.admin, directory.NewRole{Name: "To Come"}))(t)
		var wg sync.WaitGroup
		results := make([]directory.CreatedUsers, 4)
		for i := range results {
			wg.Go(func() { results[i], _ = e.CreateUsers(t.Context(), by, in) })
		}
		wg.Wait()
		made := 0
		for _, out := range results {
			for i, r := range out.Results {
				switch {
				case i == 5:
					wants(t, r.Err, roster.Conflict, "userName")
				case r.Err != nil:
					t.Fatalf("user %d: %v", i, r.Err)
				case !r.User.Repeated:
					made++
				case i < 500 && i != 6 && r.User.ID != cut.Results[i].User.ID:
					t.Errorf("user %d was %s and is %s", i, cut.Results[i].User.ID, r.User.ID)
				case r.User.UserName != in.Users[i].UserName || !r.User.WelcomeEmail || len(r.User.ContactMethods) != 1:
					t.Errorf("user %d is answered as %+v", i, r.User)
				}
			}
			if len(out.Results) != 600 {
				t.Fatalf("%d results", len(out.Results))
			}
		}
		if users := all(e.ListUsers(t.Context(), e.admin, directory.UserList{}))(t); made != 600-500+1 || len(users) != 600 {
			t.Errorf("the repeats made %d, and %d are there", made, len(users))
		}
	})
}

func TestTheKeyOfABatchIsForThatBatchAndADay(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.actor(roster.AllPermissions)
		in := directory.NewUsers{Users: crowd("u", 3), IdempotencyKey: "one"}
		first := must(e.CreateUsers(t.Context(), by, in))(t)
		other := in
		other.Users = append(crowd("u", 3), crowd("v", 1)...)
		_, err := e.CreateUsers(t.Context(), by, other)
		wants(t, err, roster.Invalid, "Idempotency-Key")
		somebody := by
		somebody.UserID = "1"
		for _, r := range must(e.CreateUsers(t.Context(), somebody, in))(t).Results {
			wants(t, r.Err, roster.Conflict, "userName")
		}
		e.advance(24*time.Hour - time.Second)
		again := must(e.CreateUsers(t.Context(), by, in))(t)
		for i, r := range again.Results {
			if r.Err != nil || r.User.ID != first.Results[i].User.ID || !r.User.Repeated {
				t.Errorf("again %+v", r)
			}
		}
		e.advance(time.Second)
		for range 2 {
			for _, r := range must(e.CreateUsers(t.Context(), by, in))(t).Results {
				wants(t, r.Err, roster.Conflict, "userName")
			}
		}
	})
}

func TestABatchIsRepeatedWithItsPasswords(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.actor(roster.AllPermissions)
		in := directory.NewUsers{Users: crowd("u", 4), IdempotencyKey: "one"}
		in.Users[0].Password, in.Users[1].Password, in.Users[2].Password = "the first", "the second", "the third"
		made := must(e.CreateUsers(t.Context(), by, in))(t)
		again := must(e.CreateUsers(t.Context(), by, in))(t)
		other := in
		other.Users = slices.Clone(in.Users)
		other.Users[1].Password, other.Users[2].Password, other.Users[3].Password = "another one", "", "for nobody"
		changed := must(e.CreateUsers(t.Context(), by, other))(t)
		for i := range in.Users {
			if r := again.Results[i]; r.Err != nil || !r.User.Repeated || r.User.ID != made.Results[i].User.ID {
				t.Errorf("user %d, again: %+v", i, r)
			}
			if r := changed.Results[i]; i == 1 || i == 3 {
				wants(t, r.Err, roster.Invalid, "Idempotency-Key")
			} else if r.Err != nil {
				t.Errorf("user %d: %v", i, r.Err)
			}
		}
	})
}

func TestAMessageSaysWhatIsTaken(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		ada := e.makes(directory.NewUser{UserName: "ada", Email: "ada@example.com"})
		in := directory.NewUser{UserName: "new", Email: "ada@example.com", Password: "a password", UniqueEmail: true}
		service, h := e.hooked()
		h.before = func() { // it was taken when the password would have been hashed
			must(e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: byID(ada)}))(t)
		}
		for _, r := range must(service.CreateUsers(t.Context(), e.admin, directory.NewUsers{Users: []directory.NewUser{in}}))(t).Results {
			wants(t, r.Err, roster.Conflict, "emails")
			if got := roster.All(r.Err)[0].Detail; !strings.HasPrefix(got, `"ada@example.com" `) {
				t.Errorf("the message is: %s", got)
			}
		}
	})
}

// spoiled is a store that stores nobody of a name, for a reason that nobody knows.
type spoiled struct {
	directory.Store
	name string
}

func (s spoiled) Update(ctx context.Context, fn func(directory.Tx) error) error {
	return s.Store.Update(ctx, func(tx directory.Tx) error { return fn(spoiledTx{tx, s.name}) })
}

type spoiledTx struct {
	directory.Tx
	name string
}

func (s spoiledTx) InsertUsers(rows []directory.NewUserRow) ([]int64, error) {
	if slices.ContainsFunc(rows, func(r directory.NewUserRow) bool { return r.UserName == s.name }) {
		return nil, errors.New("a bug")
	}
	return s.Tx.InsertUsers(rows)
}

func TestWhoCannotBeStoredKeepsNobodyElseFromIt(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		in := directory.NewUsers{Users: crowd("u", 40), IdempotencyKey: "one"}
		in.Users[20].Password = "the password"
		made := must(e.on(spoiled{e.store, "u17"}).CreateUsers(t.Context(), e.admin, in))(t)
		for i, r := range made.Results {
			if failed := r.Err != nil; failed != (i == 17) {
				t.Errorf("user %d: %v", i, r.Err)
			}
		}
		again := must(e.CreateUsers(t.Context(), e.admin, in))(t)
		for i, r := range again.Results {
			if r.Err != nil || r.User.Repeated != (i != 17) {
				t.Errorf("again, user %d: %v", i, r.Err)
			}
		}
	})
}

// busy is a hasher that turns one password away.
type busy struct {
	directory.Passwords
	password string
	hashed   *int
}

func (b busy) Hash(ctx context.Context, by roster.Actor, p directory.NewHash) (roster.PasswordHash, error) {
	if p.Password == b.password {
		return "", &roster.Error{Kind: roster.Unavailable, Detail: "too many"}
	}
	*b.hashed++
	return b.Passwords.Hash(ctx, by, p)
}

func TestAHashIsPaidForOnlyWhereAUserCanBeMadeAndNobodyIsMadeWithoutIt(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		hashed := 0
		d := directory.New(directory.Options{
			Store: e.store, Passwords: busy{newHasher(), "unlucky", &hashed}, Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key"),
		})
		users := crowd("u", 7)
		for i := range users {
			users[i].Password = "a password"
		}
		users[1].Password = "unlucky"
		users[2].UserName = "admin"
		users[3].Roles = []roster.Ref{{Name: "None"}}
		users[4].Email = "none"
		users[5].UserName = "u0"
		in := directory.NewUsers{Users: users, IdempotencyKey: "one"}
		made := must(d.CreateUsers(t.Context(), e.admin, in))(t)
		for i, kind := range map[int]roster.Kind{1: roster.Unavailable, 2: roster.Conflict, 3: roster.Invalid, 4: roster.Invalid, 5: roster.Conflict} {
			if r := made.Results[i]; r.Err == nil || roster.KindOf(r.Err) != kind {
				t.Errorf("user %d: %v, want %v", i, r.Err, kind)
			}
		}
		if hashed != 2 || !made.Results[0].User.HasPassword || made.Results[6].Err != nil {
			t.Errorf("%d hashes; first %+v, last %v", hashed, made.Results[0], made.Results[6].Err)
		}
		must(d.CreateUsers(t.Context(), e.admin, in))(t)
		if hashed != 2 {
			t.Errorf("the repeat hashed %d times", hashed-2)
		}
		after := must(e.CreateUsers(t.Context(), e.admin, in))(t)
		if r := after.Results[1]; r.Err != nil || r.User.Repeated || !r.User.HasPassword {
			t.Errorf("who was turned away is answered %+v afterwards", r)
		}
		if u := e.user("u1"); !strings.HasPrefix(u.UserName, "u") || !u.HasPassword {
			t.Errorf("got %+v", u)
		}
	})
}
