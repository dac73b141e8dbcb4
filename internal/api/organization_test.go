package api_test

import (
	"regexp"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// servers creates two administrators: owner may create organizations, boss may not.
func servers(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	office(t, e)
	e.User(t, directory.NewUser{UserName: "boss", Password: password, AccessLevel: roster.LevelAdministrator})
	owner := e.User(t, directory.NewUser{UserName: "owner", Password: password, AccessLevel: roster.LevelAdministrator})
	by := e.By
	by.Kind = roster.ActorOperator
	if _, err := e.Directory.SetServerAdmin(t.Context(), by, directory.ServerAdmin{User: directory.UserSelector{ID: owner.ID}, May: true}); err != nil {
		t.Fatal(err)
	}
	e.Set("organization default", string(owner.OrganizationID))
	e.Set("password", password)
}

const ownOrganization = `{"id":"{organization default}","slug":"default","displayName":"Default organization","version":1,"createdAt":` + now + `}`

func TestOrganizations(t *testing.T) {
	t.Parallel()
	const acme = `{"id":"…","slug":"acme","displayName":"Acme Ltd","version":1,"createdAt":` + now + `,"adminLink":`
	dialecttest.Run(t, dialecttest.World{Given: described(servers)}, []dialecttest.Scenario{
		{
			Name: "one is made, and its administrator gets in", As: "owner:{password}", Status: 201, Header: map[string]string{"ETag": `"v1.…"`},
			Request: "POST /api/v1/organizations\nIdempotency-Key: a1" + sendJSON + `{"slug":"acme","displayName":"Acme Ltd"}`,
			Body:    acme + `{"url":"http://127.0.0.1:0/set-password/…","expiresAt":"2026-11-21T18:15:00Z"}}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				again := e.Do(t, "owner:{password}", "POST /api/v1/organizations\nIdempotency-Key: a1"+sendJSON+`{"slug":"acme","displayName":"Acme Ltd"}`)
				if again.Code != 201 || !strings.HasSuffix(again.Body.String(), `"adminLink":null}`) {
					t.Errorf("again it is %d %s", again.Code, again.Body)
				}
				made := e.Do(t, "owner:{password}", "POST /api/v1/organizations"+sendJSON+`{"slug":"globex"}`)
				link := regexp.MustCompile(`/set-password/[\w-]+`).FindString(made.Body.String())
				if !strings.Contains(made.Body.String(), `"displayName":"globex"`) {
					t.Errorf("it is made as %s", made.Body)
				}
				form := e.Do(t, "", "POST "+link+"\nContent-Type: application/x-www-form-urlencoded\n\npassword="+strings.ReplaceAll(password, " ", "+"))
				if form.Code != 200 {
					t.Fatalf("the form is answered %d %s", form.Code, form.Body)
				}
				answers(t, e, "admin:{password}", "GET /o/globex/api/v1/settings", 200)
				answers(t, e, "admin:{password}", "GET /api/v1/settings", 401)
				list := e.Do(t, "admin:{password}", "GET /o/globex/api/v1/organizations?fields=slug")
				if strings.Count(list.Body.String(), "slug") != 1 || !strings.Contains(list.Body.String(), "globex") {
					t.Errorf("it sees %s", list.Body)
				}
				w := e.Do(t, "admin:{password}", "GET /o/globex/api/v1/organizations/{organization default}")
				if w.Code != 404 {
					t.Errorf("it sees another one: %d %s", w.Code, w.Body)
				}
				group := e.Do(t, "admin:{password}", "POST /o/globex/api/v1/groups"+sendJSON+`{"displayName":"Network"}`)
				if !strings.HasPrefix(group.Header().Get("Location"), "/o/globex/api/v1/groups/") {
					t.Errorf("a group there is at %s", group.Header().Get("Location"))
				}
			},
		},
		{
			Name: "an administrator makes none", As: "boss:{password}", Status: 403, Request: "POST /api/v1/organizations" + sendJSON + `{"slug":"mine"}`,
			Body: problemOf + `forbidden","title":"The credential may not do this","status":403,"detail":"…","requestId":"…"}`,
		},
		{
			Name: "an administrator sees the own one", As: "boss:{password}", Status: 200, Request: "GET /api/v1/organizations", Body: `{"items":[` + ownOrganization + `]}`,
		},
		{
			Name: "who may make some finds them", As: "owner:{password}", Status: 200, Request: "GET /api/v1/organizations?filter=slug+eq+%22default%22",
			Body: `{"items":[` + ownOrganization + `]}`,
		},
		{
			Name: "one is read", As: "boss:{password}", Status: 200, Request: "GET /api/v1/organizations/{organization default}", Header: map[string]string{"ETag": `"v1.…"`},
			Body: ownOrganization,
		},
		{
			Name: "a token of the organization reads none", As: "Bearer {token read}", Status: 403, Request: "GET /api/v1/organizations",
			Body: problemOf + `forbidden","title":"The credential may not do this","status":403,"detail":"an API token of the organization may not do this","requestId":"…"}`,
		},
		{
			Name: "a slug is one", As: "owner:{password}", Status: 422, Request: "POST /api/v1/organizations" + sendJSON + `{"slug":"Not One","name":"x"}`,
			Body: notValid + `"detail":"name is not known here (and 1 more)","requestId":"…","errors":[{"pointer":"#/name","detail":"is not known here"},{"pointer":"#/slug","detail":"…"}]}`,
		},
		{
			Name: "one that is taken is in the way", As: "owner:{password}", Status: 409, Request: "POST /api/v1/organizations" + sendJSON + `{"slug":"default"}`,
			Body: problemOf + `conflict","title":"Another record is in the way","status":409,"detail":"slug …","requestId":"…","errors":[{"pointer":"#/slug","detail":"…"}],"existing":{"id":"…"}}`,
		},
	}...)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: described(servers)}, []dialecttest.Scenario{
		{
			Name: "they are changed", As: "boss:{password}", Status: 200, Header: map[string]string{"ETag": `"v2.…"`},
			Request: "PATCH /api/v1/settings\nIf-Match: \"v1\"\nContent-Type: application/merge-patch+json\n\n" + `{"timezone":"Europe/London","defaultCountry":"gb","strongPasswords":true}`,
			Body:    `{"displayName":"Default organization","timezone":"Europe/London","defaultCountry":"GB","strongPasswords":true,"version":2}`,
			After: func(t testing.TB, e *dialecttest.Env) {
				answers(t, e, "boss:{password}", "PATCH /api/v1/settings\nIf-Match: \"v1\""+sendJSON+`{"timezone":null}`, 412)
				w := e.Do(t, "boss:{password}", "PATCH /api/v1/settings\nIf-Match: \"v2\""+sendJSON+`{"timezone":null,"defaultCountry":null,"displayName":null}`)
				if want := `{"displayName":"default","timezone":null,"defaultCountry":null,"strongPasswords":true,"version":3}`; w.Body.String() != want {
					t.Errorf("then they are %s", w.Body)
				}
				e.Tag(t, "settings", "boss:{password}", "GET /api/v1/settings")
				answers(t, e, "boss:{password}", "GET /api/v1/settings\nIf-None-Match: {etag settings}", 304)
			},
		},
		{
			Name: "not to no name", As: "boss:{password}", Status: 422, Request: "PATCH /api/v1/settings" + sendJSON + `{"displayName":" "}`,
			Body: invalid("displayName must not be empty; null resets it", at("displayName", "must not be empty; null resets it")),
		},
		{
			Name: "not to what is none", As: "boss:{password}", Status: 422, Request: "PATCH /api/v1/settings" + sendJSON + `{"timezone":"Mars/Olympus","defaultCountry":"XX","strongPasswords":"yes"}`,
			Body: notValid + `"detail":"strongPasswords must be true or false, or null (and 2 more)","requestId":"…","errors":[{"pointer":"#/strongPasswords","detail":"must be true or false, or null"},` +
				`{"pointer":"#/timezone","detail":"must be a time zone of the IANA database, such as Europe/London"},` +
				`{"pointer":"#/defaultCountry","detail":"must be a two-letter country code (ISO 3166-1 alpha-2), such as GB"}]}`,
		},
		{
			Name: "a token of the organization does not see them", As: "Bearer {token read}", Status: 403, Request: "GET /api/v1/settings",
			Body: problemOf + `forbidden","title":"The credential may not do this","status":403,"detail":"an API token of the organization may not do this","requestId":"…"}`,
		},
	}...)
}

func TestJobs(t *testing.T) {
	t.Parallel()
	given := described(func(t testing.TB, e *dialecttest.Env) {
		servers(t, e)
		e.User(t, directory.NewUser{UserName: "ann", Email: "ann@example.com", SendWelcomeEmail: true})
	})
	const queued = `{"id":"…","lane":"welcome","kind":"welcome-email","state":"ready","attempts":0,"runAt":` + now + `,"reason":"waits: mail is not configured","createdAt":` + now + `}`
	dialecttest.Run(t, dialecttest.World{Given: given}, []dialecttest.Scenario{
		{Name: "what waits is listed", As: "boss:{password}", Status: 200, Request: "GET /api/v1/jobs", Body: `{"items":[` + queued + `]}`},
		{Name: "what is buried too", As: "boss:{password}", Status: 200, Request: "GET /api/v1/jobs?state=buried", Body: `{"items":[]}`},
		{
			Name: "done ones are not", As: "boss:{password}", Status: 400, Request: "GET /api/v1/jobs?state=done",
			Body: problemOf + `invalid","title":"The request cannot be read","status":400,"detail":"state must be one of: ready, running, buried","requestId":"…","errors":[{"parameter":"state","detail":"must be one of: ready, running, buried"}]}`,
		},
		{
			Name: "only what is buried is tried again", As: "boss:{password}", Status: 404, Request: "POST /api/v1/jobs/019aa1f0-0000-7000-8000-000000000000/retry",
			Body: noRecord + `"detail":"…","requestId":"…"}`,
		},
		{
			Name: "a token of the organization sees none", As: "Bearer {token read}", Status: 403, Request: "GET /api/v1/jobs",
			Body: problemOf + `forbidden","title":"The credential may not do this","status":403,"detail":"an API token of the organization may not do this","requestId":"…"}`,
		},
	}...)
}

func TestOverview(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: described(servers)}, dialecttest.Scenario{
		Name: "everything at a glance", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/overview",
		Body: `{"organization":{"id":"{organization default}","slug":"default","displayName":"Default organization"},"users":3,"checks":{"success":0,"warning":0,"failure":0},"checkStates":{"new":0,"success":0,"warning":0,"failure":0,"overdue":0,"paused":0}}`,
	})
}
