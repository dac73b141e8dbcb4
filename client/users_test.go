package client_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"roster/client"
)

func users(t *testing.T, w *world, c *client.Client) {
	ctx := t.Context()
	network, err := c.Groups.Create(ctx, client.NewGroup{DisplayName: "Users' network"})
	check(t, err)
	_, err = c.Departments.Create(ctx, client.NewDepartment{DisplayName: "Users' support"})
	check(t, err)
	joined := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	created, err := c.Users.Create(ctx, client.NewUser{
		UserName: "ada", DisplayName: "Ada Lovelace", Title: "Analyst", Email: "ada@people.example", ExternalID: "hr-1", Password: "four calm otters by the lock",
		AccessLevel: client.LevelEditor, Roles: []string{"Operator"}, RoleGrants: []client.RoleGrant{{Role: "Customer", Groups: []string{network.ID}}},
		Groups: []string{"users' network"}, Teams: []string{"Cloud DevOps"}, PrimaryGroup: network.ID, Department: "Users' support", JoinedAt: joined,
		Timezone: "Europe/London", PhoneNumber: "+44 20 7946 0958", SessionExpiryMinutes: 60, Competencies: []client.Competency{{Name: "SQL", Ranking: 80}},
		Properties: map[string]any{"badge": 12345678901234567}, Preferences: &client.Preferences{Failures: []client.Service{client.ServiceEmail, client.ServiceSMS}, Digest: []client.Service{}},
		SendWelcomeEmail: true,
	})
	check(t, err)
	got, err := c.Users.Get(ctx, created.ID)
	check(t, err)
	same(t, "the user as created and as read", got, created)
	if got.Number == 0 || got.Version != 1 || got.CreatedAt.IsZero() || !got.JoinedAt.Equal(joined) || got.Title != "Analyst" || got.Department.DisplayName != "Users' support" || got.PrimaryGroup.ID != network.ID {
		t.Errorf("the user is %+v", got)
	}
	same(t, "properties", got.Properties, map[string]any{"badge": json.Number("12345678901234567")})
	same(t, "preferences", got.Preferences, client.Preferences{
		Failures: []client.Service{client.ServiceEmail, client.ServiceSMS}, Warnings: []client.Service{}, Unmatched: []client.Service{}, Digest: []client.Service{}, Delays: client.Delays{},
	})
	roles := map[string][]string{}
	for _, r := range got.Roles {
		roles[r.DisplayName] = r.Groups
	}
	same(t, "roles", roles, map[string][]string{"Operator": {}, "Customer": {network.ID}})
	if len(got.ContactMethods) != 2 || !got.HasPassword || got.ManagedBy.Profile != "api" {
		t.Errorf("the user is %+v", got)
	}
	changeUser(t, c, got)

	_, err = w.as(t, client.WithBasic("ada", "four calm otters by the lock")).Users.Get(ctx, client.Me)
	is(t, err, client.ErrUnauthenticated) // her password was changed meanwhile
	me, err := w.as(t, client.WithBasic("ada", "five calm otters by the lock")).Users.Get(ctx, client.Me)
	check(t, err)
	same(t, "herself", me.ID, created.ID)

	check(t, c.Users.Delete(ctx, created.ID))
	_, err = c.Users.Get(ctx, created.ID)
	is(t, err, client.ErrNotFound)
	is(t, c.Users.Delete(ctx, created.ID), client.ErrNotFound)
	deleted := collect(t, c.Users.Deleted(ctx, client.PageOptions{}))
	page, err := c.Users.DeletedPage(ctx, client.CountOptions{})
	check(t, err)
	if len(deleted) != 1 || len(page.Items) != 1 || deleted[0].ID != created.ID || deleted[0].RestorableUntil.Sub(deleted[0].DeletedAt) != 30*24*time.Hour {
		t.Errorf("deleted are %+v", deleted)
	}
	back, err := c.Users.Undelete(ctx, created.UserName)
	check(t, err)
	if back.User.ID != created.ID || back.User.UserName != created.UserName || len(back.Missing) != 0 {
		t.Errorf("back is %+v", back)
	}
	_, err = c.Users.Undelete(ctx, created.ID)
	is(t, err, client.ErrNotFound)
	check(t, c.Users.Delete(ctx, created.ID))
}

// changeUser changes a user in the ways that there are.
func changeUser(t *testing.T, c *client.Client, u client.User) {
	t.Helper()
	ctx := t.Context()
	changed, err := c.Users.Update(ctx, u.ID, client.UserChange{
		DisplayName: client.Set("Countess"), Title: client.Null[string](), Department: client.Null[string](), PhoneNumber: client.Null[string](), Properties: client.Null[map[string]any](),
		SessionExpiryMinutes: client.Null[int](), Roles: client.Set([]string{"Customer", "Operator"}), Preferences: client.Set(client.Preferences{Digest: []client.Service{client.ServiceEmail}}),
	}, client.IfVersion(u.Version))
	check(t, err)
	if changed.DisplayName != "Countess" || changed.Department != nil || changed.PhoneNumber != "" || changed.Title != "" || changed.SessionExpiryMinutes != 0 || changed.Properties != nil ||
		len(changed.Preferences.Failures) != 2 || len(changed.Preferences.Digest) != 1 || changed.Version != u.Version+1 || changed.Email != u.Email {
		t.Errorf("the changed user is %+v", changed)
	}
	_, err = c.Users.Update(ctx, u.ID, client.UserChange{DisplayName: client.Set("Ada")}, client.IfVersion(u.Version))
	is(t, err, client.ErrStale)
	is(t, c.Users.Delete(ctx, u.ID, client.IfVersion(u.Version)), client.ErrStale)
	narrow, err := c.Users.Get(ctx, u.ID, client.WithFields("userName", "email"))
	check(t, err)
	same(t, "a user with few fields", narrow, client.User{ID: u.ID, UserName: "ada", Email: "ada@people.example"})
	var tag string
	_, err = c.Users.Get(ctx, u.ID, client.IfChanged(&tag))
	check(t, err)
	_, err = c.Users.Get(ctx, u.ID, client.IfChanged(&tag))
	is(t, err, client.ErrNotModified)
	again, err := c.Users.Update(ctx, u.ID, client.UserChange{DisplayName: client.Set("The Countess")})
	check(t, err)
	got, err := c.Users.Get(ctx, u.ID, client.IfChanged(&tag))
	check(t, err)
	same(t, "the user as changed and as read", got, again)

	check(t, c.Users.SetPassword(ctx, u.ID, "five calm otters by the lock"))
	link, err := c.Users.SetUpLink(ctx, u.ID)
	check(t, err)
	if !strings.Contains(link.URL, "/set-password/") || link.ExpiresAt.IsZero() {
		t.Errorf("the link is %+v", link)
	}
	_, err = c.Users.Update(ctx, u.ID, client.UserChange{Email: client.Set("nowhere"), Roles: client.Set([]string{"Operatr"}), Timezone: client.Set(strings.Repeat("x", 300))})
	is(t, err, client.ErrInvalid, "#/email", "#/roles/0", "Operatr", "#/timezone")
	_, err = c.Users.Create(ctx, client.NewUser{UserName: "ADA"})
	is(t, err, client.ErrConflict, "#/userName")
	if e := refusal(t, err); e.Existing == nil || e.Existing.ID != u.ID || e.Existing.Number != u.Number || e.RequestID == "" {
		t.Errorf("the conflict is %+v", e)
	}
	_, err = c.Users.Create(ctx, client.NewUser{})
	is(t, err, client.ErrInvalid, "#/userName")
}

func manyUsers(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	group, err := c.Groups.Create(ctx, client.NewGroup{DisplayName: "Many"})
	check(t, err)
	for i := range 25 {
		_, err := c.Users.Create(ctx, client.NewUser{
			UserName: fmt.Sprintf("many.%02d", i), DisplayName: fmt.Sprintf("Zebedee Number%02d", i), Email: fmt.Sprintf("many.%02d@people.example", 24-i),
			Active: client.Set(i%5 != 0), Groups: []string{group.ID},
		})
		check(t, err)
	}
	name := func(u client.User) string { return strings.TrimPrefix(u.UserName, "many.") }
	mine := fmt.Sprintf("groups eq %q", group.ID)
	for _, o := range []struct {
		client.UserListOptions
		want string
	}{
		{client.UserListOptions{Filter: mine + ` and active eq false`}, "00 05 10 15 20"},
		{client.UserListOptions{Filter: mine + ` and active eq false`, PageOptions: client.PageOptions{PageSize: 2}}, "00 05 10 15 20"},
		{client.UserListOptions{Filter: `userName sw "many.0" and active eq true`, Sort: "-userName", PageOptions: client.PageOptions{PageSize: 3}}, "09 08 07 06 04 03 02 01"},
		{client.UserListOptions{Filter: mine + ` and userName sw "many.0"`, Sort: "email", PageOptions: client.PageOptions{PageSize: 4}}, "09 08 07 06 05 04 03 02 01 00"},
		{client.UserListOptions{Filter: `userName eq "MANY.07"`}, "07"},
		{client.UserListOptions{Filter: `email eq "many.00@people.example"`}, "24"},
		{client.UserListOptions{Search: "zebedee number07"}, "07"},
		{client.UserListOptions{Search: "zebed numb", Filter: `active eq false`, PageOptions: client.PageOptions{PageSize: 10}}, "00 05 10 15 20"},
		{client.UserListOptions{Search: "nobody.is.called.so"}, ""},
	} {
		got := strings.Join(names(collect(t, c.Users.List(ctx, o.UserListOptions)), name), " ")
		if got != o.want {
			t.Errorf("%+v: %s instead of %s", o.UserListOptions, got, o.want)
		}
	}
	p, err := c.Users.Page(ctx, client.UserListOptions{Filter: mine, PageOptions: client.PageOptions{PageSize: 1, Fields: []string{"userName"}}})
	check(t, err)
	if len(p.Items) > 1 || p.Next == "" {
		t.Fatalf("the first page is %+v", p)
	}
	_, err = c.Groups.Page(ctx, client.NamedListOptions{PageOptions: client.PageOptions{Cursor: p.Next}})
	is(t, err, client.ErrBadRequest, "cursor")
	_, err = c.Users.Page(ctx, client.UserListOptions{Filter: `active eq true`, PageOptions: client.PageOptions{Cursor: p.Next, PageSize: 1}})
	is(t, err, client.ErrBadRequest, "cursor")
	_, err = c.Users.Page(ctx, client.UserListOptions{Sort: "shoeSize", PageOptions: client.PageOptions{PageSize: 5000}})
	is(t, err, client.ErrBadRequest, "limit", "sort")
	_, err = c.Users.Page(ctx, client.UserListOptions{Filter: `userName zz 1`})
	is(t, err, client.ErrBadRequest, "filter")
}

func upserts(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	first, err := c.Users.Upsert(ctx, client.ByExternalID, client.NewUser{ExternalID: "hr-up-1", UserName: "upsert.1", DisplayName: "One"})
	check(t, err)
	second, err := c.Users.Upsert(ctx, client.ByExternalID, client.NewUser{ExternalID: "hr-up-1", UserName: "upsert.one"})
	check(t, err)
	if !first.Created || second.Created || second.ID != first.ID || second.UserName != "upsert.one" || second.DisplayName != "One" {
		t.Errorf("first %+v, then %+v", first, second)
	}
	third, err := c.Users.Upsert(ctx, client.ByUserName, client.NewUser{UserName: "UPSERT.one", Email: "up@people.example"}, client.IfVersion(second.Version))
	check(t, err)
	same(t, "who was changed", third.ID, first.ID)
	_, err = c.Groups.Create(ctx, client.NewGroup{DisplayName: "Upserts", Members: []string{first.ID}})
	check(t, err)
	var fourth client.UpsertedUser
	for _, roles := range [][]string{{"Operator"}, nil, {}} {
		fourth, err = c.Users.Upsert(ctx, client.ByUserName, client.NewUser{UserName: "upsert.one", Roles: roles})
		check(t, err)
		if roles == nil && len(fourth.Roles) != 1 {
			t.Errorf("without roles in the request the roles are %+v", fourth.Roles)
		}
	}
	if len(fourth.Roles) != 0 || len(fourth.Groups) != 1 {
		t.Errorf("with empty roles, and no groups, in the request the user is %+v", fourth.User)
	}
	_, err = c.Users.Upsert(ctx, client.ByEmail, client.NewUser{UserName: "upsert.2"})
	is(t, err, client.ErrInvalid, "#/email")
}

func batches(t *testing.T, _ *world, c *client.Client) {
	ctx := t.Context()
	newUser(t, c, "batch.taken")
	list := []client.NewUser{
		{UserName: "batch.1"}, {UserName: "batch.taken"}, {UserName: "batch.2", Roles: []string{"Operatr"}}, {UserName: "BATCH.1"}, {UserName: "batch.3", Password: "four calm otters"},
	}
	b, err := c.Users.CreateBatch(ctx, list, client.WithIdempotencyKey("batch-1"))
	check(t, err)
	statuses := names(b.Results, func(r client.BatchResult) string { return fmt.Sprint(r.Index, " ", r.Status) })
	if b.Created != 2 || b.Failed != 3 || !slices.Equal(statuses, []string{"0 201", "1 409", "2 422", "3 409", "4 201"}) {
		t.Fatalf("the batch is %+v", b)
	}
	is(t, b.Results[1].Err(), client.ErrConflict, "userName")
	is(t, b.Results[2].Err(), client.ErrInvalid, "Operatr")
	again, err := c.Users.CreateBatch(ctx, list, client.WithIdempotencyKey("batch-1"))
	check(t, err)
	if again.Created != 2 || again.Results[0].ID != b.Results[0].ID || again.Results[4].ID != b.Results[4].ID {
		t.Errorf("the same batch again is %+v", again)
	}
	_, err = c.Users.CreateBatch(ctx, list[:1], client.WithIdempotencyKey("batch-1"))
	is(t, err, client.ErrInvalid, "Idempotency-Key")
	_, err = c.Users.CreateBatch(ctx, make([]client.NewUser, 1001))
	is(t, err, client.ErrInvalid, "#/users")
	none, err := c.Users.CreateBatch(ctx, nil)
	check(t, err)
	same(t, "an empty batch", none, client.Batch{Results: []client.BatchResult{}})
}

func contactMethods(t *testing.T, w *world, c *client.Client) {
	ctx := t.Context()
	u, err := c.Users.Create(ctx, client.NewUser{UserName: "reach", Email: "reach@people.example", Password: "four calm otters by the lock"})
	check(t, err)
	m, err := c.Users.AddContactMethod(ctx, u.ID, client.NewContactMethod{Service: client.ServiceSMS, Address: "+44 20 7946 0958"}, client.WithIdempotencyKey("reach-1"))
	check(t, err)
	if m.Address != "+442079460958" || !m.ConfirmedAt.IsZero() || m.ID == "" {
		t.Errorf("the method is %+v", m)
	}
	again, err := c.Users.AddContactMethod(ctx, u.ID, client.NewContactMethod{Service: client.ServiceSMS, Address: "+44 20 7946 0958"}, client.WithIdempotencyKey("reach-1"))
	check(t, err)
	same(t, "the same again", again, m)
	_, err = c.Users.AddContactMethod(ctx, u.ID, client.NewContactMethod{Service: client.ServiceSMS, Address: "+442079460958"})
	is(t, err, client.ErrConflict, "#/address")
	_, err = c.Users.AddContactMethod(ctx, u.ID, client.NewContactMethod{Service: "pigeon", Address: "x"})
	is(t, err, client.ErrInvalid, "#/service")
	herself := w.as(t, client.WithBasic("reach", "four calm otters by the lock"))
	all, err := herself.Users.ContactMethods(ctx, client.Me)
	check(t, err)
	same(t, "services", names(all, func(m client.ContactMethod) string { return string(m.Service) }), []string{"email", "sms"})
	check(t, herself.Users.RemoveContactMethod(ctx, client.Me, m.ID))
	is(t, c.Users.RemoveContactMethod(ctx, u.ID, m.ID), client.ErrNotFound)

	changed, err := c.Users.UpdatePreferences(ctx, u.ID, client.Preferences{Warnings: []client.Service{client.ServiceEmail}})
	check(t, err)
	got, err := herself.Users.Preferences(ctx, client.Me)
	check(t, err)
	same(t, "preferences as changed and as read", got, changed)
	same(t, "preferences", got, client.Preferences{
		Failures: []client.Service{client.ServiceEmail}, Warnings: []client.Service{client.ServiceEmail}, Unmatched: []client.Service{}, Digest: []client.Service{}, Delays: client.Delays{},
	})
	changed, err = herself.Users.UpdatePreferences(ctx, client.Me, client.Preferences{Warnings: []client.Service{}})
	check(t, err)
	same(t, "preferences that she set", changed.Warnings, []client.Service{})
	user, err := herself.Users.Update(ctx, client.Me, client.UserChange{Timezone: client.Set("Asia/Tokyo")})
	check(t, err)
	same(t, "the time zone that she set", user.Timezone, "Asia/Tokyo")
	_, err = herself.Users.Update(ctx, client.Me, client.UserChange{Timezone: client.Set("UTC"), DisplayName: client.Set("Countess"), Active: client.Set(false)})
	is(t, err, client.ErrForbidden, "#/displayName", "#/active", "manage_users")
}

func sessions(t *testing.T, w *world, c *client.Client) {
	ctx := t.Context()
	u, err := c.Users.Create(ctx, client.NewUser{UserName: "sessions", Password: "four calm otters by the lock", AccessLevel: client.LevelUser})
	check(t, err)
	basic := w.as(t, client.WithBasic("sessions", "four calm otters by the lock"))
	var opened []client.OpenedSession
	for range 3 {
		s, err := basic.Sessions.Open(ctx)
		check(t, err)
		if s.Secret == "" || s.ID == "" || s.Face != "web" || s.ExpiresAt.IsZero() {
			t.Fatalf("the session is %+v", s.Session)
		}
		opened = append(opened, s)
	}
	first, second := w.as(t, client.WithSession(opened[0].Secret)), w.as(t, client.WithSession(opened[1].Secret))
	me, err := first.Users.Get(ctx, client.Me)
	check(t, err)
	same(t, "whose session it is", me.ID, u.ID)
	own, err := first.Sessions.List(ctx)
	check(t, err)
	all, err := c.Users.Sessions(ctx, u.ID)
	check(t, err)
	id := func(s client.Session) string { return s.ID }
	if len(own) != 3 || !slices.Equal(names(own, id), names(all, id)) {
		t.Errorf("its own sessions are %+v, those of the user %+v", own, all)
	}
	check(t, first.Sessions.End(ctx, client.CurrentSession))
	_, err = first.Users.Get(ctx, client.Me)
	is(t, err, client.ErrUnauthenticated)
	check(t, second.Sessions.End(ctx, opened[1].ID))
	_, err = second.Users.Get(ctx, client.Me)
	is(t, err, client.ErrUnauthenticated)
	check(t, c.Users.EndSession(ctx, u.ID, opened[2].ID))
	is(t, c.Users.EndSession(ctx, u.ID, opened[2].ID), client.ErrNotFound)
	last, err := basic.Sessions.Open(ctx)
	check(t, err)
	check(t, c.Users.EndSessions(ctx, u.ID))
	_, err = w.as(t, client.WithSession(last.Secret)).Users.Get(ctx, client.Me)
	is(t, err, client.ErrUnauthenticated)
}
