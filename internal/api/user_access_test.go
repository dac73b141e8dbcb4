package api_test

import (
	"regexp"
	"testing"

	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

const (
	problemOf = `{"type":"urn:roster:problem:`
	notValid  = problemOf + `invalid","title":"The request is not valid","status":422,`
	noRecord  = problemOf + `not-found","title":"There is no such record","status":404,`
	sendJSON  = "\nContent-Type: application/json\n\n"
)

// accounts creates users that no test signs in as.
func accounts(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	office(t, e)
	for _, name := range []string{"ann", "bob", "cat", "dan"} {
		e.User(t, directory.NewUser{UserName: name, Email: name + "@example.com"})
	}
}

var setUpURL = regexp.MustCompile(`"url":"http://127\.0\.0\.1:0(/set-password/[\w-]+)"`)

func TestHowAUserSignsIn(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: described(accounts)}, []dialecttest.Scenario{
		{
			Name: "a password is set", As: "Bearer {token write}", Status: 204,
			Request: "PUT /api/v1/users/{user ann}/password" + sendJSON + `{"password":"` + password + `"}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				cookie, _ := signIn(t, e, "ann")
				answers(t, e, "Bearer {token write}", "PUT /api/v1/users/{user ann}/password"+sendJSON+`{"password":"another `+password+`"}`, 204)
				answers(t, e, "", "GET /api/v1/users/me\n"+cookie, 401)
			},
		},
		{
			Name: "a weak one is not, and not repeated", As: "Bearer {token write}", Status: 422,
			Request: "PUT /api/v1/users/{user bob}/password" + sendJSON + `{"password":"bob@example.com"}`,
			Body:    notValid + `"detail":"password …","requestId":"…","errors":[{"pointer":"#/password","detail":"…"}]}`,
		},
		{
			Name: "nor is none", As: "Bearer {token write}", Status: 422, Request: "PUT /api/v1/users/{user bob}/password" + sendJSON + `{"pasword":"x"}`,
			Body: notValid + `"detail":"pasword is not known here (and 1 more)","requestId":"…","errors":[{"pointer":"#/pasword","detail":"is not known here"},{"pointer":"#/password","detail":"is required"}]}`,
		},
		{
			Name: "who may only read sets none", As: "Bearer {token read}", Status: 403,
			Request: "PUT /api/v1/users/{user bob}/password" + sendJSON + `{"password":"` + password + `"}`,
			Body:    problemOf + `forbidden","title":"The credential may not do this","status":403,"detail":"this credential may only read","requestId":"…"}`,
		},
		{
			Name: "a link to set a password leads to the page for it", As: "Bearer {token write}", Status: 201, Request: "POST /api/v1/users/{user cat}/set-up-link",
			Body: `{"url":"http://127.0.0.1:0/set-password/…","expiresAt":"2026-11-21T18:15:00Z"}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				w := e.Do(t, "Bearer {token write}", "POST /api/v1/users/{user cat}/set-up-link")
				m := setUpURL.FindStringSubmatch(w.Body.String())
				if m == nil {
					t.Fatalf("the link is %s", w.Body)
				}
				answers(t, e, "", "GET "+m[1], 200)
			},
		},
		{
			Name: "nobody has no link", As: "Bearer {token write}", Status: 404, Request: "POST /api/v1/users/019aa1f0-0000-7000-8000-000000000000/set-up-link",
			Body: noRecord + `"detail":"…","requestId":"…"}`,
		},
		{
			Name: "a token of the organization is no user", As: "Bearer {token write}", Status: 404, Request: "POST /api/v1/users/me/set-up-link",
			Body: problemOf + `not-found","title":"There is nothing here","status":404,"detail":"This credential belongs to no user.","requestId":"…"}`,
		},
	}...)
}

func TestHowAUserIsReached(t *testing.T) {
	t.Parallel()
	const phone = `{"id":"…","service":"sms","address":"+442079460958","confirmedAt":null,"createdAt":"2026-11-21T18:00:00Z"}`
	dialecttest.Run(t, dialecttest.World{Given: described(accounts)}, []dialecttest.Scenario{
		{
			Name: "a contact method comes and goes", As: "Bearer {token write}", Status: 201,
			Request: "POST /api/v1/users/{user ann}/contact-methods" + sendJSON + `{"service":"sms","address":"+44 20 7946 0958"}`, Body: phone,
			After: func(t testing.TB, e *dialecttest.Env) {
				methods := e.Get(t, "ann").ContactMethods
				email, id := string(methods[0].ID), string(methods[1].ID)
				list := e.Do(t, "Bearer {token read}", "GET /api/v1/users/{user ann}/contact-methods?fields=id,address")
				if want := `{"items":[{"id":"` + email + `","address":"ann@example.com"},{"id":"` + id + `","address":"+442079460958"}]}`; list.Body.String() != want {
					t.Errorf("the contact methods are %s, want %s", list.Body, want)
				}
				answers(t, e, "Bearer {token write}", "DELETE /api/v1/users/{user ann}/contact-methods/"+email, 422)
				answers(t, e, "Bearer {token write}", "DELETE /api/v1/users/{user ann}/contact-methods/"+id, 204)
				answers(t, e, "Bearer {token write}", "DELETE /api/v1/users/{user ann}/contact-methods/"+id, 404)
			},
		},
		{
			Name: "one that is there is in the way", As: "Bearer {token write}", Status: 409,
			Given: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "Bearer {token write}", "POST /api/v1/users/{user bob}/contact-methods"+sendJSON+`{"service":"sms","address":"+442079460958"}`, 201)
			},
			Request: "POST /api/v1/users/{user bob}/contact-methods" + sendJSON + `{"service":"sms","address":"+44 20 7946 0958"}`,
			Body:    problemOf + `conflict","title":"Another record is in the way","status":409,"detail":"address …","requestId":"…","errors":[{"pointer":"#/address","detail":"…"}],"existing":{"id":"…"}}`,
		},
		{
			Name: "all faults come at once", As: "Bearer {token write}", Status: 422,
			Request: "POST /api/v1/users/{user bob}/contact-methods" + sendJSON + `{"service":"fax","adress":"x"}`,
			Body: notValid + `"detail":"service must be one of: email, sms, pushbullet, pushover (and 2 more)","requestId":"…","errors":[` +
				`{"pointer":"#/service","detail":"must be one of: email, sms, pushbullet, pushover"},{"pointer":"#/adress","detail":"is not known here"},{"pointer":"#/address","detail":"is required"}]}`,
		},
		{
			Name: "preferences are read", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/users/{user cat}/preferences",
			Body: `{"failures":["email"],"warnings":[],"unmatched":[],"digest":[],"pages":null,"delays":{}}`,
		},
		{
			Name: "and changed by type", As: "Bearer {token write}", Status: 200,
			Request: "PATCH /api/v1/users/{user dan}/preferences" + sendJSON + `{"warnings":["sms","email"],"digest":["email"],"failures":null}`,
			Body:    `{"failures":[],"warnings":["email","sms"],"unmatched":[],"digest":["email"],"pages":null,"delays":{}}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				w := e.Do(t, "Bearer {token write}", "PATCH /api/v1/users/{user dan}/preferences"+sendJSON+`{"digest":[]}`)
				if want := `{"failures":[],"warnings":["email","sms"],"unmatched":[],"digest":[],"pages":null,"delays":{}}`; w.Body.String() != want {
					t.Errorf("then they are %s", w.Body)
				}
			},
		},
		{
			Name: "a service waits, and keeps its delay when its list is replaced", As: "Bearer {token write}", Status: 200,
			Given:   func(t testing.TB, e *dialecttest.Env) { e.User(t, directory.NewUser{UserName: "waits"}) },
			Request: "PATCH /api/v1/users/{user waits}/preferences" + sendJSON + `{"failures":["email","sms"],"pages":["call"],"delays":{"failures":{"sms":5,"email":1},"pages":{"call":1440}}}`,
			Body:    `{"failures":["email","sms"],"warnings":[],"unmatched":[],"digest":[],"pages":["call"],"delays":{"failures":{"email":1,"sms":5},"pages":{"call":1440}}}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				for _, step := range [][2]string{
					{`{"failures":["sms","push"],"pages":[]}`, `{"failures":["sms","push"],"warnings":[],"unmatched":[],"digest":[],"pages":[],"delays":{"failures":{"sms":5}}}`},
					{`{"delays":{"failures":{"sms":null,"push":7}},"pages":null}`, `{"failures":["sms","push"],"warnings":[],"unmatched":[],"digest":[],"pages":null,"delays":{"failures":{"push":7}}}`},
					{`{"delays":null,"failures":["email"]}`, `{"failures":["email"],"warnings":[],"unmatched":[],"digest":[],"pages":null,"delays":{}}`},
				} {
					w := e.Do(t, "Bearer {token write}", "PATCH /api/v1/users/{user waits}/preferences"+sendJSON+step[0])
					if w.Body.String() != step[1] {
						t.Errorf("after %s they are %s, want %s", step[0], w.Body, step[1])
					}
				}
			},
		},
		{
			Name: "a delay of a service that is not named, and one too long", As: "Bearer {token write}", Status: 422,
			Request: "PATCH /api/v1/users/{user dan}/preferences" + sendJSON + `{"failures":["email"],"delays":{"failures":{"sms":5,"email":1441}}}`,
			Body: notValid + `"detail":"delays.failures.email must be a whole number from 0 to 1440, or null (and 1 more)","requestId":"…","errors":[` +
				`{"pointer":"#/delays/failures/email","detail":"must be a whole number from 0 to 1440, or null"},{"pointer":"#/delays/failures/sms","detail":"is for a service that failures does not name"}]}`,
		},
		{
			Name: "not to what is none", As: "Bearer {token write}", Status: 422,
			Request: "PATCH /api/v1/users/{user cat}/preferences" + sendJSON + `{"warnings":["email","fax"],"all":[]}`,
			Body: notValid + `"detail":"warnings[1] must be one of: email, sms, push, pushbullet, pushover, call (and 1 more)","requestId":"…","errors":[` +
				`{"pointer":"#/warnings/1","detail":"must be one of: email, sms, push, pushbullet, pushover, call"},{"pointer":"#/all","detail":"is not known here"}]}`,
		},
	}...)
}

func TestManyUsersAtOnce(t *testing.T) {
	t.Parallel()
	const taken = `"detail":"userName \"ANN\" belongs to another user already","requestId":"…","errors":[{"pointer":"#/users/1/userName","detail":"\"ANN\" belongs to another user already"}],"existing":{"id":"…","number":…}}`
	dialecttest.Run(t, dialecttest.World{Given: described(accounts)}, []dialecttest.Scenario{
		{
			Name: "each is made or not by itself", As: "Bearer {token write}", Status: 200,
			Request: "POST /api/v1/users/batch" + sendJSON + `{"users":[{"userName":"new1"},{"userName":"ANN"},{"userName":"new2","roles":["Nope"],"email":"x","colour":1},{"displayName":"No name"},{"userName":"new3","title":"Clerk","groups":["Network"]}]}`,
			Body: `{"created":2,"failed":3,"results":[{"index":0,"status":201,"id":"…","number":…,"userName":"new1"},` +
				`{"index":1,"status":409,"problem":` + problemOf + `conflict","title":"Another record is in the way","status":409,` + taken + `},` +
				`{"index":2,"status":422,"problem":` + notValid + `"detail":"…","requestId":"…","errors":[{"pointer":"#/users/2/colour","detail":"is not known here"},` +
				`{"pointer":"#/users/2/email","detail":"…"},{"pointer":"#/users/2/roles/0","detail":"names no role: \"Nope\""}]}},` +
				`{"index":3,"status":422,"problem":` + notValid + `"detail":"userName is required","requestId":"…","errors":[{"pointer":"#/users/3/userName","detail":"is required"}]}},` +
				`{"index":4,"status":201,"id":"…","number":…,"userName":"new3"}]}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				e.Absent(t, "new2")
				if u := e.Get(t, "new3"); len(u.Groups) != 1 || u.Title != "Clerk" {
					t.Errorf("new3 is %q, in %v", u.Title, u.Groups)
				}
			},
		},
		{
			Name: "none is no error", As: "Bearer {token write}", Status: 200, Request: "POST /api/v1/users/batch" + sendJSON + `{"users":[]}`,
			Body: `{"created":0,"failed":0,"results":[]}`,
		},
		{
			Name: "what is wrong with the whole is", As: "Bearer {token write}", Status: 422, Request: "POST /api/v1/users/batch" + sendJSON + `{"users":{},"x":1}`,
			Body: notValid + `"detail":"…","requestId":"…","errors":[{"pointer":"#/users","detail":"must be an array of at most 1000"},{"pointer":"#/x","detail":"is not known here"}]}`,
		},
		{
			Name: "as it is where one is no user at all", As: "Bearer {token write}", Status: 422, Request: "POST /api/v1/users/batch" + sendJSON + `{"users":[{"userName":"new4"},7]}`,
			Body:  notValid + `"detail":"users[1] must be an object","requestId":"…","errors":[{"pointer":"#/users/1","detail":"must be an object"}]}`,
			After: func(t testing.TB, e *dialecttest.Env) { e.Absent(t, "new4") },
		},
		{
			Name: "the same request again makes nothing", As: "Bearer {token write}", Status: 200,
			Given: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "Bearer {token write}", "POST /api/v1/users/batch\nIdempotency-Key: b1"+sendJSON+`{"users":[{"userName":"once"}]}`, 200)
			},
			Request: "POST /api/v1/users/batch\nIdempotency-Key: b1" + sendJSON + `{"users":[{"userName":"once"}]}`,
			Body:    `{"created":1,"failed":0,"results":[{"index":0,"status":201,"id":"…","number":…,"userName":"once"}]}`,
		},
		{
			Name: "who may only read makes none", As: "Bearer {token read}", Status: 403, Request: "POST /api/v1/users/batch" + sendJSON + `{"users":[{"userName":"x"}]}`,
			Body: problemOf + `forbidden","title":"The credential may not do this","status":403,"detail":"this credential may only read","requestId":"…"}`,
		},
	}...)
}

func TestAUserIsMadeOrChanged(t *testing.T) {
	t.Parallel()
	shown := func(number, userName, name, external, version string) string {
		return `{"id":"…","number":` + number + `,"userName":"` + userName + `","displayName":"` + name + `","title":null,"email":"` + userName + `@example.com","externalId":` + external +
			`,"active":true,"accessLevel":"custom","accessLevelGroups":[],"realm":"DB","hasPassword":false,"roles":[],"groups":[],"teams":[],` +
			`"primaryGroup":null,"department":null,"joinedAt":"2026-11-21T18:00:00Z","timezone":"SYSTEM","phoneNumber":null,"sessionExpiryMinutes":null,` +
			`"competencies":[],"properties":null,"contactMethods":[{"id":"…","service":"email","address":"` + userName + `@example.com","confirmedAt":null,"createdAt":"2026-11-21T18:00:00Z"}],` +
			`"preferences":{"failures":["email"],"warnings":[],"unmatched":[],"digest":[],"pages":null,"delays":{}},` +
			`"managedBy":{"profile":"api","access":"…","groups":"…","reach":"…"},"version":` + version + `,"createdAt":"2026-11-21T18:00:00Z","updatedAt":"2026-11-21T18:00:00Z"}`
	}
	dialecttest.Run(t, dialecttest.World{Given: described(accounts)}, []dialecttest.Scenario{
		{
			Name: "who is there is changed", As: "Bearer {token write}", Status: 200, Header: map[string]string{"ETag": `"v2.…"`, "Location": ""},
			Request: "PUT /api/v1/users?match=userName" + sendJSON + `{"userName":"ann","displayName":"Ann Lee","sendWelcomeEmail":true}`,
			Body:    shown("{number ann}", "ann", "Ann Lee", "null", "2"),
			After: func(t testing.TB, e *dialecttest.Env) {
				if n := e.MailQueued(t); n != 0 {
					t.Errorf("%d welcome emails", n)
				}
			},
		},
		{
			Name: "who is not is made", As: "Bearer {token write}", Status: 201, Header: map[string]string{"ETag": `"v1.…"`},
			Request: "PUT /api/v1/users?match=externalId" + sendJSON + `{"userName":"eve","externalId":"e-1","email":"eve@example.com"}`,
			Body:    shown("…", "eve", "eve", `"e-1"`, "1"),
			After: func(t testing.TB, e *dialecttest.Env) {
				w := e.Do(t, "Bearer {token write}", "PUT /api/v1/users?match=externalId"+sendJSON+`{"userName":"eve","externalId":"e-1","displayName":"Eve","title":"Clerk"}`)
				if u := e.Get(t, "eve"); w.Code != 200 || u.DisplayName != "Eve" || u.Title != "Clerk" {
					t.Errorf("then it is %d, %s and %s", w.Code, u.DisplayName, u.Title)
				}
			},
		},
		{
			Name: "what it is found by must be there", As: "Bearer {token write}", Status: 422,
			Request: "PUT /api/v1/users?match=email" + sendJSON + `{"userName":"fay","active":1}`,
			Body: notValid + `"detail":"active must be true or false, or null (and 1 more)","requestId":"…","errors":[` +
				`{"pointer":"#/active","detail":"must be true or false, or null"},{"pointer":"#/email","detail":"…"}]}`,
		},
		{
			Name: "and so must be by what", As: "Bearer {token write}", Status: 400, Request: "PUT /api/v1/users?match=id" + sendJSON + `{"userName":"fay"}`,
			Body: problemOf + `invalid","title":"The request cannot be read","status":400,"detail":"match must be one of: userName, externalId, email","requestId":"…","errors":[{"parameter":"match","detail":"must be one of: userName, externalId, email"}]}`,
		},
		{
			Name: "the name of somebody else is taken", As: "Bearer {token write}", Status: 409,
			Request: "PUT /api/v1/users?match=email" + sendJSON + `{"userName":"cat","email":"bob@example.com"}`,
			Body:    problemOf + `conflict","title":"Another record is in the way","status":409,"detail":"userName \"cat\" belongs to another user already","requestId":"…","errors":[{"pointer":"#/userName","detail":"\"cat\" belongs to another user already"}],"existing":{"id":"{user cat}","number":{number cat}}}`,
		},
	}...)
}
