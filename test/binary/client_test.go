package binary_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// request is a request as its sender writes it.
type request struct {
	method, url string // method "": POST where there is a body, GET where not
	body        string
	header      map[string]string
	basic       string // user:password, "" for none
}

// answer is a whole answer.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request and reads its answer to the end. An error says that there was no whole
// answer.
func send(ctx context.Context, c *http.Client, r request) (answer, error) {
	if r.method == "" {
		r.method = http.MethodGet
		if r.body != "" {
			r.method = http.MethodPost
		}
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, strings.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	if user, password, found := strings.Cut(r.basic, ":"); found {
		req.SetBasicAuth(user, password)
	}
	resp, err := c.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}, err
}

// ask sends a request that must be answered.
func ask(t testing.TB, c *http.Client, r request) answer {
	t.Helper()
	a, err := send(t.Context(), c, r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// want asks that an answer has a status, and returns its body.
func (a answer) want(t testing.TB, status int) string {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d instead of %d: %s", a.status, status, a.body)
	}
	return a.body
}

// decode reads JSON that must be there.
func decode[T any](t testing.TB, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in: %s", err, text)
	}
	return v
}
