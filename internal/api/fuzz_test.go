package api_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"roster/internal/dialect/dialecttest"
)

// writes are calls that take a body.
var writes = []string{
	"POST /api/v1/users", "PATCH /api/v1/users/{user ann}", "POST /api/v1/groups", "PATCH /api/v1/groups/{group Acme}",
	"POST /api/v1/groups/{group Acme}/members", "POST /api/v1/teams", "PATCH /api/v1/teams/{team Storage}", "POST /api/v1/departments",
	"POST /api/v1/roles", "POST /api/v1/realms", "POST /api/v1/tokens", "PUT /api/v1/default-preferences", "PUT /api/v1/groups/{group Acme}/default-preferences",
	"PUT /api/v1/users?match=userName", "POST /api/v1/users/batch", "POST /api/v1/checks", "POST /api/v1/check-groups", "POST /api/v1/events",
	"POST /api/v1/organizations", "PATCH /api/v1/settings", "POST /api/v1/users/{user ann}/contact-methods", "PATCH /api/v1/users/{user ann}/preferences",
}

// hostile are bodies that engines and decoders may stumble over.
var hostile = []string{
	`{}`, ``, `[]`, `null`, `{`, `{"displayName":"x"}`, `{"displayName":"a\u0000b","name":"a\u0000b","userName":"a\u0000b"}`,
	`{"userName":"u","roles":["Operator"],"groups":["Acme",""],"competencies":[{"ranking":1e2}],"properties":{"a":1e999},"joinedAt":"9999-12-31T23:59:59-12:00"}`,
	`{"userName":"v","joinedAt":"0000-01-01T00:00:00Z","sessionExpiryMinutes":9223372036854775807,"preferences":{"failures":[null]}}`,
	`{"userName":"w","email":"a\u0000@example.com","externalId":"\u0000","timezone":"\u0000","phoneNumber":"\u0000","properties":{"\u0000":"\u0000"},"department":"\u0000","primaryGroup":"\u0000"}`,
	`{"userName":"x","properties":{"\u0000":"\u0000"},"competencies":[{"name":"\u0000","ranking":1}],"realm":"\u0000"}`,
	`{"userName":"y","realm":"00000000-0000-7000-8000-000000000000","accessLevelGroups":["\u0000"],"roleGrants":[{"role":"\u0000","groups":["\u0000"]},{"role":"Operator"}]}`,
	`{"displayName":"\u202e","members":["{user ann}",5,null,{}],"services":["\ufffd"],"landingPage":[{"a":[]}],"active":null}`,
	`{"displayName":"s","services":["\u0000"],"landingPage":"\u0000","alertFilter":"\u0000","members":["\u0000"]}`,
	`{"name":"t","access":"read","user":"\u0000","groups":["\u0000"],"expiresInSeconds":9223372036854775807}`,
	`{"displayName":"r","configuration":{"defaultRoles":["\u0000"],"defaultTeams":{}},"permissions":["\u0000"," "]}`,
	`{"failures":["email"],"digest":null,"add":["ann"],"remove":["\u0000"]}`, `{"a.b[0]":1,"#/x":2,"~":3,"":4}`,
	`{"users":[{"userName":"a"},{"userName":"a"},5,{},{"userName":"\u0000"}]}`,
	`{"slug":"a\u0000","service":"sms","address":"\u0000","check":"\u0000","alias":"\u0000","title":"\u0000","status":"failure"}`,
}

// FuzzBody sends bodies through the whole server. Whatever they are, the description must allow the
// answer, and no internal error may occur.
func FuzzBody(f *testing.F) {
	for i := range writes {
		for _, seed := range hostile {
			f.Add(uint8(i), seed)
		}
	}
	e := dialecttest.Open(f, dialecttest.Options{Realms: offline{}})
	staff(f, e)
	h := e.Handler
	f.Fuzz(func(t *testing.T, call uint8, body string) {
		if strings.Contains(body, "assword") {
			t.Skip("a costly hash")
		}
		e.Handler = h
		described(func(testing.TB, *dialecttest.Env) {})(t, e)
		w := e.Do(t, "boss:"+password, with(writes[int(call)%len(writes)], body))
		if w.Code >= 500 || w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s is answered %d %s", writes[int(call)%len(writes)], w.Code, w.Body)
		}
	})
}

// FuzzQuery sends queries through the whole server.
func FuzzQuery(f *testing.F) {
	for i := range lists {
		for _, seed := range queries {
			f.Add(uint8(i), seed)
		}
	}
	e := dialecttest.Open(f, dialecttest.Options{})
	staff(f, e)
	h := e.Handler
	f.Fuzz(func(t *testing.T, list uint8, query string) {
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }) {
			t.Skip("no request has that")
		}
		e.Handler = h
		described(func(testing.TB, *dialecttest.Env) {})(t, e)
		w := e.Do(t, "boss:"+password, "GET /api/v1"+lists[int(list)%len(lists)]+"?"+query)
		if !slices.Contains([]int{200, 400, 403, 404, 422}, w.Code) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
}

// lists are the paths of all lists.
var lists = []string{
	"/users", "/groups", "/teams", "/departments", "/roles", "/realms", "/tokens", "/audit", "/groups/{group Acme}/members", "/checks", "/check-groups", "/events", "/jobs", "/organizations",
}

// queries are queries that engines and decoders may stumble over.
var queries = []string{
	"", "limit=1", "limit=1000&filter=id+pr", "cursor=eyJsIjoiIiwiayI6MX0", "filter=a.b+eq+%22%00%22", "filter=id+eq+%22%5cu0000%22", "filter=userName+eq+%22%5cu0000%22",
	"filter=groups+eq+%22%5cu0000%22", "filter=email+eq+%22%5cu0000%22+and+externalId+eq+%22%5cu0000%22", "fields=id,,id", "search=%e2%80%ae&sort=email", "search=%01", "filter=not+(id+eq+null)",
	"%00=%ff&&=", "revoked=1&target=%01", "check=%01&from=2026-13-01T00:00:00Z", "status=none&state=%01",
}

func TestNothingThatIsSentMakesAnEngineFail(t *testing.T) {
	t.Parallel()
	w := dialecttest.World{Given: described(staff), Options: dialecttest.Options{Realms: offline{}}}
	dialecttest.Run(t, w, dialecttest.Scenario{
		Name: "every hostile body and query to every call", As: "boss:" + password, Request: "GET /api/v1/groups?fields=id&limit=1", Status: 200, Body: `{"items":[{"id":"…"}],"next":"…"}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			never := func(request string) {
				if w := e.Do(t, "boss:"+password, request); w.Code >= 500 {
					t.Errorf("%s is answered %d %s", request, w.Code, w.Body)
				}
			}
			for _, call := range writes {
				for _, body := range hostile {
					never(with(call, body))
				}
			}
			for _, list := range lists {
				for _, query := range queries {
					never("GET /api/v1" + list + "?" + query)
				}
			}
		},
	})
}

func TestNothingThatWasSentAsASecretComesBack(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a-91bd"
	e := dialecttest.Open(t, dialecttest.Options{Realms: offline{}})
	described(staff)(t, e)
	for _, body := range []string{
		`{"password":"` + canary, `{"password":["` + canary + `"]}`, `{"password":"` + strings.Repeat(canary, 100) + `"}`, `{"password":"` + canary + `","password":"` + canary + `"}`,
		`{"userName":"ann","password":"` + canary + `"}`, `{"userName":"x","realm":"external","password":"` + canary + `"}`, `{"password":"` + canary + `\u0000"}`, `"` + canary + `"`, canary,
		`{"configuration":{"idpMetadata":"` + canary + `"}}`, `{"displayName":"x","configuration":"` + canary + `"}`, `{"secret":"` + canary + `"}`,
	} {
		for _, call := range writes {
			if w := e.Do(t, "boss:"+password, with(call, body)); strings.Contains(w.Body.String(), canary) {
				t.Errorf("%s of %.40s is answered %d %s", call, body, w.Code, w.Body)
			}
		}
	}
	for _, query := range []string{"password=" + canary, "auth_token=" + canary, "apiToken=" + canary, "sort=" + canary, "limit=" + canary, "cursor=" + canary, "fields=" + canary, "x=" + canary} {
		if w := e.Do(t, "boss:"+password, "GET /api/v1/users?"+query); strings.Contains(w.Body.String(), canary) || w.Code < 400 {
			t.Errorf("%s is answered %d %s", query, w.Code, w.Body)
		}
	}
	for _, header := range []string{"Authorization: Bearer " + canary, "Authorization: " + canary, "Cookie: roster_session=" + canary, "Idempotency-Key: " + canary + " x", "If-Match: " + canary} {
		w := e.Do(t, "", "PATCH /api/v1/users/"+url.PathEscape(canary)+"\n"+header+"\nContent-Type: application/json\n\n{}")
		if strings.Contains(w.Body.String(), canary) {
			t.Errorf("%s is answered %d %s", header, w.Code, w.Body)
		}
	}
}
