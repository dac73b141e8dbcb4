package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"roster"

	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// discarded is an answer that nobody reads.
type discarded struct {
	header http.Header
	status int
}

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) WriteHeader(status int)      { d.status = status }
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkListUsers reads pages of an organization of 3,000 users, with a token, through the whole
// server but its sockets.
func BenchmarkListUsers(b *testing.B) {
	e := dialecttest.Open(b, dialecttest.Options{})
	staff(b, e)
	for part := range 3 {
		in := directory.NewUsers{Users: make([]directory.NewUser, directory.MaxBatch)}
		for i := range in.Users {
			n := part*directory.MaxBatch + i
			in.Users[i] = directory.NewUser{
				UserName: fmt.Sprintf("person%04d", n), DisplayName: fmt.Sprintf("Person %d", n), Email: fmt.Sprintf("p%d@example.com", n),
				Active: roster.Some(n%100 != 0),
			}
		}
		if _, err := e.Directory.CreateUsers(b.Context(), e.By, in); err != nil {
			b.Fatal(err)
		}
	}
	for name, path := range map[string]string{
		"page": "/api/v1/users", "by name": "/api/v1/users?sort=userName", "eq": "/api/v1/users?filter=email+eq+%22p777@example.com%22",
		"word": "/api/v1/users?search=person07", "inactive": "/api/v1/users?filter=active+eq+false", "contains": "/api/v1/users?filter=displayName+co+%2299%22",
	} {
		b.Run(name, func(b *testing.B) { answersAll(b, e, path) })
	}
}

// BenchmarkGetUser reads one user with a token, through the whole server but its sockets.
func BenchmarkGetUser(b *testing.B) {
	for name, path := range map[string]string{"whole": "/api/v1/users/{user ann}", "two members": "/api/v1/users/{user ann}?fields=userName,email"} {
		b.Run(name, func(b *testing.B) {
			e := dialecttest.Open(b, dialecttest.Options{})
			staff(b, e)
			answersAll(b, e, path)
		})
	}
}

// answersAll asks for a path again and again.
func answersAll(b *testing.B, e *dialecttest.Env, path string) {
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
}
