package directory_test

import (
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

func TestATitleIsKeptByEveryVerbThatWritesAUser(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		ctx := t.Context()
		title := func(when, name, want string) {
			t.Helper()
			if got := e.user(name).Title; got != want {
				t.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		ada := must(e.CreateUser(ctx, e.admin, directory.NewUser{UserName: "ada", Title: " Vice President "}))(t)
		title("created", "ada", "Vice President")
		changed := must(e.UpdateUser(ctx, e.admin, directory.UserChange{User: byID(ada.User), Title: roster.Some("Analyst")}))(t)
		title("changed", "ada", "Analyst")
		if changed.Version != 2 || changed.ManagedBy.Profile != e.admin.Face {
			t.Errorf("changed: version %d, by %s", changed.Version, changed.ManagedBy.Profile)
		}
		if again := must(e.UpdateUser(ctx, e.admin, directory.UserChange{User: byID(ada.User), Title: roster.Some("Analyst ")}))(t); again.Version != 2 {
			t.Errorf("the same title makes version %d", again.Version)
		}
		must(e.UpdateUser(ctx, e.admin, directory.UserChange{User: byID(ada.User), Title: roster.Null[string]()}))(t)
		title("null", "ada", "")
		made := must(e.CreateUsers(ctx, e.admin, directory.NewUsers{Users: []directory.NewUser{{UserName: "b0", Title: "First"}, {UserName: "b1"}}}))(t)
		for _, r := range made.Results {
			if r.Err != nil {
				t.Error(r.Err)
			}
		}
		title("in a batch", "b0", "First")
		title("in a batch without one", "b1", "")
		for _, want := range []string{"Chief", "Head"} {
			must(e.UpsertUser(ctx, e.admin, directory.UserUpsert{
				Match: directory.ByUserName, New: directory.NewUser{Title: want},
				Change: directory.UserChange{UserName: roster.Some("up"), Title: roster.Some(want)},
			}))(t)
			title("upserted", "up", want)
		}
		_, err := e.CreateUser(ctx, e.admin, directory.NewUser{UserName: "long", Title: strings.Repeat("x", directory.MaxName+1)})
		wants(t, err, roster.Invalid, "title")
		entries := all(e.ListAudit(ctx, e.admin, directory.AuditList{Target: string(ada.ID)}))(t)
		if len(entries) != 3 || !strings.Contains(string(entries[0].Details), `"title":"Vice President"`) || strings.Contains(string(entries[2].Details), `"title":""`) {
			t.Errorf("audit %+v", entries)
		}
	})
}
