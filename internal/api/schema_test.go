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

// built returns the API with every call registered but no directory behind it, and its log.
func built(t *testing.T) (*api, *bytes.Buffer) {
	t.Helper()
	log := new(bytes.Buffer)
	a := newAPI(http.NewServeMux(), Options{Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now})
	a.resources(directory.New(directory.Options{Now: time.Now}))
	a.describe()
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

// understood are the keywords that validation supports, and those that demand nothing.
var understood = []string{
	"type", "properties", "required", "additionalProperties", "items", "maxItems", "minLength", "maxLength", "enum", "minimum", "maximum", "anyOf", "$ref",
	"description", "readOnly", "writeOnly", "format", "examples", "pattern",
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

func TestEveryReadOnlyMemberIsDerivedOrSaysWhichRecordItIs(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	identifying := []string{"id", "number", "createdAt", "version", "contactMethods", "displayName", "kind", "realm", "shipped"}
	operations(a, func(op *huma.Operation, e *endpoint) {
		for name := range e.readOnly {
			if derived[name] == slices.Contains(identifying, name) {
				t.Errorf("%s: say here or in derived what %s is", op.OperationID, name)
			}
		}
	})
}

func TestEveryClosedSetIsOneComponent(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	text, err := a.doc.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	// Push is registered by a browser, so that a contact method is made for fewer services than there
	// are.
	found, alone := map[string]string{}, "/components/schemas/NewContactMethod/properties/service"
	var look func(at string, node any)
	look = func(at string, node any) {
		switch node := node.(type) {
		case []any:
			for i, one := range node {
				look(fmt.Sprintf("%s/%d", at, i), one)
			}
		case map[string]any:
			if values, is := node["enum"].([]any); is && at != alone {
				found[at] = fmt.Sprint(values)
			}
			for name, one := range node {
				look(at+"/"+name, one)
			}
		}
	}
	look("", doc)
	for _, e := range enumerations {
		if at := "/components/schemas/" + e.name; found[at] != fmt.Sprint(e.values) {
			t.Errorf("%s is one of %s, want %s", at, found[at], e.values)
		} else {
			delete(found, at)
		}
	}
	for at, values := range found {
		t.Errorf("%s is one of %s, and no component", at, values)
	}
}

func TestAMatrixHasEveryType(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	schemas := a.schemas.Map()
	want := []string{}
	for _, kind := range roster.NotificationTypes {
		want = append(want, string(kind))
	}
	slices.Sort(want)
	for _, name := range []string{"Matrix", "MatrixChange", "Delays"} {
		var types []string
		for kind := range schemas[name].Properties {
			if kind != "delays" {
				types = append(types, kind)
			}
		}
		slices.Sort(types)
		if !slices.Equal(types, want) {
			t.Errorf("%s has the types %s, want %s", name, types, want)
		}
	}
	for _, service := range roster.Services {
		if schemas["ServiceDelays"].Properties[string(service)] == nil || len(schemas["ServiceDelays"].Properties) != len(roster.Services) {
			t.Errorf("ServiceDelays has no %s, or more than the services", service)
		}
	}
}

func TestAnAnswerWithoutFieldsRequiresEveryMember(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	rules, calls := fitting{schemas: a.schemas}, 0
	operations(a, func(op *huma.Operation, e *endpoint) {
		if e.parameter("query", "fields") == nil {
			return
		}
		calls++
		either := op.Responses["200"].Content["application/json"].Schema.AnyOf
		if len(either) != 2 {
			t.Fatalf("%s has %d schemas for its answers, want one with fields and one without", op.OperationID, len(either))
		}
		record := func(s *huma.Schema) *huma.Schema {
			s = rules.resolve(s)
			if items := s.Properties["items"]; items != nil {
				return rules.resolve(items.Items)
			}
			return s
		}
		whole, partial := record(either[0]), record(either[1])
		if len(whole.Required) != len(whole.Properties) {
			t.Errorf("the answer of %s without fields requires only %s", op.OperationID, whole.Required)
		}
		if len(partial.Required) > 1 || len(partial.Properties) != len(whole.Properties) {
			t.Errorf("the answer of %s with fields requires %s", op.OperationID, partial.Required)
		}
	})
	if calls < 20 {
		t.Errorf("only %d calls take fields", calls)
	}
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
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != k.status || p.Status != k.status || p.Title != k.title || p.Type != k.urn() {
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
			defer a.answerPanic(c)
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
		members: map[string]string{"emails": "email", "configuration.roles": "configuration.defaultRoles"},
		described: described{
			parameters: []*huma.Param{{In: "query", Name: "filter"}, {In: "header", Name: "If-Match"}},
			body:       &huma.Schema{},
		},
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
	if q.doc.UserName != "ann" || m.Email.Present || !slices.Equal(m.Roles.Value, []grantReference{{role: "Operator"}, {}, {role: "Manager"}}) || !slices.Equal(m.Groups.Value, []reference{"Acme"}) ||
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
