package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/client"
	"roster/internal/auth/realm"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
	"roster/test/contract"
)

const rootPassword = "seven slow herons over the weir"

// world is a real server behind a real socket, whose answers are held against its description.
type world struct {
	env         *dialecttest.Env
	url         string
	description *contract.Description

	mu     sync.Mutex
	called map[string]bool // operations that succeeded, by method and template
	ran    int             // scenarios
}

func open(t *testing.T, engine string) *world {
	t.Helper()
	w := &world{env: dialecttest.OpenOn(t, engine, dialecttest.Options{Realms: offline{}}), called: map[string]bool{}}
	srv := httptest.NewServer(w.env.Handler)
	t.Cleanup(srv.Close)
	w.url = srv.URL
	w.description = describe(t, w.env.Handler)
	w.env.User(t, directory.NewUser{UserName: "root", Password: rootPassword, Roles: []roster.Ref{{Name: "Super User"}}})
	if _, err := w.env.Directory.SetServerAdmin(t.Context(), w.env.By, directory.ServerAdmin{User: directory.UserSelector{UserName: "root"}, May: true}); err != nil {
		t.Fatal(err)
	}
	return w
}

// offline judges the configurations of realms as the server does, but fetches nothing.
type offline struct{}

func (offline) ValidateSAML(_ context.Context, configuration json.RawMessage) roster.Faults {
	_, faults := realm.ParseSAML(configuration, time.Date(2026, time.November, 21, 18, 0, 0, 0, time.UTC))
	return faults
}

// describe reads the server's own description.
func describe(t *testing.T, h http.Handler) *contract.Description {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	d, err := contract.Read(rec.Body.Bytes())
	if err != nil {
		t.Fatalf("the description: %v", err)
	}
	return d
}

// RoundTrip notes which operations succeed.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && resp.StatusCode < 300 {
		_, path, _ := strings.Cut(r.URL.EscapedPath(), "/api/v1")
		if o := w.description.Find(r.Method, path); o != nil {
			w.mu.Lock()
			w.called[o.String()] = true
			w.mu.Unlock()
		}
	}
	return resp, err
}

// as returns a client with the options, whose answers are checked.
func (w *world) as(t *testing.T, opts ...client.Option) *client.Client {
	t.Helper()
	checked := &contract.Transport{Base: w, Description: w.description, Report: func(err error) { t.Error(err) }}
	c, err := client.New(w.url, append([]client.Option{client.WithHTTPClient(&http.Client{Transport: checked})}, opts...)...)
	check(t, err)
	return c
}

// root returns a client that may do everything.
func (w *world) root(t *testing.T) *client.Client {
	t.Helper()
	return w.as(t, client.WithBasic("root", rootPassword))
}

// check ends the test with an error.
func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// is asks for an error of a kind, whose text has all of these words.
func is(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("the error is %v instead of %v", err, kind)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

// collect reads a list to its end.
func collect[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for v, err := range seq {
		check(t, err)
		all = append(all, v)
	}
	return all
}

// names returns a text of each.
func names[T any](all []T, name func(T) string) []string {
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = name(v)
	}
	return texts
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v instead of %+v", what, got, want)
	}
}

// scenarios go through the calls of a noun.
var scenarios = map[string]func(*testing.T, *world, *client.Client){
	"users": users, "many users": manyUsers, "upserts": upserts, "batches": batches, "contact methods": contactMethods,
	"sessions": sessions, "groups": groups, "teams": teams, "departments": departments, "roles": roles, "realms": realms, "tokens": tokens,
	"checks": checks, "check groups": checkGroups, "events": events, "default preferences": defaultPreferences,
	"audit": audit, "organizations": organizations, "settings": settings, "jobs": jobs, "overview": overview, "who may": whoMay,
}

// refused are calls that nothing here lets succeed: no job is buried as long as no mail is sent.
var refused = []string{"POST /jobs/{id}/retry"}

func TestEveryCallDoesWhatItSays(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := open(t, engine)
			t.Run("nouns", func(t *testing.T) {
				for name, scenario := range scenarios {
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						w.mu.Lock()
						w.ran++
						w.mu.Unlock()
						scenario(t, w, w.root(t))
					})
				}
			})
			for _, o := range w.description.Operations {
				if w.ran == len(scenarios) && !t.Failed() && !w.called[o.String()] && !slices.Contains(refused, o.String()) {
					t.Errorf("no call of the client does %s", o)
				}
			}
		})
	}
}

// types are the client's types of the schemas that the description names.
var types = map[string]reflect.Type{
	"User": reflect.TypeFor[client.User](), "NewUser": reflect.TypeFor[client.NewUser](), "UserChange": reflect.TypeFor[client.UserChange](),
	"Group": reflect.TypeFor[client.Group](), "NewGroup": reflect.TypeFor[client.NewGroup](), "GroupChange": reflect.TypeFor[client.GroupChange](),
	"Team": reflect.TypeFor[client.Team](), "NewTeam": reflect.TypeFor[client.NewTeam](), "TeamChange": reflect.TypeFor[client.TeamChange](),
	"UserLink": reflect.TypeFor[client.Member](), "MemberChange": reflect.TypeFor[client.MemberChange](), "Role": reflect.TypeFor[client.Role](), "NewRole": reflect.TypeFor[client.NewRole](), "RoleChange": reflect.TypeFor[client.RoleChange](),
	"Department": reflect.TypeFor[client.Department](), "NewDepartment": reflect.TypeFor[client.NewDepartment](), "DepartmentChange": reflect.TypeFor[client.DepartmentChange](),
	"Realm": reflect.TypeFor[client.Realm](), "NewRealm": reflect.TypeFor[client.NewRealm](), "RealmChange": reflect.TypeFor[client.RealmChange](),
	"UserUpsert": reflect.TypeFor[client.NewUser](), "Token": reflect.TypeFor[client.Token](), "NewToken": reflect.TypeFor[client.NewToken](),
	"Check": reflect.TypeFor[client.Check](), "NewCheck": reflect.TypeFor[client.NewCheck](), "CheckChange": reflect.TypeFor[client.CheckChange](),
	"CheckGroup": reflect.TypeFor[client.CheckGroup](), "NewCheckGroup": reflect.TypeFor[client.NewCheckGroup](), "CheckGroupChange": reflect.TypeFor[client.CheckGroupChange](),
	"CheckPermission": reflect.TypeFor[client.CheckPermission](), "NewCheckPermission": reflect.TypeFor[client.NewCheckPermission](),
	"Event": reflect.TypeFor[client.Event](), "NewEvent": reflect.TypeFor[client.NewEvent](), "AuditEntry": reflect.TypeFor[client.AuditEntry](),
	"Alert": reflect.TypeFor[client.Alert](), "Acknowledgement": reflect.TypeFor[client.Acknowledgement](),
	"Verification": reflect.TypeFor[client.Verification](), "UnsealedEntry": reflect.TypeFor[client.UnsealedEntry](), "Organization": reflect.TypeFor[client.Organization](), "NewOrganization": reflect.TypeFor[client.NewOrganization](),
	"Settings": reflect.TypeFor[client.Settings](), "SettingsChange": reflect.TypeFor[client.SettingsChange](), "Job": reflect.TypeFor[client.Job](),
	"DeletedUser": reflect.TypeFor[client.DeletedUser](), "UndeletedUser": reflect.TypeFor[client.UndeletedUser](),
	"Session": reflect.TypeFor[client.Session](), "ContactMethod": reflect.TypeFor[client.ContactMethod](), "NewContactMethod": reflect.TypeFor[client.NewContactMethod](),
	"Matrix": reflect.TypeFor[client.Preferences](), "MatrixChange": reflect.TypeFor[client.Preferences](), "Problem": reflect.TypeFor[client.Error](), "Overview": reflect.TypeFor[client.Overview](),
	"Fault": reflect.TypeFor[client.Fault](), "Existing": reflect.TypeFor[client.Existing](), "Competency": reflect.TypeFor[client.Competency](),
	"NewCompetency": reflect.TypeFor[client.Competency](), "ManagedBy": reflect.TypeFor[client.ManagedBy](), "Condition": reflect.TypeFor[client.Condition](),
	"ConditionGroup": reflect.TypeFor[client.Conditions](), "ConditionsChange": reflect.TypeFor[client.Conditions](), "Interval": reflect.TypeFor[client.Interval](), "IntervalChange": reflect.TypeFor[client.Interval](), "Window": reflect.TypeFor[client.Window](),
	"WindowChange": reflect.TypeFor[client.Window](), "NewRoleGrant": reflect.TypeFor[client.RoleGrant](), "RoleGrant": reflect.TypeFor[client.GrantedRole](),
	"Permission": reflect.TypeFor[client.Permission](), "NamedUser": reflect.TypeFor[client.UserLink](), "TokenUser": reflect.TypeFor[client.UserLink](),
	"GroupLink": reflect.TypeFor[client.Link](), "DepartmentLink": reflect.TypeFor[client.Link](), "ServiceLink": reflect.TypeFor[client.Link](),
	"CheckLink": reflect.TypeFor[client.Link](), "CheckGroupLink": reflect.TypeFor[client.Link](), "SetUpLink": reflect.TypeFor[client.SetUpLink](),
	"IssuedToken": reflect.TypeFor[client.IssuedToken](), "MadeOrganization": reflect.TypeFor[client.CreatedOrganization](),
	"MadeUsers": reflect.TypeFor[client.Batch](), "UserResult": reflect.TypeFor[client.BatchResult](),
}

// typeless are schemas for which the client needs no type of its own.
var typeless = []string{"CheckCounts", "StateCounts", "Delays", "ServiceDelays", "OrganizationLink", "NewPassword", "NewUsers", "Permissions"}

// isRequest reports a schema of what is sent.
func isRequest(name string) bool {
	return strings.HasPrefix(name, "New") || strings.HasSuffix(name, "Change") || strings.HasSuffix(name, "Upsert")
}

func TestTypesHoldWhatTheDescriptionNames(t *testing.T) {
	t.Parallel()
	w := open(t, "sqlite")
	rec := httptest.NewRecorder()
	w.env.Handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	var doc struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]json.RawMessage }
		}
	}
	check(t, json.Unmarshal(rec.Body.Bytes(), &doc))
	for name, schema := range doc.Components.Schemas {
		typ, ours := types[name]
		if !ours {
			needless := strings.HasSuffix(name, "List") || strings.HasPrefix(name, "Partial") || len(schema.Properties) == 0
			if !slices.Contains(typeless, name) && !needless {
				t.Errorf("the client has no type for %s", name)
			}
			continue
		}
		members := membersOf(typ)
		for member, property := range schema.Properties {
			var p struct{ ReadOnly bool }
			check(t, json.Unmarshal(property, &p))
			if p.ReadOnly && isRequest(name) {
				continue // a record may be sent back whole; the client sends what changes
			}
			if !slices.Contains(members, member) {
				t.Errorf("%s has no %s", typ, member)
			}
		}
		for _, member := range members {
			if _, there := schema.Properties[member]; !there {
				t.Errorf("the schema %s has no %s", name, member)
			}
		}
	}
	for name := range types {
		if _, there := doc.Components.Schemas[name]; !there {
			t.Errorf("the description has no schema %s", name)
		}
	}
}

// membersOf returns the JSON names of a type's fields.
func membersOf(typ reflect.Type) []string {
	var all []string
	for f := range typ.Fields() {
		if f.Anonymous {
			all = append(all, membersOf(f.Type)...)
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" {
			all = append(all, name)
		}
	}
	return all
}

// member makes a user with a name.
func newUser(t *testing.T, c *client.Client, name string) client.User {
	t.Helper()
	u, err := c.Users.Create(context.WithoutCancel(t.Context()), client.NewUser{UserName: name})
	check(t, err)
	return u
}
