package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"roster/internal/dialect/dialecttest"
)

// discarded is a response writer that drops the answer.
type discarded struct {
	header http.Header
	status int
}

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) WriteHeader(status int)      { d.status = status }
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkGetUser reads one user with a token, through the whole server except its sockets.
func BenchmarkGetUser(b *testing.B) {
	for name, path := range map[string]string{"whole": "/api/v1/users/{user ann}", "two members": "/api/v1/users/{user ann}?fields=userName,email"} {
		b.Run(name, func(b *testing.B) {
			e := dialecttest.Open(b, dialecttest.Options{})
			staff(b, e)
			target, authorization := e.Fill(path), e.Fill("Bearer {token read}")
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := httptest.NewRequest(http.MethodGet, target, nil)
					r.Header.Set("Authorization", authorization)
					w := &discarded{header: http.Header{}}
					e.Handler.ServeHTTP(w, r)
					if w.status != http.StatusOK {
						b.Fatalf("answered %d", w.status)
					}
				}
			})
		})
	}
}
