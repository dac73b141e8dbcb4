package graze_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// fuzzed is a server with a Super User who is signed in: {session super}.
func fuzzed(f *testing.F) *dialecttest.Env {
	f.Helper()
	e := dialecttest.Open(f, dialecttest.Options{Realms: offline{}})
	documented(f, e)
	e.User(f, directory.NewUser{UserName: "super", Password: "super", Roles: []roster.Ref{{Number: roster.RoleSuperUser}}})
	e.User(f, directory.NewUser{UserName: "victim", Email: "v@example.com", External: true, Roles: []roster.Ref{{Number: roster.RoleOperator}}})
	e.Session(f, "super", "super")
	return e
}

// postAnything sends a body, and fails the test if the answer is none that Graze has, or a failure
// of ours.
func postAnything(t *testing.T, e *dialecttest.Env, call, body string) (accepted bool, answer string) {
	t.Helper()
	w := e.Do(t, "", "POST /graze/v1/"+call+"?auth_token={session super}\n\n"+body)
	switch w.Code {
	case 200:
		return true, w.Body.String()
	case 400, 403, 404, 413, 415:
		if !strings.HasPrefix(w.Body.String(), `{"message":"`) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s is answered %d %s", call, w.Code, w.Body)
		}
	default:
		t.Errorf("%s is answered %d %s", call, w.Code, w.Body)
	}
	return false, ""
}

func ask(t *testing.T, e *dialecttest.Env, call string) string {
	t.Helper()
	w := e.Do(t, "", "GET /graze/v1/"+call+"&auth_token={session super}")
	if w.Code != 200 {
		t.Errorf("%s is answered %d %s", call, w.Code, w.Body)
	}
	return w.Body.String()
}

// FuzzWhatCreateUserAcceptsUpdateUserAccepts gives what getUserInfo says of a user back to
// updateUser: the user must stay the same.
func FuzzWhatCreateUserAcceptsUpdateUserAccepts(f *testing.F) {
	f.Add("Somebody", "Europe/London", "+44 20 7946 0958", "a", `{"a":[1,"<é>"]}`, `{"name":"SunOS","ranking":"40"}`, int64(1494951621), 80, uint8(0))
	f.Add("full\u00a0name", "(GMT 00:00) Europe/London", "", "B", ``, `{"cid":7,"ranking":0.0}`, int64(0), 1, uint8(1))
	f.Add("x", "SYSTEM", "1", "c@example.com", ` { "b" : 1.50 } `, ``, int64(99999999999), 10080, uint8(2))
	f.Add("\u2028", "", " ", "\U0001F600", `{"\u0000":"\u0000"}`, `{"name":"a","cid":1,"ranking":100,"more":1}`, int64(-1), 0, uint8(3))
	e := fuzzed(f)
	f.Fuzz(func(t *testing.T, full, zone, phone, name, properties, competency string, joined int64, expiry int, places uint8) {
		request := map[string]any{
			"username": name, "email": "a@example.com", "fullname": full, "timezone": zone, "contact_num": phone, "roles": "[4,\"Customer\"]",
			"properties": properties, "competencies": "[" + competency + "]", "joined": joined, "session_expiry": expiry, "active": places&8 == 0,
			"primary_group": []any{"Network", "End-User", nil, "1"}[places&3], "department": []any{1, "Support", nil, ""}[places&3],
			"teams": []any{[]any{"my team 1", 1}, nil, "[]", "[\"2\"]"}[places&3],
		}
		if properties == "" {
			delete(request, "properties")
		}
		body, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		accepted, answer := postAnything(t, e, "createUser", string(body))
		if !accepted {
			return
		}
		var made struct {
			ID int64 `json:"user_id"`
		}
		if err := json.Unmarshal([]byte(answer), &made); err != nil {
			t.Fatal(err)
		}
		get := fmt.Sprintf("getUserInfo?user_id=%d", made.ID)
		before := ask(t, e, get)
		if ok, _ := postAnything(t, e, "updateUser", fmt.Sprintf(`{"uid":%d,`, made.ID)+before[1:]); !ok {
			t.Errorf("refused: %s", before)
		}
		if after := ask(t, e, get); after != before {
			t.Errorf("%s\nbecame\n%s", before, after)
		}
	})
}

// FuzzUpdateUser sends bodies about a user.
func FuzzUpdateUser(f *testing.F) {
	for _, seed := range []string{
		`{"username":"victim","active":false}`, `{"uid":3,"roles":"[4]","teams":"","session_expiry":null}`, `username=victim&active=`,
		`{"uid":"victim","full_name":"x","properties":null,"competencies":[{"cid":1,"ranking":"5"}]}`, `{"uid":{}}`, `{"uid":1e400}`, `{"username":"a\u0000"}`,
	} {
		f.Add(seed)
	}
	e := fuzzed(f)
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "password") || strings.Contains(body, "auth_token") || regexp.MustCompile(`(?i)super|"uid":"?\s*[23]\b`).MatchString(body) {
			t.Skip("a costly hash; or the caller itself")
		}
		if accepted, answer := postAnything(t, e, "updateUser", body); accepted && answer != "" {
			t.Errorf("answered %s", answer)
		}
	})
}

// FuzzTeams gives what getTeam says of a new team back to updateTeam: the team must stay the same.
func FuzzTeams(f *testing.F) {
	for _, seed := range []string{
		`{"name":"a","users":["graze",1],"services":["web",1],"landing_page":{"a":[1.50,"é"]},"alert_filter":"a = \"b\"","active":""}`,
		`name=form&users=[1]&landing_page=%7B%7D&services=`, `{"name":"b","landing_page":"x\u2028<","alert_filter":{"a":1},"services":"[\"x\"]"}`,
		`{"name":"a\u0000","users":["\u0000"],"services":["\u0000"],"sig_filter":"\u0000"}`, `{"team_id":2,"users":[{}]}`,
	} {
		f.Add(seed)
	}
	e := fuzzed(f)
	numeric := regexp.MustCompile(`"services":\[[^\]]*"[0-9]+"`) // a name that is all digits is an id first
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "auth_token") {
			t.Skip("another caller")
		}
		postAnything(t, e, "updateTeam", body)
		accepted, answer := postAnything(t, e, "createTeam", body)
		if !accepted {
			return
		}
		var made struct {
			ID int64 `json:"team_id"`
		}
		if err := json.Unmarshal([]byte(answer), &made); err != nil {
			t.Fatal(err)
		}
		get := fmt.Sprintf("getTeam?team_id=%d", made.ID)
		before := ask(t, e, get)
		if ok, _ := postAnything(t, e, "updateTeam", before); !ok {
			t.Errorf("refused: %s", before)
		}
		if after := ask(t, e, get); after != before && !numeric.MatchString(before) {
			t.Errorf("%s\nbecame\n%s", before, after)
		}
		if ok, _ := postAnything(t, e, "deleteTeam", fmt.Sprintf("team_id=%d", made.ID)); !ok {
			t.Error("the team stays")
		}
	})
}

// FuzzRealms sends bodies about realms.
func FuzzRealms(f *testing.F) {
	f.Add(`{"name":"r","type":"SAML2","active":true,"configuration":` + documentedRealm + `}`)
	f.Add(`{"name":"r","type":"SAML2","configuration":"{\"defaultRoles\":[\"a\\u0000\"],\"defaultGroup\":\"\\u0000\"}"}`)
	f.Add(`{"name":"\u0000","configuration":{}}`)
	e := fuzzed(f)
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "auth_token") {
			t.Skip("another caller")
		}
		for _, call := range []string{"createSecurityRealm", "updateSecurityRealm"} {
			if accepted, answer := postAnything(t, e, call, body); accepted && answer != "" {
				t.Errorf("%s is answered %s", call, answer)
			}
		}
		if list := ask(t, e, "getSecurityRealms?"); !json.Valid([]byte(list)) {
			t.Errorf("the list is %s", list)
		}
	})
}
