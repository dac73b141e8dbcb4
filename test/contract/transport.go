package contract

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// root is where the native API begins in every path.
const root = "/api/v1"

// Transport passes requests on, and holds the answers against a description.
type Transport struct {
	Base        http.RoundTripper
	Description *Description
	Report      func(error) // is told of each answer that is not as described
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.Base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	_, path, _ := strings.Cut(r.URL.EscapedPath(), root)
	if err := t.Description.Check(r.Method, path, r.URL.Query(), Answer{resp.StatusCode, resp.Header, body}); err != nil {
		t.Report(err)
	}
	return resp, nil
}
