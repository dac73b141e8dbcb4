package directory_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"roster"
	"roster/internal/directory"
)

// upserts is an upsert that says the same of a user whether it is there or not.
func upserts(match directory.UserAttribute, in directory.NewUser) directory.UserUpsert {
	c := directory.UserChange{}
	set := func(to *roster.Set[string], value string) {
		if value != "" {
			*to = roster.Some(value)
		}
	}
	set(&c.UserName, in.UserName)
	set(&c.DisplayName, in.DisplayName)
	set(&c.Email, in.Email)
	set(&c.ExternalID, in.ExternalID)
	set(&c.Password, in.Password)
	if in.Groups != nil {
		c.Groups = roster.Some(in.Groups)
	}
	return directory.UserUpsert{Match: match, Change: c, New: in}
}

func TestAnUpsertCreatesAndThenChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for _, match := range []directory.UserAttribute{directory.ByUserName, directory.ByExternalID, directory.ByEmail} {
			name := "by " + string(match)
			in := directory.NewUser{UserName: name, DisplayName: "First", Email: string(match) + "@example.com", ExternalID: "x-" + string(match), Password: "a password"}
			first := must(e.UpsertUser(t.Context(), e.admin, upserts(match, in)))(t)
			if !first.Created || first.DisplayName != "First" || !first.HasPassword {
				t.Errorf("%s: first %+v", match, first)
			}
			in.DisplayName = "Second"
			switch match {
			case directory.ByUserName:
				in.UserName, in.Email, in.ExternalID = strings.ToUpper(name), "other."+in.Email, "other"
			case directory.ByExternalID:
				in.UserName, in.Email = "renamed", "renamed@example.com"
			case directory.ByEmail:
				in.Email, in.ExternalID = strings.ToUpper(in.Email), "another"
			}
			second := must(e.UpsertUser(t.Context(), e.admin, upserts(match, in)))(t)
			if second.Created || second.ID != first.ID || second.DisplayName != "Second" || second.UserName != in.UserName ||
				second.Email != in.Email || second.ExternalID != in.ExternalID || second.Version != 2 {
				t.Errorf("%s: second %+v", match, second)
			}
		}
	})
}

func TestAnUpsertSaysWhatIsWrongWithIt(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		for _, name := range []string{"one", "two"} {
			e.makes(directory.NewUser{UserName: name, Email: "shared@example.com", ExternalID: "shared", Groups: refs("A")})
		}
		hidden := e.makes(directory.NewUser{UserName: "hidden", ExternalID: "hidden"})
		wrong := upserts(directory.ByUserName, directory.NewUser{UserName: "one", Email: "no address"})
		wrong.Change.Roles = roster.Some(refs("No Role"))
		above := upserts(directory.ByUserName, directory.NewUser{UserName: directory.AdminUser, Email: "mine@example.com"})
		for _, c := range []struct {
			name  string
			by    roster.Actor
			in    directory.UserUpsert
			kind  roster.Kind
			field string
		}{
			{"no attribute", e.admin, upserts("", directory.NewUser{UserName: "x"}), roster.Invalid, "match"},
			{"an attribute that is not there", e.admin, upserts(directory.ByExternalID, directory.NewUser{UserName: "x"}), roster.Invalid, "externalId"},
			{"an email that is blank", e.admin, upserts(directory.ByEmail, directory.NewUser{UserName: "x", Email: " "}), roster.Invalid, "emails"},
			{"a name that no engine takes", e.admin, upserts(directory.ByUserName, directory.NewUser{UserName: "a\x00"}), roster.Invalid, "userName"},
			{"several users of an id", e.admin, upserts(directory.ByExternalID, directory.NewUser{UserName: "x", ExternalID: "shared"}), roster.Conflict, "externalId"},
			{"several users of an address", e.admin, upserts(directory.ByEmail, directory.NewUser{UserName: "x", Email: "SHARED@example.com"}), roster.Conflict, "emails"},
			{"a name that is taken", e.admin, upserts(directory.ByExternalID, directory.NewUser{UserName: "one", ExternalID: "new"}), roster.Conflict, "userName"},
			{"faults of a change", e.admin, wrong, roster.Invalid, "roles[0]"},
			{"no name for a new user", e.admin, upserts(directory.ByExternalID, directory.NewUser{ExternalID: "new"}), roster.Invalid, "userName"},
			{"somebody above", e.actor(roster.ShippedRoles()[2].Permissions), above, roster.Forbidden, ""},
			{"a user that is not seen", e.limited(a), upserts(directory.ByUserName, directory.NewUser{UserName: "hidden", Groups: refs("A")}), roster.Conflict, "userName"},
			{"an actor that may only read", e.actor(roster.ReadDirectory), upserts(directory.ByUserName, directory.NewUser{UserName: "x"}), roster.Forbidden, ""},
		} {
			_, err := e.UpsertUser(t.Context(), c.by, c.in)
			if err == nil || roster.KindOf(err) != c.kind {
				t.Errorf("%s: %v, want %v", c.name, err, c.kind)
				continue
			}
			if c.field != "" {
				wants(t, err, c.kind, c.field)
			}
			if h := roster.All(err)[0].Holder; c.by.Limited && h != (roster.Holder{}) {
				t.Errorf("%s: it learns who has it: %+v", c.name, h)
			}
		}
		// What is not seen is not there: the id is free for whoever is limited to a group.
		made := must(e.UpsertUser(t.Context(), e.limited(a), upserts(directory.ByExternalID, directory.NewUser{UserName: "mine", ExternalID: "hidden", Groups: refs("A")})))(t)
		if !made.Created || made.ID == hidden.ID {
			t.Errorf("got %+v", made)
		}
	})
}

func TestFiftyParallelUpsertsOfOneAttributeMakeOneUser(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		for _, match := range []directory.UserAttribute{directory.ByUserName, directory.ByExternalID, directory.ByEmail} {
			const many = 50
			var wg sync.WaitGroup
			results := make([]directory.UpsertedUser, many)
			for i := range many {
				in := directory.NewUser{UserName: fmt.Sprint(match, i), Email: fmt.Sprintf("%s%d@example.com", match, i), ExternalID: fmt.Sprint(match, i)}
				switch match {
				case directory.ByUserName:
					in.UserName = "the one " + string(match)
				case directory.ByExternalID:
					in.ExternalID = "the one"
				case directory.ByEmail:
					in.Email = "the.one@example.com"
				}
				wg.Go(func() {
					var err error
					if results[i], err = e.UpsertUser(t.Context(), e.admin, upserts(match, in)); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			created := 0
			for _, r := range results {
				if r.Created {
					created++
				}
				if r.ID != results[0].ID {
					t.Fatalf("%s: users %s and %s", match, r.ID, results[0].ID)
				}
			}
			u := must(e.GetUser(t.Context(), e.admin, byID(results[0].User)))(t)
			if created != 1 || u.Version != many {
				t.Errorf("%s: %d were created, and version %d is there after %d upserts", match, created, u.Version, many)
			}
		}
	})
}

func TestUpsertsOfAUserThatIsDeletedAgainAndAgainAllComeTrue(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for range 5 {
					out, err := e.UpsertUser(t.Context(), e.admin, upserts(directory.ByExternalID, directory.NewUser{UserName: fmt.Sprint("user ", i), ExternalID: "x"}))
					if err != nil {
						if roster.KindOf(err) != roster.Unavailable {
							t.Error(err)
						}
						continue
					}
					_, err = e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: byID(out.User)})
					if err != nil && roster.KindOf(err) != roster.NotFound {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := len(all(e.ListUsers(t.Context(), e.admin, directory.UserList{}))(t)); n != 1 {
			t.Errorf("%d users are left, want the administrator", n)
		}
	})
}
