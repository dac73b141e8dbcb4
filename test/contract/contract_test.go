package contract_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"roster/test/contract"
)

const description = `{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{
"/users":{"get":{"operationId":"list","parameters":[{"name":"fields","in":"query","schema":{"type":"string"}}],"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"anyOf":[{"type":"object",
	"required":["items"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/User"}}},"additionalProperties":false},{"type":"object",
	"required":["items"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/PartialUser"}}},"additionalProperties":false}]}}}}}}},
"/users/me":{"get":{"operationId":"me","responses":{"200":{"description":"ok"}}}},
"/users/{id}":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
	"get":{"operationId":"get","parameters":[{"name":"fields","in":"query","schema":{"type":"string"}}],"responses":{"422":{"$ref":"#/components/responses/Bad"},"200":{"description":"ok","headers":{"etag":{"required":true,"schema":{"type":"string","minLength":2}},"Limit":{"$ref":"#/components/headers/Limit"}},
		"content":{"application/json":{"schema":{"anyOf":[{"$ref":"#/components/schemas/User"},{"$ref":"#/components/schemas/PartialUser"}]}}}}}},
	"delete":{"operationId":"delete","responses":{"204":{"description":"gone"}}}}},
"components":{"headers":{"Limit":{"schema":{"type":"integer","minimum":0}}},"responses":{"Bad":{"description":"bad","content":{"application/problem+json":{"example":{"id":"2"},"schema":{"$ref":"#/components/schemas/Link"}}}}},"schemas":{
	"User":{"type":"object","required":["id","email","level","group","at","free"],"additionalProperties":false,"properties":{
	"id":{"type":"string"},"email":{"type":["string","null"]},"level":{"type":["string","null"],"enum":["user","editor",null]},
	"group":{"anyOf":[{"$ref":"#/components/schemas/Link"},{"type":"null"}]},"at":{"type":"string","format":"date-time"},"free":{}}},
	"PartialUser":{"type":"object","required":["id"],"additionalProperties":false,"properties":{
	"id":{"type":"string"},"email":{"type":["string","null"]},"level":{"type":["string","null"],"enum":["user","editor",null]},
	"group":{"anyOf":[{"$ref":"#/components/schemas/Link"},{"type":"null"}]},"at":{"type":"string","format":"date-time"},"free":{}}},
	"Link":{"type":"object","required":["id"],"properties":{"id":{"type":"string"}},"additionalProperties":false}}}}`

func TestWhatADescriptionDoesNotAllowIsFound(t *testing.T) {
	t.Parallel()
	const rest = `,"level":null,"at":"2026-11-21T09:30:00Z","free":1}`
	const good = `{"id":"1","email":null,"group":null` + rest
	tagged := http.Header{"Etag": {`"v1"`}}
	for _, c := range []struct {
		name, request string
		status        int
		media, body   string
		want          string // in the fault; "" for none
		header        http.Header
	}{
		{"a good user", "GET /users/1", 200, "application/json", good, "", tagged},
		{"with what may be null", "GET /users/1", 200, "application/json; charset=utf-8", `{"id":"1","email":"a","group":{"id":"2"}` + rest, "", tagged},
		{"with what may be anything", "GET /users/1", 200, "application/json", strings.Replace(good, `"free":1`, `"free":null`, 1), "", tagged},
		{"no time", "GET /users/1", 200, "application/json", strings.Replace(good, "2026-11-21T09:30:00Z", "now", 1), "at", tagged},
		{"a good list", "GET /users", 200, "application/json", `{"items":[` + good + `]}`, "", nil},
		{"no body", "DELETE /users/1", 204, "", "", "", nil},
		{"a path of its own", "GET /users/me", 200, "", "", "", nil},
		{"a body where none is", "DELETE /users/1", 204, "", "x", "no body is declared", nil},
		{"an unknown path", "GET /nowhere", 404, "", "", "no operation", nil},
		{"an unknown method", "PUT /users", 404, "", "", "no operation", nil},
		{"a method of the path with a parameter instead", "DELETE /users/me", 204, "", "", "no operation", nil},
		{"a slash more", "GET /users/", 200, "", "", "no operation", nil},
		{"an answer by reference", "GET /users/1", 422, "application/problem+json", `{"id":"2"}`, "", nil},
		{"a bad answer by reference", "GET /users/1", 422, "application/problem+json", `{}`, "id", nil},
		{"an unknown status", "GET /users/1", 404, "application/json", good, "not declared", nil},
		{"an unknown media type", "GET /users/1", 200, "text/html", good, "media type", tagged},
		{"no media type", "GET /users/1", 200, "", good, "media type", tagged},
		{"no JSON", "GET /users/1", 200, "application/json", `{"id"`, "no JSON", tagged},
		{"a member too few", "GET /users/1", 200, "application/json", `{"id":"1","group":null` + rest, "email", tagged},
		{"a member too few that is not required", "GET /users/1", 200, "application/json", strings.Replace(good, `"level":null,`, "", 1), "level", tagged},
		{"a member too few in a list", "GET /users?fields=", 200, "application/json", `{"items":[{"id":"1","email":null}]}`, "group", nil},
		{"few fields", "GET /users/1?fields=email", 200, "application/json", `{"id":"1","email":null}`, "", tagged},
		{"too few fields", "GET /users/1?fields=email", 200, "application/json", `{"email":null}`, "id", tagged},
		{"few fields in a list", "GET /users?fields=email", 200, "application/json", `{"items":[{"id":"1","email":null}]}`, "", nil},
		{"few fields, of another type", "GET /users?fields=email", 200, "application/json", `{"items":[{"id":"1","email":7}]}`, "email", nil},
		{"few fields, and another one", "GET /users/1?fields=email", 200, "application/json", `{"id":"1","hash":"x"}`, "hash", tagged},
		{"a member too many", "GET /users/1", 200, "application/json", `{"hash":"x",` + good[1:], "hash", tagged},
		{"another type", "GET /users/1", 200, "application/json", `{"id":1,"email":null,"group":null` + rest, "id", tagged},
		{"no null here", "GET /users/1", 200, "application/json", `{"id":null,"email":null,"group":null` + rest, "id", tagged},
		{"another value", "GET /users/1", 200, "application/json", strings.Replace(good, `"level":null`, `"level":"king"`, 1), "level", tagged},
		{"one deep in a list", "GET /users", 200, "application/json", `{"items":[{"id":"1","email":null,"group":{"id":7}` + rest + `]}`, "id", nil},
		{"a header that must come", "GET /users/1", 200, "application/json", good, "header Etag is missing", nil},
		{"a header of another form", "GET /users/1", 200, "application/json", good, "header Etag", http.Header{"Etag": {`"`}}},
		{"a header by reference", "GET /users/1", 200, "application/json", good, "", http.Header{"Etag": {`"v1"`}, "Limit": {"7"}}},
		{"a header that is no number", "GET /users/1", 200, "application/json", good, "header Limit", http.Header{"Etag": {`"v1"`}, "Limit": {"7.5"}}},
		{"a header out of its bounds", "GET /users/1", 200, "application/json", good, "header Limit", http.Header{"Etag": {`"v1"`}, "Limit": {"-7"}}},
		{"a header that nobody described", "DELETE /users/1", 204, "", "", "header Etag is not declared", tagged},
		{"a header that says nothing of the call", "DELETE /users/1", 204, "", "", "", http.Header{"Cache-Control": {"no-store"}, "Date": {"x"}}},
	} {
		d, err := contract.Read([]byte(description))
		if err != nil {
			t.Fatal(err)
		}
		method, target, _ := strings.Cut(c.request, " ")
		path, query, _ := strings.Cut(target, "?")
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		maps.Copy(header, c.header)
		if c.media != "" {
			header.Set("Content-Type", c.media)
		}
		err = d.Check(method, path, values, contract.Answer{Status: c.status, Header: header, Body: []byte(c.body)})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestABadDescriptionIsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no JSON": `{`, "no version": `{}`,
		"an example that does not fit": strings.Replace(description, `"example":{"id":"2"}`, `"example":{"id":2}`, 1),
		"a reference to nothing":       strings.Replace(description, `#/components/schemas/Link"`, `#/components/schemas/Nothing"`, 1),
	} {
		if _, err := contract.Read([]byte(text)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}
