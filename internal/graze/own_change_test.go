package graze_test

import (
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
)

// TestAUserWhoManagesNobodyChangesItsOwnTimeZone: whoever holds graze_login may call, and the rule
// is the directory's.
func TestAUserWhoManagesNobodyChangesItsOwnTimeZone(t *testing.T) {
	t.Parallel()
	call := func(arguments string) string { return "POST /graze/v1/updateUser\n" + post + arguments }
	const notOwn = "may be changed only with the permission manage_users; you may change your own preferences and time zone"
	zone := func(name, want string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			if u := e.Get(t, name); u.TimeZone != want || u.DisplayName != name || !u.Active {
				t.Errorf("the user became %+v", u)
			}
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: ranks}, []dialecttest.Scenario{
		{
			Name: "its own", As: "doorkeeper:doorkeeper", Request: call(`{"username":"doorkeeper","timezone":"Asia/Tokyo","fullname":"","roles":""}`), Status: 200,
			After: zone("doorkeeper", "Asia/Tokyo"),
		},
		{
			Name: "nothing else of its own", As: "doorkeeper:doorkeeper", Request: call(`{"uid":{number doorkeeper},"fullname":"Chief","active":false,"contact_num":"1"}`), Status: 403,
			Body: failed("403", "fullname "+notOwn+" (debugMessage lists all 3 faults)", "fullname "+notOwn+"; active "+notOwn+"; contact_num "+notOwn),
		},
		{
			Name: "not both at once", As: "doorkeeper:doorkeeper", Request: call(`{"username":"doorkeeper","timezone":"Europe/Paris","email":"x@example.com"}`), Status: 403,
			Body: fault("403", "email "+notOwn),
		},
		{
			Name: "nobody else's", As: "doorkeeper:doorkeeper", Request: call(`{"username":"operator","timezone":"Asia/Tokyo"}`), Status: 403,
			Body: fault("403", "this needs one of the permissions: manage_users"), After: zone("operator", roster.SystemTimeZone),
		},
	}...)
}
