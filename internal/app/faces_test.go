package app_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// faced is a call of a face, and how the body of an error of that face begins.
type faced struct{ request, head, failure string }

// writes is a call with a body of each face, in the default organization and below its path.
func writes(t testing.TB, e *dialecttest.Env) map[string]faced {
	t.Helper()
	e.User(t, directory.NewUser{UserName: "super", Password: "super", Roles: []roster.Ref{{Number: roster.RoleSuperUser}}})
	e.Token(t, directory.NewToken{Name: "write", Access: roster.AccessReadWrite})
	const json, token = "\nContent-Type: application/json", "\nAuthorization: Bearer {token write}"
	return map[string]faced{
		"graze":                 {"POST /graze/v1/createTeam", json + "\nAuthorization: Basic c3VwZXI6c3VwZXI=", `{"message":"`},
		"graze, below":          {"POST /o/default/graze/v1/createTeam", json + "\nAuthorization: Basic c3VwZXI6c3VwZXI=", `{"message":"`},
		"checkcentral":          {"POST /createUserGroup/", json + token, `{"error":{"id":"`},
		"checkcentral, below":   {"POST /o/default/createUserGroup", json + token, `{"error":{"id":"`},
		"the native API":        {"POST /api/v1/groups", json + token, `{"type":"urn:roster:problem:`},
		"the native API, below": {"POST /o/default/api/v1/groups", json + token, `{"type":"urn:roster:problem:`},
		"a page":                {"POST /set-password/secret", "\nContent-Type: application/x-www-form-urlencoded", "<!DOCTYPE html>"},
	}
}

// send sends a call with a body through the whole server.
func (f faced) send(t testing.TB, e *dialecttest.Env, headers string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	lines := strings.Split(e.Fill(f.request+f.head+headers), "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	r := httptest.NewRequest(method, target, body)
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	e.Handler.ServeHTTP(w, r)
	return w
}

func (f faced) want(t *testing.T, w *httptest.ResponseRecorder, status int, says string) {
	t.Helper()
	if w.Code != status || !strings.HasPrefix(w.Body.String(), f.failure) || !strings.Contains(w.Body.String(), says) {
		t.Errorf("%s is answered %d %.500s; want %d and %s… with %q", f.request, w.Code, w.Body, status, f.failure, says)
	}
}

func TestABodyThatComesTooLateIsToldApartFromOneThatIsCutOff(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	faces := writes(t, e)
	inside := faced{"POST /graze/v1/createTeam", "", `{"message":"`} // its auth_token may be in the body
	late := inside.send(t, e, "", iotest.ErrReader(os.ErrDeadlineExceeded))
	inside.want(t, late, http.StatusRequestTimeout, "The body did not come in time.")
	for name, face := range faces {
		late := face.send(t, e, "", io.MultiReader(strings.NewReader(`{"na`), iotest.ErrReader(os.ErrDeadlineExceeded)))
		cut := face.send(t, e, "", io.MultiReader(strings.NewReader(`{"na`), iotest.ErrReader(io.ErrUnexpectedEOF)))
		face.want(t, late, http.StatusRequestTimeout, "The body did not come in time. Send the request again.")
		if late.Header().Get("Connection") != "close" {
			t.Errorf("%s: the connection stays open", name)
		}
		if name == "a page" {
			face.want(t, cut, http.StatusUnprocessableEntity, "The body was not sent whole")
			continue
		}
		face.want(t, cut, http.StatusBadRequest, "the body was not sent whole")
	}
}

func TestBodiesInOtherEncodingsAreReadOrRefusedInWords(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	for name, face := range writes(t, e) {
		if name == "a page" {
			continue
		}
		member := "name"
		if strings.Contains(name, "API") {
			member = "displayName"
		}
		marked := `{"` + member + `":"` + name + `"}`
		if w := face.send(t, e, "", strings.NewReader("\ufeff"+marked)); w.Code >= 300 {
			t.Errorf("%s: a byte order mark before JSON is answered %d %s", name, w.Code, w.Body)
		}
		for _, wide := range []string{"\xff\xfe{\x00}\x00", "\xfe\xff\x00{\x00}", "{\x00}\x00", "\x00{\x00}"} {
			face.want(t, face.send(t, e, "", strings.NewReader(wide)), http.StatusBadRequest, "send it as UTF-8")
		}
		face.want(t, face.send(t, e, "", strings.NewReader("name=x")), http.StatusBadRequest, "the body is not JSON that can be read")
	}
}

func TestAPageOfAnotherSiteIsRefusedInTheFormOfTheFace(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	for _, face := range writes(t, e) {
		w := face.send(t, e, "\nOrigin: https://elsewhere.example.com", strings.NewReader("{}"))
		face.want(t, w, http.StatusForbidden, "page of another site may not send this.")
	}
	graze := e.Do(t, "", "POST /graze/v1/createUser\nSec-Fetch-Site: cross-site\n\n{}").Body.String()
	if !strings.Contains(graze, `"statusCode":403,"additional":{"debugMessage":"`) {
		t.Errorf("Graze answers %s", graze)
	}
}

func TestASlashAtTheEndAndTheCaseOfAnIDDoNotMatter(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	writes(t, e)
	g := e.Group(t, "Network")
	u := e.User(t, directory.NewUser{UserName: "ann", Groups: []roster.Ref{{Name: "Network"}}})
	const read = "Bearer {token write}"
	group, ann := strings.ToUpper(string(g.ID)), strings.ToUpper(string(u.ID))
	for _, target := range []string{
		"/api/v1/users/", "/o/default/api/v1/users/", "/api/v1/users/" + ann, "/api/v1/users/" + ann + "/", "/api/v1/groups/" + group + "/members/",
		"/api/v1/openapi.json/", "/getUsers/", "/getUsers?userId=" + ann, "/getUserGroups/?userGroupId=" + group, "/livez/",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			if w := e.Do(t, read, method+" "+target); w.Code != 200 {
				t.Errorf("%s %s: %d %s", method, target, w.Code, w.Body)
			}
		}
	}
	for _, request := range []string{
		"GET /api/v1/users?filter=id+eq+%22" + ann + "%22", "GET /api/v1/users?filter=groups+eq+%22" + group + "%22", "GET /api/v1/users?filter=groups.id+eq+%22" + group + "%22",
		"GET /api/v1/groups/" + group + "/members",
	} {
		if w := e.Do(t, read, request); w.Code != 200 || !strings.Contains(w.Body.String(), `"ann"`) {
			t.Errorf("%s: %d %s", request, w.Code, w.Body)
		}
	}
	if w := e.Do(t, "super:super", "GET /api/v1/audit?target="+group); w.Code != 200 || !strings.Contains(w.Body.String(), `"Network"`) {
		t.Errorf("the audit of a group: %d %s", w.Code, w.Body)
	}
	w := e.Do(t, read, "POST /api/v1/users/\nContent-Type: application/json\n\n"+`{"userName":"bob","groups":["`+group+`"]}`)
	if w.Code != 201 || !strings.Contains(w.Body.String(), `"Network"`) {
		t.Errorf("a user made with the id of a group in capitals: %d %s", w.Code, w.Body)
	}
	if w := e.Do(t, read, "PUT /api/v1/groups/"+group+"/members/"+ann+"/"); w.Code != 204 {
		t.Errorf("a member added by ids in capitals: %d %s", w.Code, w.Body)
	}
	if w := e.Do(t, "", "GET /o/default/api/docs/"); w.Code != 308 || w.Header().Get("Location") != "../docs" { // what it loads is relative
		t.Errorf("the reference with a slash at the end: %d %s", w.Code, w.Body)
	}
	if w := e.Do(t, "super:super", "GET /graze/v1/getUsers/"); w.Code != 200 {
		t.Errorf("a call of Graze with a slash at the end: %d %s", w.Code, w.Body)
	}
}

func TestACursorGoesOnWhateverTheCaseOfTheIDInThePath(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	writes(t, e)
	g := e.Group(t, "Network")
	for _, name := range []string{"ann", "bob"} {
		e.User(t, directory.NewUser{UserName: name, Groups: []roster.Ref{{Name: "Network"}}})
	}
	const read = "Bearer {token write}"
	first := e.Do(t, read, "GET /api/v1/groups/"+string(g.ID)+"/members?limit=1").Body.String()
	_, cursor, found := strings.Cut(first, `"next":"`)
	if !found {
		t.Fatalf("there is no next page: %s", first)
	}
	cursor, _, _ = strings.Cut(cursor, `"`)
	w := e.Do(t, read, "GET /api/v1/groups/"+strings.ToUpper(string(g.ID))+"/members/?limit=1&cursor="+cursor)
	if w.Code != 200 || !bytes.Contains(w.Body.Bytes(), []byte(`"bob"`)) {
		t.Errorf("the next page: %d %s", w.Code, w.Body)
	}
}

func TestCredentialsAreReadInAnyCaseWithAnyBlanks(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	e.Token(t, directory.NewToken{Name: "read", Access: roster.AccessRead})
	e.User(t, directory.NewUser{UserName: "zoë", Password: "wörd", Roles: []roster.Ref{{Number: roster.RoleSuperUser}}})
	e.User(t, directory.NewUser{UserName: "Ã«", Password: "Ã«", Roles: []roster.Ref{{Number: roster.RoleSuperUser}}})
	for name, request := range map[string]string{
		"a token of CheckCentral": "GET /getUsers\nAuthorization: bEARER \t  {token read}",
		"a token":                 "GET /api/v1/users\nAuthorization: BEARER\t{token read}",
		"a token for metrics":     "GET /metrics\nAuthorization: bearer  {token read}",
		"Latin-1":                 "GET /api/v1/users\nAuthorization: basic \t em/rOnf2cmQ=",
		"UTF-8":                   "GET /api/v1/users\nAuthorization: Basic em/Dqzp3w7ZyZA==",
		"UTF-8 like Latin-1":      "GET /api/v1/users\nAuthorization: Basic w4PCqzrDg8Kr",
		"Latin-1 in the query":    "GET /graze/v1/authenticate?username=zo%EB&password=w%F6rd",
		"UTF-8 in the query":      "GET /graze/v1/authenticate?username=zo%C3%AB&password=w%C3%B6rd",
	} {
		if w := e.Do(t, "", request); w.Code != 200 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := e.Do(t, "", "POST /api/v1/sessions\nAuthorization: BASIC\tem/Dqzp3w7ZyZA=="); w.Code != 201 {
		t.Errorf("a session by a Basic header with a tab: %d %s", w.Code, w.Body)
	}
}
