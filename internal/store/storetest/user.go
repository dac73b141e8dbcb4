package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/internal/directory"
)

const withAll = directory.WithRoles | directory.WithGroups | directory.WithTeams | directory.WithReach

// wholeUser is a user with something in every attribute, in groups and roles that exist.
func (f *fixture) wholeUser(name string) directory.NewUserRow {
	f.Helper()
	ops, team := f.group(roster.KindGroup, "Ops of "+name), f.group(roster.KindTeam, "Team of "+name)
	reader, writer := f.role("Reader of "+name, roster.ReadDirectory), f.role("Writer of "+name, roster.ManageUsers)
	dep := roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: "Department of " + name}
	dep.Number = write(f, func(tx directory.Tx) (int64, error) { return tx.InsertDepartment(dep, directory.Fold(dep.Name)) })
	row := f.row(name)
	row.DisplayName, row.Title, row.Email, row.EmailKey = "Ada Lovelace", "Analyst", "Ada@Example.com", "ada@example.com"
	row.ExternalID, row.AccessLevel, row.Realm = "x-17", roster.LevelEditor, roster.RealmExternal
	row.PasswordHash, row.HasPassword = "$argon2id$…", true
	row.PrimaryGroup = groupLink(ops)
	row.Department = roster.DepartmentLink{ID: dep.ID, Number: dep.Number, Name: dep.Name}
	row.JoinedAt = time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC)
	row.TimeZone, row.ContactNumber, row.SessionExpiry = "Europe/Berlin", "0301 2345", 90*time.Minute
	row.Competencies = []roster.Competency{{Name: "SQL", Ranking: 80}, {CID: 4, Ranking: 1}}
	row.Properties = json.RawMessage(`{"a": [1, "ß"],  "b": null}`)
	row.ManagedBy = roster.ManagedBy{Profile: roster.FaceGraze, Access: roster.FaceCLI, Groups: roster.FaceWeb, Reach: roster.FaceCheckCentral}
	row.Version, row.UpdatedAt = 3, f.now.Add(time.Hour)
	row.Roles = []roster.RoleGrant{roleGrant(reader), roleGrant(writer)}
	row.Groups, row.Teams = []roster.GroupLink{groupLink(ops)}, []roster.GroupLink{groupLink(team)}
	row.ContactMethods = []roster.ContactMethod{
		{ID: roster.ContactMethodID(row.ID), Service: roster.ServiceEmail, Address: "Ada@Example.com", CreatedAt: f.now},
		{ID: roster.ContactMethodID(f.id()), Service: roster.ServiceSMS, Address: "+493012345", CreatedAt: f.now, ConfirmedAt: f.now},
	}
	row.Preferences = []roster.Preference{
		{
			Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail, roster.ServiceSMS},
			Delays: []roster.Delay{{Service: roster.ServiceSMS, Minutes: 5}},
		},
		{Type: roster.TypeDigest, Services: []roster.Service{roster.ServiceEmail}},
	}
	return row
}

func (f *fixture) get(id roster.UserID, with directory.With) roster.User {
	f.Helper()
	return read(f, func(tx directory.Tx) (roster.User, error) {
		return tx.User(f.org, directory.UserSelector{ID: id}, with)
	})
}

func same[T any](t testing.TB, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("differs (-want +got):\n%s", diff)
	}
}

var users = []sentence{
	{text: "a user comes back as it was stored", test: func(f *fixture) {
		row := f.insert(f.wholeUser("ada"))
		same(f, f.get(row.ID, withAll), row.User)
	}},
	{text: "a user who was changed comes back as changed, but for what no change writes", test: func(f *fixture) {
		before := f.user("ada")
		after := f.wholeUser("grace")
		others := after.OtherMethods()
		after.ID, after.Number, after.OrganizationID = before.ID, before.Number, before.OrganizationID
		after.SetContactMethods(others)
		after.CreatedAt, after.PasswordHash = f.now.Add(-time.Hour), "$argon2id$…"
		f.update(func(tx directory.Tx) error { return tx.UpdateUser(after, withAll) })
		want := after.User
		want.CreatedAt, want.HasPassword = before.CreatedAt, false
		want.SetContactMethods(others)
		same(f, f.get(before.ID, withAll), want)
	}},
	{text: "a user who has little comes back with nothing made up", test: func(f *fixture) {
		row := f.user("ada")
		same(f, f.get(row.ID, withAll), row.User)
	}},
	{text: "only what is asked for is loaded along", test: func(f *fixture) {
		row := f.insert(f.wholeUser("ada"))
		for with, want := range map[directory.With]roster.User{
			0:                    {},
			directory.WithRoles:  {Roles: row.Roles},
			directory.WithGroups: {Groups: row.Groups},
			directory.WithTeams:  {Teams: row.Teams},
			directory.WithReach:  {ContactMethods: row.ContactMethods},
		} {
			got := f.get(row.ID, with)
			same(f, roster.User{
				Roles: got.Roles, Groups: got.Groups, Teams: got.Teams, ContactMethods: got.ContactMethods,
			}, want)
			same(f, got.Preferences, row.Preferences) // a column of the user
		}
	}},
	{text: "a user is found by id, number or name", test: func(f *fixture) {
		row := f.user("ada")
		f.user("grace")
		for _, sel := range []directory.UserSelector{
			{ID: row.ID},
			{Number: row.Number},
			{UserName: "ADA"},
			{ID: row.ID, Number: row.Number + 1, UserName: "grace"}, // the first that is set decides
			{Number: row.Number, UserName: "grace"},
		} {
			got := read(f, func(tx directory.Tx) (roster.User, error) { return tx.User(f.org, sel, 0) })
			if got.ID != row.ID {
				f.Errorf("%+v found %s", sel, got.UserName)
			}
		}
	}},
	{text: "nobody is found by what names nobody", test: func(f *fixture) {
		row := f.user("ada")
		for _, sel := range []directory.UserSelector{
			{}, {ID: "nobody"}, {Number: row.Number + 1_000_000}, {UserName: "nobody"}, {ID: "nobody", UserName: "ada"},
		} {
			f.lacks(func(tx directory.Tx) error {
				_, err := tx.User(f.org, sel, 0)
				return err
			})
		}
	}},
	{text: "numbers rise and are not used again", test: func(f *fixture) {
		first := f.user("ada")
		_ = f.store.Update(f.Context(), func(tx directory.Tx) error {
			if _, err := tx.InsertUser(f.row("grace")); err != nil {
				f.Error(err)
			}
			return errOurs
		})
		second := f.user("grace")
		if second.Number <= first.Number {
			f.Fatalf("got %d after %d", second.Number, first.Number)
		}
	}},
	{text: "a user may hold many roles in many groups", test: func(f *fixture) {
		row := f.row("ada")
		for i := range 40 {
			g := f.group(roster.KindGroup, fmt.Sprint("customer ", i))
			row.Groups = append(row.Groups, groupLink(g))
			row.LevelGroups = append(row.LevelGroups, g.ID)
		}
		for i := range 3 {
			row.Roles = append(row.Roles, roleGrant(f.role(fmt.Sprint("role ", i), roster.ReadDirectory), row.LevelGroups[i:]...))
		}
		row = f.insert(row)
		got := f.get(row.ID, withAll)
		same(f, got.Roles, row.Roles)
		same(f, got.LevelGroups, row.LevelGroups)
		same(f, got.Groups, row.Groups)
	}},
	{text: "a user cannot be stored with a group, role or department that is not there", test: func(f *fixture) {
		for name, change := range map[string]func(*directory.NewUserRow){
			"group":         func(r *directory.NewUserRow) { r.Groups = []roster.GroupLink{{ID: "none"}} },
			"role":          func(r *directory.NewUserRow) { r.Roles = []roster.RoleGrant{{RoleLink: roster.RoleLink{ID: "none"}}} },
			"department":    func(r *directory.NewUserRow) { r.Department.ID = "none" },
			"primary group": func(r *directory.NewUserRow) { r.PrimaryGroup.ID = "none" },
			"scope":         func(r *directory.NewUserRow) { r.LevelGroups = []roster.GroupID{"none"} },
			"organization":  func(r *directory.NewUserRow) { r.OrganizationID = "none" },
		} {
			row := f.row(name)
			change(&row)
			err := f.store.Update(f.Context(), func(tx directory.Tx) error {
				_, err := tx.InsertUser(row)
				return err
			})
			if err == nil {
				f.Errorf("%s: got no error", name)
			}
		}
	}},
	{text: "an email is found in userNames and in primary addresses", test: func(f *fixture) {
		row := f.insert(f.wholeUser("ada"))
		for _, key := range []string{"ada", "ada@example.com"} {
			holder := read(f, func(tx directory.Tx) (roster.Holder, error) {
				h, found, err := tx.EmailHolder(f.org, key, "")
				if !found {
					f.Errorf("%q is not found", key)
				}
				return h, err
			})
			same(f, holder, roster.Holder{ID: string(row.ID), Number: row.Number})
		}
		other := f.row("other")
		other.Email, other.EmailKey = "ada", "ada"
		other = f.insert(other)
		for besides, want := range map[roster.UserID]roster.UserID{row.ID: other.ID, other.ID: row.ID} {
			f.view(func(tx directory.Tx) error {
				h, _, err := tx.EmailHolder(f.org, "ada", besides)
				same(f, roster.UserID(h.ID), want)
				return err
			})
		}
		for key, besides := range map[string]roster.UserID{"": "", "example.com": "", "a%": "", "ada@example.com": row.ID} {
			f.view(func(tx directory.Tx) error {
				h, found, err := tx.EmailHolder(f.org, key, besides)
				if found {
					f.Errorf("%q is held by %v", key, h)
				}
				return err
			})
		}
	}},
	{text: "a new password raises the credential version and the version", test: func(f *fixture) {
		row := f.user("ada")
		before := f.account(row.ID)
		later := f.now.Add(time.Hour)
		f.update(func(tx directory.Tx) error { return tx.SetPassword(f.org, row.ID, "$new", later) })
		after, u := f.account(row.ID), f.get(row.ID, 0)
		if after.PasswordHash != "$new" || after.CredentialVersion != before.CredentialVersion+1 {
			f.Errorf("got %q at version %d, had version %d", after.PasswordHash, after.CredentialVersion, before.CredentialVersion)
		}
		if u.Version != row.Version || !u.HasPassword || !u.UpdatedAt.Equal(later) {
			f.Errorf("got version %d, password %v, updated at %v", u.Version, u.HasPassword, u.UpdatedAt)
		}
		f.fails(roster.NotFound, "", func(tx directory.Tx) error { return tx.SetPassword(f.org, "nobody", "$", later) })
	}},
}

var userLists = []sentence{
	{text: "pages follow one another by number and miss nobody", test: func(f *fixture) {
		var want, got []int64
		for i := range 7 {
			want = append(want, f.user(fmt.Sprint("user ", i)).Number)
		}
		for after := int64(0); ; {
			page := f.list(directory.UserQuery{After: &directory.UserPlace{Number: after}, Limit: 3}, 0)
			if len(page) == 0 {
				break
			}
			for _, u := range page {
				got, after = append(got, u.Number), u.Number
			}
		}
		same(f, got, want)
	}},
	{text: "a page without a limit has at most MaxPage users", alone: true, test: func(f *fixture) {
		f.update(func(tx directory.Tx) error {
			for i := range directory.MaxPage + 5 {
				if _, err := tx.InsertUser(f.row(fmt.Sprint("user ", i))); err != nil {
					return err
				}
			}
			return nil
		})
		for _, limit := range []int{0, -1, directory.MaxPage + 1} {
			if n := len(f.list(directory.UserQuery{Limit: limit}, 0)); n != directory.MaxPage {
				f.Errorf("limit %d gave %d users", limit, n)
			}
		}
	}},
	{text: "what is loaded along belongs to the right user of a page", test: func(f *fixture) {
		var want []roster.User
		for _, name := range []string{"ada", "grace", "barbara"} {
			want = append(want, f.insert(f.wholeUser(name)).User)
			f.user("nobody beside " + name)
		}
		got := f.list(directory.UserQuery{}, withAll)
		if len(got) != 6 {
			f.Fatalf("got %d users, want 6", len(got))
		}
		same(f, []roster.User{got[0], got[2], got[4]}, want)
		if len(got[1].Roles)+len(got[1].Groups)+len(got[1].Preferences) != 0 {
			f.Errorf("got %+v for a user who has nothing", got[1])
		}
	}},
	{text: "users are picked by primary email, or by id", test: func(f *fixture) {
		var rows []directory.NewUserRow
		for i := range 4 {
			row := f.row(fmt.Sprint("user ", i))
			row.Email, row.EmailKey = "Shared@example.com", "shared@example.com"
			if i == 3 {
				row.Email, row.EmailKey = "", ""
			}
			rows = append(rows, f.insert(row))
		}
		same(f, f.names(directory.UserQuery{Where: directory.Is("email", "shared@example.com")}), []string{"user 0", "user 1", "user 2"})
		same(f, f.names(directory.UserQuery{Where: directory.Is("email", "shared@example.com"), After: &directory.UserPlace{Number: rows[0].Number}, Limit: 1}), []string{"user 1"})
		same(f, f.names(directory.UserQuery{Where: directory.Is("id", string(rows[2].ID))}), []string{"user 2"})
		same(f, f.names(directory.UserQuery{Where: directory.Both(directory.Is("id", string(rows[3].ID)), directory.Is("email", "shared@example.com"))}), nil)
		same(f, f.names(directory.UserQuery{Where: directory.Is("email", "shared%")}), nil)
	}},
	{text: "users are picked by their groups, each once and in order", test: func(f *fixture) {
		red, blue := f.group(roster.KindGroup, "red"), f.group(roster.KindTeam, "blue")
		for i, groups := range [][]roster.GroupLink{
			{groupLink(red)}, {groupLink(blue)}, {groupLink(red), groupLink(blue)}, nil, {groupLink(red)},
		} {
			row := f.row(fmt.Sprint("user ", i))
			row.Groups = groups
			f.insert(row)
		}
		both := []roster.GroupID{red.ID, blue.ID}
		same(f, f.names(directory.UserQuery{Among: both}), []string{"user 0", "user 1", "user 2", "user 4"})
		same(f, f.names(directory.UserQuery{Among: both[1:]}), []string{"user 1", "user 2"})
		same(f, f.names(directory.UserQuery{Among: []roster.GroupID{}}), nil)
		same(f, f.names(directory.UserQuery{Among: []roster.GroupID{"none"}}), nil)
		third := f.list(directory.UserQuery{Among: both, Limit: 3}, withAll)[2]
		same(f, third.Groups, []roster.GroupLink{groupLink(red)})
		same(f, third.Teams, []roster.GroupLink{groupLink(blue)})
		same(f, f.names(directory.UserQuery{Among: both, After: &directory.UserPlace{Number: third.Number}, Limit: 3}), []string{"user 4"})
		same(f, f.names(directory.UserQuery{Where: directory.Is("id", string(third.ID)), Among: both}), []string{"user 2"})
		same(f, f.names(directory.UserQuery{Where: directory.Is("id", string(f.user("apart").ID)), Among: both[:1]}), nil)
	}},
}

func (f *fixture) list(q directory.UserQuery, with directory.With) []roster.User {
	f.Helper()
	return read(f, func(tx directory.Tx) (directory.UserRows, error) { return tx.Users(f.org, q, with) }).Users
}

func (f *fixture) names(q directory.UserQuery) []string {
	f.Helper()
	var names []string
	for _, u := range f.list(q, 0) {
		names = append(names, u.UserName)
	}
	return names
}

var reach = []sentence{
	{text: "a contact method is confirmed once, and only the one that is meant", test: func(f *fixture) {
		row := f.insert(f.wholeUser("ada"))
		confirm := func(service roster.Service, address string, at time.Time) {
			f.update(func(tx directory.Tx) error { return tx.ConfirmContactMethod(f.org, row.ID, service, address, at) })
		}
		confirm(roster.ServiceSMS, "Ada@Example.com", f.now)
		confirm(roster.ServiceEmail, "other@example.com", f.now)
		same(f, f.get(row.ID, withAll).ContactMethods, row.ContactMethods)
		confirm(roster.ServiceEmail, "Ada@Example.com", f.now)
		confirm(roster.ServiceEmail, "Ada@Example.com", f.now.Add(time.Hour))
		row.EmailConfirmedAt, row.ContactMethods[0].ConfirmedAt = f.now, f.now
		same(f, f.get(row.ID, withAll).ContactMethods, row.ContactMethods)
	}},
	{text: "preferences come in the fixed order of their types, each with its services and their delays in theirs", test: func(f *fixture) {
		row := f.row("ada")
		var want []roster.Preference
		for i, kind := range roster.NotificationTypes {
			p := roster.Preference{Type: kind, Services: slices.Clone(roster.Services[:])}
			for j, s := range roster.Services {
				p.Delays = append(p.Delays, roster.Delay{Service: s, Minutes: roster.MaxDelay - i - j})
			}
			want = append(want, p)
			p.Services, p.Delays = slices.Clone(p.Services), slices.Clone(p.Delays)
			slices.Reverse(p.Services)
			slices.Reverse(p.Delays)
			row.Preferences = append(row.Preferences, p)
		}
		slices.Reverse(row.Preferences)
		same(f, f.get(f.insert(row).ID, 0).Preferences, want)
	}},
	{text: "a preference of no services is none, but that of pages", test: func(f *fixture) {
		row := f.row("ada")
		row.Preferences = []roster.Preference{{Type: roster.TypeDigest}, {Type: roster.TypePages, Services: []roster.Service{}}}
		same(f, f.get(f.insert(row).ID, 0).Preferences, []roster.Preference{{Type: roster.TypePages}})
	}},
	{text: "the active users who want unmatched and the digest are found by number, a page at a time", test: func(f *fixture) {
		email := []roster.Service{roster.ServiceEmail}
		wants := map[string][]roster.Preference{
			"both":     {{Type: roster.TypeUnmatched, Services: email}, {Type: roster.TypeDigest, Services: email}},
			"failures": {{Type: roster.TypeFailures, Services: email}, {Type: roster.TypeUnmatched}},
			"digest":   {{Type: roster.TypeDigest, Services: []roster.Service{roster.ServiceSMS}}},
			"inactive": {{Type: roster.TypeDigest, Services: email}},
			"gone":     {{Type: roster.TypeUnmatched, Services: email}, {Type: roster.TypeDigest, Services: email}},
			"changed":  {{Type: roster.TypeUnmatched, Services: email}},
		}
		rows := map[string]directory.NewUserRow{}
		for _, name := range []string{"both", "failures", "digest", "inactive", "gone", "changed"} {
			row := f.row(name)
			row.Preferences, row.Active = wants[name], name != "inactive"
			rows[name] = f.insert(row)
		}
		f.delete(rows["gone"], f.now)
		changed := rows["changed"]
		changed.Preferences = wants["digest"]
		f.update(func(tx directory.Tx) error { return tx.UpdateUser(changed, 0) })
		wanting := func(kind roster.NotificationType, after int64, limit int) []int64 {
			return read(f, func(tx directory.Tx) ([]int64, error) { return tx.UsersWanting(f.org, kind, after, limit) })
		}
		both, digest := rows["both"].Number, rows["digest"].Number
		same(f, wanting(roster.TypeUnmatched, 0, 10), []int64{both})
		same(f, wanting(roster.TypeDigest, 0, 10), []int64{both, digest, changed.Number})
		same(f, wanting(roster.TypeDigest, both, 1), []int64{digest})
		same(f, wanting(roster.TypeDigest, changed.Number, 1), nil)
	}},
	{text: "the users who have an address are found, as primary email or another, whatever its spelling", test: func(f *fixture) {
		with := func(name string, methods ...roster.ContactMethod) int64 {
			row := f.row(name)
			for i := range methods {
				methods[i].ID = roster.ContactMethodID(f.id())
			}
			row.ContactMethods = methods
			return f.insert(row).Number
		}
		phone := roster.ContactMethod{Service: roster.ServiceSMS, Address: "+493012345"}
		ada := f.insert(f.wholeUser("ada"))
		other := with("other", roster.ContactMethod{Service: roster.ServiceEmail, Address: "ADA@example.com"}, phone)
		with("nobody", roster.ContactMethod{Service: roster.ServicePushover, Address: "ada@example.com"}, roster.ContactMethod{Service: roster.ServiceSMS, Address: "+493012346"})
		gone := f.insert(f.wholeUser("gone"))
		f.delete(gone, f.now)
		having := func(service roster.Service, address string, after int64, limit int) []int64 {
			return read(f, func(tx directory.Tx) ([]int64, error) {
				return tx.UsersWithAddress(f.org, service, address, after, limit)
			})
		}
		same(f, having(roster.ServiceEmail, "aDa@EXAMPLE.com", 0, 10), []int64{ada.Number, other})
		same(f, having(roster.ServiceEmail, "ada@example.com", ada.Number, 1), []int64{other})
		same(f, having(roster.ServiceSMS, "+493012345", 0, 1), []int64{ada.Number})
		same(f, having(roster.ServiceSMS, "+493012345", ada.Number, 10), []int64{other})
		same(f, having(roster.ServiceSMS, "ada@example.com", 0, 10), nil)
		same(f, having(roster.ServicePushover, "ada@example.com", 0, 10), nil)
		same(f, having(roster.ServiceEmail, "", 0, 10), nil)
	}},
	{text: "default preferences are those of the organization and of the groups together", test: func(f *fixture) {
		red, blue := f.group(roster.KindGroup, "red"), f.group(roster.KindGroup, "blue")
		set := func(group roster.GroupID, prefs ...roster.Preference) {
			f.update(func(tx directory.Tx) error { return tx.SetDefaultPreferences(f.org, group, prefs) })
		}
		set("", roster.Preference{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceSMS}})
		set(red.ID, roster.Preference{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail}})
		set(blue.ID, roster.Preference{Type: roster.TypeDigest, Services: []roster.Service{roster.ServicePush}})
		set(blue.ID, roster.Preference{Type: roster.TypeWarnings, Services: []roster.Service{roster.ServicePush}}) // replaces
		get := func(groups ...roster.GroupID) []roster.Preference {
			return read(f, func(tx directory.Tx) ([]roster.Preference, error) { return tx.DefaultPreferences(f.org, groups) })
		}
		failures := func(services ...roster.Service) roster.Preference {
			return roster.Preference{Type: roster.TypeFailures, Services: services}
		}
		same(f, get(), []roster.Preference{failures(roster.ServiceSMS)})
		same(f, read(f, func(tx directory.Tx) ([]roster.Preference, error) { return tx.GroupDefaultPreferences(f.org, red.ID) }),
			[]roster.Preference{failures(roster.ServiceEmail)})
		same(f, get(red.ID), []roster.Preference{failures(roster.ServiceEmail, roster.ServiceSMS)})
		same(f, get(red.ID, blue.ID), []roster.Preference{
			failures(roster.ServiceEmail, roster.ServiceSMS),
			{Type: roster.TypeWarnings, Services: []roster.Service{roster.ServicePush}},
		})
	}},
}
