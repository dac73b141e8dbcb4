package api_test

import (
	"net/url"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// TestAPathTakesANameWhereItTakesAnID tries names that need escaping in a path, in another case
// than the stored one.
func TestAPathTakesANameWhereItTakesAnID(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{Realms: offline{}})
	root := e.User(t, directory.NewUser{UserName: "root", Password: password, Roles: []roster.Ref{{Name: "Super User"}}})
	as := "root:" + password
	const realm = `{"idpMetadataUrl":"https://idp.example.com/metadata","defaultRoles":["Operator"],"defaultTeams":["Cloud DevOps"],` +
		`"defaultGroup":"End-User","existingUserMappingField":"username","username":"$username","email":"$email",` +
		`"fullname":"$firstname $lastname","maximumAuthenticationLifetime":60}`
	names := []string{"Wires", "a/b ?%2f+;é", "..x", "50%", "7", "Ends/"}
	for _, c := range []struct{ path, member, more, change string }{
		{"/users", "userName", "", `{"timezone":"Europe/London"}`},
		{"/groups", "displayName", "", `{"description":"x"}`},
		{"/teams", "displayName", "", `{"description":"x"}`},
		{"/departments", "displayName", "", `{}`},
		{"/roles", "displayName", `,"permissions":[]`, `{"description":"x"}`},
		{"/realms", "displayName", `,"configuration":` + realm, `{"active":false}`},
		{"/tokens", "name", `,"access":"read"`, ""},
		{"/check-groups", "displayName", "", `{"description":"x"}`},
		{"/checks", "displayName", `,"emailAlias":"alias"`, `{"description":"x"}`},
	} {
		for _, name := range names {
			made := e.Do(t, as, "POST /api/v1"+c.path+sendJSON+`{"`+c.member+`":"`+name+`"`+c.more+`}`)
			if made.Code != 201 {
				t.Fatalf("%s %q: %d %s", c.path, name, made.Code, made.Body)
			}
			id := strings.TrimPrefix(made.Header().Get("Location"), "/api/v1"+c.path+"/")
			one := "/api/v1" + c.path + "/" + url.PathEscape(strings.ToUpper(name))
			if c.path == "/tokens" { // case counts in their names
				one = "/api/v1" + c.path + "/" + url.PathEscape(name)
			}
			for _, request := range []string{"GET " + one, "PATCH " + one + "\nContent-Type: application/merge-patch+json\n\n" + c.change} {
				if c.change == "" && strings.HasPrefix(request, "PATCH") {
					continue
				}
				if w := e.Do(t, as, request); w.Code != 200 || !strings.Contains(w.Body.String(), id) {
					t.Errorf("%s: %d %s, not of %s", request, w.Code, w.Body, id)
				}
			}
			if w := e.Do(t, as, "GET "+one+"x"); w.Code != 404 {
				t.Errorf("GET %sx: %d %s", one, w.Code, w.Body)
			}
			if c.path == "/realms" { // stay
				continue
			}
			if w := e.Do(t, as, "DELETE "+one); w.Code != 204 {
				t.Errorf("DELETE %s: %d %s", one, w.Code, w.Body)
			}
		}
	}
	for _, c := range []struct {
		request string
		want    int
	}{
		{"GET /api/v1/organizations/DEFAULT", 200},
		{"POST /api/v1/groups" + sendJSON + `{"displayName":"Wires"}`, 201},
		{"PUT /api/v1/users/Root/password" + sendJSON + `{"password":"seven slow herons"}`, 204}, // the last one by this password
	} {
		if w := e.Do(t, as, c.request); w.Code != c.want {
			t.Errorf("%s: %d %s", c.request, w.Code, w.Body)
		}
	}
	as = "root:seven slow herons"
	for _, request := range []string{
		"PUT /api/v1/groups/wires/members/Root", "GET /api/v1/groups/WIRES/members", "DELETE /api/v1/groups/wires/members/Root",
		"GET /api/v1/groups/wires/default-preferences?joined=true", "GET /api/v1/users/root/sessions", "GET /api/v1/users/root/preferences",
	} {
		if w := e.Do(t, as, request); w.Code/100 != 2 {
			t.Errorf("%s: %d %s", request, w.Code, w.Body)
		}
	}
	other := e.User(t, directory.NewUser{UserName: string(root.ID)})
	if w := e.Do(t, as, "GET /api/v1/users/"+string(root.ID)+"?fields=userName"); !strings.Contains(w.Body.String(), `"root"`) {
		t.Errorf("an id does not win over the name of %s: %s", other.ID, w.Body)
	}
}
