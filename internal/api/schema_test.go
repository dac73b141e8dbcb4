package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// built returns the API with every call, which answers none, and what it logs.
func built(t *testing.T) (*api, *bytes.Buffer) {
	t.Helper()
	log := new(bytes.Buffer)
	a := newAPI(http.NewServeMux(), Options{Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now})
	a.resources(directory.New(directory.Options{Now: time.Now}))
	finish(a.doc)
	return a, log
}

// operations visits every call.
func operations(a *api, visit func(*huma.Operation, *endpoint)) {
	for _, item := range a.doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				visit(op, op.Metadata[endpointKey].(*endpoint))
			}
		}
	}
}

// understood are the keywords that a request is held against, and those that ask for nothing.
var understood = []string{
	"type", "properties", "required", "additionalProperties", "items", "maxItems", "minLength", "maxLength", "enum", "minimum", "maximum", "anyOf", "$ref",
	"description", "writeOnly", "format", "examples",
}

func TestEveryKeywordOfARequestIsAskedFor(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	seen := map[*huma.Schema]bool{}
	var look func(where string, s *huma.Schema)
	look = func(where string, s *huma.Schema) {
		if s = (&fitting{schemas: a.schemas}).resolve(s); seen[s] {
			return
		}
		seen[s] = true
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var keywords map[string]json.RawMessage
		if err := json.Unmarshal(text, &keywords); err != nil {
			t.Fatal(err)
		}
		for keyword := range keywords {
			if !slices.Contains(understood, keyword) && (keyword != "default" || !strings.Contains(where, "?")) { // only parameters have defaults
				t.Errorf("%s has the keyword %s, which nothing is held against", where, keyword)
			}
		}
		if known := []string{"", "date-time", "int64", "uuid"}; !slices.Contains(known, s.Format) {
			t.Errorf("%s has the format %s, which nothing is held against", where, s.Format)
		}
		if s.Type == huma.TypeNumber && !strings.Contains(where, "landingPage") {
			t.Errorf("%s is a number, which nothing is held against", where)
		}
		if s.Items != nil {
			look(where+"[]", s.Items)
		}
		for name, p := range s.Properties {
			look(where+"."+name, p)
		}
		for _, one := range s.AnyOf {
			look(where, one)
		}
	}
	operations(a, func(op *huma.Operation, e *endpoint) {
		if e.body != nil {
			look(op.OperationID, e.body)
		}
		for _, p := range e.parameters {
			look(op.OperationID+"?"+p.Name, p.Schema)
		}
	})
	if len(seen) < 150 {
		t.Errorf("only %d schemas were looked at", len(seen))
	}
}

func TestTheWordsOfTheNounsAreThoseOfTheDescription(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	words := func(values ...any) (all []any) { return values }
	levels, services := words(), words()
	for _, l := range roster.AccessLevels {
		levels = append(levels, string(l))
	}
	for _, s := range roster.Services {
		services = append(services, string(s))
	}
	schemas := a.schemas.Map()
	for name, c := range map[string]struct {
		got  *huma.Schema
		want []any
	}{
		"accessLevel of a user":         {schemas["User"].Properties["accessLevel"], levels},
		"accessLevel of a new user":     {schemas["NewUser"].Properties["accessLevel"], append(slices.Clone(levels), nil)},
		"accessLevel of a change":       {schemas["UserChange"].Properties["accessLevel"], append(slices.Clone(levels), nil)},
		"service of a contact method":   {schemas["ContactMethod"].Properties["service"], services},
		"services of a matrix":          {schemas["Matrix"].Properties["digest"].Items, services},
		"services of a matrix's change": {schemas["MatrixChange"].Properties["digest"].Items, services},
		"kind of a realm":               {schemas["Realm"].Properties["kind"], words(string(roster.RealmSAML), string(roster.RealmLDAP))},
		"access of a token":             {schemas["Token"].Properties["access"], words(string(roster.AccessRead), string(roster.AccessReadWrite))},
		"type of a problem":             {schemas["Problem"].Properties["type"], problemTypes()},
	} {
		if !slices.Equal(c.got.Enum, c.want) {
			t.Errorf("the %s is one of %v, want %v", name, c.got.Enum, c.want)
		}
	}
	if len(schemas["Matrix"].Properties) != len(roster.NotificationTypes) {
		t.Errorf("a matrix has %d types", len(schemas["Matrix"].Properties))
	}
	for _, kind := range roster.NotificationTypes {
		if schemas["Matrix"].Properties[string(kind)] == nil || schemas["MatrixChange"].Properties[string(kind)] == nil {
			t.Errorf("a matrix has no %s", kind)
		}
	}
}

// problemTypes are the types of problems, in the order in which they are described.
func problemTypes() (types []any) {
	for _, k := range []roster.Kind{
		roster.Invalid, roster.Conflict, roster.NotFound, roster.Unauthenticated, roster.Forbidden, roster.Stale, roster.RateLimited, roster.Unavailable, roster.Internal,
	} {
		types = append(types, "urn:roster:problem:"+kinds[k].word)
	}
	for _, status := range []int{http.StatusMethodNotAllowed, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusMisdirectedRequest} {
		types = append(types, "urn:roster:problem:"+refusals[status].word)
	}
	return types
}

func TestEveryKindOfErrorHasItsAnswer(t *testing.T) {
	t.Parallel()
	a, log := built(t)
	for _, kind := range roster.Kinds {
		k, known := kinds[kind]
		if !known || failureNames[k.status] == "" {
			t.Errorf("%s has no answer", kind)
		}
		w := httptest.NewRecorder()
		a.face.Fail(w, httptest.NewRequest("GET", "/", nil), &roster.Error{Kind: kind, Field: "x", Detail: "is such", Err: errors.New("the cause")})
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != k.status || p.Status != k.status || p.Title != k.title || p.Type != "urn:roster:problem:"+k.word {
			t.Errorf("%s is answered %d %s, %v", kind, w.Code, w.Body, err)
		}
		if strings.Contains(w.Body.String(), "the cause") || p.Detail == "" {
			t.Errorf("%s is answered %s", kind, w.Body)
		}
		if wait := w.Header().Get("Retry-After"); (wait != "") != (w.Code == 429 || w.Code == 503) {
			t.Errorf("%s is answered with Retry-After %q", kind, wait)
		}
	}
	if !strings.Contains(log.String(), "the cause") {
		t.Errorf("the log is %s", log)
	}
}

func TestAPanicIsAnsweredAsAFailureOfOurs(t *testing.T) {
	t.Parallel()
	a, log := built(t)
	serve := func(started bool, v any) (w *httptest.ResponseRecorder, again any) {
		w = httptest.NewRecorder()
		defer func() { again = recover() }()
		func() {
			c := &call{ResponseWriter: w, request: httptest.NewRequest("GET", "/", nil), endpoint: &endpoint{}, started: started}
			defer a.recovered(c)
			panic(v)
		}()
		return w, nil
	}
	if w, again := serve(false, "a bug"); again != nil || w.Code != 500 || !strings.Contains(w.Body.String(), "urn:roster:problem:internal") || strings.Contains(w.Body.String(), "a bug") {
		t.Errorf("the answer is %d %s, %v", w.Code, w.Body, again)
	}
	if !strings.Contains(log.String(), "a bug") {
		t.Errorf("the log is %s", log)
	}
	if _, again := serve(true, "a bug"); again != "a bug" {
		t.Errorf("once the answer has begun the panic ends as %v", again)
	}
	if _, again := serve(false, http.ErrAbortHandler); again != http.ErrAbortHandler {
		t.Errorf("an answer that is broken off ends as %v", again)
	}
}

func TestWhereAFaultIs(t *testing.T) {
	t.Parallel()
	e := &endpoint{
		members:    map[string]string{"emails": "email", "configuration.roles": "configuration.defaultRoles"},
		parameters: []*huma.Param{{In: "query", Name: "filter"}, {In: "header", Name: "If-Match"}},
		body:       &huma.Schema{},
	}
	for field, want := range map[string]string{
		"":                       `{"detail":""}`,
		"emails":                 `{"pointer":"#/email","detail":""}`,
		"emails[3].type":         `{"pointer":"#/email/3/type","detail":""}`,
		"roles[12]":              `{"pointer":"#/roles/12","detail":""}`,
		"configuration.roles[0]": `{"pointer":"#/configuration/defaultRoles/0","detail":""}`,
		"configuration.idp":      `{"pointer":"#/configuration/idp","detail":""}`,
		"#/a~1b":                 `{"pointer":"#/a~1b","detail":""}`,
		"#/":                     `{"pointer":"#/","detail":""}`,
		"#/ä b%/\"<|>":           `{"pointer":"#/%C3%A4%20b%25/%22%3C%7C%3E","detail":""}`,
		"filter":                 `{"parameter":"filter","detail":""}`,
		"?colour":                `{"parameter":"colour","detail":""}`,
		"If-Match":               `{"header":"If-Match","detail":""}`,
	} {
		f, _ := e.fault(field)
		if got, _ := json.Marshal(f); string(got) != want {
			t.Errorf("a fault of %q is at %s, want %s", field, got, want)
		}
	}
}

func TestAWholeNumberIsOneHoweverItIsSpelled(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	read := func(text string) *createUser {
		body, err := dialect.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		q := &createUser{}
		q.read(fitting{schemas: a.schemas, path: (&endpoint{}).path}, &huma.Schema{Ref: "#/components/schemas/NewUser"}, body)
		return q
	}
	for _, spelled := range []string{"60", "60.0", "6e1", "6.0E+1", "600e-1"} {
		q := read(`{"userName":"ann","email":7,"sessionExpiryMinutes":` + spelled + `,"properties":{"a":1.0},"competencies":[{"cid":null,"ranking":` + spelled + `},{"cid":1e2,"ranking":1}]}`)
		m := q.doc.UserMembers
		if len(q.faults) != 1 || q.doc.UserName != "ann" || m.SessionExpiryMinutes.Value != 60 || string(m.Properties.Value) != `{"a":1.0}` ||
			len(m.Competencies.Value) != 2 || m.Competencies.Value[0].Ranking != 60 || !m.Competencies.Value[0].CID.Null || m.Competencies.Value[1].CID.Value != 100 {
			t.Errorf("%s is read as %+v, %v", spelled, q.doc, q.faults)
		}
	}
	for _, spelled := range []string{"60.5", "6e-1", "1e400", "1e5", "0.0", `"60"`} {
		if q := read(`{"userName":"ann","sessionExpiryMinutes":` + spelled + `}`); len(q.faults) != 1 || q.doc.SessionExpiryMinutes.Present {
			t.Errorf("%s is read as %+v, %v", spelled, q.doc, q.faults)
		}
	}
}

func TestATimeIsOneOfRFC3339(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"2026-11-21T09:30:00Z": true, "2026-11-21T09:30:00.123456789Z": true, "2026-11-21T09:30:00+05:30": true, "2026-11-21T09:30:00-23:59": true,
		"2026-11-21T9:30:00Z": false, "2026-11-21T09:30:00,5Z": false, "2026-11-21T09:30:00+24:00": false, "2026-11-21T09:30:00+05:60": false,
		"2026-11-31T09:30:00Z": false, "2026-11-21 09:30:00Z": false, "2026-11-21T09:30Z": false, "2026-11-21T09:30:00": false, "2026-11-21": false, "": false,
	} {
		if got := fitsText(&huma.Schema{Format: "date-time"}, text); got != want {
			t.Errorf("%q is a time: %v", text, got)
		}
	}
}

func TestABodyIsDecodedAsFarAsItIsGood(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	body, err := dialect.Parse([]byte(`{"userName":"ann","email":7,"roles":["Operator",5,"Manager"],"groups":["Acme"],"colour":1,` +
		`"preferences":{"failures":["email","owl","sms"],"x":1},"active":null,"sessionExpiryMinutes":3e1,"competencies":[{"name":7,"ranking":10.0},{"ranking":1.5},"x"],"joinedAt":"2026-11-21T9:30:00Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	q := &createUser{}
	q.read(fitting{schemas: a.schemas, path: (&endpoint{canonical: map[string]string{"email": "emails"}}).path}, &huma.Schema{Ref: "#/components/schemas/NewUser"}, body)
	m := q.doc.UserMembers
	if q.doc.UserName != "ann" || m.Email.Present || !slices.Equal(m.Roles.Value, []string{"Operator", "", "Manager"}) || !slices.Equal(m.Groups.Value, []string{"Acme"}) ||
		!slices.Equal(m.Preferences.Value.Failures.Value, []roster.Service{"email", "sms"}) || !m.Active.Null || m.SessionExpiryMinutes.Value != 30 ||
		len(m.Competencies.Value) != 3 || m.Competencies.Value[0] != (newCompetency{Ranking: 10}) || m.Competencies.Value[2] != (newCompetency{}) || m.JoinedAt.Present {
		t.Errorf("what is good is %+v", q.doc)
	}
	var fields []string
	for _, f := range q.faults {
		fields = append(fields, f.Field)
	}
	if want := "[emails roles[1] #/colour preferences.failures[1] #/preferences/x competencies[0].name competencies[1].ranking competencies[2] joinedAt]"; fmt.Sprint(fields) != want {
		t.Errorf("the faults are of %v, want %s", fields, want)
	}
}
