package directory_test

import (
	"reflect"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

// evenings returns a change that users may make of themselves.
func evenings(sel directory.UserSelector) directory.UserChange {
	return directory.UserChange{
		User: sel, TimeZone: roster.Some("Asia/Tokyo"),
		Preferences: roster.Some([]roster.Preference{{Type: roster.TypeWarnings, Services: []roster.Service{roster.ServiceSMS}}}),
	}
}

// tokenOf returns a token of the user that the actor is.
func tokenOf(by roster.Actor) roster.Actor {
	by.Kind, by.TokenID, by.Name = roster.ActorToken, "t", "phone"
	return by
}

func TestAPersonSetsItsOwnPreferencesAndTimeZone(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.customers()
		me := e.makes(directory.NewUser{UserName: "me", Email: "me@example.com", Groups: refs("A"), TimeZone: "Europe/London"})
		elsewhere := e.makes(directory.NewUser{UserName: "elsewhere", Email: "e@example.com", Groups: refs("B"), RoleGrants: []directory.RoleGrant{grant("Manager", "A")}})
		operator := e.makes(directory.NewUser{UserName: "operator", Email: "o@example.com", Roles: []roster.Ref{{Name: "Operator"}}})
		for name, c := range map[string]struct {
			of  roster.User
			by  roster.Actor
			sel directory.UserSelector
		}{
			"by the id":                             {me, e.as(me), byID(me)},
			"by the number":                         {me, e.as(me), directory.UserSelector{Number: me.Number}},
			"by the name":                           {me, e.as(me), directory.UserSelector{UserName: "ME"}},
			"by the address":                        {me, e.as(me), directory.UserSelector{Email: "Me@example.com"}},
			"by a token":                            {me, tokenOf(e.as(me)), byID(me)},
			"who only reads the directory":          {operator, e.as(operator), byID(operator)},
			"who manages a group that it is not in": {elsewhere, e.as(elsewhere), byID(elsewhere)},
		} {
			before := e.user(c.of.UserName)
			in := evenings(c.sel)
			in.IfVersion = before.Version
			after := must(e.UpdateUser(t.Context(), c.by, in))(t)
			if after.TimeZone != "Asia/Tokyo" || len(after.Preferences) != 2 || after.Preferences[1].Type != roster.TypeWarnings ||
				after.Version != before.Version+1 || after.ManagedBy.Reach != roster.FaceAPI || after.DisplayName != before.DisplayName {
				t.Errorf("%s: it became %+v", name, after)
			}
			entry := all(e.ListAudit(t.Context(), e.admin, directory.AuditList{Target: string(c.of.ID), Newest: true, Limit: 1}))(t)[0]
			if entry.Action != "user.update" || entry.Actor != c.by.Principal() || entry.ActorName != c.by.Name || entry.Face != roster.FaceAPI {
				t.Errorf("%s: the audit says %+v", name, entry)
			}
			_, err := e.UpdateUser(t.Context(), c.by, in)
			wants(t, err, roster.Stale, "")
			must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(c.of), Preferences: roster.Some([]roster.Preference{{Type: roster.TypeWarnings}})}))(t)
		}
	})
}

func TestNothingElseOfAPersonIsItsOwnToChange(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.customers()
		must(e.CreateGroup(t.Context(), e.admin, directory.NewGroup{Kind: roster.KindTeam, Name: "T"}))(t)
		must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: "D"}))(t)
		me := e.makes(directory.NewUser{ // has something in every part
			UserName: "me", Title: "Engineer", Email: "me@example.com", Password: "the first password", ExternalID: "x", AccessLevel: roster.LevelReadonly, LevelGroups: refs("A"),
			Roles: refs("Operator"), RoleGrants: []directory.RoleGrant{grant("Customer", "A")}, Groups: refs("A"), Teams: refs("T"), PrimaryGroup: roster.Ref{Name: "A"},
			Department: roster.Ref{Name: "D"}, ContactNumber: "+44 20 7946 0958", SessionExpiry: roster.Some(30),
			Competencies: []roster.Competency{{Name: "Linux"}}, Properties: []byte(`{"a":1}`),
		})
		by, before := e.as(me), e.user("me")
		jobs, entries := e.counts()
		refused := func(name string, in directory.UserChange, fields ...string) {
			t.Helper()
			in.User = byID(me)
			_, err := e.UpdateUser(t.Context(), by, in)
			var got []string
			for _, fault := range roster.All(err) {
				if fault.Kind != roster.Forbidden || fault.Detail == "" {
					t.Errorf("%s: %v", name, fault)
				}
				got = append(got, fault.Field)
			}
			if !reflect.DeepEqual(got, fields) {
				t.Errorf("%s: refused for %v, want %v", name, got, fields)
			}
		}
		fields := map[string]string{"Email": "emails", "LevelGroups": "accessLevelGroups", "ContactNumber": "phoneNumbers", "UserName": "userName", "ExternalID": "externalId"}
		kind := reflect.TypeFor[directory.UserChange]()
		for i := range kind.NumField() {
			f := kind.Field(i)
			if f.Name == "Preferences" || f.Name == "TimeZone" || !strings.HasPrefix(f.Type.Name(), "Set[") {
				continue
			}
			field := fields[f.Name]
			if field == "" {
				field = string(f.Name[0]+'a'-'A') + f.Name[1:]
			}
			for _, how := range []string{"Present", "Null"} {
				in := evenings(byID(me))
				set := reflect.ValueOf(&in).Elem().Field(i)
				set.FieldByName("Present").SetBool(true)
				set.FieldByName("Null").SetBool(how == "Null")
				refused(f.Name+" "+how, in, field)
			}
		}
		mixed := evenings(byID(me))
		mixed.DisplayName, mixed.Active, mixed.SendWelcomeEmail = roster.Some("I"), roster.Some(false), true
		refused("several", mixed, "displayName", "active", "sendWelcomeEmail")
		wrong := mixed
		wrong.TimeZone, wrong.Password = roster.Some("\x00"), roster.Some("x")
		refused("whatever else is wrong with it", wrong, "displayName", "password", "active", "sendWelcomeEmail")
		own := evenings(byID(me))
		own.TimeZone = roster.Some("\x00")
		_, err := e.UpdateUser(t.Context(), by, own)
		wants(t, err, roster.Invalid, "timezone")
		if after := e.user("me"); !reflect.DeepEqual(after, before) {
			t.Errorf("it became %+v, from %+v", after, before)
		}
		if j, n := e.counts(); j != jobs || n != entries {
			t.Errorf("%d jobs and %d entries came", j-jobs, n-entries)
		}
	})
}

func TestWhoManagesNobodyChangesNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		me := e.makes(directory.NewUser{UserName: "me", Email: "me@example.com", Groups: refs("A")})
		other := e.makes(directory.NewUser{UserName: "other", Email: "other@example.com", Groups: refs("B")})
		for _, name := range []string{"one", "two"} {
			e.makes(directory.NewUser{UserName: name, Email: "shared@example.com"})
		}
		reader, limited := tokenOf(e.as(me)), tokenOf(e.as(me))
		reader.ReadOnly, limited.Limited = true, true
		const rights, reads = "this needs one of the permissions: manage_users", "this credential may only read"
		for _, c := range []struct {
			name string
			by   roster.Actor
			sel  directory.UserSelector
			want string // the detail; "" for nothing there
		}{
			{"another", e.as(me), byID(other), rights},
			{"another, by name", e.as(me), directory.UserSelector{UserName: "other"}, rights},
			{"another, by address", e.as(me), directory.UserSelector{Email: "other@example.com"}, rights},
			{"several, by address", e.as(me), directory.UserSelector{Email: "shared@example.com"}, rights},
			{"nobody", e.as(me), directory.UserSelector{ID: "x"}, rights},
			{"what no user can have", e.as(me), directory.UserSelector{ID: "\x00"}, rights},
			{"itself, by a token that may only read", reader, byID(me), reads},
			{"itself, by a token that is limited to groups", limited, byID(me), rights},
			{"somebody outside of the actor's group", e.limited(a), byID(other), ""},
		} {
			_, err := e.UpdateUser(t.Context(), c.by, evenings(c.sel))
			if c.want == "" {
				wants(t, err, roster.NotFound, "id")
				continue
			}
			wants(t, err, roster.Forbidden, "")
			if got := roster.All(err)[0]; got.Field != "" || got.Detail != c.want {
				t.Errorf("%s: %v, want %q", c.name, got, c.want)
			}
		}
		for _, u := range []roster.User{me, other} {
			if got := e.user(u.UserName); got.Version != u.Version || got.TimeZone != u.TimeZone {
				t.Errorf("%s became %+v", u.UserName, got)
			}
		}
		must(e.UpdateUser(t.Context(), e.limited(a), evenings(byID(me))))(t)
	})
}

func TestAnUpsertDoesNotTurnToWhoMakesIt(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.customers()
		me := e.makes(directory.NewUser{UserName: "me", Email: "me@example.com", Groups: refs("B"), RoleGrants: []directory.RoleGrant{grant("Manager", "A")}})
		_, err := e.UpsertUser(t.Context(), e.as(me), upserts(directory.ByUserName, directory.NewUser{UserName: "me", Groups: refs("A")}))
		wants(t, err, roster.Conflict, "userName")
	})
}
