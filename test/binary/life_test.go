package binary_test

import (
	"fmt"
	"strings"
	"testing"

	"roster/test/binary"
)

// TestAWholeLifeOverGrazeAlone is a user's life as a script's author leads it: by curl, and by
// nothing but Graze's calls.
func TestAWholeLifeOverGrazeAlone(t *testing.T) {
	t.Parallel()
	s := binary.Start(t, binary.Options{Args: []string{"--demo"}})
	base := s.HTTP + "/graze/v1/"
	get := func(call, query string) answered {
		t.Helper()
		return curl(t, s, fmt.Sprintf(`curl -G -u graze:graze -v "%s%s" %s`, base, call, query))
	}
	post := func(call, body string) answered {
		t.Helper()
		return curl(t, s, fmt.Sprintf(`curl -X POST -u graze:graze -v "%s%s" -H "Content-Type: application/json; charset=UTF-8" -d '%s'`, base, call, body))
	}
	want := func(a answered, body string) {
		t.Helper()
		if !a.ok() || a.body != body {
			t.Fatalf("answered %q %s, want 200 %s", a.status, a.body, body)
		}
	}

	want(post("createTeam", `{"name":"my team name 1","services":["Identity Management","Yellow Pages"],"landing_page":{"type":"situations","id":"open"},"active":true,"description":"The team description 12345"}`), `{"team_id":5}`)
	want(post("createUser", `{"username":"jane","password":"jane-1-password","email":"jane@example.com","fullname":"Jane","roles":["Manager"],"teams":["my team name 1"],"primary_group":"Network","session_expiry":80}`), `{"user_id":3}`)
	byID, byName := get("getUserInfo", `--data-urlencode "user_id=3"`), get("getUserInfo", `--data-urlencode "username=JANE"`)
	if want(byName, byID.body); !strings.Contains(byID.body, `"fullname":"Jane"`) || !strings.Contains(byID.body, `"teams":[5]`) || !strings.Contains(byID.body, `"session_expiry":80`) {
		t.Errorf("read back: %s", byID.body)
	}

	signIn := func() answered {
		t.Helper()
		return curl(t, s, fmt.Sprintf(`curl -G -v "%sauthenticate" --data-urlencode "username=jane" --data-urlencode "password=jane-1-password"`, base))
	}
	session := signIn()
	token := strings.TrimSuffix(strings.TrimPrefix(session.body, `{"auth_token":"`), `"}`)
	if len(token) != 32 || !session.ok() {
		t.Fatalf("authenticate answered %q %s", session.status, session.body)
	}
	bySession := fmt.Sprintf(`curl -G -v "%sgetUserTeams" --data-urlencode "auth_token=%s" --data-urlencode "username=jane"`, base, token)
	want(curl(t, s, bySession), `[{"id":5,"name":"my team name 1"}]`)

	want(post("updateUser", `{"uid":3,"fullname":"Jane Doe","active":"","roles":"","teams":"","session_expiry":null,"department":"Support","properties":{"desk":"4"}}`), "")
	after := get("getUserInfo", `--data-urlencode "user_id=3"`).body
	for _, kept := range []string{`"fullname":"Jane Doe"`, `"active":true`, `"roles":[3]`, `"teams":[5]`, `"session_expiry":null`, `"department":1`, `"properties":{"desk":"4"}`} {
		if !strings.Contains(after, kept) {
			t.Errorf("after the update %s lacks %s", after, kept)
		}
	}

	want(post("updateUser", `{"username":"jane","active":false}`), "")
	refused := `{"message":"User is not authenticated","statusCode":3001}`
	for name, a := range map[string]answered{"the password": signIn(), "the session": curl(t, s, bySession)} {
		if a.status != "HTTP/1.1 401 Unauthorized" || a.body != refused {
			t.Errorf("%s of a deactivated user is answered %q %s", name, a.status, a.body)
		}
	}
	want(post("updateUser", `{"username":"jane","active":true}`), "")
	if a := signIn(); !a.ok() {
		t.Errorf("after the reactivation: %q %s", a.status, a.body)
	}
	if a := curl(t, s, bySession); a.body != refused {
		t.Errorf("the session from before lives on: %q %s", a.status, a.body)
	}

	want(curl(t, s, fmt.Sprintf(`curl -X POST -u graze:graze -v "%sdeleteTeam" --data-urlencode 'team_id=5'`, base)), "")
	if a := get("getTeam", `--data-urlencode "team_id=5"`); !strings.HasPrefix(a.status, "HTTP/1.1 404") {
		t.Errorf("the deleted team is answered %q %s", a.status, a.body)
	}
	want(get("getUserTeams", `--data-urlencode "user_id=3"`), `[]`)
	want(post("createTeam", `{"name":"my team name 1"}`), `{"team_id":6}`)
}
