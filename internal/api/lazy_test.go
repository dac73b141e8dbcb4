package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"roster/internal/directory"
)

func TestRequestsThatAreFirstAtOnceFindTheWholeDescription(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	Register(mux, Options{
		Directory: directory.New(directory.Options{Now: time.Now}), Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	var requests sync.WaitGroup
	for range 8 {
		for path, want := range map[string]int{
			"/openapi.json": http.StatusOK, "/openapi.yaml": http.StatusOK,
			"/users": http.StatusUnauthorized, "/users?nonsense=1": http.StatusUnauthorized,
		} {
			requests.Go(func() {
				w := httptest.NewRecorder()
				mux.ServeHTTP(w, httptest.NewRequest("GET", Root+path, nil))
				if w.Code != want {
					t.Errorf("%s: %d, not %d: %s", path, w.Code, want, w.Body)
				}
			})
		}
	}
	requests.Wait()
}
