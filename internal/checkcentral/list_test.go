package checkcentral_test

import (
	"strings"
	"testing"

	"roster/internal/dialect/dialecttest"
)

// Users and groups of staff, as they are listed.
const (
	admin    = `{"id":"…","email":"","name":"Administrator","accessLevel":"administrator","userGroups":[],"notifications":[{"type":"failures","services":["email"]}]}`
	custom   = `{"id":"{user custom}","email":"custom@example.com","name":"custom","accessLevel":"custom","userGroups":[],"notifications":[{"type":"failures","services":["email"]}]}`
	readonly = `{"id":"{user readonly}","email":"readonly@example.com","name":"readonly","accessLevel":"readonly","userGroups":[],"notifications":[{"type":"failures","services":["email"]}]}`
	manager  = `{"id":"{user manager}","email":"manager@example.com","name":"manager","accessLevel":"manager","userGroups":[],"notifications":[{"type":"failures","services":["email"]}]}`
	gone     = `{"id":"{user gone}","email":"","name":"gone","accessLevel":"disabled","userGroups":[],"notifications":[{"type":"failures","services":["email"]}]}`
	inside   = `{"id":"{user inside}","email":"inside@example.com","name":"inside","accessLevel":"custom","userGroups":[{"id":"{group Network}","name":"Network"}],"notifications":[{"type":"failures","services":["email"]}]}`

	network = `{"id":"{group Network}","name":"Network","description":"Network's people","userCount":1}`
	acme    = `{"id":"{group Acme, Inc.}","name":"Acme, Inc.","description":"Acme, Inc.'s people","userCount":0}`
)

func TestGetUsersListsThoseThatTheFiltersPick(t *testing.T) {
	t.Parallel()
	const get, nobody = "GET /getUsers/?apiToken={token read}", "00000000-0000-7000-8000-000000000000"
	list := func(users ...string) string { return `{"users":[` + strings.Join(users, ",") + `]}` }
	all := list(admin, custom, readonly, manager, gone, inside)
	rows := []dialecttest.Scenario{
		{Name: "all", Request: get, Body: all},
		{Name: "all, with a trailing & and without the slash", Request: "GET /getUsers?apiToken={token read}&", Body: all},
		{Name: "all where filters are undefined or empty", Request: get + "&userId=undefined&userEmail=", Body: all},
		{Name: "all where the filter is one that nobody knows", Request: get + "&name=x", Body: all},
		{Name: "by id", Request: get + "&userId={user manager}", Body: list(manager)},
		{Name: "by id in capitals", Request: get + "&userId={UPPER}", Body: list(manager)},
		{Name: "by several ids", Request: get + "&userId={user manager},{user custom}%2C+{user manager}," + nobody, Body: list(manager, custom)},
		{Name: "by address in other letters", Request: get + "&userEmail=INSIDE%40Example.com", Body: list(inside)},
		{Name: "by several addresses", Request: get + "&userEmail=inside@example.com,custom@example.com,Custom@example.com", Body: list(inside, custom)},
		{Name: "by id and address of one", Request: get + "&userEmail=manager@example.com&userId={user manager}", Body: list(manager)},
		{Name: "by id and address of two", Request: get + "&userEmail=manager@example.com&userId={user custom}", Body: list()},
		{Name: "by an id that is nobody's", Request: get + "&userId=" + nobody, Body: list()},
		{Name: "by an id that is no UUID", Request: get + "&userId=57", Body: list()},
		{Name: "by an address that is nobody's", Request: get + "&userEmail=nobody", Body: list()},
		{Name: "by the id of a group", Request: get + "&userId={group Network}", Body: list()},
	}
	for i := range rows {
		rows[i].Status = 200
	}
	rows = append(rows, wrong(get)...)
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		staff(t, e)
		e.Set("UPPER", strings.ToUpper(e.Fill("{user manager}")))
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}

// wrong are queries that no list takes.
func wrong(get string) []dialecttest.Scenario {
	const unread = "the arguments cannot be read: "
	return []dialecttest.Scenario{
		{Name: "a filter twice", Request: get + "&userId=1&userId=2", Status: 400, Body: refused("invalid-request", unread+`\"userId\" is given twice`)},
		{Name: "a filter with a NUL", Request: get + "&userEmail=%00", Status: 400, Body: refused("invalid-request", unread+"one is not UTF-8, or holds a NUL character")},
		{Name: "a filter that is not UTF-8", Request: get + "&userEmail=%ff", Status: 400, Body: refused("invalid-request", unread+"one is not UTF-8, or holds a NUL character")},
		{Name: "a malformed escape", Request: get + "&userEmail=%zz", Status: 400, Body: refused("invalid-request", unread+"an escape with % is malformed")},
	}
}

func TestTooManyFiltersAreRefused(t *testing.T) {
	t.Parallel()
	var ids, emails []string
	for i := range 101 {
		ids = append(ids, strings.Repeat("1", i+1))
		emails = append(emails, strings.Repeat("e", i+1))
	}
	refusal := refused("invalid-request", "the filters have more than 100 combinations")
	rows := []dialecttest.Scenario{
		{Name: "100 ids", Request: "userId=" + strings.Join(ids[:100], ","), Status: 200, Body: `{"users":[]}`},
		{Name: "101 ids", Request: "userId=" + strings.Join(ids, ","), Status: 400, Body: refusal},
		{Name: "no id", Request: "userId=,%20,", Status: 400, Body: failed("invalid-request", "userId", "names nothing; leave it out to get everything")},
		{Name: "no address that anybody sees", Request: "userEmail=%E2%80%8B", Status: 400, Body: failed("invalid-request", "userEmail", "names nothing; leave it out to get everything")},
		{Name: "11 ids and 10 addresses", Request: "userId=" + strings.Join(ids[:11], ",") + "&userEmail=" + strings.Join(emails[:10], ","), Status: 400, Body: refusal},
	}
	for i := range rows {
		rows[i].Request = "GET /getUsers?apiToken={token read}&" + rows[i].Request
	}
	rows = append(rows, dialecttest.Scenario{
		Name: "101 groups", Request: "GET /getUserGroups?apiToken={token read}&userGroupId=" + strings.Join(ids, ","), Status: 400, Body: refusal,
	})
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}

func TestGetUserGroupsListsThoseThatTheFiltersPick(t *testing.T) {
	t.Parallel()
	const get = "GET /getUserGroups?apiToken={token read}"
	list := func(groups ...string) string { return `{"userGroups":[` + strings.Join(groups, ",") + `]}` }
	rows := []dialecttest.Scenario{
		{Name: "all, without teams and End-User", Request: get, Body: list(network, acme)},
		{Name: "all, with the slash", Request: "GET /getUserGroups/?apiToken={token read}&userGroupId=undefined&userGroupName=", Body: list(network, acme)},
		{Name: "by id", Request: get + "&userGroupId={group Network}", Body: list(network)},
		{Name: "by several ids", Request: get + "&userGroupId={group Acme, Inc.},{group Network}", Body: list(acme, network)},
		{Name: "by a name as it is pasted", Request: get + "&userGroupName=+%E2%80%8Bnetwork%C2%A0", Body: list(network)},
		{Name: "by a name that nobody sees", Request: get + "&userGroupName=%E2%80%8B", Body: list()},
		{Name: "by a name in other letters", Request: get + "&userGroupName=nETWORK", Body: list(network)},
		{Name: "by a name with a comma, and + for blanks", Request: get + "&userGroupName=Acme,+Inc.", Body: list(acme)},
		{Name: "by id and name of two", Request: get + "&userGroupName=Network&userGroupId={group Acme, Inc.}", Body: list()},
		{Name: "by a name that is none", Request: get + "&userGroupName=Nowhere", Body: list()},
		{Name: "by an id that is no UUID", Request: get + "&userGroupId=1", Body: list()},
		{Name: "by the id of a team", Request: get + "&userGroupId={team my team 1}", Body: list()},
		{Name: "End-User", Request: get + "&userGroupName=End-User", Body: list()},
	}
	for i := range rows {
		rows[i].Status = 200
	}
	dialecttest.Run(t, dialecttest.World{Given: staff}, append(rows, wrong(get)...)...)
}

func TestWrongMethodsAreAnsweredAndNothingIsRedirected(t *testing.T) {
	t.Parallel()
	var rows []dialecttest.Scenario
	for _, c := range [][2]string{
		{"createUser", "POST"},
		{"updateUser", "POST"},
		{"deleteUser", "POST"},
		{"createUserGroup", "POST"},
		{"updateUserGroup", "POST"},
		{"deleteUserGroup", "POST"},
		{"createCheck", "POST"},
		{"getUsers", "GET"},
		{"getUserGroups", "GET"},
		{"getPermissions", "GET"},
		{"getOverview", "GET"},
		{"getChecks", "GET"},
		{"getActivities", "GET"},
		{"getCheckGroups", "GET"},
		{"getGroups", "GET"},
	} {
		for _, slash := range []string{"", "/"} {
			allow := strings.Replace(c[1], "GET", "GET, HEAD", 1)
			rows = append(rows, dialecttest.Scenario{
				Name: "OPTIONS " + c[0] + slash, Request: "OPTIONS /" + c[0] + slash, Status: 204, Header: map[string]string{"Allow": allow},
			})
			for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
				if method == c[1] {
					continue
				}
				rows = append(rows, dialecttest.Scenario{
					Name: method + " " + c[0] + slash, Request: method + " /" + c[0] + slash + "?apiToken={token write}", Status: 405,
					Header: map[string]string{"Allow": allow}, Body: refused("method-not-allowed", "Call this endpoint with "+c[1]+"."),
				})
			}
		}
	}
	rows = append(rows, dialecttest.Scenario{
		Name: "a page of another site", Request: "POST " + with("createUser") + "\nSec-Fetch-Site: cross-site\nContent-Type: application/json\n\n{}", Status: 403,
		Body: crossOrigin,
	})
	dialecttest.Run(t, dialecttest.World{Given: office}, rows...)
}
