package directory_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// lookalike is a noun with names: how to create a record, how to find it, and the field of its
// name.
type lookalike struct {
	field string
	make  func(name string) error
	find  func(name string) (id string, err error)
}

// lookalikes returns all nouns with names.
func lookalikes(t *testing.T, e *env) map[string]lookalike {
	ctx, by := t.Context(), e.admin
	group := func(kind roster.GroupKind) lookalike {
		return lookalike{
			"displayName",
			func(name string) error {
				return second(e.CreateGroup(ctx, by, directory.NewGroup{Kind: kind, Name: name}))
			},
			func(name string) (string, error) {
				g, err := e.GetGroup(ctx, by, directory.GroupSelector{Kind: kind, Ref: roster.Ref{Name: name}})
				return string(g.ID), err
			},
		}
	}
	user := func(in func(name string) directory.NewUser, sel func(name string) directory.UserSelector, field string) lookalike {
		return lookalike{
			field,
			func(name string) error { return second(e.CreateUser(ctx, by, in(name))) },
			func(name string) (string, error) {
				u, err := e.GetUser(ctx, by, sel(name))
				return string(u.ID), err
			},
		}
	}
	return map[string]lookalike{
		"userNames": user(
			func(name string) directory.NewUser { return directory.NewUser{UserName: name} },
			func(name string) directory.UserSelector { return directory.UserSelector{UserName: name} }, "userName"),
		"groups": group(roster.KindGroup), "teams": group(roster.KindTeam),
		"roles": {
			"displayName",
			func(name string) error { return second(e.CreateRole(ctx, by, directory.NewRole{Name: name})) },
			func(name string) (string, error) {
				r, err := e.GetRole(ctx, by, roster.Ref{Name: name})
				return string(r.ID), err
			},
		},
		"departments": {
			"displayName",
			func(name string) error {
				return second(e.CreateDepartment(ctx, by, directory.NewDepartment{Name: name}))
			},
			func(name string) (string, error) {
				dep, err := e.GetDepartment(ctx, by, roster.Ref{Name: name})
				return string(dep.ID), err
			},
		},
		"realms": {
			"displayName",
			func(name string) error {
				return second(e.saml().CreateRealm(ctx, by, directory.NewRealm{Name: name, Configuration: []byte(`{}`)}))
			},
			func(name string) (string, error) {
				r, err := e.GetRealm(ctx, by, roster.Ref{Name: name})
				return string(r.ID), err
			},
		},
		"tokens": {
			"name",
			func(name string) error {
				return second(e.CreateToken(ctx, by, directory.NewToken{Name: name, Access: roster.AccessRead}))
			},
			func(name string) (string, error) {
				found, err := e.GetToken(ctx, by, roster.Ref{Name: name})
				return string(found.ID), err
			},
		},
		"check groups": {
			"displayName",
			func(name string) error {
				return second(e.CreateCheckGroup(ctx, by, directory.NewCheckGroup{Name: name}))
			},
			func(name string) (string, error) {
				for _, g := range all(e.ListCheckGroups(ctx, by, directory.CheckGroupList{Name: name}))(t) {
					return string(g.ID), nil
				}
				return "", nil
			},
		},
		"checks": {
			"displayName",
			func(name string) error {
				return second(e.CreateCheck(ctx, by, directory.NewCheck{CheckFields: directory.CheckFields{Name: roster.Some(name), Matching: about("x")}}))
			},
			func(name string) (string, error) {
				for _, c := range all(e.ListChecks(ctx, by, directory.CheckList{Name: name}))(t) {
					return string(c.ID), nil
				}
				return "", nil
			},
		},
	}
}

func TestNoTwoRecordsHaveNamesThatLookTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for noun, n := range lookalikes(t, e) {
			const name = "Éva ops 7"
			if err := n.make(" " + name + "\t"); err != nil {
				t.Errorf("%s: %v", noun, err)
				continue
			}
			id, err := n.find(name)
			if err != nil || id == "" {
				t.Errorf("%s: %q, %v", noun, id, err)
			}
			for _, same := range []string{
				name + " ", "\u00a0" + name, name + "\u200b", "\ufeff" + name, "E\u0301VA OPS 7", "Éva\u00a0ops\u202f7", "É\u00adva ops\u2060 7", "Éva ops ７",
			} {
				if err := n.make(same); err == nil || roster.KindOf(err) != roster.Conflict {
					t.Errorf("%s: another one is made as %q: %v", noun, same, err)
				}
				if got, err := n.find(same); err != nil || got != id {
					t.Errorf("%s: by %q: %q, %v", noun, same, got, err)
				}
			}
			if got, err := n.find("\u202a" + name + "\u200e"); err != nil || got != id { // as it is pasted
				t.Errorf("%s: with marks of direction: %q, %v", noun, got, err)
			}
			for _, invisible := range []string{"\u200b", " \u2060\ufeff ", "\u3164", "\u2800"} {
				err := n.make(invisible)
				if wants(t, err, roster.Invalid, n.field); !strings.Contains(err.Error(), "visible") {
					t.Errorf("%s: %q: %v", noun, invisible, err)
				}
				if got, _ := n.find(invisible); got != "" {
					t.Errorf("%s: %q finds %q", noun, invisible, got)
				}
			}
		}
	})
}

func TestReferencesAndFiltersTakeNamesAsPeopleTypeThem(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		ctx, by := t.Context(), e.admin
		g, team := e.group(roster.KindGroup, "Réseau"), e.group(roster.KindTeam, "On call")
		must(e.CreateDepartment(ctx, by, directory.NewDepartment{Name: "Support"}))(t)
		u := e.makes(directory.NewUser{
			UserName: "bob ", Roles: refs(" Operator\u200b"), Groups: refs("réseau "), Teams: refs("\ufeffon call"),
			Department: roster.Ref{Name: "support\u00a0"}, PrimaryGroup: roster.Ref{Name: "RE\u0301SEAU"},
		})
		if u.UserName != "bob" || u.Groups[0].ID != g.ID || u.Teams[0].ID != team.ID || u.Department.Name != "Support" || u.Roles[0].Name != "Operator" {
			t.Errorf("%+v", u)
		}
		for _, in := range []directory.UserSearch{
			{Where: where(`userName eq %q`, " BOB\u200b")}, {Search: "bo\u00adb"}, {Where: where(`groups eq %q`, "réseau\u2060")},
		} {
			if found := must(e.FindUsers(ctx, by, in))(t); len(found.Users) != 1 || found.Users[0].ID != u.ID {
				t.Errorf("%+v: %+v", in, found.Users)
			}
		}
		for _, in := range []directory.UserSearch{{Where: where(`userName eq "\u200b"`)}, {Where: where(`email eq " "`)}, {Where: where(`email eq "\ufeff"`)}} {
			if found := must(e.FindUsers(ctx, by, in))(t); len(found.Users) != 0 {
				t.Errorf("%+v: %+v", in, found.Users)
			}
		}
		if found := all(e.ListUsers(ctx, by, directory.UserList{Email: "\u200b"}))(t); len(found) != 0 {
			t.Errorf("an address that nobody sees lists %d users", len(found))
		}
		_, err := e.CreateUser(ctx, by, directory.NewUser{UserName: "x", Roles: refs("Operators ")})
		if wants(t, err, roster.Invalid, "roles[0]"); !strings.Contains(err.Error(), "--name Operators)") {
			t.Errorf("the advice is %v", err)
		}
		_, err = e.CreateToken(ctx, by, directory.NewToken{Name: "t", Access: roster.AccessRead, UserName: " \u200b"})
		wants(t, err, roster.Invalid, "user")
		one := must(e.CreateGroup(ctx, by, directory.NewGroup{Kind: roster.KindTeam, Name: "1", Services: refs("db")}))(t)
		two := must(e.CreateGroup(ctx, by, directory.NewGroup{Kind: roster.KindTeam, Name: "2", Services: refs("DB\u200b ")}))(t)
		if one.Routing.Services[0].ID != two.Routing.Services[0].ID {
			t.Errorf("%+v and %+v", one.Routing.Services, two.Routing.Services)
		}
	})
}

func TestBothFormsOfADomainAreOneMailbox(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		ctx, by := t.Context(), e.admin
		u := e.makes(directory.NewUser{UserName: "x@dömäin.example", Email: "X@dömäin.example", UniqueEmail: true})
		if u.Email != "X@dömäin.example" {
			t.Errorf("it is shown as %q", u.Email)
		}
		for _, same := range []string{"x@xn--dmin-moa0i.example", "x@DÖMÄIN.example", " x@do\u0308mäin.example", "x@XN--DMIN-MOA0I.example\u200b"} {
			for _, in := range []directory.NewUser{{UserName: same}, {UserName: "other", Email: same, UniqueEmail: true}} {
				if _, err := e.CreateUser(ctx, by, in); err == nil || roster.KindOf(err) != roster.Conflict {
					t.Errorf("%+v: %v", in, err)
				}
			}
			for _, sel := range []directory.UserSelector{{UserName: same}, {Email: same}} {
				if found, err := e.GetUser(ctx, by, sel); err != nil || found.ID != u.ID {
					t.Errorf("%+v: %v", sel, err)
				}
			}
			if found := must(e.FindUsers(ctx, by, directory.UserSearch{Search: same}))(t); len(found.Users) != 1 {
				t.Errorf("a search for %q finds %d", same, len(found.Users))
			}
		}
		wants(t, second(e.AddContactMethod(ctx, by, directory.NewContactMethod{User: byID(u), Service: roster.ServiceEmail, Address: "x@xn--dmin-moa0i.example"})),
			roster.Conflict, "address")
		e.makes(directory.NewUser{UserName: "street", Email: "y@xn--strae-oqa.example"})
		for _, words := range []string{"straße", "STRASSE example", "y@straße.ex"} {
			if found := must(e.FindUsers(ctx, by, directory.UserSearch{Search: words}))(t); len(found.Users) != 1 {
				t.Errorf("a search for %q finds %d", words, len(found.Users))
			}
		}
		for _, bad := range []string{"x@do..mäin.example", "x@-ö.example", "x@ö_.example", "x@" + strings.Repeat("ö", 62) + ".example"} {
			wants(t, second(e.CreateUser(ctx, by, directory.NewUser{UserName: "y", Email: bad})), roster.Invalid, "emails")
		}
	})
}

func TestAUserNameHasNoColonUnlessItHadOne(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		ctx, by := t.Context(), e.admin
		refused := func(err error) {
			t.Helper()
			if wants(t, err, roster.Invalid, "userName"); !strings.Contains(err.Error(), "colon") {
				t.Error(err)
			}
		}
		named := roster.Some("a:b")
		refused(second(e.CreateUser(ctx, by, directory.NewUser{UserName: "a:b"})))
		refused(second(e.UpsertUser(ctx, by, directory.UserUpsert{
			Match: directory.ByUserName, New: directory.NewUser{UserName: "a:b"}, Change: directory.UserChange{UserName: named},
		})))
		many := must(e.CreateUsers(ctx, by, directory.NewUsers{Users: []directory.NewUser{{UserName: "a:b"}}}))(t)
		refused(many.Results[0].Err)
		refused(second(e.AdmitUser(ctx, by, directory.ProvenUser{Realm: "Corporate", User: directory.NewUser{UserName: "a:b", External: true}})))
		u := e.makes(directory.NewUser{UserName: "ab"})
		refused(second(e.UpdateUser(ctx, by, directory.UserChange{User: byID(u), UserName: named})))

		rename(t, e, u.ID, "a:b") // as an older release let it be made
		for _, change := range []directory.UserChange{{DisplayName: roster.Some("Ab")}, {UserName: named}, {UserName: roster.Some("A:b")}} {
			change.User = byID(u)
			if _, err := e.UpdateUser(ctx, by, change); err != nil {
				t.Errorf("%+v: %v", change, err)
			}
		}
		refused(second(e.UpdateUser(ctx, by, directory.UserChange{User: byID(u), UserName: roster.Some("a:c")})))
	})
}

// rename gives a user a name without validating it.
func rename(t *testing.T, e *env, id roster.UserID, name string) {
	t.Helper()
	err := e.store.Update(t.Context(), func(tx directory.Tx) error {
		u, err := tx.User(e.admin.OrganizationID, directory.UserSelector{ID: id}, 0)
		if err != nil {
			return err
		}
		u.UserName = name
		return tx.UpdateUser(directory.NewUserRow{User: u, UserKey: name, EmailKey: u.Email}, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestADayThatCanBeSentIsNeverTakenForNone(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		ctx, by := t.Context(), e.admin
		u := e.makes(directory.NewUser{UserName: "ada"})
		for _, day := range []time.Time{{}, time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), time.Unix(0, 999), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
			wants(t, second(e.CreateUser(ctx, by, directory.NewUser{UserName: "bob", JoinedAt: roster.Some(day)})), roster.Invalid, "joinedAt")
			wants(t, second(e.UpdateUser(ctx, by, directory.UserChange{User: byID(u), JoinedAt: roster.Some(day)})), roster.Invalid, "joinedAt")
		}
		if v := e.makes(directory.NewUser{UserName: "bob", JoinedAt: roster.Null[time.Time]()}); !v.JoinedAt.Equal(u.JoinedAt) {
			t.Errorf("null is %s", v.JoinedAt)
		}
		e.record(by, directory.NewEvent{Title: "something"})
		for in, want := range map[string]directory.EventList{
			"none": {To: roster.Some(time.Time{})}, "all": {From: roster.Some(time.Time{})}, "nothing yet": {From: roster.Some(e.now().Add(time.Hour))},
		} {
			if found := all(e.ListEvents(ctx, by, want))(t); (len(found) == 1) != (in == "all") {
				t.Errorf("%s: %d events", in, len(found))
			}
		}
	})
}

func TestANumberWithAnExtensionIsNoAddressForSMS(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		ctx, by := t.Context(), e.admin
		for _, number := range []string{"+1 608 271 9000 x11", "+1 608 271 9000 ext. 11", "+1 608 271 9000 #11", "+1 608 271 9000;ext=11", "+1 608 271 9000 /x11", "tel:+1-608-271-9000;ext=11", "+1 608 271 9000,,11"} {
			u := e.makes(directory.NewUser{UserName: number[:1] + strings.ReplaceAll(number, ":", ""), ContactNumber: number})
			if u.ContactNumber != number || len(u.ContactMethods) != 0 {
				t.Errorf("%q is kept as %q, with %+v", number, u.ContactNumber, u.ContactMethods)
			}
			err := second(e.AddContactMethod(ctx, by, directory.NewContactMethod{User: byID(u), Service: roster.ServiceSMS, Address: number}))
			if wants(t, err, roster.Invalid, "address"); !strings.Contains(err.Error(), "extension") {
				t.Errorf("%q: %v", number, err)
			}
			changed := must(e.UpdateUser(ctx, by, directory.UserChange{User: byID(u), ContactNumber: roster.Some("+1 608 271 9000")}))(t)
			if len(changed.ContactMethods) != 1 {
				t.Errorf("without the extension: %+v", changed.ContactMethods)
			}
			link := must(e.IssueLink(ctx, by, directory.NewLink{User: byID(u), Purpose: roster.LinkSetUp}))(t)
			err = second(e.UseLink(ctx, roster.Actor{}, directory.UsedLink{Secret: link.Secret, Password: "correct horse battery staple", Phone: number}))
			if wants(t, err, roster.Invalid, "phoneNumbers"); !strings.Contains(err.Error(), "extension") {
				t.Errorf("%q: %v", number, err)
			}
		}
	})
}

// TestNamesThatAnOlderReleaseStoredGetTheirKeys starts with the keys of an older release: NFC after
// case folding.
func TestNamesThatAnOlderReleaseStoredGetTheirKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		ctx, by := t.Context(), e.admin
		nouns := lookalikes(t, e)
		const name = "Ops\u00a0ﬁx"
		old := map[string]string{}
		for noun, n := range nouns {
			if err := n.make(name); err != nil {
				t.Fatalf("%s: %v", noun, err)
			}
			old[noun] = must(n.find(name))(t)
		}
		u := e.makes(directory.NewUser{UserName: "idna", Email: "x@xn--dmin-moa0i.example"})
		twin := e.makes(directory.NewUser{UserName: "twin"})
		last := e.makes(directory.NewUser{UserName: "a", DisplayName: "Zoë"})
		e.makes(directory.NewUser{UserName: "tw\u00a0in"})
		setKeys(t, e, func(kind directory.NameKind, r directory.NamedRecord) string {
			switch {
			case r.Name == name:
				return "ops\u00a0fix"
			case kind == directory.UserEmails && r.ID == string(u.ID):
				return r.Name
			case kind == directory.UserDisplayNames && r.ID == string(last.ID):
				return "0"
			}
			return ""
		})
		rename(t, e, twin.ID, "tw in\u200b")
		if _, err := e.GetUser(ctx, by, directory.UserSelector{UserName: name}); err == nil {
			t.Error("the old key is found: the test shows nothing")
		}
		var logged bytes.Buffer
		log := slog.New(slog.NewTextHandler(&logged, nil))
		for range 2 { // it may be repeated
			if err := directory.RekeyNames(ctx, e.store, log); err != nil {
				t.Fatal(err)
			}
		}
		for noun, n := range nouns {
			if id, err := n.find("OPS fix"); err != nil || id != old[noun] {
				t.Errorf("%s: %q, %v", noun, id, err)
			}
		}
		if found, err := e.GetUser(ctx, by, directory.UserSelector{Email: "x@dömäin.example"}); err != nil || found.ID != u.ID {
			t.Errorf("by the other form of the address: %v", err)
		}
		if found, err := e.GetUser(ctx, by, byID(twin)); err != nil || found.UserName != "tw in\u200b" || !strings.Contains(logged.String(), string(twin.ID)) {
			t.Errorf("the one that looks like another: %v, %s", err, &logged)
		}
		byName := must(e.FindUsers(ctx, by, directory.UserSearch{Order: directory.OrderDisplayName, Descending: true}))(t)
		if byName.Users[0].ID != last.ID {
			t.Errorf("the last by displayName is %q", byName.Users[0].DisplayName)
		}
		if n := strings.Count(logged.String(), "level=WARN"); n != 2 {
			t.Errorf("%d warnings in two runs: %s", n, &logged)
		}
	})
}

// setKeys sets the keys of records to the result of key; "" leaves a record as it is.
func setKeys(t *testing.T, e *env, key func(directory.NameKind, directory.NamedRecord) string) {
	t.Helper()
	err := e.store.Update(t.Context(), func(tx directory.Tx) error {
		for kind := range directory.NameKinds {
			records, err := tx.NamesEverywhere(kind, directory.NamedRecord{}, directory.MaxPage)
			if err != nil {
				return err
			}
			for _, r := range records {
				if k := key(kind, r); k != "" {
					if held, err := tx.SetNameKey(kind, r, k); err != nil || !held {
						t.Errorf("the key of %+v: %v, %v", r, held, err)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
