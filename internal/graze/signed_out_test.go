package graze_test

import (
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// turn is one request and the status that it must have; 401 has the one body that there is.
type turn struct {
	as, request string
	status      int
}

func play(t testing.TB, e *dialecttest.Env, turns []turn) {
	t.Helper()
	for i, c := range turns {
		w := e.Do(t, c.as, c.request)
		if w.Code != c.status || c.status == 401 && w.Body.String() != notAuthenticated {
			t.Fatalf("%d. %s as %q is answered %d %s, want %d", i+1, c.request, c.as, w.Code, w.Body, c.status)
		}
	}
}

// clerk is a second Grazer with a session and, from signing in, a remembered Basic credential.
func clerk(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	documented(t, e)
	e.User(t, directory.NewUser{UserName: "clerk", Password: "clerk", Roles: []roster.Ref{{Number: roster.RoleGrazer}}})
	e.Session(t, "clerk", "clerk")
}

const (
	bySession  = "GET /graze/v1/getUserInfo?username=clerk&auth_token={session clerk}"
	byBasic    = "GET /graze/v1/getUserInfo?username=clerk"
	bySignIn   = "POST /graze/v1/authenticate\n\n" + `{"username":"clerk","password":"clerk"}`
	changeHead = "POST /graze/v1/updateUser\n\n" + `{"username":"clerk",`
)

func TestWhoIsDeactivatedIsOutAtOnceAndMayComeBack(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: clerk}, dialecttest.Scenario{
		Name: "in all ways", As: as, Request: "GET /graze/v1/getUserTeams?username=clerk", Status: 200, Body: "[]",
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			play(t, e, []turn{
				{"", bySession, 200},
				{"clerk:clerk", byBasic, 200},
				{"clerk:clerk", byBasic, 200},
				{as, changeHead + `"active":false}`, 200},
				{"", bySession, 401},
				{"clerk:clerk", byBasic, 401},
				{"", bySignIn, 401},
				{as, changeHead + `"active":true}`, 200},
				{"", bySession, 401}, // a session that ended stays so
				{"clerk:clerk", byBasic, 200},
				{"", bySignIn, 200},
			})
		},
	})
}

func TestAChangedPasswordEndsSessionsAndVoidsTheOldOne(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: clerk}, dialecttest.Scenario{
		Name: "in all ways", As: as, Request: "GET /graze/v1/getUserTeams?username=clerk", Status: 200, Body: "[]",
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			play(t, e, []turn{
				{"", bySession, 200},
				{"clerk:clerk", byBasic, 200},
				{as, changeHead + `"password":"","contact_num":"1"}`, 200},
				{as, changeHead + `"password":null,"fullname":"Clerk"}`, 200},
				{"", bySession, 200},
				{"clerk:clerk", byBasic, 200},
				{as, changeHead + `"password":"another"}`, 200},
				{"", bySession, 401},
				{"clerk:clerk", byBasic, 401},
				{"", bySignIn, 401},
				{"clerk:another", byBasic, 200},
			})
		},
	})
}

func TestALostRoleIsLostAtOnce(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: clerk}, dialecttest.Scenario{
		Name: "graze_login", As: as, Request: "GET /graze/v1/getUserTeams?username=clerk", Status: 200, Body: "[]",
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			play(t, e, []turn{
				{"", bySession, 200},
				{"clerk:clerk", byBasic, 200},
				{as, changeHead + `"roles":["Operator"]}`, 200},
				{"", bySession, 401},
				{"clerk:clerk", byBasic, 401},
			})
		},
	})
}
