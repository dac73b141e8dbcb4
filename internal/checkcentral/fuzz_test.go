package checkcentral_test

import (
	"encoding/json"
	"net/http/httptest"
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

// FuzzUpdateUser sends bodies to every call that changes or deletes.
func FuzzUpdateUser(f *testing.F) {
	for _, seed := range []string{
		`{"id":"00000000-0000-7000-8000-000000000000","name":"x"}`, `{"email":"a@example.com","accessLevel":"Disabled","sendWelcomeEmail":true}`, "", "{", "null",
		`{"email":"a@example.com","notifications":[{"type":"digest","services":["email",5,null]}],"userGroups":[]}`, `{"id":"\u0000","email":"\ud83d\ude00@b"}`,
		`{"name":"x","description":"y","users":["00000000-0000-7000-8000-000000000000",5]}`, `{"id":7,"email":7,"users":7}`, `{"name":null,"users":[null]}`,
	} {
		f.Add(seed)
	}
	e := dialecttest.Open(f, dialecttest.Options{})
	office(f, e)
	person("a@example.com")(f, e)
	f.Fuzz(func(t *testing.T, body string) {
		for _, call := range []string{"updateUser", "deleteUser", "createUserGroup", "updateUserGroup", "deleteUserGroup"} {
			answeredInTheDialect(t, call, e.Do(t, "", post(call, body)))
		}
	})
}

// FuzzCreateCheck sends bodies to createCheck.
func FuzzCreateCheck(f *testing.F) {
	for _, seed := range []string{
		documentedCheck, `{"name":"x","email_alias":"x"}`, `{"name":"x","matching_conditions":{"required_conditions":"ALL","conditions":[{"message_field":"body","matches":"regex","value":"("}]}}`,
		`{"name":"x","email_alias":"x","interval_type":"Week","interval_value":1e9,"overdue_minutes":-1,"window_start":"25:00","window_end":"","active_days":["Mon",5],"default_status":"Fine"}`,
		`{"name":"x","success_conditions":[],"warning_conditions":{"conditions":[null]},"group_id":"00000000-0000-7000-8000-000000000000"}`, "", "[", "5",
	} {
		f.Add(seed)
	}
	e := dialecttest.Open(f, dialecttest.Options{})
	office(f, e)
	f.Fuzz(func(t *testing.T, body string) {
		answeredInTheDialect(t, "createCheck", e.Do(t, "", post("createCheck", body)))
	})
}

// answeredInTheDialect fails the test for an answer that is none of the dialect's, or a failure of
// ours.
func answeredInTheDialect(t *testing.T, call string, w *httptest.ResponseRecorder) {
	t.Helper()
	var answer struct {
		Error *struct{ ID, Message string }
	}
	err := json.Unmarshal(w.Body.Bytes(), &answer)
	switch {
	case err != nil || w.Code >= 500:
	case w.Code == 200 && answer.Error == nil:
		return
	case w.Code >= 400 && answer.Error != nil && answer.Error.ID != "" && answer.Error.Message != "":
		return
	}
	t.Errorf("%s is answered %d %s", call, w.Code, w.Body)
}

// FuzzLists sends queries through the whole server.
func FuzzLists(f *testing.F) {
	for _, seed := range []string{
		"userId=1", "userEmail=a@b,c@d&", "userGroupName=Acme,+Inc.", "userId=undefined", "userId=%00", "a=%ff", "userEmail=%E1%BE%BC",
		"activityCount=1&includeSettings=True&includeChecks=1&checkId=x,y&groupId=a,b&status=Failure,success&matched=false",
		"startDate=2026-11-21&endDate=2026-11-21T18:00:00+01:00", "startDate=9999-12-31&endDate=0001-01-01T00:00:00-23:59", "checkGroupName=x&userGroupId=y&userEmail=z",
	} {
		f.Add(seed)
	}
	e := dialecttest.Open(f, dialecttest.Options{})
	office(f, e)
	f.Fuzz(func(t *testing.T, query string) {
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }) {
			t.Skip("no request has that")
		}
		for _, call := range []string{"getUsers", "getUserGroups", "getPermissions", "getOverview", "getChecks", "getActivities", "getCheckGroups", "getGroups"} {
			answeredInTheDialect(t, call, e.Do(t, "", "GET /"+call+"?apiToken={token read}&"+query))
		}
	})
}
