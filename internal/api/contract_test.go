package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"roster/internal/api"
	"roster/internal/dialect/dialecttest"
	"roster/test/contract"
)

// reading is the API's description. It is read once because that is slow.
var reading struct {
	sync.Once
	*contract.Description
	err error
}

// described validates every answer and every accepted body against the API's own description, and
// then runs given.
func described(given func(testing.TB, *dialecttest.Env)) func(testing.TB, *dialecttest.Env) {
	return func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		reading.Do(func() {
			reading.Description, reading.err = contract.Read(e.Do(t, "", "GET "+api.Root+"/openapi.json").Body.Bytes())
		})
		if reading.err != nil {
			t.Fatal(reading.err)
		}
		e.Handler = held{t, e.Handler, reading.Description}
		given(t, e)
	}
}

// held is a handler that validates its answers against a description.
type held struct {
	t testing.TB
	http.Handler
	*contract.Description
}

// ServeHTTP implements [http.Handler].
func (h held) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.t.Helper()
	method, path, query, media := r.Method, r.URL.EscapedPath(), r.URL.Query(), r.Header.Get("Content-Type")
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	got := httptest.NewRecorder()
	h.Handler.ServeHTTP(got, r)
	maps.Copy(w.Header(), got.Header())
	w.WriteHeader(got.Code)
	_, _ = w.Write(got.Body.Bytes())

	_, path, ours := strings.Cut(path, api.Root)
	op := h.Find(method, path)
	switch {
	case !ours || method == http.MethodHead || method == http.MethodOptions: // the answer has no body
	case op == nil && (got.Code == http.StatusNotFound || got.Code == http.StatusMethodNotAllowed):
	default:
		if err := h.Check(method, path, query, contract.Answer{Status: got.Code, Header: got.Header(), Body: got.Body.Bytes()}); err != nil {
			h.t.Errorf("%s %s is not as described: %v", method, path, err)
		}
		if got.Code < 300 && op != nil && op.RequestBody != nil && path != "/users/batch" { // a batch is taken with what is wrong in it
			h.checkBody(op, media, sent)
		}
	}
}

// checkBody validates an accepted body against the description, which must not demand more than the
// API does.
func (h held) checkBody(op *contract.Operation, media string, body []byte) {
	h.t.Helper()
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		h.t.Errorf("%s took what is no JSON: %v", op, err)
	}
	content := op.RequestBody.Value.Content.Get(media)
	if content == nil {
		h.t.Errorf("%s took a body of type %s, which is not described", op, media)
	} else if err := content.Schema.Value.VisitJSON(value, openapi3.VisitAsRequest(), openapi3.DisableReadOnlyValidation(), openapi3.EnableJSONSchema2020()); err != nil {
		h.t.Errorf("%s took a body that is not as described: %v", op, err)
	}
}
