package dialecttest

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// Do sends a request, written as in [Scenario], through the whole server, and returns the answer.
func (e *Env) Do(t testing.TB, as, request string) *httptest.ResponseRecorder {
	t.Helper()
	r := parse(t, e.Fill(request))
	switch as = e.Fill(as); {
	case as == "":
	case strings.HasPrefix(as, "Bearer "):
		r.Header.Set("Authorization", as)
	default:
		name, password, _ := strings.Cut(as, ":")
		r.SetBasicAuth(name, password)
	}
	w := httptest.NewRecorder()
	e.Handler.ServeHTTP(w, r)
	return w
}

func parse(t testing.TB, text string) *http.Request {
	t.Helper()
	if strings.Contains(text, " HTTP/1.1\r\n") {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			t.Fatalf("the request of the scenario: %v", err)
		}
		r.RemoteAddr = "192.0.2.1:1234"
		return r
	}
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for _, line := range lines[1:] {
		name, value, found := strings.Cut(line, ": ")
		if !found {
			t.Fatalf("a header of the scenario has no colon: %q", line)
		}
		r.Header.Add(name, value)
	}
	return r
}

// matches compares a whole body; … in want stands for any text without a quote or a brace.
func matches(want, got string) bool {
	parts := strings.Split(want, "…")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	found, err := regexp.MatchString(`\A`+strings.Join(parts, `[^"{}]*`)+`\z`, got)
	return err == nil && found
}
