package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// watched creates check groups, checks and users.
func watched(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	office(t, e)
	e.Team(t, "Storage")
	e.User(t, directory.NewUser{UserName: "ann"})
	for _, body := range []string{`{"displayName":"Backups","description":"Nightly"}`, `{"displayName":"Mail"}`} {
		know(t, e, "check-group", "/check-groups", body)
	}
	for _, name := range []string{"db1", "db2", "db3"} {
		know(t, e, "check", "/checks", `{"displayName":"`+name+`","emailAlias":"`+name+`","checkGroup":"Backups"}`)
	}
}

// know creates a record by a call, and remembers its id under its name.
func know(t testing.TB, e *dialecttest.Env, kind, path, body string) {
	t.Helper()
	w := e.Do(t, "Bearer {token write}", "POST /api/v1"+path+sendJSON+body)
	id, found := strings.CutPrefix(w.Header().Get("Location"), "/api/v1"+path+"/")
	_, name, _ := strings.Cut(body, `:"`)
	name, _, _ = strings.Cut(name, `"`)
	if w.Code != 201 || !found {
		t.Fatalf("make %s: %d %s", body, w.Code, w.Body)
	}
	e.Set(kind+" "+name, id)
}

const (
	backups    = `{"id":"{check-group Backups}","number":1,"displayName":"Backups"}`
	noWindow   = `"window":{"start":"00:00","end":"00:00","days":[]}`
	noMatching = `"matching":{"required":"any","conditions":[]},"success":{"required":"any","conditions":[]},"warning":{"required":"any","conditions":[]}`
	now        = `"2026-11-21T18:00:00Z"`
	tomorrow   = `"2026-11-22T18:30:00Z"`
	db1        = `{"id":"{check db1}","number":1,"displayName":"db1","description":"","emailAlias":"db1","checkGroup":` + backups + `,` + noMatching +
		`,"defaultStatus":"success","interval":null,"overdueMinutes":30,` + noWindow + `,"groups":[],"teams":[],"state":"new","running":false,"paused":false,"dueAt":null,"status":null,"statusAt":` + now +
		`,"version":1,"createdAt":` + now + `,"updatedAt":` + now + `}`
)

func TestChecks(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: described(watched)}, []dialecttest.Scenario{
		{
			Name: "one is made whole", As: "Bearer {token write}", Status: 201, Header: map[string]string{"ETag": `"v1.…"`},
			Request: "POST /api/v1/checks" + sendJSON + `{"displayName":"Whole","description":"x","checkGroup":"backups","matching":{"required":"all","conditions":[` +
				`{"field":"subject","matches":"contains","value":"Whole"},{"field":"from","matches":"regex","value":"^a.*b$"}]},` +
				`"success":{"required":"any","conditions":[{"field":"body","matches":"starts_with","value":"ok"}]},"interval":{"unit":"hour","value":2},"overdueMinutes":5,` +
				`"window":{"start":"08:00","end":"18:00","days":["tue","mon"]},"groups":["Network"],"teams":["{team Storage}"]}`,
			Body: `{"id":"…","number":4,"displayName":"Whole","description":"x","emailAlias":null,"checkGroup":` + backups + `,"matching":{"required":"all","conditions":[` +
				`{"field":"subject","matches":"contains","value":"Whole"},{"field":"from","matches":"regex","value":"^a.*b$"}]},` +
				`"success":{"required":"any","conditions":[{"field":"body","matches":"starts_with","value":"ok"}]},"warning":{"required":"any","conditions":[]},` +
				`"defaultStatus":"failure","interval":{"unit":"hour","value":2},"overdueMinutes":5,"window":{"start":"08:00","end":"18:00","days":["mon","tue"]},` +
				`"groups":[{"id":"{group Network}","number":2,"displayName":"Network"}],"teams":[{"id":"{team Storage}","number":2,"displayName":"Storage"}],` +
				`"state":"new","running":false,"paused":false,"dueAt":"2026-11-23T10:05:00Z","status":null,"statusAt":` + now + `,"version":1,"createdAt":` + now + `,"updatedAt":` + now + `}`,
		},
		{
			Name: "all faults come at once", As: "Bearer {token write}", Status: 422,
			Request: "POST /api/v1/checks" + sendJSON + `{"displayname":"x","interval":{"unit":"year"},"window":{"start":"8"},"matching":{"conditions":[{"field":"to"}]},"checkGroup":"Nope","groups":["Nope"]}`,
			Body: notValid + `"detail":"displayname is not known here (and 8 more)","requestId":"…","errors":[{"pointer":"#/displayname","detail":"is not known here"},` +
				`{"pointer":"#/interval/unit","detail":"must be one of: minute, hour, day, week, month, or null"},` +
				`{"pointer":"#/matching/conditions/0/field","detail":"must be one of: subject, body, from"},{"pointer":"#/matching/conditions/0/matches","detail":"is required"},` +
				`{"pointer":"#/matching/conditions/0/value","detail":"is required"},` +
				`{"pointer":"#/displayName","detail":"is required"},{"pointer":"#/window/start","detail":"must be a time of day from 00:00 to 23:59"},` +
				`{"pointer":"#/checkGroup","detail":"names no check group: \"Nope\""},{"pointer":"#/groups/0","detail":"names no group: \"Nope\""}]}`,
		},
		{
			Name: "it needs something to match", As: "Bearer {token write}", Status: 422, Request: "POST /api/v1/checks" + sendJSON + `{"displayName":"Nothing"}`,
			Body: notValid + `"detail":"matching needs a condition if there is no email alias","requestId":"…","errors":[{"pointer":"#/matching","detail":"needs a condition if there is no email alias"}]}`,
		},
		{
			Name: "a name that is taken is in the way", As: "Bearer {token write}", Status: 409, Request: "POST /api/v1/checks" + sendJSON + `{"displayName":"DB1","emailAlias":"other"}`,
			Body: problemOf + `conflict","title":"Another record is in the way","status":409,"detail":"displayName is taken","requestId":"…",` +
				`"errors":[{"pointer":"#/displayName","detail":"is taken"}],"existing":{"id":"{check db1}","number":…}}`,
		},
		{Name: "one is read", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/checks/{check db1}", Header: map[string]string{"ETag": `"v1.…"`}, Body: db1},
		{
			Name: "one that is known is not sent again", As: "Bearer {token read}", Status: 304, Request: "GET /api/v1/checks/{check db1}\nIf-None-Match: {etag db1}",
			Given: func(t testing.TB, e *dialecttest.Env) {
				e.Tag(t, "db1", "Bearer {token read}", "GET /api/v1/checks/{check db1}")
			},
		},
		{
			Name: "some are found", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/checks?filter=checkGroup+eq+%22{check-group Backups}%22+and+displayName+eq+%22DB1%22",
			Body: `{"items":[` + db1 + `]}`,
		},
		{
			Name: "a change is one", As: "Bearer {token write}", Status: 200, Header: map[string]string{"ETag": `"v2.…"`},
			Request: "PATCH /api/v1/checks/{check db2}\nIf-Match: \"v1\"" + sendJSON + `{"interval":null,"window":{"end":"12:00"},"checkGroup":null,"teams":["Storage"],"overdueMinutes":0}`,
			Body: `{"id":"{check db2}","number":2,"displayName":"db2","description":"","emailAlias":"db2","checkGroup":null,` + noMatching +
				`,"defaultStatus":"success","interval":null,"overdueMinutes":0,"window":{"start":"00:00","end":"12:00","days":[]},"groups":[],` +
				`"teams":[{"id":"{team Storage}","number":2,"displayName":"Storage"}],"state":"new","running":false,"paused":false,"dueAt":null,"status":null,"statusAt":` + now + `,"version":2,"createdAt":` + now + `,"updatedAt":` + now + `}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "Bearer {token write}", "PATCH /api/v1/checks/{check db2}\nIf-Match: \"v1\""+sendJSON+`{"overdueMinutes":1}`, 412)
			},
		},
		{
			Name: "one is deleted", As: "Bearer {token write}", Status: 204, Request: "DELETE /api/v1/checks/{check db3}",
			After: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "Bearer {token write}", "GET /api/v1/checks/{check db3}", 404)
				answers(t, e, "Bearer {token write}", "DELETE /api/v1/checks/{check db3}", 404)
			},
		},
		{
			Name: "the same create with one key is one", As: "Bearer {token write}", Status: 201,
			Given: func(t testing.TB, e *dialecttest.Env) {
				know(t, e, "check", "/checks", `{"displayName":"Plain","emailAlias":"plain"}`)
			},
			Request: "POST /api/v1/checks\nIdempotency-Key: k1" + sendJSON + `{"displayName":"Once","emailAlias":"once"}`,
			Body: `{"id":"…","number":…,"displayName":"Once","description":"","emailAlias":"once","checkGroup":null,` + noMatching + `,"defaultStatus":"success",` +
				`"interval":null,"overdueMinutes":30,` + noWindow + `,"groups":[],"teams":[],"state":"new","running":false,"paused":false,"dueAt":null,"status":null,"statusAt":` + now + `,"version":1,"createdAt":` + now + `,"updatedAt":` + now + `}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "Bearer {token write}", "POST /api/v1/checks\nIdempotency-Key: k1"+sendJSON+`{"displayName":"Once","emailAlias":"once"}`, 201)
				answers(t, e, "Bearer {token write}", "POST /api/v1/checks\nIdempotency-Key: k1"+sendJSON+`{"displayName":"Once","emailAlias":"more"}`, 422)
			},
		},
	}...)
}

func TestCheckGroups(t *testing.T) {
	t.Parallel()
	shown := func(id, number, name, description, count, version string) string {
		return `{"id":"` + id + `","number":` + number + `,"displayName":"` + name + `","description":"` + description + `","checkCount":` + count + `,"version":` + version +
			`,"createdAt":` + now + `,"updatedAt":` + now + `}`
	}
	dialecttest.Run(t, dialecttest.World{Given: described(watched)}, []dialecttest.Scenario{
		{
			Name: "one is read", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/check-groups/{check-group Backups}", Header: map[string]string{"ETag": `"v1.…"`},
			Body: shown("{check-group Backups}", "1", "Backups", "Nightly", "3", "1"),
		},
		{
			Name: "they are found by what they have", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/check-groups?filter=checkCount+gt+2&fields=displayName",
			Body: `{"items":[{"id":"{check-group Backups}","displayName":"Backups"}]}`,
		},
		{
			Name: "one is made, changed and deleted", As: "Bearer {token write}", Status: 201, Request: "POST /api/v1/check-groups" + sendJSON + `{"displayName":"Web"}`,
			Body: shown("…", "…", "Web", "", "0", "1"),
			After: func(t testing.TB, e *dialecttest.Env) {
				know(t, e, "check-group", "/check-groups", `{"displayName":"Gone"}`)
				w := e.Do(t, "Bearer {token write}", "PATCH /api/v1/check-groups/{check-group Gone}"+sendJSON+`{"description":"x","displayName":"Going"}`)
				if w.Code != 200 || !strings.Contains(w.Body.String(), `"displayName":"Going","description":"x","checkCount":0,"version":2`) {
					t.Errorf("the change is answered %d %s", w.Code, w.Body)
				}
				answers(t, e, "Bearer {token write}", "DELETE /api/v1/check-groups/{check-group Gone}\nIf-Match: \"v1\"", 412)
				answers(t, e, "Bearer {token write}", "DELETE /api/v1/check-groups/{check-group Gone}\nIf-Match: \"v2\"", 204)
				answers(t, e, "Bearer {token write}", "GET /api/v1/check-groups/{check-group Gone}", 404)
			},
		},
		{
			Name: "a name cannot be null", As: "Bearer {token write}", Status: 422, Request: "PATCH /api/v1/check-groups/{check-group Mail}" + sendJSON + `{"displayName":null}`,
			Body: notValid + `"detail":"displayName must be a string of 1 to 255 characters","requestId":"…","errors":[{"pointer":"#/displayName","detail":"must be a string of 1 to 255 characters"}]}`,
		},
		{
			Name: "a user gets a permission, another one, and none", As: "Bearer {token write}", Status: 200,
			Request: "PUT /api/v1/check-groups/{check-group Backups}/permissions" + sendJSON + `{"user":"ann","accessLevel":"editor","notify":true}`,
			Body:    `{"id":"…","user":{"id":"{user ann}","userName":"ann"},"group":null,"accessLevel":"editor","notify":true,"createdAt":` + now + `}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				const path = "/api/v1/check-groups/{check-group Backups}/permissions"
				answers(t, e, "Bearer {token write}", "PUT "+path+sendJSON+`{"user":"{user ann}","accessLevel":"readonly"}`, 200)
				answers(t, e, "Bearer {token write}", "PUT "+path+sendJSON+`{"group":"Network","accessLevel":"user","notify":true}`, 200)
				list := e.Do(t, "Bearer {token read}", "GET "+path).Body.String()
				ann := e.Fill(`"user":{"id":"{user ann}","userName":"ann"},"group":null,"accessLevel":"readonly","notify":false,`)
				network := e.Fill(`"user":null,"group":{"id":"{group Network}","number":2,"displayName":"Network"},"accessLevel":"user","notify":true,`)
				if !strings.Contains(list, ann) || !strings.Contains(list, network) || strings.Count(list, `"notify"`) != 2 {
					t.Errorf("the permissions are %s", list)
				}
				id := list[strings.Index(list, `"id":"`)+6:][:36]
				answers(t, e, "Bearer {token write}", "DELETE "+path+"/"+id, 204)
				answers(t, e, "Bearer {token write}", "DELETE "+path+"/"+id, 404)
			},
		},
		{
			Name: "a permission is somebody's", As: "Bearer {token write}", Status: 422,
			Request: "PUT /api/v1/check-groups/{check-group Mail}/permissions" + sendJSON + `{"accessLevel":"king","notify":1}`,
			Body: notValid + `"detail":"accessLevel must be one of: custom, readonly, user, editor, manager, administrator (and 2 more)","requestId":"…","errors":[` +
				`{"pointer":"#/accessLevel","detail":"must be one of: custom, readonly, user, editor, manager, administrator"},{"pointer":"#/notify","detail":"must be true or false, or null"},` +
				`{"pointer":"#/user","detail":"or group is required, and not both"}]}`,
		},
		{
			Name: "a check group that is not there has none", As: "Bearer {token read}", Status: 404, Request: "GET /api/v1/check-groups/019aa1f0-0000-7000-8000-000000000000/permissions",
			Body: noRecord + `"detail":"…","requestId":"…"}`,
		},
	}...)
}

// largeConditions returns n conditions with regular expressions of about 870 steps each. They count
// like any others, but are fast.
func largeConditions(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"field":"body","matches":"regex","value":"^(?:.?.?.?.?){100}%d$"}`, i))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func TestEvents(t *testing.T) {
	t.Parallel()
	const link = `{"id":"{check db1}","number":1,"displayName":"db1"}`
	dialecttest.Run(t, dialecttest.World{Given: described(watched)}, []dialecttest.Scenario{
		{
			Name: "one for a check is claimed by it", As: "Bearer {token write}", Status: 201,
			Request: "POST /api/v1/events" + sendJSON + `{"check":"{check db1}","title":"Backup failed","body":"disk full","from":"db1","status":"failure"}`,
			Body:    `{"id":"…","check":` + link + `,"title":"Backup failed","body":"disk full","from":"db1","status":"failure","dedupKey":"","labels":{},"occurredAt":null,"reason":null,"at":` + now + `}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				if w := e.Do(t, "Bearer {token read}", "GET /api/v1/checks/{check db1}?fields=status"); !strings.Contains(w.Body.String(), `"status":"failure"`) {
					t.Errorf("the check is %s", w.Body)
				}
				w := e.Do(t, "Bearer {token read}", "GET /api/v1/overview")
				if !strings.Contains(w.Body.String(), `"checks":{"success":0,"warning":0,"failure":1},"checkStates":{"new":2,"success":0,"warning":0,"failure":1,"overdue":0,"paused":0}`) {
					t.Errorf("the overview is %s", w.Body)
				}
				one := e.Do(t, "Bearer {token read}", "GET /api/v1/events?check={check db1}&fields=title")
				id := one.Body.String()
				id = id[strings.Index(id, `"id":"`)+6:][:36]
				if want := `{"items":[{"id":"` + id + `","title":"Backup failed"}]}`; one.Body.String() != want {
					t.Errorf("the events are %s", one.Body)
				}
				answers(t, e, "Bearer {token read}", "GET /api/v1/events/"+id, 200)
			},
		},
		{
			Name: "one by an alias too", As: "Bearer {token write}", Status: 201,
			Request: "POST /api/v1/events" + sendJSON + `{"alias":"DB2","title":"ok"}`,
			Body:    `{"id":"…","check":{"id":"{check db2}","number":2,"displayName":"db2"},"title":"ok","body":"","from":"","status":"success","dedupKey":"","labels":{},"occurredAt":null,"reason":null,"at":` + now + `}`,
		},
		{
			Name: "one that nobody claims is a failure", As: "Bearer {token write}", Status: 201,
			Request: "POST /api/v1/events" + sendJSON + `{"title":"What is this"}`,
			Body:    `{"id":"…","check":null,"title":"What is this","body":"","from":"","status":"failure","dedupKey":"","labels":{},"occurredAt":null,"reason":null,"at":` + now + `}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				w := e.Do(t, "Bearer {token read}", "GET /api/v1/events?matched=false&status=failure&from=2026-11-21T19:00:00%2B01:00&to=2026-11-21T18:00:01Z&fields=title,check")
				if got := w.Body.String(); strings.Count(got, "title") != 1 || !strings.Contains(got, `"check":null`) || !strings.Contains(got, "What is this") {
					t.Errorf("the unmatched events are %s", got)
				}
				w = e.Do(t, "Bearer {token read}", "GET /api/v1/events?matched=false&to=2026-11-21T18:00:00Z")
				if w.Body.String() != `{"items":[]}` {
					t.Errorf("earlier there were %s", w.Body)
				}
			},
		},
		{
			Name: "all faults come at once", As: "Bearer {token write}", Status: 422, Request: "POST /api/v1/events" + sendJSON + `{"status":"bad","check":7}`,
			Body: notValid + `"detail":"status must be one of: success, warning, failure, or null (and 2 more)","requestId":"…","errors":[{"pointer":"#/status","detail":"must be one of: success, warning, failure, or null"},` +
				`{"pointer":"#/check","detail":"must be an id or a name, or an object with an id, or null"},{"pointer":"#/title","detail":"is required"}]}`,
		},
		{
			Name: "one for a check by its name", As: "Bearer {token write}", Status: 201,
			Request: "POST /api/v1/events" + sendJSON + `{"check":" DB2 ","title":"ok"}`,
			Body:    `{"id":"…","check":{"id":"{check db2}","number":2,"displayName":"db2"},"title":"ok","body":"","from":"","status":"success","dedupKey":"","labels":{},"occurredAt":null,"reason":null,"at":` + now + `}`,
		},
		{
			Name: "labels are texts", As: "Bearer {token write}", Status: 422,
			Request: "POST /api/v1/events" + sendJSON + `{"title":"x","labels":{"host":"db1","a/b":1,"none":null}}`,
			Body: notValid + `"detail":"labels/a~1b must be a string (and 1 more)","requestId":"…","errors":[` +
				`{"pointer":"#/labels/a~1b","detail":"must be a string"},{"pointer":"#/labels/none","detail":"must be a string"}]}`,
		},
		{
			Name: "one for no check is none", As: "Bearer {token write}", Status: 422, Request: "POST /api/v1/events" + sendJSON + `{"title":"x","check":"019aa1f0-0000-7000-8000-000000000000"}`,
			Body: notValid + `"detail":"check names no check","requestId":"…","errors":[{"pointer":"#/check","detail":"names no check"}]}`,
		},
		{
			Name: "wrong parameters are named", As: "Bearer {token read}", Status: 400, Request: "GET /api/v1/events?matched=yes&from=2026-11-21T9:30:00Z&status=x&filter=x",
			Body: problemOf + `invalid","title":"The request cannot be read","status":400,"detail":"filter is no parameter of this call (and 3 more)","requestId":"…","errors":[` +
				`{"parameter":"filter","detail":"is no parameter of this call"},{"parameter":"status","detail":"must be one of: success, warning, failure"},` +
				`{"parameter":"matched","detail":"must be one of: true, false"},{"parameter":"from","detail":"must be a time such as 2026-11-21T09:30:00Z"}]}`,
		},
	}...)
}

func TestWhatTakesTooMuchWorkIsToldToWhoeverMakesChecksAndReadsEvents(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: described(watched)}, []dialecttest.Scenario{
		{
			Name: "its regular expressions are bounded together", As: "Bearer {token write}", Status: 422,
			Request: "POST /api/v1/checks" + sendJSON + `{"displayName":"Heavy","emailAlias":"heavy","success":{"conditions":` + largeConditions(6) + `}}`,
			Body: notValid + `"detail":"…","requestId":"…","errors":[{"pointer":"#/matching","detail":"and the other conditions hold regular expressions that are too large together: ` +
				`5130 steps, 5000 are the most; use fewer or simpler ones"}]}`,
		},
		{
			Name: "one that takes too much work says why nobody claims it", As: "Bearer {token write}", Status: 201,
			Request: "POST /api/v1/events" + sendJSON + `{"alias":"heavy","title":"t","body":"` + strings.Repeat("x", 20_000) + `"}`,
			Body: `{"id":"…","check":null,"title":"t","body":"` + strings.Repeat("x", 20_000) + `","from":"","status":"failure","dedupKey":"","labels":{},"occurredAt":null,"reason":"To compare this event with the conditions of the checks ` +
				`would have taken too much work, so no check claimed it. Use simpler regular expressions, or fewer conditions.","at":` + now + `}`,
			Given: func(t testing.TB, e *dialecttest.Env) {
				know(t, e, "check", "/checks", `{"displayName":"heavy","emailAlias":"heavy","success":{"conditions":`+largeConditions(3)+`}}`)
			},
			After: func(t testing.TB, e *dialecttest.Env) {
				if w := e.Do(t, "Bearer {token read}", "GET /api/v1/events?matched=false&fields=reason"); !strings.Contains(w.Body.String(), `"reason":"To compare`) {
					t.Errorf("the unmatched events are %s", w.Body)
				}
			},
		},
	}...)
}

func TestEventsComeNewestFirstByPages(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(watched)(t, e)
	for _, title := range []string{"1", "2", "3", "4", "5"} {
		answers(t, e, "Bearer {token write}", "POST /api/v1/events"+sendJSON+`{"title":"`+title+`"}`, 201)
	}
	var titles []string
	for cursor := ""; ; {
		w := e.Do(t, "Bearer {token read}", "GET /api/v1/events?limit=2&fields=title"+cursor)
		for _, part := range strings.Split(w.Body.String(), `"title":"`)[1:] {
			titles = append(titles, part[:1])
		}
		_, next, found := strings.Cut(w.Body.String(), `"next":"`)
		if !found {
			break
		}
		cursor = "&cursor=" + strings.TrimSuffix(next, `"}`)
	}
	if got := strings.Join(titles, ""); got != "54321" {
		t.Errorf("they come as %s", got)
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	failure := func(key string) string {
		return sendJSON + `{"check":"{check db1}","title":"Full: ` + key + `","status":"failure","dedupKey":"` + key + `","labels":{"host":"db1"},"occurredAt":"2026-11-21T17:59:00Z"}`
	}
	shown := func(key, state, ended string) string {
		return `{"id":"{alert ` + key + `}","check":{"id":"{check db1}","number":1,"displayName":"db1"},"dedupKey":"` + key + `","title":"Full: ` + key + `","labels":{"host":"db1"},` +
			`"state":"` + state + `","checkState":"failure","highest":"failure","urgency":"page","failures":1,"openedAt":` + now + `,"lastEventAt":` + now + `,"endedAt":` + ended + `,"acknowledged":null}`
	}
	given := func(t testing.TB, e *dialecttest.Env) {
		watched(t, e)
		answers(t, e, "Bearer {token write}", "POST /api/v1/events"+failure("a"), 201)
		answers(t, e, "Bearer {token write}", "POST /api/v1/events"+failure("b"), 201)
		answers(t, e, "Bearer {token write}", "POST /api/v1/events"+sendJSON+`{"check":"{check db1}","title":"fine","status":"success","dedupKey":"a"}`, 201)
		var list struct {
			Items []struct{ ID, DedupKey string }
		}
		if err := json.Unmarshal(e.Do(t, "Bearer {token read}", "GET /api/v1/alerts").Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
		for _, a := range list.Items {
			e.Set("alert "+a.DedupKey, a.ID)
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(given)}, []dialecttest.Scenario{
		{
			Name: "all are listed, newest first", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/alerts",
			Body: `{"items":[` + shown("b", "open", "null") + `,` + shown("a", "ended", now) + `]}`,
		},
		{
			Name: "open ones of a check", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/alerts?state=open&check={check db1}&count=true",
			Body: `{"items":[` + shown("b", "open", "null") + `],"total":1}`,
		},
		{
			Name: "ended ones", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/alerts?state=ended",
			Body: `{"items":[` + shown("a", "ended", now) + `]}`,
		},
		{Name: "none of another check", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/alerts?check={check db2}", Body: `{"items":[]}`},
		{Name: "one is read", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/alerts/{alert b}", Body: shown("b", "open", "null")},
		{
			Name: "one that is not there", As: "Bearer {token read}", Status: 404, Request: "GET /api/v1/alerts/{check db1}",
			Body: `{"type":"urn:roster:problem:not-found","title":"There is no such record","status":404,"detail":"There is no such record, or none that this credential may see.","requestId":"…"}`,
		},
	}...)
}

func TestAPausedCheckIsShownAsPaused(t *testing.T) {
	t.Parallel()
	const fields = "?fields=state,paused,dueAt,status"
	dialecttest.Run(t, dialecttest.World{Given: described(watched)}, []dialecttest.Scenario{
		{
			Name: "paused", As: "Bearer {token write}", Status: 200,
			Given: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "Bearer {token write}", "PATCH /api/v1/checks/{check db1}"+sendJSON+`{"paused":true}`, 200)
			},
			Request: "GET /api/v1/checks/{check db1}" + fields,
			Body:    `{"id":"{check db1}","state":"paused","paused":true,"dueAt":null,"status":null}`,
		},
		{
			Name: "watched again", As: "Bearer {token write}", Status: 200,
			Given: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "Bearer {token write}", "PATCH /api/v1/checks/{check db1}"+sendJSON+`{"paused":null,"interval":{"unit":"day"}}`, 200)
			},
			Request: "GET /api/v1/checks/{check db1}" + fields,
			Body:    `{"id":"{check db1}","state":"new","paused":false,"dueAt":` + tomorrow + `,"status":null}`,
		},
	}...)
}
