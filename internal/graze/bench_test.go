package graze

import (
	"net/http/httptest"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

// documented is the body of the documented example.
const documented = `{"username" : "johndoe1", "roles" : ["Super User", "Operator"], "password" : "johndoe1", "active" : true, "email" : "johndoe@moogsoft.com", "fullname" : "John Doe", "primary_group" : "Network", "department" : "Support", "joined" : 1494951621, "timezone" : "Europe/London", "contact_num" : "555-1234", "session_expiry" : null, "teams" : ["my team 1","my team 2","my team 3"], "properties" : null}`

// BenchmarkCreateUser is what the dialect adds to a createUser: reading the request and writing the
// answer.
func BenchmarkCreateUser(b *testing.B) {
	decode := decodeCreateUser(false)
	r := httptest.NewRequest("POST", "/graze/v1/createUser", nil)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		r.Body = body{strings.NewReader(documented)}
		in, err := decode(newRequest(w, r))
		if err != nil || len(in.Faults) > 0 {
			b.Fatal(err, in.Faults)
		}
		w.Body.Reset()
		if err := encodeUserID(w, directory.CreatedUser{User: roster.User{Number: 777}}); err != nil {
			b.Fatal(err)
		}
	}
}

// body is a request's body.
type body struct{ *strings.Reader }

func (body) Close() error { return nil }
