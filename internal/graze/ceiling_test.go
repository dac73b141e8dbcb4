package graze_test

import (
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// The request of the page updateUser (docs.moogsoft.com/v9/en/updateuser.html), about the user that
// createUser makes.
const documentedUpdate = "POST /graze/v1/updateUser\n" + post +
	`{"username":"johndoe1","active":true,"password":"test","roles":["Super User","Operator"],"teams":["my team 1"],"session_expiry":null,"properties":null,` +
	`"contact_num":"555-123456","timezone":"Europe/London","fullname":"John Doe","department":"Support","primary_group":"Network","email":"test@test.com"}`

// watched is the documented world in which an entry on a check group names the group Network.
func watched(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	documented(t, e)
	g, err := e.Directory.CreateCheckGroup(t.Context(), e.By, directory.NewCheckGroup{Name: "Routers"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Directory.PutCheckPermission(t.Context(), e.By, directory.NewCheckPermission{
		CheckGroup: g.ID, Group: roster.Ref{Name: "Network"}, AccessLevel: roster.LevelEditor,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheDocumentedCallsWorkOnceAndRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options dialecttest.Options
		role    string
	}{
		"as in the demonstration": {dialecttest.Options{GrazerGrantsSuper: true}, "Super User"},
		"by default":              {dialecttest.Options{}, "Administrator"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The documented bytes have a length that fits one role only.
			_, body, _ := strings.Cut(documentedCreate, "\r\n\r\n")
			create := strings.Replace("POST /graze/v1/createUser\n"+post+body, "Super User", c.role, 1)
			update := strings.Replace(documentedUpdate, "Super User", c.role, 1)
			off := "POST /graze/v1/updateUser\n" + post + `{"username":"johndoe1","active":false}`
			script := func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				for i, call := range []string{create, off, off, update, update, off, update} {
					if w := e.Do(t, as, call); w.Code != 200 {
						t.Errorf("call %d: %d %s", i, w.Code, w.Body)
					}
				}
			}
			w := dialecttest.World{Options: c.options, Given: watched}
			dialecttest.Run(t, w, dialecttest.Scenario{
				Name: "a script", As: as, Request: "GET /graze/v1/getUserTeams?username=graze", Status: 200, Body: `[]`, After: script,
			})
		})
	}
}

func TestAForbiddenArgumentIsNamedWithEveryOtherFault(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		watched(t, e)
		e.User(t, directory.NewUser{UserName: "manager", Password: "manager", Roles: []roster.Ref{{Number: roster.RoleManager}}})
	}
	const (
		group = `primary_group would give permissions beyond yours by entries of the group Network on check groups: manage_checks`
		role  = `roles would give permissions beyond yours by the role Super User: super_privileges manage_realms`
	)
	dialecttest.Run(t, dialecttest.World{Given: given}, []dialecttest.Scenario{
		{
			Name: "a group with an entry", As: "manager:manager", Status: 403, Body: fault("403", group),
			Request: "POST /graze/v1/createUser\n" + post + `{"username":"x","password":"x","email":"x@example.com","fullname":"X","roles":["Operator"],"primary_group":"Network"}`,
		},
		{
			Name: "beside what is wrong", As: as, Status: 400, Body: faults("2", "email must be one email address, such as name@example.com", role),
			Request: "POST /graze/v1/createUser\n" + post + `{"username":"x","password":"x","email":"x","fullname":"X","roles":["Super User"],"primary_group":"Network"}`,
		},
	}...)
}
