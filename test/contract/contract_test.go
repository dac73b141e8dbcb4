package contract_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"roster/test/contract"
)

const description = `{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{
"/users":{"get":{"operationId":"list","responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"type":"object",
	"required":["items"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/User"}}},"additionalProperties":false}}}}}}},
"/users/me":{"get":{"operationId":"me","responses":{"200":{"description":"ok"}}}},
"/users/{id}":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
	"get":{"operationId":"get","responses":{"422":{"$ref":"#/components/responses/Bad"},"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/User"}}}}}},
	"delete":{"operationId":"delete","responses":{"204":{"description":"gone"}}}}},
"components":{"responses":{"Bad":{"description":"bad","content":{"application/problem+json":{"example":{"id":"2"},"schema":{"$ref":"#/components/schemas/Link"}}}}},"schemas":{"User":{"type":"object","required":["id","email","group"],"additionalProperties":false,"properties":{
	"id":{"type":"string"},"email":{"type":["string","null"]},"level":{"type":["string","null"],"enum":["user","editor",null]},
	"group":{"anyOf":[{"$ref":"#/components/schemas/Link"},{"type":"null"}]},"at":{"type":"string","format":"date-time"},"free":{}}},
	"Link":{"type":"object","required":["id"],"properties":{"id":{"type":"string"}},"additionalProperties":false}}}}`

func TestWhatADescriptionDoesNotAllowIsFound(t *testing.T) {
	t.Parallel()
	const good = `{"id":"1","email":null,"group":null}`
	for _, c := range []struct {
		name, request string
		status        int
		media, body   string
		want          string // in the fault; "" for none
	}{
		{"a good user", "GET /users/1", 200, "application/json", good, ""},
		{"with what may be null", "GET /users/1", 200, "application/json; charset=utf-8", `{"id":"1","email":"a","group":{"id":"2"},"level":null}`, ""},
		{"with what may be anything", "GET /users/1", 200, "application/json", `{"id":"1","email":null,"group":null,"free":null}`, ""},
		{"no time", "GET /users/1", 200, "application/json", `{"id":"1","email":null,"group":null,"at":"now"}`, "at"},
		{"a good list", "GET /users", 200, "application/json", `{"items":[` + good + `]}`, ""},
		{"no body", "DELETE /users/1", 204, "", "", ""},
		{"a path of its own", "GET /users/me", 200, "", "", ""},
		{"a body where none is", "DELETE /users/1", 204, "", "x", "no body is declared"},
		{"an unknown path", "GET /nowhere", 404, "", "", "no operation"},
		{"an unknown method", "PUT /users", 404, "", "", "no operation"},
		{"a method of the path with a parameter instead", "DELETE /users/me", 204, "", "", "no operation"},
		{"a slash more", "GET /users/", 200, "", "", "no operation"},
		{"an answer by reference", "GET /users/1", 422, "application/problem+json", `{"id":"2"}`, ""},
		{"a bad answer by reference", "GET /users/1", 422, "application/problem+json", `{}`, "id"},
		{"an unknown status", "GET /users/1", 404, "application/json", good, "not declared"},
		{"an unknown media type", "GET /users/1", 200, "text/html", good, "media type"},
		{"no media type", "GET /users/1", 200, "", good, "media type"},
		{"no JSON", "GET /users/1", 200, "application/json", `{"id"`, "no JSON"},
		{"a member too few", "GET /users/1", 200, "application/json", `{"id":"1","group":null}`, "email"},
		{"few fields", "GET /users/1?fields=email", 200, "application/json", `{"id":"1","email":null}`, ""},
		{"few fields in a list", "GET /users?fields=email", 200, "application/json", `{"items":[{"id":"1","email":null}]}`, ""},
		{"few fields, of another type", "GET /users?fields=email", 200, "application/json", `{"items":[{"id":"1","email":7}]}`, "email"},
		{"few fields, and another one", "GET /users/1?fields=email", 200, "application/json", `{"id":"1","hash":"x"}`, "hash"},
		{"a member too many", "GET /users/1", 200, "application/json", `{"id":"1","email":null,"group":null,"hash":"x"}`, "hash"},
		{"another type", "GET /users/1", 200, "application/json", `{"id":1,"email":null,"group":null}`, "id"},
		{"no null here", "GET /users/1", 200, "application/json", `{"id":null,"email":null,"group":null}`, "id"},
		{"another value", "GET /users/1", 200, "application/json", `{"id":"1","email":null,"group":null,"level":"king"}`, "level"},
		{"one deep in a list", "GET /users", 200, "application/json", `{"items":[{"id":"1","email":null,"group":{"id":7}}]}`, "id"},
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
