package api

import (
	"bytes"
	"compress/gzip"
	"io"
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

func TestTheDescriptionIsCompressedForWhoTakesThat(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	Register(mux, Options{
		Directory: directory.New(directory.Options{Now: time.Now}), Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	for _, path := range []string{"/openapi.json", "/openapi.yaml"} {
		plain, compressed := httptest.NewRecorder(), httptest.NewRecorder()
		mux.ServeHTTP(plain, httptest.NewRequest("GET", Root+path, nil))
		r := httptest.NewRequest("GET", Root+path, nil)
		r.Header.Set("Accept-Encoding", "br, gzip")
		mux.ServeHTTP(compressed, r)
		z, err := gzip.NewReader(compressed.Body)
		if err != nil {
			t.Fatal(err)
		}
		size := compressed.Body.Len()
		text, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(text, plain.Body.Bytes()) || plain.Header().Get("Content-Encoding") != "" || size*4 > len(text) {
			t.Errorf("%s: %d bytes are %d compressed (%v)", path, len(text), size, err)
		}
		if plain.Header().Get("Vary") != "Accept-Encoding" || compressed.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: headers %v", path, compressed.Header())
		}
	}
}
