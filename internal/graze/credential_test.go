package graze_test

import (
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// people are users with each kind of reason to be turned away, or not.
func people(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	documented(t, e)
	operator, grazer := []roster.Ref{{Number: roster.RoleOperator}}, []roster.Ref{{Number: roster.RoleGrazer}}
	e.User(t, directory.NewUser{UserName: "oper", Password: "oper's password", Roles: operator})
	e.User(t, directory.NewUser{UserName: "gone", Password: "gone's password", Roles: grazer, Active: roster.Some(false)})
	e.User(t, directory.NewUser{UserName: "elsewhere", External: true, Roles: grazer})
	e.User(t, directory.NewUser{UserName: "Zoë", Password: "pass:wörd&=%+", Roles: grazer})
	e.Session(t, "graze", "graze")
}

func TestCredentialsAreTakenFromWhereClientsPutThem(t *testing.T) {
	t.Parallel()
	rows := []dialecttest.Scenario{
		{Name: "a Basic header", As: as, Request: "GET /graze/v1/getUserInfo?username=graze"},
		{Name: "a Basic header in other letters", Request: "GET /graze/v1/getUserInfo?username=graze\nAuthorization: basic Z3JhemU6Z3JhemU="},
		{Name: "a Basic header with a bogus auth_token in the query", As: as, Request: "GET /graze/v1/getUserInfo?username=graze&auth_token=bogus"},
		{Name: "a Basic header with an empty auth_token in the query", As: as, Request: "GET /graze/v1/getUserInfo?auth_token=&username=graze"},
		{Name: "a Basic header in Latin-1", As: "Zo\xeb:pass:w\xf6rd&=%+", Request: "GET /graze/v1/getUserInfo?username=graze"},
		{Name: "a Basic header with a tab and blanks after the scheme", Request: "GET /graze/v1/getUserInfo?username=graze\nAuthorization: BASIC \t  Z3JhemU6Z3JhemU="},
		{Name: "a Basic header in UTF-8", As: "zoë:pass:wörd&=%+", Request: "GET /graze/v1/getUserInfo?username=graze"},
		{Name: "auth_token in the query", Request: "GET /graze/v1/getUserInfo?auth_token={session graze}&username=graze"},
		{Name: "auth_token in the query with an Authorization header of another kind", Request: "GET /graze/v1/getUserInfo?auth_token={session graze}&username=graze\nAuthorization: Bearer x"},
		{Name: "below the organization's path", As: as, Request: "GET /o/default/graze/v1/getUserInfo?username=graze"},
	}
	for i := range rows {
		rows[i].Status, rows[i].Body = 200, `{"full_name":"Graze API User","user_id":{number graze},"username":"graze","fullname":"Graze API User","email":"","active":true,"contact_num":"","timezone":"SYSTEM","department":null,"primary_group":1,"groupname":"End-User","roles":[6],"teams":[],"joined":1795284000,"session_expiry":null,"competencies":[],"properties":null,"realms":["DB"]}`
	}
	create := func(name, where, start string) dialecttest.Scenario {
		return dialecttest.Scenario{Name: where, Status: 200, Body: `{"user_id":…}`, Request: strings.ReplaceAll(start, "NAME", name)}
	}
	rows = append(rows,
		create("c1", "auth_token in the query of a POST", "POST /graze/v1/createUser?auth_token={session graze}\n\n"+body("NAME")),
		create("c2", "auth_token in a JSON body", "POST /graze/v1/createUser\n\n"+body("NAME", `"auth_token":"{session graze}"`)),
		create("c3", "auth_token in a form", "POST /graze/v1/createUser\n\nauth_token={session graze}&username=NAME&email=c%40example.com&fullname=C&roles=[4]"),
		create("c4", "a bogus auth_token in the body beside a Basic header", "POST /graze/v1/createUser\nAuthorization: Basic Z3JhemU6Z3JhemU=\n\n"+body("NAME", `"auth_token":"Using Basic Auth"`)),
		create("c5", "an empty auth_token in the query beside one in the body", "POST /graze/v1/createUser?auth_token=\n\n"+body("NAME", `"auth_token":"{session graze}"`)),
	)
	dialecttest.Run(t, dialecttest.World{Given: people}, rows...)
}

func TestWhoeverIsNotLetInIsToldTheSame(t *testing.T) {
	t.Parallel()
	const get = "GET /graze/v1/getUsers"
	rows := []dialecttest.Scenario{
		{Name: "no credential", Request: get},
		{Name: "an empty auth_token", Request: get + "?auth_token="},
		{Name: "a bogus auth_token", Request: get + "?auth_token=bogus"},
		{Name: "an auth_token that is nobody's", Request: get + "?auth_token=00000000000000000000000000000000"},
		{Name: "a wrong password", As: "graze:wrong", Request: get},
		{Name: "no password", As: "graze:", Request: get},
		{Name: "an unknown user", As: "nobody:wrong", Request: get},
		{Name: "a user without graze_login", As: "oper:oper's password", Request: get},
		{Name: "an inactive user", As: "gone:gone's password", Request: get},
		{Name: "a user of another realm", As: "elsewhere:", Request: get},
		{Name: "a NUL in the name", As: "gra\x00ze:graze", Request: get},
		{Name: "no UTF-8 in the name", As: "gra\xffze:graze", Request: get},
		{Name: "a very long name", As: strings.Repeat("x", 10000) + ":x", Request: get},
		{Name: "a very long password", As: "graze:" + strings.Repeat("x", 10000), Request: get},
		{Name: "a Basic header that is none", Request: get + "?auth_token={session graze}\nAuthorization: Basic !!!"},
		{Name: "a Basic header without a colon", Request: get + "\nAuthorization: Basic Z3JhemU="},
		{Name: "a Basic header with nothing in it", Request: get + "\nAuthorization: Basic"},
		{Name: "a wrong password beside a good auth_token", As: "graze:wrong2", Request: get + "?auth_token={session graze}"},
		{Name: "a bearer token", Request: get + "\nAuthorization: Bearer roster_x"},
		{Name: "an auth_token in the body of a GET", Request: get + "\n\n" + `{"auth_token":"{session graze}"}`},
		{Name: "an auth_token that is no string", Request: "POST /graze/v1/createUser\n\n" + body("x", `"auth_token":5`)},
		{Name: "malformed JSON, and no other credential", Request: "POST /graze/v1/createUser\n\n" + `{"auth_token":"{session graze}"`},
		{Name: "an unknown organization", As: as, Request: "GET /o/acme/graze/v1/getUsers"},
		{Name: "authenticate with a wrong password", Request: "GET /graze/v1/authenticate?username=graze&password=wrong3"},
		{Name: "authenticate without a password", Request: "GET /graze/v1/authenticate?username=graze"},
		{Name: "authenticate without arguments", Request: "POST /graze/v1/authenticate\n\n"},
		{Name: "authenticate with a password that is no string", Request: "POST /graze/v1/authenticate\n\n" + `{"username":"graze","password":5}`},
		{Name: "authenticate with a wrong Basic header only", As: "graze:wrong4", Request: "GET /graze/v1/authenticate"},
		{Name: "authenticate with a wrong password beside a good Basic header", As: as, Request: "GET /graze/v1/authenticate?username=graze&password=wrong5"},
		{Name: "authenticate without graze_login", Request: "POST /graze/v1/authenticate\n\n" + `{"username":"oper","password":"oper's password"}`},
	}
	for i := range rows {
		rows[i].Status, rows[i].Body = 401, notAuthenticated
		rows[i].Header = map[string]string{"WWW-Authenticate": `Basic realm="Roster", charset="UTF-8"`}
	}
	dialecttest.Run(t, dialecttest.World{Given: people}, rows...)
}

func TestAuthenticateOpensASession(t *testing.T) {
	t.Parallel()
	const opened = `{"auth_token":"…"}`
	dialecttest.Run(t, dialecttest.World{Given: people}, []dialecttest.Scenario{
		{Name: "with a Basic header and no arguments", As: as, Status: 200, Body: opened, Request: "GET /graze/v1/authenticate"},
		{Name: "with a Basic header and a POST of nothing", As: as, Status: 200, Body: opened, Request: "POST /graze/v1/authenticate\n" + post},
		{Name: "with a Basic header and arguments that are empty", As: as, Status: 200, Body: opened, Request: "POST /graze/v1/authenticate\n" + post + `{"username":"","password":null}`},
		{Name: "with arguments in Latin-1 in the query", Status: 200, Body: opened, Request: "GET /graze/v1/authenticate?username=Zo%EB&password=pass:w%F6rd%26%3D%25%2B"},
		{Name: "with a form in Latin-1", Status: 200, Body: opened, Request: "POST /graze/v1/authenticate\n\nusername=Zo\xeb&password=pass:w\xf6rd%26%3D%25%2B"},
		{
			Name: "with JSON in Latin-1, which JSON cannot be in", Status: 400, Body: fault("400", "the body is not JSON that can be read: it is not valid UTF-8"),
			Request: "POST /graze/v1/authenticate\n\n{\"username\":\"Zo\xeb\",\"password\":\"pass:w\xf6rd&=%+\"}",
		},
		{Name: "with the documented GET", Status: 200, Body: opened, Request: "GET /graze/v1/authenticate?username=graze&password=graze"},
		{Name: "with a POST in JSON", Status: 200, Body: opened, Request: "POST /graze/v1/authenticate\n\n" + `{"username":"GRAZE","password":"graze"}`},
		{Name: "with a form", Status: 200, Body: opened, Request: "POST /graze/v1/authenticate\n\nusername=Zo%C3%AB&password=pass:w%C3%B6rd%26%3D%25%2B"},
		{Name: "with a password in the query of a POST", Status: 200, Body: opened, Request: "POST /graze/v1/authenticate?password=graze\n\nusername=graze"},
		{
			Name: "beside others of the same user", Status: 200, Body: opened,
			Request: "GET /graze/v1/authenticate?username=graze&password=graze",
			After: func(t testing.TB, e *dialecttest.Env) {
				if w := e.Do(t, "", "GET /graze/v1/getUsers?auth_token={session graze}"); w.Code != 200 {
					t.Errorf("the earlier session is answered %d", w.Code)
				}
			},
		},
		{
			Name: "and says what is wrong with a body that cannot be read", Status: 400,
			Body:    fault("400", "the body is not JSON that can be read: it ends too early, at byte 20"),
			Request: "POST /graze/v1/authenticate\n\n" + `{"username":"graze"`,
		},
	}...)
}

func TestSessionsEndWhenTheyAreIdle(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	people(t, e)
	status := func() int { return e.Do(t, "", "GET /graze/v1/getUsers?auth_token={session graze}").Code }
	for range 2 {
		e.Advance(59 * time.Minute)
		if got := status(); got != 200 {
			t.Fatalf("after 59 idle minutes the answer is %d", got)
		}
	}
	e.Advance(61 * time.Minute)
	if got := status(); got != 401 {
		t.Errorf("after 61 idle minutes the answer is %d", got)
	}
}

func TestTooManyWrongPasswordsAreTooMany(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"graze", "nobody"} {
		e := dialecttest.Open(t, dialecttest.Options{})
		documented(t, e)
		for range 10 {
			if w := e.Do(t, name+":wrong", "GET /graze/v1/getUsers"); w.Code != 401 {
				t.Fatalf("a wrong password is answered %d %s", w.Code, w.Body)
			}
		}
		w := e.Do(t, name+":wrong", "GET /graze/v1/getUsers")
		if w.Code != 429 || w.Header().Get("Retry-After") == "" || !strings.HasPrefix(w.Body.String(), `{"message":"`) || !strings.Contains(w.Body.String(), `"statusCode":429`) {
			t.Errorf("the eleventh for %s is answered %d, Retry-After %q, %s", name, w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
}
