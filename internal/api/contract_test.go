package api_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"roster/internal/api"
	"roster/internal/dialect/dialecttest"
	"roster/test/contract"
)

// described holds every answer against the API's own description, and then makes what given makes.
func described(given func(testing.TB, *dialecttest.Env)) func(testing.TB, *dialecttest.Env) {
	return func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		text := e.Do(t, "", "GET "+api.Root+"/openapi.json").Body.Bytes()
		d, err := contract.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		inner := e.Handler
		e.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			method, path := r.Method, r.URL.EscapedPath()
			got := httptest.NewRecorder()
			inner.ServeHTTP(got, r)
			_, path, ours := strings.Cut(path, api.Root)
			if ours && got.Code != http.StatusMethodNotAllowed {
				if err := d.Check(method, path, r.URL.Query(), contract.Answer{Status: got.Code, Header: got.Header(), Body: got.Body.Bytes()}); err != nil {
					t.Errorf("%s %s is not as described: %v", method, path, err)
				}
			}
			maps.Copy(w.Header(), got.Header())
			w.WriteHeader(got.Code)
			_, _ = w.Write(got.Body.Bytes())
		})
		given(t, e)
	}
}
