package dialecttest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// World is what a table of scenarios begins with. Its rows share one directory and run at the same
// time, so each of them uses names of its own.
type World struct {
	Options Options
	Given   func(t testing.TB, e *Env) // what is there before the first row; nil: what ships
}

// Scenario is one request, what it is answered, and what is true afterwards.
//
// In As, Request and Body, "{kind name}" stands for what the [Env] made: {token deploy}, {session
// ann}, {group Network}, {user ann}, {number ann}.
type Scenario struct {
	Name string // a sentence

	// As says whose credential is added: "name:password" is a Basic header, "Bearer secret" a bearer
	// token, "" nothing.
	As string

	// Given makes what only this row needs.
	Given func(t testing.TB, e *Env)

	// Request is the request's text: whole, as of "POST /path HTTP/1.1\r\n", or short, with the line
	// "POST /path", lines of headers, an empty line and the body.
	Request string

	Status int
	Header map[string]string // headers that the answer must have, with … as in Body
	Body   string            // the whole body, "" for none; … stands for any text without a quote or a brace

	After func(t testing.TB, e *Env)
}

// Run runs the rows in the world on each engine.
func Run(t *testing.T, w World, rows ...Scenario) {
	t.Helper()
	for name, database := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := open(t, database(t), w.Options)
			if w.Given != nil {
				w.Given(t, e)
			}
			for _, row := range rows {
				t.Run(row.Name, func(t *testing.T) {
					t.Parallel()
					row.run(t, e)
				})
			}
		})
	}
}

func (s Scenario) run(t *testing.T, e *Env) {
	t.Helper()
	if s.Given != nil {
		s.Given(t, e)
	}
	w := e.Do(t, s.As, s.Request)
	s.check(t, e, w)
	if s.After != nil {
		s.After(t, e)
	}
}

// problem begins the body of an error of the native API.
const problem = `{"type":"urn:roster:problem:`

// bodiless reports whether the answer is of a kind that has no body (RFC 9110 §6.4.1).
func (s Scenario) bodiless() bool {
	return s.Status == http.StatusNoContent || s.Status == http.StatusNotModified || strings.HasPrefix(s.Request, "HEAD ")
}

func (s Scenario) check(t *testing.T, e *Env, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code != s.Status {
		t.Errorf("the status is %d, want %d", w.Code, s.Status)
	}
	body := w.Body.String()
	if want := e.Fill(s.Body); !matches(want, body) {
		t.Errorf("the body is\n%s\nwant\n%s", body, want)
	}
	for name, want := range s.Header {
		if got := w.Header().Get(name); !matches(e.Fill(want), got) {
			t.Errorf("the header %s is %q, want %q", name, got, want)
		}
	}
	if s.Body == "" && (w.Header().Get("Content-Length") == "0" || s.bodiless()) {
		return
	}
	want := "application/json; charset=utf-8"
	if strings.HasPrefix(body, problem) {
		want = "application/problem+json" // RFC 9457 §3
	}
	if got := w.Header().Get("Content-Type"); got != want || !json.Valid(w.Body.Bytes()) {
		t.Errorf("the answer is no JSON, of type %q", got)
	}
}
