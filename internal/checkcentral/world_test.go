package checkcentral_test

import (
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// office has two groups and a token of each kind.
func office(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	e.Group(t, "Network")
	e.Group(t, "Acme, Inc.")
	e.Team(t, "my team 1")
	for name, access := range map[string]roster.Access{"write": roster.AccessReadWrite, "read": roster.AccessRead} {
		e.Token(t, directory.NewToken{Name: name, Access: access})
	}
}

// with is the path of a call with the token that may write, as the vendor writes it.
func with(call string) string { return "/" + call + "/?apiToken={token write}" }

// create is a request of createUser.
func create(body string) string { return post("createUser", body) }

// post is a request of a call that writes, as the vendor writes it.
func post(call, body string) string {
	return "POST " + with(call) + "\nContent-Type: application/json\n\n" + body
}

// person makes a user of CheckCentral's kind, whose userName is the email, before a row.
func person(email string, change ...func(*directory.NewUser)) func(testing.TB, *dialecttest.Env) {
	return func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		in := directory.NewUser{UserName: email, Email: email, AccessLevel: roster.LevelUser, Preferences: roster.Some[[]roster.Preference](nil)}
		for _, c := range change {
			c(&in)
		}
		e.User(t, in)
	}
}

// made is the answer of createUser for a user without groups and notifications.
func made(email, name, level string) string {
	return `{"user":{"id":"…","email":"` + email + `","name":"` + name + `","accessLevel":"` + level + `","userGroups":[],"notifications":[]}}`
}

// failed is the body of an error about fields: pairs of a name and a message.
func failed(id string, pairs ...string) string {
	var sentences, fields []string
	for i := 0; i < len(pairs); i += 2 {
		sentences = append(sentences, pairs[i]+" "+pairs[i+1])
		fields = append(fields, `{"field":"`+pairs[i]+`","message":"`+pairs[i+1]+`"}`)
	}
	return `{"error":{"id":"` + id + `","message":"` + strings.Join(sentences, "; ") + `","fields":[` + strings.Join(fields, ",") + `]}}`
}

// refused is the body of an error about the request as a whole.
func refused(id, message string) string {
	return `{"error":{"id":"` + id + `","message":"` + message + `"}}`
}

// crossOrigin is the body of the answer to what a page of another site sends.
var crossOrigin = refused("not-allowed", "A page of another site may not send this. If that page is Roster behind a proxy, set --public-url to the address that the browser shows.")
