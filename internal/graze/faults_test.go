package graze_test

import (
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// replaced is a request of createUser for a user "bad" in which one argument is another.
func replaced(argument, value string) string {
	var members []string
	for _, m := range [][2]string{{"username", `"bad"`}, {"email", `"bad@example.com"`}, {"fullname", `"Bad"`}, {"roles", `[4]`}} {
		if m[0] != argument {
			members = append(members, fmt.Sprintf("%q:%s", m[0], m[1]))
		}
	}
	if value != "" {
		members = append(members, fmt.Sprintf("%q:%s", argument, value))
	}
	return "POST /graze/v1/createUser\n" + post + "{" + strings.Join(members, ",") + "}"
}

func TestEachArgumentIsRefusedThatIsWrong(t *testing.T) {
	t.Parallel()
	long := `"` + strings.Repeat("x", 10000) + `"`
	var rows []dialecttest.Scenario
	for _, c := range []struct{ argument, value, want string }{
		{"username", ``, "username is required"},
		{"username", `null`, "username is required"},
		{"username", `""`, "username is required"},
		{"username", `"  "`, "username is required"},
		{"username", `5`, "username must be a string, not a number"},
		{"username", `["bad"]`, "username must be a string, not an array"},
		{"username", `{}`, "username must be a string, not an object"},
		{"username", `true`, "username must be a string, not a boolean"},
		{"username", `"ba\u0000d"`, "username must not hold control characters"},
		{"username", `"ba\nd"`, "username must not hold control characters"},
		{"username", `"ba\u202ed"`, "username must not hold control characters"},
		{"username", long, "username must not be longer than 255 characters"},
		{"email", ``, "email is required"},
		{"email", `null`, "email is required"},
		{"email", `""`, "email is required"},
		{"email", `"nobody"`, "email must be one email address, such as name@example.com"},
		{"email", `"a@b@c.d"`, "email must be one email address, such as name@example.com"},
		{"email", `"a@example.com, b@example.com"`, "email must be one email address, such as name@example.com"},
		{"email", `"Ann <ann@example.com>"`, "email must be one email address, such as name@example.com"},
		{"email", `"a\u0000@example.com"`, "email must be one email address, such as name@example.com"},
		{"email", `"a\n@example.com"`, "email must be one email address, such as name@example.com"},
		{"email", `[]`, "email must be a string, not an array"},
		{"email", long, "email must not be longer than 254 bytes"},
		{"fullname", ``, "fullname is required"},
		{"fullname", `" "`, "fullname is required"},
		{"fullname", `7`, "fullname must be a string, not a number"},
		{"fullname", `"a\tb"`, "fullname must not hold control characters"},
		{"fullname", long, "fullname must not be longer than 255 characters"},
		{"password", `5`, "password must be a string, not a number"},
		{"password", `"a\u0000b"`, "password must be text without a NUL character"},
		{"password", long, "password must not be longer than 1024 bytes"},
		{"active", `"yes"`, "active must be true or false"},
		{"active", `""`, "active must be true or false"},
		{"active", `1`, "active must be true or false"},
		{"active", `[]`, "active must be true or false"},
		{"roles", ``, "roles is required: at least one"},
		{"roles", `null`, "roles is required: at least one"},
		{"roles", `[]`, "roles is required: at least one"},
		{"roles", `"[]"`, "roles is required: at least one"},
		{"roles", `""`, "roles must be an array"},
		{"roles", `"Operator"`, "roles must be an array"},
		{"roles", `4`, "roles must be an array"},
		{"roles", `{"0":"Operator"}`, "roles must be an array"},
		{"roles", `[4,{}]`, "roles[1] must be a name or an id"},
		{"roles", `[4,null]`, "roles[1] must be a name or an id"},
		{"roles", `[4,""]`, "roles[1] must be a name or an id"},
		{"roles", `[4,4.5]`, "roles[1] must be a name or an id"},
		{"roles", `[4,0]`, "roles[1] must be a name or an id"},
		{"roles", `[4,-1]`, "roles[1] must be a name or an id"},
		{"roles", `[4,99]`, "roles[1] names no role: 99"},
		{"roles", `[4,"99"]`, `roles[1] names no role: \"99\" (make it with: roster role create --name 99)`},
		{"roles", `[4,99999999999999999999]`, "roles[1] must be a name or an id"},
		{"roles", `[4,"99999999999999999999"]`, `roles[1] names no role: \"99999999999999999999\" (make it with: roster role create --name 99999999999999999999)`},
		{"roles", `[4,"0x4"]`, `roles[1] names no role: \"0x4\" (make it with: roster role create --name 0x4)`},
		{"roles", `[4,"Jan's"]`, `roles[1] names no role: \"Jan's\" (make it with: roster role create --name 'Jan'\\''s')`},
		{"roles", `[4,"a\u0000b"]`, "roles[1] must not hold control characters"},
		{"roles", `[4,` + long + `]`, "roles[1] must not be longer than 255 characters"},
		{"roles", `[` + strings.Repeat("4,", 1000) + `4]`, "roles must not name more than 1000"},
		{"primary_group", `"Nowhere"`, `primary_group names no group: \"Nowhere\" (make it with: roster group create --name Nowhere)`},
		{"primary_group", `[1]`, "primary_group must be a name or an id"},
		{"primary_group", `true`, "primary_group must be a name or an id"},
		{"primary_group", `1.5`, "primary_group must be a name or an id"},
		{"primary_group", `"a\u0000b"`, "primary_group must not hold control characters"},
		{"primary_group", `"my team 1"`, `primary_group names no group: \"my team 1\" (make it with: roster group create --name 'my team 1')`},
		{"department", `"Sales"`, `department names no department: \"Sales\" (make it with: roster department create --name Sales)`},
		{"department", `99`, "department names no department: 99"},
		{"department", `{}`, "department must be a name or an id"},
		{"department", `"a\u0000b"`, "department must not hold control characters"},
		{"joined", `1494951621000`, "joined must be a Unix time in seconds; this one looks like milliseconds: divide it by 1000"},
		{"joined", `-1`, "joined must be a Unix time in whole seconds"},
		{"joined", `1.5`, "joined must be a Unix time in whole seconds"},
		{"joined", `"2017-05-16"`, "joined must be a Unix time in whole seconds"},
		{"joined", `true`, "joined must be a Unix time in whole seconds"},
		{"joined", `1e400`, "joined must be a Unix time in whole seconds"},
		{"timezone", `1`, "timezone must be a string, not a number"},
		{"timezone", `"a\u0000b"`, "timezone must not hold control characters"},
		{"timezone", long, "timezone must not be longer than 255 characters"},
		{"contact_num", `5551234`, "contact_num must be a string, not a number"},
		{"contact_num", `"555\u00001234"`, "contact_num must not hold control characters"},
		{"contact_num", long, "contact_num must not be longer than 255 characters"},
		{"session_expiry", `10081`, "session_expiry must be a whole number of minutes from 1 to 10080, or null"},
		{"session_expiry", `-5`, "session_expiry must be a whole number of minutes from 1 to 10080, or null"},
		{"session_expiry", `4294967297`, "session_expiry must be a whole number of minutes from 1 to 10080, or null"},
		{"session_expiry", `1.5`, "session_expiry must be a whole number of minutes from 1 to 10080, or null"},
		{"session_expiry", `[60]`, "session_expiry must be a whole number of minutes from 1 to 10080, or null"},
		{"teams", `"my team 1"`, "teams must be an array"},
		{"teams", `["Nobody's"]`, `teams[0] names no team: \"Nobody's\" (make it with: roster team create --name 'Nobody'\\''s')`},
		{"teams", `["Network"]`, `teams[0] names no team: \"Network\" (make it with: roster team create --name Network)`},
		{"teams", `[[]]`, "teams[0] must be a name or an id"},
		{"competencies", `"SunOS"`, "competencies must be an array"},
		{"competencies", `["SunOS"]`, "competencies[0] must be an object with name or cid, and ranking"},
		{"competencies", `[{"ranking":40}]`, "competencies[0] needs a name or a cid"},
		{"competencies", `[{"name":"SunOS"}]`, "competencies[0].ranking is required"},
		{"competencies", `[{"name":"SunOS","ranking":101}]`, "competencies[0].ranking must be a whole number from 0 to 100"},
		{"competencies", `[{"name":"SunOS","ranking":-1}]`, "competencies[0].ranking must be a whole number from 0"},
		{"competencies", `[{"name":"SunOS","ranking":"high"}]`, "competencies[0].ranking must be a whole number from 0"},
		{"competencies", `[{"name":7,"cid":1,"ranking":1}]`, "competencies[0].name must be a string, not a number"},
		{"competencies", `[{"name":"a\u0000b","ranking":1}]`, "competencies[0].name must not hold control characters"},
		{"properties", `[1]`, "properties must be an object or null"},
		{"properties", `"text"`, "properties must be an object or null"},
		{"properties", `{"a":` + `"` + strings.Repeat("x", 65536) + `"}`, "properties must not be longer than 65536 bytes"},
	} {
		rows = append(rows, dialecttest.Scenario{
			Name: fmt.Sprintf("%s that is %.30s", c.argument, c.value), As: as,
			Request: replaced(c.argument, c.value), Status: 400, Body: fault("400", c.want),
		})
	}
	dialecttest.Run(t, dialecttest.World{Given: documented}, rows...)
}

func TestAllFaultsAreReportedTogetherAndNothingIsStored(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: documented}, []dialecttest.Scenario{
		{
			Name: "faults of the form, of the rules and of the references",
			As:   as, Status: 400,
			Request: "POST /graze/v1/createUser\n" + post +
				`{"username":"many","email":"no","fullname":null,"active":"maybe","roles":["Operator",{},"Nobody"],"teams":["my team 1","my team 9"],"department":"Sales","session_expiry":-1}`,
			Body: faults("8", "active must be true or false",
				`fullname is required; roles[1] must be a name or an id; email must be one email address, such as name@example.com; `+
					`session_expiry must be a whole number of minutes from 1 to 10080, or null; `+
					`roles[2] names no role: \"Nobody\" (make it with: roster role create --name Nobody); `+
					`teams[1] names no team: \"my team 9\" (make it with: roster team create --name 'my team 9'); `+
					`department names no department: \"Sales\" (make it with: roster department create --name Sales)`),
			After: func(t testing.TB, e *dialecttest.Env) { e.Absent(t, "many") },
		},
		{
			Name: "no arguments at all",
			As:   as, Status: 400,
			Request: "POST /graze/v1/createUser\n\n",
			Body:    faults("4", "username is required", "email is required; fullname is required; roles is required: at least one"),
		},
		{
			Name: "a thousand faults are a hundred",
			As:   as, Status: 400,
			Request: create("hundred", `"teams":[`+strings.Repeat("0,", 999)+`0]`),
			Body: faults("100", "teams[0] must be a name or an id", func() string {
				var rest []string
				for i := range 99 {
					rest = append(rest, fmt.Sprintf("teams[%d] must be a name or an id", i+1))
				}
				return strings.Join(rest, "; ")
			}()),
		},
	}...)
}

func TestBodiesThatCannotBeReadAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	const unread = "the body is not JSON that can be read: "
	const form = "the arguments cannot be read: "
	rows := []dialecttest.Scenario{
		{Name: "longer than a mebibyte", Status: 413, Body: fault("413", "The body is longer than 1048576 bytes."), Request: strings.Repeat(" ", 1<<20) + "{}"},
		{Name: "compressed", Status: 415, Body: fault("415", "Send the body as it is, without a Content-Encoding."), Request: "Content-Encoding: gzip\n\n{}"},
		{Name: "in parts", Status: 415, Body: fault("415", "Send the arguments as JSON or as application/x-www-form-urlencoded."), Request: "Content-Type: multipart/form-data; boundary=x\n\n--x"},
		{Name: "an argument in the query and in the body", Status: 400, Body: fault("400", "an argument is given both in the query and in the body"), Request: `?roles=[4]` + "\n\n" + body("twice")},
		{Name: "a password in the query and in the body", Status: 400, Body: fault("400", "an argument is given both in the query and in the body"), Request: `?password=x` + "\n\n" + body("twice", `"password":"y"`)},
		{Name: "an argument twice in the query", Status: 400, Body: fault("400", form+`\"roles\" is given twice`), Request: `?roles=[4]&roles=[5]` + "\n\n"},
		{Name: "a malformed query", Status: 400, Body: fault("400", form+"an escape with % is malformed"), Request: `?roles=%zz` + "\n\n" + body("query")},
	}
	for text, want := range map[string]string{
		`{"username":"a"`:               unread + "it ends too early, at byte 16",
		`{"username":"a",}`:             unread + "a name in double quotes is missing, at byte 17",
		`{"username":"a"} x`:            unread + "there is something after the end, at byte 18",
		`{"username":"a","username":1}`: unread + "a name comes twice in one object, at byte 17",
		`{"properties":{"a":1,"a":2}}`:  unread + "a name comes twice in one object, at byte 22",
		"{\"username\":\"\xff\"}":       unread + "it is not valid UTF-8",
		`{"username":"\ud800"}`:         unread + "a string holds half of a surrogate pair, at byte 13",
		`{'username':'a'}`:              unread + "a name in double quotes is missing, at byte 2",
		`{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`: unread + "it is deeper than 32 levels, at byte 37",
		`[]`:                    "the body must be a JSON object, or a form",
		`["username"]`:          "the body must be a JSON object, or a form",
		`"username"`:            "the body must be a JSON object, or a form",
		`username=a&username=b`: form + `\"username\" is given twice`,
		`username=%ff`:          form + "one is not UTF-8, or holds a NUL character",
		`username=%00`:          form + "one is not UTF-8, or holds a NUL character",
		`username=%`:            form + "an escape with % is malformed",
	} {
		rows = append(rows, dialecttest.Scenario{Name: text, Status: 400, Body: fault("400", want), Request: "\n\n" + text})
	}
	for i := range rows {
		rows[i].As = as
		switch start := rows[i].Request; {
		case strings.HasPrefix(start, "?"), strings.HasPrefix(start, "\n"):
			rows[i].Request = "POST /graze/v1/createUser" + start
		case strings.HasPrefix(start, "Content-"):
			rows[i].Request = "POST /graze/v1/createUser\n" + start
		default:
			rows[i].Request = "POST /graze/v1/createUser\n\n" + start
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: documented}, rows...)
}

func TestEveryPublishedArgumentIsNeededWhereThatIsSet(t *testing.T) {
	t.Parallel()
	w := dialecttest.World{Options: dialecttest.Options{RequireAllArguments: true}, Given: documented}
	all := `"password":null,"active":true,"primary_group":null,"department":null,"joined":1494951621,"timezone":"Europe/London","contact_num":"","session_expiry":null,"teams":[]`
	dialecttest.Run(t, w, []dialecttest.Scenario{
		{
			Name: "null counts as given, and auth_token is not asked for",
			As:   as, Status: 200, Body: `{"user_id":…}`,
			Request: create("letter", all),
		},
		{
			Name: "full_name counts as fullname",
			As:   as, Status: 200, Body: `{"user_id":…}`,
			Request: "POST /graze/v1/createUser\n" + post + `{"username":"older","email":"o@example.com","full_name":"Older","roles":[4],` + all + `}`,
		},
		{
			Name: "what is missing is listed",
			As:   as, Status: 400,
			Request: create("short"),
			Body: faults("9", "password is required", "active is required; primary_group is required; department is required; joined is required; "+
				"timezone is required; contact_num is required; session_expiry is required; teams is required"),
			After: func(t testing.TB, e *dialecttest.Env) { e.Absent(t, "short") },
		},
	}...)
}

func TestATakenNameIsRefusedAndSaysWhoHasIt(t *testing.T) {
	t.Parallel()
	w := dialecttest.World{Given: func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		documented(t, e)
		e.User(t, directory.NewUser{UserName: "Ann", DisplayName: "Ann", Roles: []roster.Ref{{Number: roster.RoleOperator}}})
	}}
	var rows []dialecttest.Scenario
	for name, more := range map[string]string{"Ann": `"active":true`, "aNN": `"active":true`, " ann ": `"password":"secret of ann"`} {
		rows = append(rows, dialecttest.Scenario{
			Name: "as " + name + " with " + more, As: as, Status: 400, Request: create(name, more),
			Body: failed("400", `username \"`+strings.TrimSpace(name)+`\" belongs to another user already`,
				`username \"`+strings.TrimSpace(name)+`\" belongs to another user already: that of user_id {number Ann}, which updateUser changes`),
		})
	}
	dialecttest.Run(t, w, rows...)
}
