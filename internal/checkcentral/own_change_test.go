package checkcentral_test

import (
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// TestAUserChangesItsOwnNotifications: the spec says that a user's token may do what the user may,
// and a person sets by what it is told.
func TestAUserChangesItsOwnNotifications(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		for _, name := range []string{"o1", "o2", "o3"} {
			person(name+"@example.com")(t, e)
			e.Token(t, directory.NewToken{Name: name, Access: roster.AccessReadWrite, UserName: name + "@example.com"})
		}
		e.Token(t, directory.NewToken{Name: "o3 reads", Access: roster.AccessRead, UserName: "o3@example.com"})
	}
	by := func(token, body string) string {
		return "POST /updateUser/?apiToken={token " + token + "}\nContent-Type: application/json\n\n" + body
	}
	unchanged := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		if u := e.Get(t, "o3@example.com"); u.Version != 1 || len(u.Preferences) != 0 {
			t.Errorf("the user became %+v", u)
		}
	}
	const (
		chosen = `{"type":"failures","services":["email"]}`
		notOwn = "may be changed only with the permission manage_users; you may change your own preferences and time zone"
		rights = `{"error":{"id":"not-allowed","message":"this needs one of the permissions: manage_users"}}`
	)
	dialecttest.Run(t, dialecttest.World{Given: given}, []dialecttest.Scenario{
		{
			Name: "by id", Request: by("o1", `{"id":"{user o1@example.com}","notifications":[`+chosen+`]}`), Status: 200,
			Body: shown("{user o1@example.com}", "o1@example.com", "o1@example.com", "user", "", chosen),
		},
		{
			Name: "by email", Request: by("o2", `{"email":"O2@example.com","notifications":[`+chosen+`]}`), Status: 200,
			Body: shown("{user o2@example.com}", "o2@example.com", "o2@example.com", "user", "", chosen),
		},
		{
			Name: "and nothing else", Request: by("o3", `{"email":"o3@example.com","name":"Chief","accessLevel":"administrator","sendWelcomeEmail":true,"notifications":[`+chosen+`]}`), Status: 403,
			Body:  failed("not-allowed", "name", notOwn, "accessLevel", notOwn, "sendWelcomeEmail", notOwn),
			After: unchanged,
		},
		{
			Name: "not its email", Request: by("o3", `{"id":"{user o3@example.com}","email":"new@example.com"}`), Status: 403,
			Body: failed("not-allowed", "email", notOwn), After: unchanged,
		},
		{Name: "nobody else's", Request: by("o1", `{"email":"o3@example.com","notifications":[`+chosen+`]}`), Status: 403, Body: rights, After: unchanged},
		{
			Name: "not with a token that may only read", Request: by("o3 reads", `{"email":"o3@example.com","notifications":[`+chosen+`]}`), Status: 403,
			Body: `{"error":{"id":"not-allowed","message":"this credential may only read"}}`, After: unchanged,
		},
	}...)
}
