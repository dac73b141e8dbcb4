package checkcentral

import (
	"net/http/httptest"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

// documented is the body of the documented example.
const documented = `{"name":"Person Somename","email":"person@myorg.realdomain","accessLevel":"User","sendWelcomeEmail":true,"userGroups":["01a1ff6e-8977-78ef-9703-970615279193"],"notifications":[{"type":"failures","services":["sms","push"]}]}`

// BenchmarkCreateUser is what the dialect adds to a createUser: reading the request and writing the
// answer.
func BenchmarkCreateUser(b *testing.B) {
	decode := decodeCreateUser(false)
	r := httptest.NewRequest("POST", "/createUser/", nil)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	made := directory.CreatedUser{User: roster.User{
		ID: "01a1ff6e-8977-78ef-9703-970615279193", Email: "person@myorg.realdomain", DisplayName: "Person Somename", Active: true,
		Groups:      []roster.GroupLink{{ID: "01a1ff6e-8977-78ef-9703-970615279193", Number: 2, Name: "Network"}},
		Preferences: []roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceSMS, roster.ServicePush}}},
	}}
	b.ReportAllocs()
	for b.Loop() {
		r.Body = body{strings.NewReader(documented)}
		in, err := decode(newRequest(w, r))
		if err != nil || len(in.Faults) > 0 {
			b.Fatal(err, in.Faults)
		}
		w.Body.Reset()
		if err := encodeCreated(w, made); err != nil {
			b.Fatal(err)
		}
	}
}

// body is a request's body.
type body struct{ *strings.Reader }

func (body) Close() error { return nil }
