package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// staff creates an administrator who signs in, users in groups, and tokens of the organization and
// of one group.
func staff(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	branch(t, e)
	e.Department(t, "Operations")
	e.User(t, directory.NewUser{UserName: "boss", Password: password, AccessLevel: roster.LevelAdministrator})
	e.User(t, directory.NewUser{UserName: "super", Roles: []roster.Ref{{Name: "Super User"}}})
	e.User(t, directory.NewUser{UserName: "grazer", Password: password, Roles: []roster.Ref{{Name: "Grazer"}}})
	e.User(t, directory.NewUser{UserName: "reader", Password: password, AccessLevel: roster.LevelReadonly})
}

// shown returns a user as the API shows it. It is a new user created with a token, after replacing
// each text of the pairs by the next.
func shown(id, name string, changes ...string) string {
	text := fmt.Sprintf(`{"id":"%s","number":…,"userName":"%s","displayName":"%s","title":null,"email":null,"externalId":null,"active":true,"accessLevel":"custom",`+
		`"accessLevelGroups":[],"realm":"DB","hasPassword":false,"roles":[],"groups":[],"teams":[],"primaryGroup":null,"department":null,`+
		`"joinedAt":"2026-11-21T18:00:00Z","timezone":"SYSTEM","phoneNumber":null,"sessionExpiryMinutes":null,"competencies":[],"properties":null,`+
		`"contactMethods":[],"preferences":{"failures":["email"],"warnings":[],"unmatched":[],"digest":[],"pages":null,"delays":{}},`+
		`"managedBy":{"profile":"api","access":"api","groups":"api","reach":"api"},"version":1,"createdAt":"2026-11-21T18:00:00Z","updatedAt":"2026-11-21T18:00:00Z"}`, id, name, name)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			panic("a user does not show " + changes[i])
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	return text
}

// link returns a link to another record as the API shows it.
func link(id, name string) string {
	return fmt.Sprintf(`{"id":"%s","number":…,"displayName":"%s"}`, id, name)
}

// reached returns an unconfirmed contact method.
func reached(service, address string) string {
	return fmt.Sprintf(`{"id":"…","service":"%s","address":"%s","confirmedAt":null,"createdAt":"2026-11-21T18:00:00Z"}`, service, address)
}

const createUser = "POST /api/v1/users"

func TestUsersAreMade(t *testing.T) {
	t.Parallel()
	operator := func(groups string) string {
		return `"roles":[{"id":"…","number":4,"displayName":"Operator","groups":[` + groups + `]}]`
	}
	rows := []dialecttest.Scenario{
		{
			Name: "with a name only", Request: with(createUser, `{"userName":"plain"}`), Status: 201, Body: shown("…", "plain"),
			Header: map[string]string{"ETag": `"v1.…"`, "Cache-Control": "no-store"},
		},
		{
			Name: "with everything", Status: 201,
			Request: with(createUser, `{"userName":" whole ","displayName":"Whole One","title":" Vice President ","email":"whole@example.com","externalId":"ext-1","password":"seven slow herons","active":true,`+
				`"accessLevel":"editor","roles":["Operator"],"groups":["acme"],"teams":["{team Storage}"],"primaryGroup":"Network","department":"operations",`+
				`"joinedAt":"2020-02-29T12:00:00+02:00","timezone":"Europe/London","phoneNumber":"+44 20 7946 0958","sessionExpiryMinutes":30,`+
				`"competencies":[{"name":"Linux","ranking":80},{"cid":7,"ranking":0}],"properties":{"a":[1,null]},"preferences":{"failures":["sms","email"],"digest":null},"sendWelcomeEmail":true}`),
			Body: shown("…", "whole", `"displayName":"whole"`, `"displayName":"Whole One"`, `"title":null`, `"title":"Vice President"`, `"email":null`, `"email":"whole@example.com"`, `"externalId":null`, `"externalId":"ext-1"`,
				`"accessLevel":"custom"`, `"accessLevel":"editor"`, `"hasPassword":false`, `"hasPassword":true`, `"roles":[]`, operator(""),
				`"groups":[],"teams"`, `"groups":[`+link("{group Acme}", "Acme")+`,`+link("{group Network}", "Network")+`],"teams"`, `"teams":[]`, `"teams":[`+link("{team Storage}", "Storage")+`]`,
				`"primaryGroup":null`, `"primaryGroup":`+link("{group Network}", "Network"), `"department":null`, `"department":`+link("…", "Operations"),
				`"joinedAt":"2026-11-21T18:00:00Z"`, `"joinedAt":"2020-02-29T10:00:00Z"`, `"SYSTEM"`, `"Europe/London"`, `"phoneNumber":null`, `"phoneNumber":"+44 20 7946 0958"`,
				`"sessionExpiryMinutes":null`, `"sessionExpiryMinutes":30`, `"competencies":[]`, `"competencies":[{"name":"Linux","ranking":80},{"cid":7,"ranking":0}]`,
				`"properties":null`, `"properties":{"a":[1,null]}`, `"contactMethods":[]`, `"contactMethods":[`+reached("email", "whole@example.com")+`,`+reached("sms", "+442079460958")+`]`,
				`"failures":["email"]`, `"failures":["email","sms"]`),
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				answers(t, e, "whole:seven slow herons", "GET /api/v1/users/me", 200)
			},
		},
		{
			Name: "null for every default", Status: 201, Body: shown("…", "nulls"),
			Request: with(createUser, `{"userName":"nulls","displayName":null,"title":null,"email":null,"externalId":null,"password":null,"active":null,"accessLevel":null,"accessLevelGroups":null,`+
				`"roles":null,"roleGrants":null,"groups":null,"teams":null,"primaryGroup":null,"department":null,"joinedAt":null,"timezone":null,"phoneNumber":null,`+
				`"sessionExpiryMinutes":null,"competencies":null,"properties":null,"preferences":null,"realm":null,"sendWelcomeEmail":null}`),
		},
		{Name: "nobody is told of anything", Request: with(createUser, `{"userName":"quiet","preferences":{}}`), Status: 201, Body: shown("…", "quiet", `"failures":["email"]`, `"failures":[]`)},
		{Name: "one who proves identity elsewhere", Request: with(createUser, `{"userName":"far","realm":"external"}`), Status: 201, Body: shown("…", "far", `"realm":"DB"`, `"realm":"external"`)},
		{Name: "one who is not active", Request: with(createUser, `{"userName":"off","active":false,"realm":"DB"}`), Status: 201, Body: shown("…", "off", `"active":true`, `"active":false`)},
		{
			Name: "a role and a level for groups", Request: with(createUser, `{"userName":"local","accessLevel":"user","accessLevelGroups":["Acme"],"roleGrants":[{"role":"Operator","groups":["Network","{group Acme}"]}]}`), Status: 201,
			Body: shown("…", "local", `"accessLevel":"custom"`, `"accessLevel":"user"`, `"accessLevelGroups":[]`, `"accessLevelGroups":["{group Acme}"]`, `"roles":[]`, operator(`"{group Network}","{group Acme}"`)),
		},
		{
			Name: "by somebody of one group", As: "Bearer {token acme}", Request: with(createUser, `{"userName":"theirs","groups":["Acme"],"roles":["Operator"]}`), Status: 201,
			Body: shown("…", "theirs", `"accessLevelGroups":[]`, `"accessLevelGroups":["{group Acme}"]`, `"roles":[]`, operator(`"{group Acme}"`), `"groups":[],"teams"`, `"groups":[`+link("{group Acme}", "Acme")+`],"teams"`),
		},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "Bearer {token write}"
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(staff)}, rows...)
}

func TestUsersThatAreNotMade(t *testing.T) {
	t.Parallel()
	const zone, level = "must be a string of at most 255 characters, or null", "must be one of: custom, readonly, user, editor, manager, administrator, or null"
	const services = "must be one of: email, sms, push, pushbullet, pushover, call"
	rows := []dialecttest.Scenario{
		{
			Name: "everything of the wrong type", Status: 422,
			Request: with(createUser, `{"userName":["x"],"email":5,"active":"yes","accessLevel":"king","roles":"Operator","primaryGroup":[],"joinedAt":"yesterday","sessionExpiryMinutes":0,`+
				`"competencies":[{"ranking":101},{"name":7,"ranking":"x"}],"properties":[],"preferences":{"failures":["pigeon"],"alerts":[]},"timezone":{}}`),
			Body: invalid("userName must be a string of 1 to 255 characters (and 14 more)", at("userName", "must be a string of 1 to 255 characters"), at("email", "must be a string of at most 254 characters, or null"),
				at("active", "must be true or false, or null"), at("accessLevel", level), at("roles", "must be an array of at most 1000, or null"), at("primaryGroup", "must be an id or a name, or an object with an id, or null"),
				at("joinedAt", "must be a time such as 2026-11-21T09:30:00Z, or null"), at("sessionExpiryMinutes", "must be a whole number from 1 to 10080, or null"),
				at("competencies/0/ranking", "must be a whole number from 0 to 100"), at("competencies/1/name", "must be a string of at most 255 characters, or null"), at("competencies/1/ranking", "must be a whole number from 0 to 100"),
				at("properties", "must be an object, or null"), at("preferences/failures/0", services), at("preferences/alerts", "is not known here"), at("timezone", zone)),
		},
		{
			Name: "the face's faults and the verb's", Status: 422,
			Request: with(createUser, `{"email":"no address","roles":["Operator","Operatr"],"groups":["Nowhere"],"department":"None","accessLevel":7,"phoneNumber":"\u0007"}`),
			Body: invalid("accessLevel "+level+" (and 6 more)", at("accessLevel", level), at("userName", "is required"), at("phoneNumber", "must not hold control characters"),
				at("email", "must be one email address, such as name@example.com"), at("roles/1", `names no role: \"Operatr\"`),
				at("groups/0", `names no group: \"Nowhere\"`), at("department", `names no department: \"None\"`)),
		},
		{
			Name: "what stands for nothing elsewhere", Status: 422,
			Request: with(createUser, `{"userName":"x","joinedAt":"0001-01-01T00:00:00Z","password":"","realm":""}`),
			Body: invalid("password must be a string of 1 to 1024 characters, or null (and 2 more)", at("password", "must be a string of 1 to 1024 characters, or null"),
				at("realm", "must be a string of 1 to 255 characters, or null"), at("joinedAt", "must be later than 1970-01-01T00:00:00Z, and not after the year 9999")),
		},
		{Name: "nothing", Request: with(createUser, `{}`), Status: 422, Body: invalid("userName is required", at("userName", "is required"))},
		{
			Name: "a name that is taken", Request: with(createUser, `{"userName":"ANN"}`), Status: 409,
			Body: strings.TrimSuffix(refused(409, "conflict", "Another record is in the way", `userName \"ANN\" belongs to another user already`, at("userName", `\"ANN\" belongs to another user already`)), "}") +
				`,"existing":{"id":"{user ann}","number":{number ann}}}`,
		},
		{
			Name: "a name that is taken by somebody the caller does not see", As: "Bearer {token acme}", Request: with(createUser, `{"userName":"out","groups":["Acme"]}`), Status: 409,
			Body: refused(409, "conflict", "Another record is in the way", `userName \"out\" belongs to another user already`, at("userName", `\"out\" belongs to another user already`)),
		},
		{
			Name: "a password for one who proves identity elsewhere", Request: with(createUser, `{"userName":"far","realm":"external","password":"canary-7f3a"}`), Status: 422,
			Body: invalid("password is only for users who sign in here; leave it out for a user of another realm", at("password", "is only for users who sign in here; leave it out for a user of another realm")),
		},
		{Name: "a welcome without an address", Request: with(createUser, `{"userName":"mute","sendWelcomeEmail":true}`), Status: 422, Body: invalid("email is required to send a welcome email", at("email", "is required to send a welcome email"))},
		{Name: "who may only read", As: "Bearer {token read}", Request: with(createUser, `{}`), Status: 403, Body: forbidden("this credential may only read")},
		{Name: "who may not", As: "reader:" + password, Request: with(createUser, `{"userName":"x"}`), Status: 403, Body: forbidden("this needs one of the permissions: manage_users")},
		{
			Name: "somebody above the caller", As: "Bearer {token write}", Request: with(createUser, `{"userName":"x","roles":["Super User"]}`), Status: 403,
			Body: forbiddenAt("roles", "would give permissions beyond yours by the role Super User: super_privileges grant_any_role"),
		},
		{
			Name: "by somebody of one group, outside of it", As: "Bearer {token acme}", Request: with(createUser, `{"userName":"x","groups":["Network"]}`), Status: 422,
			Body: invalid(`groups[0] names no group: \"Network\"`, at("groups/0", `names no group: \"Network\"`)),
		},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "Bearer {token write}"
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: described(staff)}, rows...)
}

func TestRepeatsWithAnotherPasswordAreBounded(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	staff(t, e)
	const as = "boss:" + password
	single := func(password string) string {
		return "POST /api/v1/users\nIdempotency-Key: k" + sendJSON + `{"userName":"once","password":"` + password + `"}`
	}
	batch := func(password string) string {
		return "POST /api/v1/users/batch\nIdempotency-Key: b" + sendJSON + `{"users":[{"userName":"among","password":"` + password + `"}]}`
	}
	answers(t, e, as, single("the first one"), 201)
	answers(t, e, as, batch("the first one"), 200)
	results := func(guess string) string { return e.Do(t, as, batch(guess)).Body.String() }
	for i := range 10 {
		answers(t, e, as, single(fmt.Sprint("guess ", i)), 422)
		if got := results(fmt.Sprint("guess ", i)); !strings.Contains(got, `"status":422`) {
			t.Errorf("guess %d in a batch is answered %s", i, got)
		}
	}
	if w := e.Do(t, as, single("the first one")); w.Code != 429 || w.Header().Get("Retry-After") != "900" {
		t.Errorf("one more is answered %d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
	if got := results("the first one"); !strings.Contains(got, `"status":429`) {
		t.Errorf("one more in a batch is answered %s", got)
	}
	e.Advance(15 * time.Minute)
	answers(t, e, as, single("the first one"), 201)
	if got := results("the first one"); !strings.Contains(got, `"created":1`) {
		t.Errorf("later a batch is answered %s", got)
	}
}
