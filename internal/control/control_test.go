package control_test

import (
	"context"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"roster"
	"roster/internal/auth"
	"roster/internal/control"
	"roster/internal/directory"
	"roster/internal/store"
)

// opened is a directory on a real store with the control handler on it.
type opened struct {
	*control.Client
	handler http.Handler
	service *directory.Directory
	system  roster.Actor // of the organization
}

const now = 1_763_730_000 // seconds since 1970: the only time there is

func clock() time.Time { return time.Unix(now, 0).UTC() }

func open(t *testing.T) opened {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "roster.db"), store.Options{Now: clock, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	d := directory.New(directory.Options{
		Store: db, Passwords: auth.NewHasher(clock), Secrets: auth.Secrets{}, Now: clock, RetryKey: []byte("key"),
		Realms: offline{},
	})
	system := roster.Actor{Kind: roster.ActorSystem}
	made, err := d.SetUpOrganization(t.Context(), system, roster.DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	control.Register(mux, control.Options{
		Directory: d, Organization: made.Organization.ID,
		BaseURL: func() string { return "https://roster.example.com" },
		Server: func(context.Context) (control.Server, error) {
			return control.Server{Version: "1.2.3", Engine: db.Engine()}, nil
		},
	})
	system.OrganizationID = made.Organization.ID
	return opened{control.NewClient(control.Local(mux), "ada"), mux, d, system}
}

// do makes a call that must succeed.
func do[In, Out any](t *testing.T, o opened, c control.Call[In, Out], in In) Out {
	t.Helper()
	out, err := c.Do(t.Context(), o.Client, in)
	if err != nil {
		t.Fatalf("call: %v", err)
	}
	return out
}

// collect returns the values of a list that must end well.
func collect[T any](t *testing.T, values iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for v, err := range values {
		if err != nil {
			t.Fatalf("list: %v", err)
		}
		out = append(out, v)
	}
	return out
}

func TestATokenIsCreatedListedAndRevoked(t *testing.T) {
	t.Parallel()
	o := open(t)
	do(t, o, control.CreateGroup, control.NewNamed{Name: "Network"})
	made := do(t, o, control.CreateToken, control.NewToken{
		Name: "ci", Access: roster.AccessReadWrite, Groups: []string{"network"}, ExpiresInSeconds: 3600,
	})
	if made.Secret == "" || !made.ExpiresAt.Equal(clock().Add(time.Hour)) {
		t.Errorf("the token has no secret or another end: %+v", made.Token)
	}
	want := []control.Token{{
		ID: made.ID, Name: "ci", Access: roster.AccessReadWrite, Groups: []string{"Network"},
		CreatedAt: clock(), ExpiresAt: clock().Add(time.Hour),
	}}
	if diff := cmp.Diff(want, collect(t, control.ListTokens.Do(t.Context(), o.Client, control.TokenList{}))); diff != "" {
		t.Error(diff)
	}
	revoked := do(t, o, control.RevokeToken, control.Name{Name: "CI"})
	if revoked.ID != made.ID || !revoked.RevokedAt.Equal(clock()) {
		t.Errorf("revoked %+v", revoked)
	}
	if left := collect(t, control.ListTokens.Do(t.Context(), o.Client, control.TokenList{})); len(left) != 0 {
		t.Errorf("still listed: %+v", left)
	}
	if all := collect(t, control.ListTokens.Do(t.Context(), o.Client, control.TokenList{Revoked: true})); len(all) != 1 {
		t.Errorf("with revoked ones: %+v", all)
	}
}

func TestAUserIsCreatedShownAndListed(t *testing.T) {
	t.Parallel()
	o := open(t)
	group := do(t, o, control.CreateGroup, control.NewNamed{Name: "Network", Description: "wires"})
	do(t, o, control.CreateTeam, control.NewNamed{Name: "Night"})
	do(t, o, control.CreateDepartment, control.NewDepartment{Name: "Support"})
	do(t, o, control.CreateRole, control.NewRole{Name: "Desk", Permissions: []string{"read_directory", "acknowledge"}})
	made := do(t, o, control.CreateUser, control.NewUser{
		UserName: "jdoe", DisplayName: "John Doe", Email: "jdoe@example.com", Inactive: true,
		AccessLevel: roster.LevelManager, Roles: []string{"desk"}, Groups: []string{string(group.ID)},
		Teams: []string{"Night"}, Department: "support", TimeZone: "Europe/London", PhoneNumber: "+44 20 7946 0958",
	})
	want := control.User{
		UserSummary: control.UserSummary{
			ID: made.ID, Number: made.Number, UserName: "jdoe", DisplayName: "John Doe", Email: "jdoe@example.com",
			AccessLevel: roster.LevelManager, Realm: roster.RealmDB,
		},
		Roles: []string{"Desk"}, Groups: []string{"Network"}, Teams: []string{"Night"}, Department: "Support",
		TimeZone: "Europe/London", PhoneNumber: "+44 20 7946 0958",
		ContactMethods: []control.ContactMethod{
			{Service: roster.ServiceEmail, Address: "jdoe@example.com"},
			{Service: roster.ServiceSMS, Address: "+442079460958"},
		},
		Preferences: []control.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail}}},
		JoinedAt:    clock(), CreatedAt: clock(), UpdatedAt: clock(),
	}
	for _, sel := range []control.UserName{{ID: made.ID}, {Number: made.Number}, {UserName: "JDOE"}} {
		if diff := cmp.Diff(want, do(t, o, control.ShowUser, sel)); diff != "" {
			t.Errorf("%+v: %s", sel, diff)
		}
	}
	listed := collect(t, control.ListUsers.Do(t.Context(), o.Client, control.UserList{}))
	if len(listed) != 2 || listed[0].UserName != directory.AdminUser {
		t.Fatalf("listed: %+v", listed)
	}
	if diff := cmp.Diff(want, listed[1], cmpopts.IgnoreFields(control.User{}, "ContactMethods", "Preferences")); diff != "" {
		t.Error(diff)
	}
	if first := collect(t, control.ListUsers.Do(t.Context(), o.Client, control.UserList{Limit: 1})); len(first) != 1 {
		t.Errorf("a limit of 1 lists %d", len(first))
	}
}

func TestAPasswordIsSetAndASetUpLinkIsUnderTheBaseURL(t *testing.T) {
	t.Parallel()
	o := open(t)
	admin := control.UserName{UserName: directory.AdminUser}
	link := do(t, o, control.IssueLink, admin)
	secret, found := strings.CutPrefix(link.Link, "https://roster.example.com/set-password/")
	if !found || secret == "" || !link.ExpiresAt.Equal(clock().Add(15*time.Minute)) {
		t.Errorf("link: %+v", link)
	}
	if _, err := o.service.ReadLink(t.Context(), roster.Actor{}, secret); err != nil {
		t.Errorf("the link is not good: %v", err)
	}
	if do(t, o, control.ShowStatus, control.Empty{}).AdminReady {
		t.Error("admin is ready before a password is set")
	}
	do(t, o, control.SetPassword, control.NewPassword{User: admin, Password: "correct horse battery staple"})
	if !do(t, o, control.ShowUser, admin).HasPassword || !do(t, o, control.ShowStatus, control.Empty{}).AdminReady {
		t.Error("admin has no password")
	}
}

func TestTheDefaultMatrixIsSetForTheOrganizationAndForAGroup(t *testing.T) {
	t.Parallel()
	o := open(t)
	do(t, o, control.CreateGroup, control.NewNamed{Name: "Network"})
	of := control.PreferencesOf{Group: "Network"}
	email := []control.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail}}}
	sms := []control.Preference{{Type: roster.TypeWarnings, Services: []roster.Service{roster.ServiceSMS}}}
	if got := do(t, o, control.SetPreferences, control.Preferences{PreferencesOf: of, Preferences: sms}); got.Group != "Network" {
		t.Errorf("set for %q", got.Group)
	}
	if diff := cmp.Diff(email, do(t, o, control.ShowPreferences, control.PreferencesOf{}).Preferences); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(append(email, sms...), do(t, o, control.ShowPreferences, of).Preferences); diff != "" {
		t.Error(diff)
	}
}

func TestTheAuditNamesTheOperatorAndTheCommandLine(t *testing.T) {
	t.Parallel()
	o := open(t)
	group := do(t, o, control.CreateGroup, control.NewNamed{Name: "Network"})
	entries := collect(t, control.ListAudit.Do(t.Context(), o.Client, control.AuditList{Target: string(group.ID)}))
	if len(entries) != 1 {
		t.Fatalf("%d entries", len(entries))
	}
	e := entries[0]
	if e.ActorKind != roster.ActorOperator || e.ActorName != "ada" || e.Face != roster.FaceCLI || e.Action != "group.create" {
		t.Errorf("entry: %+v", e)
	}
	if v := do(t, o, control.VerifyAudit, control.Empty{}); v.Bad != "" {
		t.Errorf("verify: %+v", v)
	}
}

func TestStatusJoinsTheDirectoryAndTheProcess(t *testing.T) {
	t.Parallel()
	o := open(t)
	do(t, o, control.CreateUser, control.NewUser{UserName: "a", Email: "a@example.com", SendWelcomeEmail: true})
	want := control.Status{
		Server: control.Server{Version: "1.2.3", Engine: "sqlite"}, Organization: roster.DefaultOrganization,
		Jobs: []control.JobCount{{Lane: roster.LaneEmail, Waiting: 1}},
	}
	if diff := cmp.Diff(want, do(t, o, control.ShowStatus, control.Empty{})); diff != "" {
		t.Error(diff)
	}
}

func TestEveryFaultOfACallComesBackAsItWas(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, err := control.CreateUser.Do(t.Context(), o.Client, control.NewUser{
		UserName: "x", Email: "no address", Roles: []string{"Nobody's"}, Department: "Nowhere",
	})
	var got []string
	for _, e := range roster.All(err) {
		got = append(got, e.Error())
	}
	want := []string{
		"invalid: emails: must be one email address, such as name@example.com",
		`invalid: roles[0]: names no role: "Nobody's" (make it with: roster role create --name 'Nobody'\''s')`,
		`invalid: department: names no department: "Nowhere" (make it with: roster department create --name Nowhere)`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAConflictComesBackWithItsHolder(t *testing.T) {
	t.Parallel()
	o := open(t)
	made := do(t, o, control.CreateUser, control.NewUser{UserName: "jdoe"})
	_, err := control.CreateUser.Do(t.Context(), o.Client, control.NewUser{UserName: "JDoe"})
	all := roster.All(err)
	if len(all) != 1 || all[0].Kind != roster.Conflict || all[0].Field != "userName" || all[0].Holder.Number != made.Number {
		t.Errorf("error: %v", err)
	}
}

func TestTheSameCallsWorkOverASocket(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := filepath.Join(t.TempDir(), "s")
	if control.Answers(t.Context(), path) {
		t.Error("somebody answers where there is no socket")
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: o.handler}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	if !control.Answers(t.Context(), path) {
		t.Error("nobody answers on the socket")
	}
	o.Client = control.NewClient(control.Socket(path), "ada")
	do(t, o, control.CreateGroup, control.NewNamed{Name: "Network"})
	if groups := collect(t, control.ListGroups.Do(t.Context(), o.Client, control.Empty{})); len(groups) != 1 {
		t.Errorf("groups: %+v", groups)
	}
	_, err = control.CreateGroup.Do(t.Context(), o.Client, control.NewNamed{Name: "network"})
	if roster.KindOf(err) != roster.Conflict {
		t.Errorf("error: %v", err)
	}
	_ = srv.Close()
	if _, err := control.ShowStatus.Do(t.Context(), o.Client, control.Empty{}); roster.KindOf(err) != roster.Unavailable {
		t.Errorf("from a server that is gone: %v", err)
	}
}
