package checkcentral_test

import (
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// replaced is a request of createUser for bad@example.com in which one field is another.
func replaced(field, value string) string {
	var members []string
	for _, m := range [][2]string{{"email", `"bad@example.com"`}, {"accessLevel", `"user"`}} {
		if m[0] != field {
			members = append(members, fmt.Sprintf("%q:%s", m[0], m[1]))
		}
	}
	if value != "" {
		members = append(members, fmt.Sprintf("%q:%s", field, value))
	}
	return create("{" + strings.Join(members, ",") + "}")
}

func TestEachFieldIsRefusedThatIsWrong(t *testing.T) {
	t.Parallel()
	const (
		address  = "must be one email address, such as name@example.com"
		levels   = "must be one of: disabled, custom, readonly, user, editor, manager, administrator"
		types    = "must be one of: failures, warnings, unmatched, digest"
		services = "must be one of: email, sms, push, pushbullet, pushover"
		groupID  = "must be the id of a user group, as getUserGroups lists them"
	)
	long := `"` + strings.Repeat("x", 10000) + `"`
	var rows []dialecttest.Scenario
	for _, c := range []struct{ field, value, at, want string }{
		{"email", ``, "email", "is required"},
		{"email", `null`, "email", "is required"},
		{"email", `" "`, "email", "is required"},
		{"email", `5`, "email", "must be a string, not a number"},
		{"email", `["a@example.com"]`, "email", "must be a string, not an array"},
		{"email", `"nobody"`, "email", address},
		{"email", `"a\u0000@example.com"`, "email", address},
		{"email", `"a\n@example.com"`, "email", address},
		{"email", `"\u202ea@example.com"`, "email", address},
		{"email", long, "email", "must not be longer than 254 bytes"},
		{"accessLevel", ``, "accessLevel", "is required"},
		{"accessLevel", `null`, "accessLevel", "is required"},
		{"accessLevel", `""`, "accessLevel", "is required"},
		{"accessLevel", `"superuser"`, "accessLevel", levels},
		{"accessLevel", `"us\u0000er"`, "accessLevel", levels},
		{"accessLevel", long, "accessLevel", levels},
		{"accessLevel", `true`, "accessLevel", "must be a string, not a boolean"},
		{"name", `7`, "name", "must be a string, not a number"},
		{"name", `"a\u0000b"`, "name", "must not hold control characters"},
		{"name", long, "name", "must not be longer than 255 characters"},
		{"sendWelcomeEmail", `"true"`, "sendWelcomeEmail", "must be a boolean, not a string"},
		{"sendWelcomeEmail", `1`, "sendWelcomeEmail", "must be a boolean, not a number"},
		{"userGroups", `"{group Network}"`, "userGroups", "must be an array, not a string"},
		{"userGroups", `{}`, "userGroups", "must be an array, not an object"},
		{"userGroups", `["{group Network}","userGroupID"]`, "userGroups[1]", groupID},
		{"userGroups", `["Network"]`, "userGroups[0]", groupID},
		{"userGroups", `[2]`, "userGroups[0]", groupID},
		{"userGroups", `[null]`, "userGroups[0]", groupID},
		{"userGroups", `["a\u0000b"]`, "userGroups[0]", groupID},
		{"userGroups", `["00000000-0000-0000-0000-00000000000g"]`, "userGroups[0]", groupID},
		{"userGroups", `["00000000-0000-7000-8000-000000000000"]`, "userGroups[0]", `names no group: \"00000000-0000-7000-8000-000000000000\"`},
		{"userGroups", `["{team my team 1}"]`, "userGroups[0]", `names no group: \"{team my team 1}\"`},
		{"notifications", `"failures"`, "notifications", "must be an array, not a string"},
		{"notifications", `[5]`, "notifications[0]", "must be an object, not a number"},
		{"notifications", `[{}]`, "notifications[0].type", "is required"},
		{"notifications", `[{"type":"successes"}]`, "notifications[0].type", types},
		{"notifications", `[{"type":7}]`, "notifications[0].type", "must be a string, not a number"},
		{"notifications", `[{"type":"failures"},{"type":"Failures"}]`, "notifications[1].type", `names \"failures\" a second time`},
		{"notifications", `[{"type":"failures","services":"sms"}]`, "notifications[0].services", "must be an array, not a string"},
		{"notifications", `[{"type":"failures","services":["sms","fax"]}]`, "notifications[0].services[1]", services},
		{"notifications", `[{"type":"failures","services":["sms","SMS","fax"]}]`, "notifications[0].services[2]", services},
		{"notifications", `[{"type":"failures","services":[5]}]`, "notifications[0].services[0]", services},
	} {
		rows = append(rows, dialecttest.Scenario{
			Name: fmt.Sprintf("%s that is %.30s", c.field, c.value), Request: replaced(c.field, c.value),
			Status: 400, Body: failed("invalid-request", c.at, c.want),
			After: func(t testing.TB, e *dialecttest.Env) { t.Helper(); e.Absent(t, "bad@example.com") },
		})
	}
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}

func TestAllFaultsAreReportedTogether(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: office},
		dialecttest.Scenario{
			Name: "faults of the form, of the rules and of the references", Status: 400,
			Request: create(`{"email":"no","name":5,"accessLevel":"king","userGroups":["x","00000000-0000-7000-8000-000000000000"],"notifications":[{"services":["fax"]}]}`),
			Body: failed("invalid-request",
				"name", "must be a string, not a number",
				"userGroups[0]", "must be the id of a user group, as getUserGroups lists them",
				"accessLevel", "must be one of: disabled, custom, readonly, user, editor, manager, administrator",
				"notifications[0].type", "is required",
				"notifications[0].services[0]", "must be one of: email, sms, push, pushbullet, pushover",
				"email", "must be one email address, such as name@example.com",
				"userGroups[1]", `names no group: \"00000000-0000-7000-8000-000000000000\"`),
		},
		dialecttest.Scenario{
			Name: "nothing given", Status: 400, Request: create(`{}`),
			Body: failed("invalid-request", "email", "is required", "accessLevel", "is required"),
		},
	)
}

func TestBodiesThatCannotBeReadAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	const unread = "the body is not JSON that can be read: "
	start := "POST " + with("createUser") + "\n"
	rows := []dialecttest.Scenario{
		{Name: "longer than a mebibyte", Status: 413, Request: create(`{"email":"` + strings.Repeat("x", dialect.MaxBody) + `"}`), Body: refused("body-too-large", "The body is longer than 1048576 bytes.")},
		{Name: "compressed", Status: 415, Request: start + "Content-Type: application/json\nContent-Encoding: gzip\n\nx", Body: refused("unsupported-media-type", "Send the body as it is, without a Content-Encoding.")},
	}
	for _, label := range []string{"", "Content-Type: application/x-www-form-urlencoded\n", "Content-Type: text/json\n", "Content-Type: ;\n"} {
		rows = append(rows, dialecttest.Scenario{
			Name: "labelled " + label, Status: 415, Request: start + label + "\n{}",
			Body: refused("unsupported-media-type", "Send the body as JSON, with the header Content-Type: application/json."),
		})
	}
	for text, want := range map[string]string{
		``:                             unread + "it ends too early, at byte 1",
		`[]`:                           "the body must be a JSON object, not an array",
		`null`:                         "the body must be a JSON object, not null",
		`{"email":"a"`:                 unread + "it ends too early, at byte 13",
		`{"email":"a","email":"b"}`:    unread + "a name comes twice in one object, at byte 14",
		"{\"email\":\"\xff\"}":         unread + "it is not valid UTF-8",
		strings.Repeat(`{"a":`, 40):    unread + "it is deeper than 32 levels, at byte 161",
		`{"email":"a"} and then more`:  unread + "there is something after the end, at byte 15",
		`{"email":"\udc00"}`:           unread + "a string holds half of a surrogate pair, at byte 10",
		`{"notifications":[{"a":1,}]}`: unread + "a name in double quotes is missing, at byte 26",
	} {
		rows = append(rows, dialecttest.Scenario{Name: "the body " + text, Status: 400, Request: create(text), Body: refused("invalid-request", want)})
	}
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}

func TestATakenAddressIsRefused(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		e.User(t, directory.NewUser{UserName: "ann@example.com", Email: "other@example.com"})
		e.User(t, directory.NewUser{UserName: "bob", Email: "Bob@Example.com", Active: roster.Some(false)})
	}
	var rows []dialecttest.Scenario
	for _, email := range []string{"ann@example.com", "ANN@example.com", "other@example.com", "bob@example.COM"} {
		rows = append(rows, dialecttest.Scenario{
			Name: email, Status: 409, Request: create(`{"email":" ` + email + `","accessLevel":"user"}`),
			Body: failed("email-in-use", "email", `\"`+email+`\" belongs to another user already`),
		})
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}

func TestEveryCallAnswersErrorsAlike(t *testing.T) {
	t.Parallel()
	writes := map[string]string{ // with a body that a token may only read is refused for
		"createUser": `{}`, "updateUser": `{"id":"x"}`, "deleteUser": `{"id":"x"}`,
		"createUserGroup": `{}`, "updateUserGroup": `{"id":"x"}`, "deleteUserGroup": `{"id":"x"}`, "createCheck": `{}`,
	}
	reads := []string{"getUsers", "getUserGroups", "getPermissions", "getOverview", "getChecks", "getActivities", "getCheckGroups", "getGroups"}
	stranger := refused("invalid-token", "the API token is missing or not valid")
	var rows []dialecttest.Scenario
	for call, body := range writes {
		const asJSON = "\nContent-Type: application/json\n\n"
		rows = append(rows, []dialecttest.Scenario{
			{Name: call + " without a token", Request: "POST /" + call + asJSON + body, Status: 401, Body: stranger},
			{Name: call + " with a token in the body", Request: "POST /" + call + asJSON + `{"apiToken":"{token write}"}`, Status: 401, Body: stranger},
			{Name: call + " as a form", Request: "POST " + with(call) + "\nContent-Type: application/x-www-form-urlencoded\n\na=b", Status: 415, Body: refused("unsupported-media-type", "Send the body as JSON, with the header Content-Type: application/json.")},
			{Name: call + " too large", Request: post(call, `"`+strings.Repeat("x", dialect.MaxBody)+`"`), Status: 413, Body: refused("body-too-large", "The body is longer than 1048576 bytes.")},
			{Name: call + " with no object", Request: post(call, `[]`), Status: 400, Body: refused("invalid-request", "the body must be a JSON object, not an array")},
			{Name: call + " with a name twice", Request: post(call, `{"id":"a","id":"b"}`), Status: 400, Body: refused("invalid-request", "the body is not JSON that can be read: a name comes twice in one object, at byte 11")},
			{Name: call + " with a token that may only read", As: "Bearer {token read}", Request: "POST /" + call + "/" + asJSON + body, Status: 403, Body: refused("not-allowed", "this credential may only read")},
		}...)
	}
	for _, call := range reads {
		rows = append(rows, []dialecttest.Scenario{
			{Name: call + " without a token", Request: "GET /" + call + "/", Status: 401, Body: stranger},
			{Name: call + " with a mistyped token", Request: "GET /" + call + "?apiToken={token read}x&", Status: 401, Body: stranger},
			{Name: call + " with a filter twice", Request: "GET /" + call + "?apiToken={token read}&a=1&a=2", Status: 400, Body: refused("invalid-request", `the arguments cannot be read: \"a\" is given twice`)},
		}...)
	}
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}
