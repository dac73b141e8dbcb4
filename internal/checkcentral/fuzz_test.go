package checkcentral_test

import (
	"encoding/json"
	"strings"
	"testing"

	"roster/internal/dialect/dialecttest"
)

// FuzzCreateUser sends bodies through the whole server: whatever they are, the answer is one of the
// dialect's and never a failure of ours.
func FuzzCreateUser(f *testing.F) {
	for _, seed := range []string{
		documentedBody, `{"email":"a@example.com","accessLevel":"user"}`, "", "{", "[]", `{"email":"\u0000","accessLevel":"disabled"}`,
		`{"email":"a@b","accessLevel":"Manager","userGroups":["00000000-0000-7000-8000-000000000000"],"notifications":[{"type":"digest","services":["email",5,null]}]}`,
		`{"email":"\ud83d\ude00@b","accessLevel":"custom","name":"\u202e","notifications":[{"type":"failures"},{"type":"failures"}],"sendWelcomeEmail":true}`,
	} {
		f.Add(seed)
	}
	e := dialecttest.Open(f, dialecttest.Options{})
	office(f, e)
	f.Fuzz(func(t *testing.T, body string) {
		w := e.Do(t, "", create(body))
		allowed := map[int]string{200: `{"user":{"id":"`, 400: `{"error":{"id":"invalid-request"`, 409: `{"error":{"id":"email-in-use"`}
		start, known := allowed[w.Code]
		if !known || !strings.HasPrefix(w.Body.String(), start) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
}

// FuzzLists sends queries through the whole server.
func FuzzLists(f *testing.F) {
	for _, seed := range []string{"userId=1", "userEmail=a@b,c@d&", "userGroupName=Acme,+Inc.", "userId=undefined", "userId=%00", "a=%ff", "userEmail=%E1%BE%BC"} {
		f.Add(seed)
	}
	e := dialecttest.Open(f, dialecttest.Options{})
	office(f, e)
	f.Fuzz(func(t *testing.T, query string) {
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }) {
			t.Skip("no request has that")
		}
		for _, call := range []string{"getUsers", "getUserGroups"} {
			w := e.Do(t, "", "GET /"+call+"?apiToken={token read}&"+query)
			if w.Code != 200 && w.Code != 400 || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s is answered %d %s", call, w.Code, w.Body)
			}
		}
	})
}
