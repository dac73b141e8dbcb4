package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// office creates tokens and a group.
func office(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	e.Token(t, directory.NewToken{Name: "write", Access: roster.AccessReadWrite})
	e.Token(t, directory.NewToken{Name: "read", Access: roster.AccessRead})
	e.Group(t, "Network")
}

// branch creates what office does, and users in two groups and a team, and a token limited to one
// of the groups.
func branch(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	office(t, e)
	e.Group(t, "Acme")
	e.Team(t, "Storage")
	for _, name := range []string{"ann", "bob", "cat"} {
		e.User(t, directory.NewUser{UserName: name, Groups: []roster.Ref{{Name: "Acme"}}})
	}
	e.User(t, directory.NewUser{UserName: "out", Groups: []roster.Ref{{Name: "Network"}}})
	e.Token(t, directory.NewToken{Name: "acme", Access: roster.AccessReadWrite, Groups: []roster.Ref{{Name: "Acme"}}})
}

// nobodys is an id that no record has.
const nobodys = "00000000-0000-7000-8000-000000000000"

// aGroup returns a group as the API shows it.
func aGroup(id, name, description string, members, version int) string {
	return fmt.Sprintf(`{"id":"%s","number":…,"displayName":"%s","description":"%s","active":true,"memberCount":%d,"version":%d,"createdAt":"2026-11-21T18:00:00Z"}`,
		id, name, description, members, version)
}

func TestGroupsAreMadeAndRead(t *testing.T) {
	t.Parallel()
	const create = "POST /api/v1/groups"
	acme := aGroup("{group Acme}", "Acme", "Acme's people", 3, 1)
	rows := []dialecttest.Scenario{
		{
			Name: "with a name only", Request: with(create, `{"displayName":"Plain"}`), Status: 201, Body: aGroup("…", "Plain", "", 0, 1),
			Header: map[string]string{"ETag": `"v1.…"`, "Cache-Control": "no-store"},
		},
		{
			Name: "with everything", Status: 201, Body: strings.Replace(aGroup("…", "Whole", "All of it", 2, 1), `"active":true`, `"active":false`, 1),
			Request: with(create, `{"displayName":" Whole ","description":"All of it","active":false,"members":["ann","{user bob}","ANN"]}`),
		},
		{
			Name: "null for every default", Request: with(create, `{"displayName":"Nulls","description":null,"active":null,"members":null}`), Status: 201,
			Body: aGroup("…", "Nulls", "", 0, 1),
		},
		{Name: "one", Request: "GET /api/v1/groups/{group Acme}", Status: 200, Header: map[string]string{"ETag": `"v1.…"`}, Body: acme},
		{
			Name: "one that the caller has", Request: "GET /api/v1/groups/{group Acme}\nIf-None-Match: \"v7\", W/{etag acme}", Status: 304, Header: map[string]string{"ETag": "{etag acme}"},
			Given: func(t testing.TB, e *dialecttest.Env) {
				e.Tag(t, "acme", "Bearer {token write}", "GET /api/v1/groups/{group Acme}")
			},
		},
		{Name: "one that the caller had", Request: "GET /api/v1/groups/{group Acme}\nIf-None-Match: \"v7\"", Status: 200, Body: acme},
		{Name: "some of its members", Request: "GET /api/v1/groups/{group Acme}?fields=displayName,+active,", Status: 200, Body: `{"id":"{group Acme}","displayName":"Acme","active":true}`},
		{Name: "one that is not there", Request: "GET /api/v1/groups/" + nobodys, Status: 404, Body: missing},
		{Name: "a team is no group", Request: "GET /api/v1/groups/{team Storage}", Status: 404, Body: missing},
		{
			Name: "a name that is taken", Request: with(create, `{"displayName":"aCME"}`), Status: 409,
			Body: takenBy(refused(409, "conflict", "Another record is in the way", `displayName …`, at("displayName", "…")), `"id":"…","number":…`),
		},
		{
			Name: "all faults at once", Status: 422, Request: with(create, `{"displayName":7,"descriptio":"x","members":["ann","nobody",5],"active":"yes"}`),
			Body: invalid("displayName must be a string of 1 to 255 characters (and 4 more)", at("displayName", "must be a string of 1 to 255 characters"),
				at("descriptio", "is not known here"), at("members/2", "must be an id or a name, or an object with an id"), at("active", "must be true or false, or null"), at("members/1", `names no user: \"nobody\"`)),
		},
		{
			Name: "the face's faults and the verb's", Status: 422, Request: with(create, `{"displayName":"\u0007","description":7,"members":["ann","nobody"]}`),
			Body: invalid("description must be a string of at most 1000 characters, or null (and 2 more)", at("description", "must be a string of at most 1000 characters, or null"),
				at("displayName", "must not hold control characters"), at("members/1", `names no user: \"nobody\"`)),
		},
		{Name: "no name", Request: with(create, `{}`), Status: 422, Body: invalid("displayName is required", at("displayName", "is required"))},
		{Name: "null for a name", Request: with(create, `{"displayName":null}`), Status: 422, Body: invalid("displayName must be a string of 1 to 255 characters", at("displayName", "must be a string of 1 to 255 characters"))},
		{
			Name: "a name like a pointer", Request: with(create, `{"displayName":"p","a/b~c":1}`), Status: 422, Body: invalid("a~1b~0c is not known here", at("a~1b~0c", "is not known here")),
		},
		{
			Name: "who may only read", As: "Bearer {token read}", Request: with(create, `{"displayName":"Read"}`), Status: 403, Body: forbidden("this credential may only read"),
		},
		{
			Name: "who is limited to groups makes none", As: "Bearer {token acme}", Request: with(create, `{"displayName":"Mine"}`), Status: 403,
			Body: forbidden("this credential is limited to groups, and this concerns the whole organization"),
		},
		{Name: "who is limited to groups sees those", As: "Bearer {token acme}", Request: "GET /api/v1/groups/{group Acme}", Status: 200, Body: acme},
		{
			Name: "who is limited to groups sees no other", As: "Bearer {token acme}", Request: "GET /api/v1/groups/{group Network}", Status: 404,
			Body: missing,
		},
		{Name: "who is limited to groups lists those", As: "Bearer {token acme}", Request: "GET /api/v1/groups", Status: 200, Body: `{"items":[` + acme + `]}`},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "Bearer {token write}"
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(branch)}, rows...)
}

func TestGroupsAreChangedAndDeleted(t *testing.T) {
	t.Parallel()
	// own creates a group for one row of the table.
	own := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			g := e.Group(t, name)
			if name != "Off" {
				return
			}
			off := directory.GroupChange{Group: directory.GroupSelector{Kind: g.Kind, Ref: roster.Ref{ID: string(g.ID)}}, Active: roster.Some(false)}
			if _, err := e.Directory.UpdateGroup(t.Context(), e.By, off); err != nil {
				t.Fatal(err)
			}
		}
	}
	patch := func(name, headers, body string) string {
		return "PATCH /api/v1/groups/{group " + name + "}" + headers + "\nContent-Type: application/merge-patch+json\n\n" + body
	}
	rows := []dialecttest.Scenario{
		{
			Name: "a name", Given: own("One"), Request: patch("One", "", `{"displayName":"First"}`), Status: 200, Header: map[string]string{"ETag": `"v2.…"`},
			Body: aGroup("{group One}", "First", "One's people", 0, 2),
		},
		{Name: "null resets", Given: own("Two"), Request: patch("Two", "", `{"description":null}`), Status: 200, Body: aGroup("{group Two}", "Two", "", 0, 2)},
		{
			Name: "null makes it active again", Given: own("Off"), Request: patch("Off", "", `{"active":null}`), Status: 200, Body: aGroup("{group Off}", "Off", "Off's people", 0, 3),
		},
		{Name: "plain JSON", Given: own("Three"), Request: with("PATCH /api/v1/groups/{group Three}", `{"description":"x"}`), Status: 200, Body: aGroup("{group Three}", "Three", "x", 0, 2)},
		{
			Name: "all members, which is a new version", Given: own("Four"), Request: patch("Four", "", `{"members":["ann","bob"]}`), Status: 200,
			Body: aGroup("{group Four}", "Four", "Four's people", 2, 2),
		},
		{Name: "nothing", Given: own("Five"), Request: patch("Five", "", `{}`), Status: 200, Body: aGroup("{group Five}", "Five", "Five's people", 0, 1)},
		{Name: "the version that the caller saw", Given: own("Six"), Request: patch("Six", "\nIf-Match: \"v1\"", `{"description":"x"}`), Status: 200, Body: aGroup("{group Six}", "Six", "x", 0, 2)},
		{Name: "any version", Given: own("Seven"), Request: patch("Seven", "\nIf-Match: *", `{"description":"x"}`), Status: 200, Body: aGroup("{group Seven}", "Seven", "x", 0, 2)},
		{Name: "another version", Given: own("Eight"), Request: patch("Eight", "\nIf-Match: \"v2\"", `{"description":"x"}`), Status: 412, Body: stale("…")},
		{Name: "a weak version", Given: own("Nine"), Request: patch("Nine", "\nIf-Match: W/\"v1\"", `{"description":"x"}`), Status: 412, Body: stale("…")},
		{Name: "a tag of somebody else's", Given: own("Ten"), Request: patch("Ten", "\nIf-Match: \"33a64df5\"", `{"description":"x"}`), Status: 412, Body: stale("…")},
		{
			Name: "no name", Given: own("Eleven"), Request: patch("Eleven", "", `{"displayName":null,"active":7,"members":[7]}`), Status: 422,
			Body: invalid("displayName must be a string of 1 to 255 characters (and 2 more)", at("displayName", "must be a string of 1 to 255 characters"),
				at("active", "must be true or false, or null"), at("members/0", "must be an id or a name, or an object with an id")),
		},
		{Name: "one that is not there", Request: with("PATCH /api/v1/groups/"+nobodys, `{}`), Status: 404, Body: missing},
		{
			Name: "a name that is taken", Given: own("Twelve"), Request: patch("Twelve", "", `{"displayName":"Network"}`), Status: 409,
			Body: takenBy(refused(409, "conflict", "Another record is in the way", `displayName …`, at("displayName", "…")), `"id":"…","number":…`),
		},
		{Name: "one is deleted", Given: own("Gone"), Request: "DELETE /api/v1/groups/{group Gone}", Status: 204, After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			answers(t, e, "Bearer {token read}", "GET /api/v1/groups/{group Gone}", 404)
			answers(t, e, "Bearer {token write}", "DELETE /api/v1/groups/{group Gone}", 404)
		}},
		{Name: "one is deleted in another version", Given: own("Kept"), Request: "DELETE /api/v1/groups/{group Kept}\nIf-Match: \"v9\"", Status: 412, Body: stale("…")},
		{
			Name: "who may only read deletes none", As: "Bearer {token read}", Request: "DELETE /api/v1/groups/{group Acme}", Status: 403, Body: forbidden("this credential may only read"),
		},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "Bearer {token write}"
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(branch)}, rows...)
}

func TestMembers(t *testing.T) {
	t.Parallel()
	member := func(name string) string {
		return `{"id":"{user ` + name + `}","number":{number ` + name + `},"userName":"` + name + `"}`
	}
	own := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) { t.Helper(); e.Group(t, name) }
	}
	list := func(members ...string) string { return `{"items":[` + strings.Join(members, ",") + `]}` }
	has := func(name string, members ...string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			w := e.Do(t, "Bearer {token read}", "GET /api/v1/groups/{group "+name+"}/members")
			if got, want := w.Body.String(), e.Fill(list(members...)); got != want {
				t.Errorf("the members are %s, want %s", got, want)
			}
		}
	}
	rows := []dialecttest.Scenario{
		{Name: "all", Request: "GET /api/v1/groups/{group Acme}/members", Status: 200, Body: list(member("ann"), member("bob"), member("cat"))},
		{Name: "some of them", Request: "GET /api/v1/groups/{group Acme}/members?fields=userName&limit=1000", Status: 200, Body: list(
			`{"id":"{user ann}","userName":"ann"}`, `{"id":"{user bob}","userName":"bob"}`, `{"id":"{user cat}","userName":"cat"}`)},
		{Name: "of none", Request: "GET /api/v1/teams/{team Storage}/members", Status: 200, Body: list()},
		{Name: "of what is not there", Request: "GET /api/v1/groups/" + nobodys + "/members", Status: 404, Body: missing},
		{Name: "of what the caller does not see", As: "Bearer {token acme}", Request: "GET /api/v1/groups/{group Network}/members", Status: 404, Body: missing},
		{
			Name: "come and go", Given: own("Mixed"), Request: with("POST /api/v1/groups/{group Mixed}/members", `{"add":["ann","{user bob}"],"remove":["cat"]}`), Status: 200,
			Body: aGroup("{group Mixed}", "Mixed", "Mixed's people", 2, 2), After: has("Mixed", member("ann"), member("bob")),
		},
		{
			Name: "faults name what was sent", Given: own("Wrong"), Request: with("POST /api/v1/groups/{group Wrong}/members", `{"add":["nobody"],"remove":["ann","noone"],"members":[]}`), Status: 422,
			Body:  invalid("members is not known here (and 2 more)", at("members", "is not known here"), at("add/0", `names no user: \"nobody\"`), at("remove/1", `names no user: \"noone\"`)),
			After: has("Wrong"),
		},
		{
			Name: "the same one comes and goes", Given: own("Both"), Request: with("POST /api/v1/groups/{group Both}/members", `{"add":["ann"],"remove":["ann"]}`), Status: 422,
			Body: invalid("remove names somebody who is to be added, too", at("remove", "names somebody who is to be added, too")),
		},
		{Name: "one comes", Given: own("In"), Request: "PUT /api/v1/groups/{group In}/members/{user ann}", Status: 204, After: has("In", member("ann"))},
		{Name: "one who is there comes", Request: "PUT /api/v1/groups/{group Acme}/members/{user ann}", Status: 204},
		{Name: "one who is not there comes", Request: "PUT /api/v1/groups/{group Acme}/members/" + nobodys, Status: 404, Body: missing},
		{Name: "one who is no member goes", Request: "DELETE /api/v1/groups/{group Acme}/members/{user out}", Status: 204},
		{Name: "one who is not there goes", Request: "DELETE /api/v1/groups/{group Acme}/members/" + nobodys, Status: 404, Body: missing},
		{
			Name: "one whom the caller does not hold is not drawn in", As: "Bearer {token acme}", Request: "PUT /api/v1/groups/{group Acme}/members/{user out}", Status: 404,
			Body: missing,
		},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "Bearer {token write}"
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(branch)}, rows...)
}

func TestTeams(t *testing.T) {
	t.Parallel()
	const create = "POST /api/v1/teams"
	aTeam := func(id, name, alert, sig, page, services string, version int) string {
		return fmt.Sprintf(`{"id":"%s","number":…,"displayName":"%s","description":"","active":true,"memberCount":0,"alertFilter":"%s","sigFilter":"%s","landingPage":%s,"services":[%s],"version":%d,"createdAt":"2026-11-21T18:00:00Z"}`,
			id, name, alert, sig, page, services, version)
	}
	service := func(name string) string { return `{"id":"…","number":…,"displayName":"` + name + `"}` }
	own := func(name, more string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			w := e.Do(t, "Bearer {token write}", with(create, `{"displayName":"`+name+`"`+more+`}`))
			if w.Code != http.StatusCreated {
				t.Fatalf("a team is answered %d %s", w.Code, w.Body)
			}
			e.Set("team "+name, strings.TrimPrefix(w.Header().Get("Location"), "/api/v1/teams/"))
		}
	}
	rows := []dialecttest.Scenario{
		{Name: "one is made", Request: with(create, `{"displayName":"Plain"}`), Status: 201, Body: aTeam("…", "Plain", "", "", "null", "", 1)},
		{
			Name: "one is made with everything", Status: 201, Body: aTeam("…", "Whole", "a = 1", "b = 2", `{"page":["x",null]}`, service("Mail")+","+service("Web"), 1),
			Request: with(create, `{"displayName":"Whole","alertFilter":"a = 1","sigFilter":"b = 2","landingPage":{"page":["x",null]},"services":["Mail","Web","mail"]}`),
		},
		{Name: "a name of 65 characters", Request: with(create, `{"displayName":"`+strings.Repeat("x", 65)+`"}`), Status: 422, Body: invalid("displayName must be a string of 1 to 64 characters", at("displayName", "must be a string of 1 to 64 characters"))},
		{
			Name: "one is changed", Given: own("Changed", `,"landingPage":"x","services":["Mail"]`), Status: 200,
			Request: with("PATCH /api/v1/teams/{team Changed}", `{"landingPage":null,"services":null,"sigFilter":"c"}`),
			Body:    aTeam("{team Changed}", "Changed", "", "c", "null", "", 2),
		},
		{Name: "what is absent stays", Given: own("Stays", `,"landingPage":"x","services":["Mail"]`), Status: 200, Request: with("PATCH /api/v1/teams/{team Stays}", `{}`), Body: aTeam("{team Stays}", "Stays", "", "", `"x"`, service("Mail"), 1)},
		{Name: "one is read", Given: own("Read", `,"services":["Mail"]`), Status: 200, Request: "GET /api/v1/teams/{team Read}", Body: aTeam("{team Read}", "Read", "", "", "null", service("Mail"), 1)},
		{Name: "one is deleted", Given: own("Gone", ""), Status: 204, Request: "DELETE /api/v1/teams/{team Gone}"},
		{Name: "one is found", Given: own("Found", `,"services":["Mail"]`), Status: 200, Request: "GET /api/v1/teams?filter=displayName+eq+%22found%22", Body: `{"items":[` + aTeam("{team Found}", "Found", "", "", "null", service("Mail"), 1) + `]}`},
	}
	for i := range rows {
		rows[i].As = "Bearer {token write}"
	}
	dialecttest.Run(t, dialecttest.World{Given: described(branch)}, rows...)
}

func TestACreateThatItsCallerNamesIsMadeOnce(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(office)(t, e)
	make := func(key, name string) (status int, at, body string) {
		w := e.Do(t, "Bearer {token write}", "POST /api/v1/groups\nIdempotency-Key: "+key+"\nContent-Type: application/json\n\n{\"displayName\":\""+name+"\"}")
		return w.Code, w.Header().Get("Location"), w.Body.String()
	}
	status, first, text := make("k1", "Once")
	if status != http.StatusCreated || !strings.HasPrefix(first, "/api/v1/groups/") {
		t.Fatalf("the answer is %d at %s", status, first)
	}
	if status, again, same := make("k1", "Once"); status != http.StatusCreated || again != first || same != text {
		t.Errorf("the repeat is answered %d %s at %s, want %s at %s", status, same, again, text, first)
	}
	if status, _, body := make("k1", "Other"); status != http.StatusUnprocessableEntity || !strings.Contains(body, `{"header":"Idempotency-Key","detail":"was used for another request`) {
		t.Errorf("another request with the key is answered %d %s", status, body)
	}
	if status, _, _ := make("k2", "Once"); status != http.StatusConflict {
		t.Errorf("another key is answered %d", status)
	}
	answers(t, e, "Bearer {token write}", "DELETE "+first, http.StatusNoContent)
	if status, _, body := make("k1", "Once"); status != http.StatusConflict || !strings.Contains(body, "was used for a record that is gone") {
		t.Errorf("the key of a record that is gone is answered %d %s", status, body)
	}
}

func TestTheLocationIsBelowTheOrganizationThatTheCallerNamed(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	office(t, e)
	w := e.Do(t, "Bearer {token write}", with("POST /o/default/api/v1/groups", `{"displayName":"New"}`))
	place := w.Header().Get("Location")
	if w.Code != http.StatusCreated || !strings.HasPrefix(place, "/o/default/api/v1/groups/") {
		t.Fatalf("the answer is %d at %q", w.Code, place)
	}
	answers(t, e, "Bearer {token read}", "GET "+place, http.StatusOK)
}
