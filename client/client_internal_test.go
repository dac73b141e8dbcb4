package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestABaseURLIsChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, want string }{
		{"https://roster.example", "https://roster.example/api/v1"},
		{"https://roster.example/", "https://roster.example/api/v1"},
		{"http://127.0.0.1:8080//", "http://127.0.0.1:8080/api/v1"},
		{"https://tools.example/ro%20ster/", "https://tools.example/ro%20ster/api/v1"},
		{"", ""},
		{"roster.example", ""},
		{"ftp://roster.example", ""},
		{"https://", ""},
		{"https://admin:hunter22@roster.example", ""},
		{"https://roster.example?x=hunter22", ""},
		{"https://roster.example/?", ""},
		{"https://roster.example/#x", ""},
		{"https://hunter22:%zz@roster.example", ""},
	} {
		client, err := New(c.url)
		if (err == nil) != (c.want != "") || err == nil && client.base != c.want {
			t.Errorf("%q: %v, %v", c.url, client, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%q: %v", c.url, err)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]Option{
		"no token": WithToken(""), "a token with a line end": WithToken("a\nb"), "a colon": WithBasic("a:b", "c"), "no session": WithSession(""),
		"a cookie more": WithSession("a; b=c"), "no slug": WithOrganization(""), "a path": WithOrganization("../x"), "no HTTP client": WithHTTPClient(nil),
		"no attempt": WithRetries(0, time.Second), "negative time": WithRetries(1, -1), "no backoff": WithBackoff(0),
		"negative timeout": WithTimeout(-1), "no agent": WithUserAgent(""), "an agent with a line end": WithUserAgent("a\r\nb"), "no logger": WithLogger(nil),
	} {
		if _, err := New("https://roster.example", opt); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestCredentialsAndNamesTravelInTheirHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		opt          Option
		header, want string
	}{
		{WithToken("abc"), "Authorization", "Bearer abc"},
		{WithBasic("ada", "x:y"), "Authorization", "Basic YWRhOng6eQ=="},
		{WithSession("abc"), "Cookie", "roster_session=abc"},
		{WithUserAgent("importer/2"), "User-Agent", "importer/2"},
		{WithOrganization("acme"), "Accept", "application/json, application/problem+json"},
	} {
		s := play(t, says(200, `{"displayName":"Acme"}`))
		client, err := New(s.URL, c.opt)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Settings(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.got[0].header.Get(c.header); got != c.want {
			t.Errorf("%s: %q instead of %q", c.header, got, c.want)
		}
		if got := s.got[0].target; (got == "/o/acme/api/v1/settings") != (c.header == "Accept") {
			t.Errorf("it called %s", got)
		}
	}
}

func TestTheCallersHTTPClientIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	own := &http.Client{Timeout: time.Second}
	c, err := New("https://roster.example", WithHTTPClient(own))
	if err != nil {
		t.Fatal(err)
	}
	if own.CheckRedirect != nil || c.http == own || c.http.Timeout != time.Second {
		t.Error("the caller's HTTP client was changed, or is not used")
	}
}

func TestAnIdentifierStaysInItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ id, want string }{
		{"01J", "/api/v1/users/01J"},
		{"me", "/api/v1/users/me"},
		{"a/../b", "/api/v1/users/a%2F..%2Fb"},
		{"a?b#c", "/api/v1/users/a%3Fb%23c"},
		{"", ""},
		{".", ""},
		{"..", ""},
	} {
		s := play(t, says(204, ""))
		client, _ := newTest(t, s.URL)
		err := client.Users.Delete(t.Context(), c.id)
		switch {
		case c.want == "" && (err == nil || s.requests() != 0):
			t.Errorf("%q: %v, %d requests", c.id, err, s.requests())
		case c.want != "" && (err != nil || s.got[0].target != c.want):
			t.Errorf("%q: %v, %+v", c.id, err, s.got)
		}
	}
}

func TestAChangeNamesWhatItChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change any
		want   string
	}{
		{UserChange{}, `{}`},
		{UserChange{DisplayName: Set(""), Department: Null[string](), Active: Set(false)}, `{"displayName":"","active":false,"department":null}`},
		{UserChange{Roles: Set([]string{}), SessionExpiryMinutes: Set(0), Properties: Null[map[string]any]()}, `{"roles":[],"sessionExpiryMinutes":0,"properties":null}`},
		{UserChange{Preferences: Set(Preferences{Digest: []Service{}})}, `{"preferences":{"digest":[]}}`},
		{UserChange{JoinedAt: Set(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))}, `{"joinedAt":"2026-01-02T03:04:05Z"}`},
		{NewUser{UserName: "ada", Active: Set(false), Preferences: &Preferences{Failures: []Service{ServiceSMS}}}, `{"userName":"ada","active":false,"preferences":{"failures":["sms"]}}`},
		{TeamChange{LandingPage: Set(json.RawMessage(`{"a":[1]}`))}, `{"landingPage":{"a":[1]}}`},
		{CheckChange{Interval: Null[Interval](), Window: Set(Window{Start: "08:00", End: "18:00", Days: []string{}})}, `{"interval":null,"window":{"start":"08:00","end":"18:00","days":[]}}`},
		{NewCheck{Interval: Null[Interval](), OverdueMinutes: Set(0)}, `{"interval":null,"overdueMinutes":0}`},
		{NewCheck{Matching: &Conditions{Required: RequireAny, Conditions: []Condition{}}}, `{"matching":{"required":"any","conditions":[]}}`},
		{CheckChange{Interval: Set(Interval{Value: 5}), Matching: Set(Conditions{Required: RequireAll})}, `{"matching":{"required":"all"},"interval":{"value":5}}`},
		{NewTeam{LandingPage: json.RawMessage{}, Members: []string{}}, `{"members":[]}`},
		{Preferences{}.whole(), `{"failures":[],"warnings":[],"unmatched":[],"digest":[]}`},
	} {
		got, err := json.Marshal(c.change)
		if err != nil || string(got) != c.want {
			t.Errorf("%s, %v instead of %s", got, err, c.want)
		}
	}
}

func TestAnOptionalIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]UserChange{
		`{}`:                   {},
		`{"displayName":null}`: {DisplayName: Null[string]()},
		`{"displayName":""}`:   {DisplayName: Set("")},
		`{"active":true}`:      {Active: Set(true)},
	} {
		var got UserChange
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.DisplayName != want.DisplayName || got.Active != want.Active {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	var got UserChange
	if err := json.Unmarshal([]byte(`{"active":"yes"}`), &got); err == nil {
		t.Error("a text passes for a truth")
	}
}

func TestNumbersInPropertiesKeepTheirDigits(t *testing.T) {
	t.Parallel()
	s := play(t, says(200, `{"id":"1","properties":{"badge":12345678901234567890}}`))
	c, _ := newTest(t, s.URL)
	u, err := c.Users.Get(context.WithoutCancel(t.Context()), "1")
	if err != nil || u.Properties["badge"] != json.Number("12345678901234567890") {
		t.Errorf("%v, %v", u.Properties, err)
	}
}

func TestTheSecretOfASessionIsInItsCookie(t *testing.T) {
	t.Parallel()
	s := play(t, says(201, `{"id":"1","face":"web"}`, "Set-Cookie", "roster_session=abc; HttpOnly; SameSite=Lax"))
	c, _ := newTest(t, s.URL, WithBasic("ada", "x"))
	if opened, err := c.Sessions.Open(t.Context()); err != nil || opened.Secret != "abc" || opened.ID != "1" {
		t.Errorf("%+v, %v", opened, err)
	}
}

func TestABatchSaysWhatBecameOfEach(t *testing.T) {
	t.Parallel()
	s := play(t, says(200, `{"created":1,"failed":1,"results":[{"index":0,"status":201,"id":"1","number":7,"userName":"ada"},
		{"index":1,"status":409,"problem":{"type":"urn:roster:problem:conflict","title":"Taken","status":409,"detail":"D."}}]}`))
	c, _ := newTest(t, s.URL)
	b, err := c.Users.CreateBatch(t.Context(), []NewUser{{UserName: "ada"}, {UserName: "ada"}})
	if err != nil || len(b.Results) != 2 || b.Results[0].Err() != nil || b.Results[0].ID != "1" || b.Results[1].Problem.Status != 409 {
		t.Errorf("%+v, %v", b, err)
	}
	if s.got[0].target != "/api/v1/users/batch" || s.got[0].body != `{"users":[{"userName":"ada"},{"userName":"ada"}]}` {
		t.Errorf("it sent %+v", s.got[0])
	}
}

func TestABatchIsSentAgainForThoseWhomTheServerHadNoTimeFor(t *testing.T) {
	t.Parallel()
	busy := says(200, `{"created":1,"failed":1,"results":[{"index":0,"status":201,"id":"1","number":7,"userName":"ada"},
		{"index":1,"status":503,"problem":{"type":"urn:roster:problem:unavailable","title":"Busy","status":503,"detail":"D."}}]}`)
	done := says(200, `{"created":2,"failed":0,"results":[{"index":0,"status":201,"id":"1","number":7,"userName":"ada"},
		{"index":1,"status":201,"id":"2","number":8,"userName":"bob"}]}`)
	s := play(t, busy, lost, busy, done)
	c, clock := newTest(t, s.URL)
	b, err := c.Users.CreateBatch(t.Context(), []NewUser{{UserName: "ada"}, {UserName: "bob"}})
	if err != nil || b.Created != 2 || s.requests() != 4 || len(clock.waits) != 3 {
		t.Errorf("%+v, %v after %d requests, waits %v", b, err, s.requests(), clock.waits)
	}
	for _, r := range s.got {
		if r.header.Get("Idempotency-Key") != s.got[0].header.Get("Idempotency-Key") || r.body != s.got[0].body {
			t.Errorf("a request was %+v", r)
		}
	}
}

func TestABatchKeepsTheBoundsOfOneCall(t *testing.T) {
	t.Parallel()
	const body = `{"created":1,"failed":1,"results":[{"index":0,"status":201,"id":"1","number":7,"userName":"ada"},
		{"index":1,"status":503,"problem":{"type":"urn:roster:problem:unavailable","title":"Busy","status":503,"detail":"D."}}]}`
	busy, patient := says(200, body), says(200, body, "Retry-After", "3")
	const ms = time.Millisecond
	for _, c := range []struct {
		name     string
		attempts int
		elapsed  time.Duration
		answers  []http.HandlerFunc
		waits    []time.Duration
		failed   error // kind of the error beside the batch
		created  int   // in the batch
	}{
		{"busy", 2, time.Hour, []http.HandlerFunc{busy, busy}, []time.Duration{200 * ms}, nil, 1},
		{"busy, asking to wait", 2, time.Hour, []http.HandlerFunc{patient, patient}, []time.Duration{3200 * ms}, nil, 1},
		{"asking to wait too long", 9, 2 * time.Second, []http.HandlerFunc{patient}, nil, nil, 1},
		{"unavailable and then busy", 4, time.Hour, []http.HandlerFunc{problem(503, "unavailable"), problem(503, "unavailable"), busy, busy}, []time.Duration{200 * ms, 400 * ms, 800 * ms}, nil, 1},
		{"busy and then unavailable", 3, time.Hour, []http.HandlerFunc{busy, lost, problem(503, "unavailable")}, []time.Duration{200 * ms, 400 * ms}, ErrUnavailable, 1},
		{"the time is over", 99, 2 * time.Second, []http.HandlerFunc{problem(503, "unavailable"), busy, problem(503, "unavailable"), busy}, []time.Duration{200 * ms, 400 * ms, 800 * ms}, nil, 1},
		{"unavailable", 2, time.Hour, []http.HandlerFunc{problem(503, "unavailable"), problem(503, "unavailable")}, []time.Duration{200 * ms}, ErrUnavailable, 0},
	} {
		s := play(t, c.answers...)
		client, clock := newTest(t, s.URL, WithRetries(c.attempts, c.elapsed))
		b, err := client.Users.CreateBatch(t.Context(), []NewUser{{UserName: "ada"}, {UserName: "bob"}})
		if !errors.Is(err, c.failed) || b.Created != c.created || s.requests() != len(c.answers) || !slices.Equal(clock.waits, c.waits) {
			t.Errorf("%s: %+v, %v after %d requests, waits %v", c.name, b, err, s.requests(), clock.waits)
		}
	}
}

func TestACallReadsWhatHasChanged(t *testing.T) {
	t.Parallel()
	s := play(t, says(200, `{"id":"1"}`, "ETag", `"v3.a"`), says(304, ""), says(200, `{"id":"1"}`, "ETag", `"v3.b"`), says(404, ""), says(200, `{"id":"1"}`), says(200, `{"id":"1"}`))
	c, _ := newTest(t, s.URL)
	var tag string
	var tags []string
	for _, want := range []error{nil, ErrNotModified, nil, ErrNotFound, nil, nil} {
		if _, err := c.Checks.Get(t.Context(), "1", IfChanged(&tag)); !errors.Is(err, want) {
			t.Errorf("%v instead of %v", err, want)
		}
		tags = append(tags, tag)
	}
	if want := []string{`"v3.a"`, `"v3.a"`, `"v3.b"`, `"v3.b"`, "", ""}; !slices.Equal(tags, want) {
		t.Errorf("the tags are %q instead of %q", tags, want)
	}
	for i, want := range []string{"", `"v3.a"`, `"v3.a"`, `"v3.b"`, `"v3.b"`, ""} {
		if got := s.got[i].header.Get("If-None-Match"); got != want {
			t.Errorf("request %d has the tag %q instead of %q", i, got, want)
		}
	}
}
