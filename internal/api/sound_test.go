package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// asked sends a request, and returns the status and the body.
func asked(t testing.TB, e *dialecttest.Env, as, request string) (status int, body string) {
	t.Helper()
	w := e.Do(t, as, request)
	return w.Code, w.Body.String()
}

func TestATokenOfTheOrganizationDoesNotBecomeAnAdministrator(t *testing.T) {
	t.Parallel()
	const password, token = "nine purple teapots fly", "Bearer {token write}"
	const given, beyond = `"password":"` + password + `"`, "would give permissions that an API token of the organization gives only to users who cannot sign in yet: manage_tokens manage_settings manage_realms"
	known := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			answers(t, e, token, with(createUser, `{"userName":"`+name+`",`+given+`}`), 201)
			e.Know(t, name)
		}
	}
	rows := []dialecttest.Scenario{
		{Name: "by a user with a password", Request: with(createUser, `{"userName":"evil1",`+given+`,"accessLevel":"administrator"}`), Status: 403, Body: forbiddenAt("accessLevel", beyond)},
		{Name: "by a role", Request: with(createUser, `{"userName":"evil2",`+given+`,"roles":["Administrator"]}`), Status: 403, Body: forbiddenAt("roles", "…")},
		{
			Name: "in a batch", Request: with("POST /api/v1/users/batch", `{"users":[{"userName":"evil3",`+given+`,"accessLevel":"administrator"}]}`), Status: 200,
			Body: `{"created":0,"failed":1,"results":[{"index":0,"status":403,"problem":` + strings.Replace(forbiddenAt("accessLevel", beyond), "#/", "#/users/0/", 1) + `}]}`,
		},
		{Name: "by an upsert", Request: with("PUT /api/v1/users?match=userName", `{"userName":"evil4",`+given+`,"accessLevel":"administrator"}`), Status: 403, Body: forbiddenAt("accessLevel", beyond)},
		{Name: "by an upsert of who is there", Given: known("evil5"), Request: with("PUT /api/v1/users?match=userName", `{"userName":"evil5","accessLevel":"administrator"}`), Status: 403, Body: forbiddenAt("accessLevel", beyond)},
		{Name: "by a change", Given: known("evil6"), Request: with("PATCH /api/v1/users/{user evil6}", `{"accessLevel":"administrator"}`), Status: 403, Body: forbiddenAt("accessLevel", beyond)},
		{Name: "but it makes one", Request: with(createUser, `{"userName":"good@example.com","email":"good@example.com","accessLevel":"administrator","sendWelcomeEmail":true}`), Status: 201, Body: shown(
			"…", "good@example.com", `"email":null`, `"email":"good@example.com"`, `"custom"`, `"administrator"`, `"contactMethods":[]`, `"contactMethods":[`+reached("email", "good@example.com")+`]`)},
	}
	for i := range rows {
		rows[i].As = token
	}
	dialecttest.Run(t, dialecttest.World{Given: described(staff)}, rows...)
}

func TestWhereAUserProvesIdentityIsAPlaceThatThereIs(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		staff(t, e)
		r, err := e.Directory.CreateRealm(t.Context(), e.By, directory.NewRealm{Name: "Corporate", Configuration: json.RawMessage(saml)})
		if err != nil {
			t.Fatal(err)
		}
		e.Set("realm Corporate", string(r.ID))
	}
	rows := []dialecttest.Scenario{
		{Name: "here, in any case", Request: with(createUser, `{"userName":"a1","realm":"db"}`), Status: 201, Body: shown("…", "a1")},
		{Name: "elsewhere, in any case", Request: with(createUser, `{"userName":"a2","realm":"External"}`), Status: 201, Body: shown("…", "a2", `"DB"`, `"external"`)},
		{Name: "in a realm by its id", Request: with(createUser, `{"userName":"a3","realm":"{realm Corporate}"}`), Status: 201, Body: shown("…", "a3", `"DB"`, `"{realm Corporate}"`)},
		{Name: "in a realm by its name", Request: with(createUser, `{"userName":"a4","realm":"corporate"}`), Status: 201, Body: shown("…", "a4", `"DB"`, `"{realm Corporate}"`)},
		{Name: "in none that there is", Request: with(createUser, `{"userName":"a5","realm":"nope"}`), Status: 422, Body: invalid(`realm names no realm: \"nope\"`, at("realm", `names no realm: \"nope\"`))},
	}
	for i := range rows {
		rows[i].As = "Bearer {token write}"
	}
	dialecttest.Run(t, dialecttest.World{Given: described(given), Options: dialecttest.Options{Realms: offline{}}}, rows...)
}

// TestAnETagIsOfWhatIsShown changes linked records, which changes the shown record but not its
// version.
func TestAnETagIsOfWhatIsShown(t *testing.T) {
	t.Parallel()
	const token = "Bearer {token write}"
	given := func(t testing.TB, e *dialecttest.Env) {
		staff(t, e)
		made := func(name, request string) {
			w := e.Do(t, token, request)
			location := w.Header().Get("Location")
			e.Set(name, location[strings.LastIndexByte(location, '/')+1:])
		}
		made("checks", with("POST /api/v1/check-groups", `{"displayName":"Backups"}`))
		made("check", with("POST /api/v1/checks", `{"displayName":"c","emailAlias":"c","groups":["Network"]}`))
		made("fay", with(createUser, `{"userName":"fay","groups":["Acme"]}`))
		e.User(t, directory.NewUser{UserName: "gus", Groups: []roster.Ref{{Name: "Acme"}}})
	}
	dialecttest.Run(t, dialecttest.World{Given: described(given)}, dialecttest.Scenario{
		Name: "all of them, one after the other", As: token, Request: "GET /api/v1/users?limit=1&fields=id", Status: 200, Body: `{"items":[{"id":"…"}],"next":"…"}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			for _, c := range []struct{ name, record, change string }{
				{"a status", "checks/{check}", with("POST /api/v1/events", `{"title":"boom","check":"{check}","status":"failure"}`)},
				{"a name in a check", "checks/{check}", with("PATCH /api/v1/groups/{group Network}", `{"displayName":"Networks"}`)},
				{"checks in a check group", "check-groups/{checks}", with("PATCH /api/v1/checks/{check}", `{"checkGroup":"{checks}"}`)},
				{"members, by a user", "groups/{group Acme}", with("PATCH /api/v1/users/{user gus}", `{"groups":[]}`)},
				{"members, by a deletion", "groups/{group Acme}", "DELETE /api/v1/users/{user ann}"},
				{"members, by the group", "groups/{group Acme}", "PUT /api/v1/groups/{group Acme}/members/{user gus}"},
				{"a password", "users/{fay}", with("PUT /api/v1/users/{fay}/password", `{"password":"seven slow herons over the weir"}`)},
				{"a name in a user", "users/{fay}", with("PATCH /api/v1/groups/{group Acme}", `{"displayName":"Acme Ltd"}`)},
			} {
				for _, part := range []string{"", "?fields=id"} {
					e.Tag(t, "before", token, "GET /api/v1/"+c.record)
					if status, body := asked(t, e, token, "GET /api/v1/"+c.record+part+"\nIf-None-Match: {etag before}"); status != 304 {
						t.Errorf("%s: unchanged it is answered %d %s", c.name, status, body)
					}
				}
				if status, body := asked(t, e, token, c.change); status >= 300 {
					t.Fatalf("%s: the change is answered %d %s", c.name, status, body)
				}
				if status, _ := asked(t, e, token, "GET /api/v1/"+c.record+"\nIf-None-Match: {etag before}"); status != 200 {
					t.Errorf("%s: changed it is answered %d", c.name, status)
				}
			}
		},
	})
}

func TestIfMatchKeepsWhatOthersDidMeanwhile(t *testing.T) {
	t.Parallel()
	const merge = "\nContent-Type: application/merge-patch+json\n\n"
	given := func(t testing.TB, e *dialecttest.Env) {
		staff(t, e)
		for _, name := range []string{"u1", "u3"} {
			own(name)(t, e)
			answers(t, e, "Bearer {token write}", with("PATCH /api/v1/users/{user "+name+"}", `{"displayName":"x"}`), 200) // version 2
		}
	}
	rows := []dialecttest.Scenario{
		{
			Name: "a member who came meanwhile", Request: "PATCH /api/v1/groups/{group Network}\nIf-Match: {etag network}" + merge + `{"members":["ann"]}`, Status: 412, Body: stale("…"),
			Given: func(t testing.TB, e *dialecttest.Env) {
				e.Tag(t, "network", "Bearer {token write}", "GET /api/v1/groups/{group Network}")
				answers(t, e, "Bearer {token write}", "PUT /api/v1/groups/{group Network}/members/{user cat}", 204)
			},
		},
		{
			Name: "the tag that was shown is one", Request: "PATCH /api/v1/groups/{group Acme}\nIf-Match: {etag acme}" + merge + `{"description":"x"}`, Status: 200, Body: aGroup("{group Acme}", "Acme", "x", 5, 2),
			Given: func(t testing.TB, e *dialecttest.Env) {
				e.Tag(t, "acme", "Bearer {token write}", "GET /api/v1/groups/{group Acme}")
			},
		},
		{
			Name: "an upsert", Request: with("PUT /api/v1/users?match=userName\nIf-Match: \"v1\"", `{"userName":"u1","displayName":"y"}`), Status: 412, Body: stale("…"),
			After: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "Bearer {token write}", with("PUT /api/v1/users?match=userName\nIf-Match: \"v2.x\"", `{"userName":"u1","displayName":"y"}`), 200)
				answers(t, e, "Bearer {token write}", with("PUT /api/v1/users?match=userName\nIf-Match: *", `{"userName":"u1","displayName":"z"}`), 200)
			},
		},
		{Name: "an upsert of nobody", Request: with("PUT /api/v1/users?match=userName\nIf-Match: \"v1\"", `{"userName":"nobody"}`), Status: 412, Body: stale("there is no such user")},
		{Name: "an upsert of anybody who is there", Request: with("PUT /api/v1/users?match=userName\nIf-Match: *", `{"userName":"nobody"}`), Status: 412, Body: stale("there is no such user")},
		{Name: "a password", Request: with("PUT /api/v1/users/{user u3}/password\nIf-Match: \"v1\"", `{"password":"seven slow herons over the weir"}`), Status: 412, Body: stale("…")},
		{Name: "preferences", Request: "PATCH /api/v1/users/{user u3}/preferences\nIf-Match: \"v1\"" + merge + `{"digest":["email"]}`, Status: 412, Body: stale("…")},
		{
			Name: "both in the version that was read", Request: "PATCH /api/v1/users/{user u3}/preferences\nIf-Match: \"v2\"" + merge + `{"digest":["email"]}`, Status: 200, Body: `{"failures":["email"],"warnings":[],"unmatched":[],"digest":["email"],"pages":null,"delays":{}}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "Bearer {token write}", with("PUT /api/v1/users/{user u3}/password\nIf-Match: \"v3\"", `{"password":"seven slow herons over the weir"}`), 204)
			},
		},
	}
	for i := range rows {
		rows[i].As = "Bearer {token write}"
	}
	dialecttest.Run(t, dialecttest.World{Given: described(given)}, rows...)
}

// TestNothingIsDoneForARequestWithAFaultOutsideItsBody sends an empty object to every call that
// takes a body, with an unknown parameter and, where the call knows them, malformed headers.
func TestNothingIsDoneForARequestWithAFaultOutsideItsBody(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		staff(t, e)
		root := e.User(t, directory.NewUser{UserName: "root", Password: password, Roles: []roster.Ref{{Name: "Super User"}}})
		if _, err := e.Directory.SetServerAdmin(t.Context(), e.By, directory.ServerAdmin{User: directory.UserSelector{ID: root.ID}, May: true}); err != nil {
			t.Fatal(err)
		}
		for path, body := range map[string]string{
			"departments": `{"displayName":"d"}`, "roles": `{"displayName":"r"}`, "checks": `{"displayName":"c","emailAlias":"c"}`, "check-groups": `{"displayName":"g"}`,
			"realms": `{"displayName":"r","configuration":` + saml + `}`,
		} {
			w := e.Do(t, "root:"+password, with("POST /api/v1/"+path, body))
			e.Set(path, strings.TrimPrefix(w.Header().Get("Location"), "/api/v1/"+path+"/"))
		}
		for path, name := range map[string]string{"users": "user ann", "groups": "group Acme", "teams": "team Storage"} {
			e.Set(path, e.Fill("{"+name+"}"))
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(given), Options: dialecttest.Options{Realms: offline{}}}, dialecttest.Scenario{
		Name: "every one of them", As: "root:" + password, Request: "GET /api/v1/users?limit=1&fields=id", Status: 200, Body: `{"items":[{"id":"…"}],"next":"…"}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			asked := 0
			for _, op := range reading.Operations {
				if op.RequestBody == nil {
					continue
				}
				noun, _, _ := strings.Cut(strings.TrimPrefix(op.Path, "/"), "/")
				request, faults := op.Method+" /api/v1"+strings.ReplaceAll(op.Path, "{id}", "{"+noun+"}")+"?colour=red", []string{`{"parameter":"colour",`}
				headers := ""
				for _, p := range op.Parameters {
					switch p.Name {
					case "match":
						request += "&match=userName"
					case "If-Match", "Idempotency-Key":
						headers += fmt.Sprintf("\n%s: two words", p.Name)
						faults = append(faults, fmt.Sprintf(`{"header":"%s",`, p.Name))
					}
				}
				asked++
				w := e.Do(t, "root:"+password, request+headers+"\nContent-Type: application/json\n\n{}")
				for _, fault := range faults {
					if !strings.Contains(w.Body.String(), fault) || w.Code != 400 {
						t.Errorf("%s is answered %d %s, without %s", request, w.Code, w.Body, fault)
					}
				}
			}
			if asked < 25 {
				t.Errorf("only %d calls were asked", asked)
			}
		},
	})
}

func TestEveryFaultOfAnArrayIsToldAndWhereItIs(t *testing.T) {
	t.Parallel()
	const role, group = `names no role: \"Operatr\"`, `names no group: \"Nowhere\"`
	const text, ref = "must be a string of at most 255 characters, or null", "must be an id or a name, or an object with an id"
	rows := []dialecttest.Scenario{
		{
			Name: "a name that is none, beside what is no name", Request: with(createUser, `{"userName":"x","roles":["Operatr",5,""]}`), Status: 422,
			Body: invalid("roles[1] must be an id or a name, or an object with an id (and 2 more)", at("roles/1", ref), at("roles/2", ref), at("roles/0", role)),
		},
		{
			Name: "in objects of an array", Status: 422,
			Request: with(createUser, `{"userName":"x","roleGrants":[{"role":"Operatr","groups":[7,"Nowhere"]},"x",{"groups":["Nowhere"]}],"competencies":[{"name":7,"ranking":1},{"ranking":1},{"name":"\u0007","ranking":"x"},5]}`),
			Body: invalid("roleGrants[0].groups[0] must be an id or a name, or an object with an id (and 10 more)", at("roleGrants/0/groups/0", ref), at("roleGrants/1", "must be an object"), at("roleGrants/2/role", "is required"),
				at("competencies/0/name", text), at("competencies/2/ranking", "must be a whole number from 0 to 100"), at("competencies/3", "must be an object"),
				at("competencies/1", "needs a name or a cid"), at("competencies/2/name", "must not hold control characters"), at("roleGrants/0/role", role), at("roleGrants/0/groups/1", group), at("roleGrants/2/groups/0", group)),
		},
		{
			Name: "in conditions", Status: 422,
			Request: with("POST /api/v1/checks", `{"displayName":"x","matching":{"conditions":[{"field":"to","matches":"regex","value":"("},5,{"field":"body","matches":"regex","value":")"}]},"window":{"days":["mon","someday"]}}`),
			Body: invalid("matching.conditions[0].field must be one of: subject, body, from (and 4 more)", at("matching/conditions/0/field", "must be one of: subject, body, from"), at("matching/conditions/1", "must be an object"),
				at("window/days/1", "must be one of: mon, tue, wed, thu, fri, sat, sun"), at("matching/conditions/0/value", "…"), at("matching/conditions/2/value", "…")),
		},
		{Name: "a member without a name", Request: with(createUser, `{"userName":"x","":2}`), Status: 422, Body: invalid(`\"\" is not known here`, at("", "is not known here"))},
		{Name: "a member with a name of its own", Request: with(createUser, `{"userName":"x","a b/ä":2}`), Status: 422, Body: invalid(`a b~1ä is not known here`, at("a%20b~1%C3%A4", "is not known here"))},
		{Name: "whole numbers however they are written", Request: with(createUser, `{"userName":"whole","sessionExpiryMinutes":3e1,"competencies":[{"cid":7.0,"ranking":1e1}]}`), Status: 201, Body: shown(
			"…", "whole", `"sessionExpiryMinutes":null`, `"sessionExpiryMinutes":30`, `"competencies":[]`, `"competencies":[{"cid":7,"ranking":10}]`)},
		{Name: "a number that is not whole", Request: with(createUser, `{"userName":"x","sessionExpiryMinutes":1.5}`), Status: 422, Body: invalid("sessionExpiryMinutes …", at("sessionExpiryMinutes", "must be a whole number from 1 to 10080, or null"))},
		{Name: "an hour of one digit", Request: with(createUser, `{"userName":"x","joinedAt":"2026-11-21T9:30:00Z"}`), Status: 422, Body: invalid("joinedAt …", at("joinedAt", "must be a time such as 2026-11-21T09:30:00Z, or null"))},
		{Name: "a comma in a time", Request: with(createUser, `{"userName":"x","joinedAt":"2026-11-21T09:30:00,5Z"}`), Status: 422, Body: invalid("joinedAt …", at("joinedAt", "must be a time such as 2026-11-21T09:30:00Z, or null"))},
		{Name: "a rule about the record is about no member", Request: with("PATCH /api/v1/roles/{role Operator}", `{"description":"x"}`), Status: 422, Body: invalid(`\"Operator\" is a shipped role, which cannot be changed; create your own`)},
		{Name: "nor has a request without a body any", Request: "DELETE /api/v1/roles/{role Operator}", Status: 422, Body: invalid(`\"Operator\" is a shipped role, which cannot be changed; create your own`)},
		{Name: "the last administrator", As: "boss:" + password, Request: "DELETE /api/v1/users/me", Status: 422, Body: invalid(`\"boss\" names the last active administrator; make another one first`)},
		{Name: "the last administrator's level", As: "boss:" + password, Request: with("PATCH /api/v1/users/me", `{"accessLevel":"user"}`), Status: 422, Body: invalid("accessLevel …", at("accessLevel", "cannot be changed: this is the last active administrator; make another one first"))},
	}
	given := func(t testing.TB, e *dialecttest.Env) {
		staff(t, e)
		roles, err := e.Directory.GetRole(t.Context(), e.By, roster.Ref{Name: "Operator"})
		if err != nil {
			t.Fatal(err)
		}
		e.Set("role Operator", string(roles.ID))
		for _, name := range []string{"super", directory.AdminUser} { // boss is the only administrator that is left
			if _, err := e.Directory.UpdateUser(t.Context(), e.By, directory.UserChange{User: directory.UserSelector{UserName: name}, Active: roster.Some(false)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "Bearer {token write}"
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(given)}, rows...)
}

func TestAMergePatchMergesTheObjectsInIt(t *testing.T) {
	t.Parallel()
	const merge, token = "\nContent-Type: application/merge-patch+json\n\n", "Bearer {token write}"
	given := func(t testing.TB, e *dialecttest.Env) {
		staff(t, e)
		for path, body := range map[string]string{
			"users": `{"userName":"fay","properties":{"a":1,"b":{"c":2,"d":3}}}`, "teams": `{"displayName":"t","landingPage":{"a":1,"b":{"c":2}}}`,
			"checks": `{"displayName":"c","emailAlias":"c","interval":{"unit":"hour","value":2},"matching":{"required":"all","conditions":[{"field":"from","matches":"contains","value":"x"}]}}`,
		} {
			w := e.Do(t, token, with("POST /api/v1/"+path, body))
			e.Set(path, strings.TrimPrefix(w.Header().Get("Location"), "/api/v1/"+path+"/"))
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(given)}, dialecttest.Scenario{
		Name: "one after the other", As: token, Request: "GET /api/v1/users?limit=1&fields=id", Status: 200, Body: `{"items":[{"id":"…"}],"next":"…"}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			for _, c := range []struct{ path, patch, want string }{
				{"users/{users}", `{"properties":{"a":null,"b":{"c":{"e":4}}}}`, `"properties":{"b":{"c":{"e":4},"d":3}}`},
				{"users/{users}", `{"properties":null}`, `"properties":null`},
				{"users/{users}", `{"properties":{"x":{"y":null}}}`, `"properties":{"x":{}}`},
				{"teams/{teams}", `{"landingPage":{"b":{"c":null},"z":[null]}}`, `"landingPage":{"a":1,"b":{},"z":[null]}`},
				{"teams/{teams}", `{"landingPage":"/"}`, `"landingPage":"/"`},
				{"checks/{checks}", `{"interval":{"value":5}}`, `"interval":{"unit":"hour","value":5}`},
				{"checks/{checks}", `{"interval":{"unit":"week"},"matching":{"required":null}}`, `"matching":{"required":"any","conditions":[{"field":"from","matches":"contains","value":"x"}]}`},
				{"checks/{checks}", `{"success":{"required":"all"},"matching":{"conditions":[]}}`, `"matching":{"required":"any","conditions":[]},"success":{"required":"all","conditions":[]}`},
				{"checks/{checks}", `{"interval":null}`, `"interval":null`},
				{"checks/{checks}", `{"interval":{"value":3}}`, `{"pointer":"#/interval/unit","detail":"is required with a value"}`},
				{"checks/{checks}", `{"interval":{"unit":"day"},"success":null}`, `"success":{"required":"any","conditions":[]}`},
			} {
				if w := e.Do(t, token, "PATCH /api/v1/"+c.path+merge+c.patch); !strings.Contains(w.Body.String(), c.want) {
					t.Errorf("%s by %s is %d %s, want %s", c.path, c.patch, w.Code, w.Body, c.want)
				}
			}
		},
	})
}
