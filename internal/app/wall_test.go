package app_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// tenant is an organization with something of everything in it. Two of them have equal names
// everywhere; what they do not share are ids, secrets, and a mark in every text that is free.
type tenant struct {
	slug, mark string
	by         roster.Actor
	ids        map[string]string // of its records, by noun
	secrets    []string          // that open it
	token      string            // of the organization, read-write
	session    string            // in Graze, of boss
}

// boss is the name and the password of somebody who may do everything in the tenant.
func (w *tenant) boss() string { return "boss:the boss of " + w.slug }

// settle makes a tenant.
func settle(t *testing.T, e *dialecttest.Env, slug, mark string) *tenant {
	t.Helper()
	o := must(e.Directory.CreateOrganization(t.Context(), e.By, directory.NewOrganization{Slug: slug, Name: "The organization"}))(t)
	w := &tenant{slug: slug, mark: mark, by: e.By, ids: map[string]string{"organizations": string(o.ID)}}
	w.by.OrganizationID = o.ID
	w.people(t, e)
	w.checks(t, e)
	realm := must(e.Directory.CreateRealm(t.Context(), w.by, directory.NewRealm{Name: "Directory", Configuration: json.RawMessage(`{"mark":"` + mark + `"}`)}))(t)
	w.ids["realms"] = string(realm.ID)
	name, password, _ := strings.Cut(w.boss(), ":")
	r := e.Do(t, "", "POST /o/"+slug+"/graze/v1/authenticate\n\n"+fmt.Sprintf(`{"username":%q,"password":%q}`, name, password))
	var out struct {
		Token string `json:"auth_token"`
	}
	if err := json.Unmarshal(r.Body.Bytes(), &out); err != nil || out.Token == "" {
		t.Fatalf("boss of %s cannot sign in: %d %s", slug, r.Code, r.Body)
	}
	w.session = out.Token
	return w
}

func (w *tenant) people(t *testing.T, e *dialecttest.Env) {
	d, ctx := e.Directory, t.Context()
	for noun, kind := range map[string]roster.GroupKind{"groups": roster.KindGroup, "teams": roster.KindTeam} {
		g := must(d.CreateGroup(ctx, w.by, directory.NewGroup{Kind: kind, Name: "Network", Description: w.mark}))(t)
		w.ids[noun] = string(g.ID)
	}
	w.ids["departments"] = string(must(d.CreateDepartment(ctx, w.by, directory.NewDepartment{Name: "Support"}))(t).ID)
	w.ids["roles"] = string(must(d.CreateRole(ctx, w.by, directory.NewRole{Name: "Reader", Description: w.mark, Permissions: []string{"read_directory"}}))(t).ID)
	name, password, _ := strings.Cut(w.boss(), ":")
	for _, user := range []string{name, "ann"} { // the ids that are named are those of the last one
		secret := ""
		if user == name {
			secret = password
		}
		u := must(d.CreateUser(ctx, w.by, directory.NewUser{
			UserName: user, Email: user + "@example.com", DisplayName: w.mark, Password: secret, ExternalID: "x-" + user,
			AccessLevel: roster.LevelAdministrator, Roles: []roster.Ref{{Name: "Super User"}},
			Groups: []roster.Ref{{Name: "Network"}}, Teams: []roster.Ref{{Name: "Network"}}, Department: roster.Ref{Name: "Support"},
			ContactNumber: "+442071838750",
		}))(t)
		w.ids["users"], w.ids["number"] = string(u.ID), fmt.Sprint(u.Number)
		w.ids["contact-methods"] = string(u.ContactMethods[0].ID)
	}
	made := must(d.CreateToken(ctx, w.by, directory.NewToken{Name: "scripts", Access: roster.AccessReadWrite}))(t)
	w.token, w.ids["tokens"] = made.Secret, string(made.ID)
	owned := must(d.CreateToken(ctx, w.by, directory.NewToken{Name: "boss", Access: roster.AccessReadWrite, UserName: "boss"}))(t)
	w.secrets = []string{made.Secret, owned.Secret}
}

func (w *tenant) checks(t *testing.T, e *dialecttest.Env) {
	d, ctx := e.Directory, t.Context()
	g := must(d.CreateCheckGroup(ctx, w.by, directory.NewCheckGroup{Name: "Backups", Description: w.mark}))(t)
	w.ids["check-groups"] = string(g.ID)
	check := must(d.CreateCheck(ctx, w.by, directory.NewCheck{CheckFields: directory.CheckFields{
		Name: roster.Some("Nightly"), Description: roster.Some(w.mark), EmailAlias: roster.Some("nightly"),
		CheckGroup: roster.Some(roster.Ref{ID: string(g.ID)}), Groups: roster.Some([]roster.Ref{{Name: "Network"}}),
	}}))(t)
	w.ids["checks"] = string(check.ID)
	entry := must(d.PutCheckPermission(ctx, w.by, directory.NewCheckPermission{
		CheckGroup: g.ID, Group: roster.Ref{Name: "Network"}, AccessLevel: roster.LevelEditor,
	}))(t)
	w.ids["permissions"] = string(entry.ID)
	event := must(d.RecordEvent(ctx, w.by, directory.NewEvent{Check: check.ID, Title: w.mark, Status: roster.StatusFailure}))(t)
	w.ids["events"] = string(event.ID)
	for a := range must(d.ListAlerts(ctx, w.by, directory.AlertList{}))(t) {
		w.ids["alerts"] = string(a.ID)
	}
}

// must returns what a verb returned, and fails the test where that is an error.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// all reads a list to its end.
func all[T any](t *testing.T, list iter.Seq2[T, error], err error) []T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var items []T
	for item, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	return items
}

// everything is all that a tenant holds, as text.
func (w *tenant) everything(t *testing.T, e *dialecttest.Env) string {
	t.Helper()
	d, ctx := e.Directory, t.Context()
	var parts []any
	users, err := d.ListUsers(ctx, w.by, directory.UserList{With: directory.WithRoles | directory.WithGroups | directory.WithTeams | directory.WithReach})
	parts = append(parts, all(t, users, err))
	for _, kind := range []roster.GroupKind{roster.KindGroup, roster.KindTeam} {
		teams, err := d.ListTeams(ctx, w.by, directory.GroupList{Kind: kind})
		for _, team := range all(t, teams, err) {
			parts = append(parts, team.Group, all(t, team.Members, nil))
		}
	}
	departments, err := d.ListDepartments(ctx, w.by, directory.DepartmentList{})
	parts = append(parts, all(t, departments, err))
	roles, err := d.ListRoles(ctx, w.by, directory.RoleList{})
	parts = append(parts, all(t, roles, err))
	realms, err := d.ListRealms(ctx, w.by, directory.RealmList{})
	parts = append(parts, all(t, realms, err))
	tokens, err := d.ListTokens(ctx, w.by, directory.TokenList{Revoked: true})
	parts = append(parts, all(t, tokens, err))
	checks, err := d.ListChecks(ctx, w.by, directory.CheckList{})
	parts = append(parts, all(t, checks, err))
	groups, err := d.ListCheckGroups(ctx, w.by, directory.CheckGroupList{})
	parts = append(parts, all(t, groups, err))
	entries, err := d.ListCheckPermissions(ctx, w.by, directory.CheckPermissionList{})
	parts = append(parts, all(t, entries, err))
	events, err := d.ListEvents(ctx, w.by, directory.EventList{})
	parts = append(parts, all(t, events, err))
	jobs, err := d.ListJobs(ctx, w.by, directory.JobList{})
	parts = append(parts, all(t, jobs, err))
	audit, err := d.ListAudit(ctx, w.by, directory.AuditList{})
	for _, entry := range all(t, audit, err) {
		parts = append(parts, entry.ID)
	}
	parts = append(parts, must(d.GetSettings(ctx, w.by, directory.None{}))(t), must(d.GetDefaultPreferences(ctx, w.by, directory.DefaultsOf{}))(t))
	sessions, err := d.ListSessions(ctx, w.by, directory.SessionList{User: directory.UserSelector{UserName: "boss"}})
	parts = append(parts, all(t, sessions, err))
	text, err := json.MarshalIndent(parts, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// stranger is a credential of one tenant, and how a request carries it.
type stranger struct {
	name string
	as   string // as in a scenario
	auth string // Graze's auth_token, "" for none
}

func (w *tenant) strangers() []stranger {
	return []stranger{
		{"the token of an organization", "Bearer " + w.secrets[0], ""},
		{"the token of a user", "Bearer " + w.secrets[1], ""},
		{"a password", w.boss(), ""},
		{"a session", "", w.session},
	}
}

func TestNothingCrossesTheWallBetweenOrganizations(t *testing.T) {
	t.Parallel()
	dialecttest.OnEachEngine(t, dialecttest.Options{Realms: lenient{}}, func(t *testing.T, e *dialecttest.Env) {
		mine, theirs := settle(t, e, "mine", "MARK-OF-MINE"), settle(t, e, "theirs", "MARK-OF-THEIRS")
		before := theirs.everything(t, e)
		requests := append(vendorRequests(t, theirs), nativeRequests(t, e, theirs)...)
		for _, who := range mine.strangers() {
			for _, request := range requests {
				if who.auth != "" {
					request = withAuthToken(request, who.auth)
				}
				for _, door := range []string{"/o/mine", "/o/theirs", ""} {
					method, rest, _ := strings.Cut(request, " ")
					answer := e.Do(t, who.as, method+" "+door+rest)
					judge(t, who, door, method+" "+rest, answer, theirs)
				}
			}
		}
		if after := theirs.everything(t, e); after != before {
			t.Errorf("the other organization has changed:\n%s", firstDifference(before, after))
		}
		theirs.walkIn(t, e, requests)
	})
}

// walkIn makes the same requests with the tenant's own credential: what was refused to strangers
// must be there to be had.
func (w *tenant) walkIn(t *testing.T, e *dialecttest.Env, requests []string) {
	t.Helper()
	done, shown := 0, 0
	slices.SortStableFunc(requests, func(a, b string) int { return cmp.Compare(harm(a), harm(b)) })
	for _, request := range requests {
		method, rest, _ := strings.Cut(withAuthToken(request, w.session), " ")
		answer := e.Do(t, "Bearer "+w.secrets[1], method+" /o/"+w.slug+rest)
		if answer.Code < 300 {
			done++
		}
		if strings.Contains(answer.Body.String(), w.mark) {
			shown++
		}
	}
	if done < len(requests)/2 || shown < 20 {
		t.Errorf("of %d requests %d are answered to whom they are allowed, %d with what is theirs", len(requests), done, shown)
	}
}

// harm says how much a request leaves behind: reads nothing, deletions the most.
func harm(request string) int {
	switch {
	case strings.HasPrefix(request, "GET "):
		return 0
	case strings.HasPrefix(request, "DELETE "), strings.HasPrefix(request, "POST /delete"), strings.HasPrefix(request, "POST /graze/v1/delete"):
		return 2
	default:
		return 1
	}
}

// judge checks one answer: nothing of the others is in it, and their door is closed.
func judge(t *testing.T, who stranger, door, request string, answer *httptest.ResponseRecorder, theirs *tenant) {
	t.Helper()
	line, _, _ := strings.Cut(request, "\n")
	if strings.Contains(answer.Body.String(), theirs.mark) {
		t.Errorf("%s, at %q: %s shows what is of the others: %d %s", who.name, door, line, answer.Code, answer.Body)
	}
	closed := answer.Code == http.StatusUnauthorized || answer.Code == http.StatusTooManyRequests
	if door == "/o/theirs" && !closed && !slices.Contains(open, strings.Fields(line)[1]) {
		t.Errorf("%s opens the others' door: %s answers %d %s", who.name, line, answer.Code, answer.Body)
	}
	_, path, _ := strings.Cut(line, " ")
	path, _, _ = strings.Cut(path, "?")
	if answer.Code >= 500 || answer.Code < 300 && named(path, theirs.ids) {
		t.Errorf("%s, at %q: %s answers %d %s", who.name, door, line, answer.Code, answer.Body)
	}
}

// open are paths that nobody is asked a credential for.
var open = []string{"/api/v1/openapi.json", "/api/v1/openapi.yaml"}

// named reports whether a path names one of the ids.
func named(path string, ids map[string]string) bool {
	for noun, id := range ids {
		if noun != "number" && strings.Contains(path, id) {
			return true
		}
	}
	return false
}

// withAuthToken carries a session the way Graze has it, to Graze: others take no secret in a URL.
func withAuthToken(request, token string) string {
	if !strings.Contains(request, "/graze/") {
		return request
	}
	head, body, more := strings.Cut(request, "\n")
	if strings.Contains(head, "?") {
		head += "&auth_token=" + token
	} else {
		head += "?auth_token=" + token
	}
	if more {
		head += "\n"
	}
	return head + body
}

// vendorRequests calls every endpoint of the vendors' dialects about the other tenant's records.
func vendorRequests(t *testing.T, w *tenant) []string {
	t.Helper()
	const json = "\nContent-Type: application/json\n\n"
	user, number, group, check := w.ids["users"], w.ids["number"], w.ids["groups"], w.ids["checks"]
	requests := []string{
		"GET /graze/v1/authenticate?username=ann&password=no", "GET /graze/v1/getUserInfo?user_id=" + number, "GET /graze/v1/getUserRoles?user_id=" + number,
		"GET /graze/v1/getUserTeams?user_id=" + number, "GET /graze/v1/getUsers?limit=1000", "GET /graze/v1/getTeam?team_id=99999",
		"GET /graze/v1/getTeams", "GET /graze/v1/getTeamsForService?service_name=none", "GET /graze/v1/getSecurityRealms", "GET /graze/v1/getSystemStatus",
		"POST /graze/v1/createUser" + json + `{"username":"eve","password":"evening","roles":[],"teams":["` + w.ids["teams"] + `"],"primary_group":"` + group + `","department":"` + w.ids["departments"] + `"}`,
		"POST /graze/v1/updateUser" + json + `{"uid":` + number + `,"fullname":"Eve","active":false}`,
		"POST /graze/v1/createTeam" + json + `{"name":"Eves","users":[` + number + `]}`,
		"POST /graze/v1/updateTeam" + json + `{"team_id":99999,"name":"Eves"}`, "POST /graze/v1/deleteTeam" + json + `{"team_id":99999}`,
		"POST /graze/v1/createSecurityRealm" + json + `{"name":"Eve","type":"SAML2","active":true,"configuration":{}}`,
		"POST /graze/v1/updateSecurityRealm" + json + `{"name":"None","active":false}`,

		"GET /getUsers/?userId=" + user, "GET /getUsers/?userEmail=ann@example.com", "GET /getUserGroups/?userGroupId=" + group,
		"GET /getPermissions/?checkGroupId=" + w.ids["check-groups"], "GET /getPermissions/?userId=" + user + "&userGroupId=" + group, "GET /getOverview/",
		"GET /getChecks/?checkId=" + check + "&activityCount=5&includeSettings=true", "GET /getActivities/?checkId=" + check, "GET /getActivities/?groupId=" + w.ids["check-groups"],
		"GET /getCheckGroups/?groupId=" + w.ids["check-groups"] + "&includeChecks=true", "GET /getGroups/?groupName=none",
		"POST /createUser/" + json + `{"email":"eve2@example.com","accessLevel":"user","userGroups":["` + group + `"]}`,
		"POST /updateUser/" + json + `{"id":"` + user + `","name":"Eve"}`, "POST /deleteUser/" + json + `{"id":"` + user + `"}`,
		"POST /createUserGroup/" + json + `{"name":"Eve","users":["` + user + `"]}`, "POST /updateUserGroup/" + json + `{"id":"` + group + `","name":"Eve"}`,
		"POST /deleteUserGroup/" + json + `{"id":"` + group + `"}`, "POST /createCheck/" + json + `{"name":"Eve","email_alias":"eve","group_id":"` + w.ids["check-groups"] + `"}`,
	}
	for file, pattern := range map[string]string{
		"../graze/handler.go": `\{"([a-zA-Z]+)", \[\]string\{"(?:GET|POST)`, "../checkcentral/handler.go": `\{"(?:GET|POST)", "/([a-zA-Z]+)"`,
	} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		calls := regexp.MustCompile(pattern).FindAllStringSubmatch(string(source), -1)
		if len(calls) < 10 {
			t.Fatalf("%s: %d calls are found", file, len(calls))
		}
		for _, call := range calls {
			if !slices.ContainsFunc(requests, func(r string) bool {
				return regexp.MustCompile(`/` + call[1] + `[/?\n]|/` + call[1] + `$`).MatchString(r)
			}) {
				t.Errorf("%s: %s is not called", file, call[1])
			}
		}
	}
	return requests
}

// nativeRequests calls every operation of the native API's description about the other tenant's
// records: in the path, and in the body of its example.
func nativeRequests(t *testing.T, e *dialecttest.Env, w *tenant) []string {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct{ Example json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal(e.Do(t, "", "GET /api/v1/openapi.json").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	var requests []string
	for path, operations := range doc.Paths {
		for method, operation := range operations {
			if len(method) > 6 || method == "parameters" {
				continue
			}
			request := strings.ToUpper(method) + " /api/v1" + w.fill(path)
			if len(operation.RequestBody.Content) == 0 {
				requests = append(requests, request)
				continue
			}
			for media, content := range operation.RequestBody.Content {
				requests = append(requests, request+"\nContent-Type: "+media+"\n\n"+w.refer(content.Example))
			}
		}
	}
	if len(requests) < 60 {
		t.Fatalf("the description has %d operations", len(requests))
	}
	slices.Sort(requests)
	for _, list := range []string{
		"users?search=MARK", "users?filter=" + "email%20eq%20%22ann@example.com%22", "users?filter=groups%20eq%20%22" + w.ids["groups"] + "%22",
		"events?check=" + w.ids["checks"], "events?checkGroup=" + w.ids["check-groups"], "audit?target=" + w.ids["users"],
	} {
		requests = append(requests, "GET /api/v1/"+list)
	}
	return requests
}

// fill puts the tenant's ids into a path of the description: that of a parameter is named by the
// segment before it.
func (w *tenant) fill(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		noun := segments[i-1]
		switch {
		case noun == "members":
			noun = "users"
		case noun == "audit" || noun == "jobs" || noun == "sessions":
			noun = "events" // an id that none of them has
		}
		segments[i] = w.ids[noun]
	}
	return strings.Join(segments, "/")
}

// refer puts the tenant's ids where an example refers to records.
func (w *tenant) refer(example json.RawMessage) string {
	var body map[string]any
	if json.Unmarshal(example, &body) != nil {
		return string(example)
	}
	for member, id := range map[string]string{
		"groups": w.ids["groups"], "teams": w.ids["teams"], "members": w.ids["users"], "add": w.ids["users"], "remove": w.ids["users"],
		"accessLevelGroups": w.ids["groups"], "roles": w.ids["roles"],
	} {
		if _, there := body[member].([]any); there {
			body[member] = []string{id}
		}
	}
	for member, id := range map[string]string{
		"primaryGroup": w.ids["groups"], "department": w.ids["departments"], "checkGroup": w.ids["check-groups"], "user": w.ids["users"],
		"group": w.ids["groups"], "check": w.ids["checks"],
	} {
		if _, there := body[member].(string); there {
			body[member] = id
		}
	}
	text, _ := json.Marshal(body)
	return string(text)
}

// lenient finds no fault with any realm.
type lenient struct{}

func (lenient) ValidateSAML(_ context.Context, _ json.RawMessage) roster.Faults { return nil }

func firstDifference(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			from := max(0, i-3)
			return fmt.Sprintf("was\n%s\nis\n%s", strings.Join(a[from:min(i+5, len(a))], "\n"), strings.Join(b[from:min(i+5, len(b))], "\n"))
		}
	}
	return fmt.Sprintf("%d lines, and %d", len(a), len(b))
}
