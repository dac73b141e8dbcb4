package checkcentral_test

import (
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// shift is plant with somebody of each kind, and a token of each. What Network may do on Backups, its member
// "member" may.
func shift(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	plant(t, e)
	e.Group(t, "Floor")
	check(t, e, "Lift", "", "Floor")
	event(t, e, "Lift", "lift-1", roster.StatusSuccess)
	for _, level := range roster.AccessLevels {
		person(string(level)+"@example.com", func(in *directory.NewUser) { in.UserName, in.AccessLevel = string(level), level })(t, e)
		e.Token(t, directory.NewToken{Name: string(level), Access: roster.AccessReadWrite, UserName: string(level)})
	}
	for name, change := range map[string]func(*directory.NewUser){
		"reader": func(*directory.NewUser) {},
		"member": func(in *directory.NewUser) { in.Groups = []roster.Ref{{Name: "Network"}} },
		"engineer": func(in *directory.NewUser) {
			in.AccessLevel = roster.LevelManager
			in.LevelGroups, in.Groups = []roster.Ref{{Name: "Floor"}}, []roster.Ref{{Name: "Floor"}}
		},
	} {
		person(name+"@example.com", func(in *directory.NewUser) { in.UserName, in.AccessLevel = name, roster.LevelCustom }, change)(t, e)
		e.Token(t, directory.NewToken{Name: name, Access: roster.AccessReadWrite, UserName: name})
	}
	permit(t, e, "Backups", "reader", "", roster.LevelReadonly)
	e.Token(t, directory.NewToken{Name: "floor", Access: roster.AccessReadWrite, Groups: []roster.Ref{{Name: "Floor"}}})
	e.Token(t, directory.NewToken{Name: "floor reads", Access: roster.AccessRead, Groups: []roster.Ref{{Name: "Floor"}}})
	e.Token(t, directory.NewToken{Name: "manager reads", Access: roster.AccessRead, UserName: "manager"})
	e.Token(t, directory.NewToken{Name: "member in Network", Access: roster.AccessReadWrite, UserName: "member", Groups: []roster.Ref{{Name: "Network"}}})
	e.Token(t, directory.NewToken{Name: "readonly in Floor", Access: roster.AccessReadWrite, UserName: "readonly", Groups: []roster.Ref{{Name: "Floor"}}})
}

const (
	lift    = `{"id":"{check Lift}","name":"Lift","description":"watches Lift","email":"","group":"","status":"Success","updated":"2026-11-21T19:00:00Z"}`
	lift1   = `{"id":"{event lift-1}","title":"lift-1","status":"Success","updated":"2026-11-21T19:00:00Z","checkId":"{check Lift}","matched":true}`
	inBacks = `{"id":"{check-group Backups}","name":"Backups","description":"Backups, all of them","checkCount":2}`
	inSites = `{"id":"{check-group Sites, all}","name":"Sites, all","description":"Sites, all, all of them","checkCount":1}`
)

// view is what a token sees.
type view struct {
	token       string
	checks      string
	activities  string
	checkGroups string
	counts      string // of getOverview, from the users on
	refused     string // calls that are answered 403
}

// views are those that shift makes.
func views() []view {
	all := view{
		checks: checks(nightly, disk, web, loose, lift), activities: activities(lift1, disk1, lost1, night2, web1, night1),
		checkGroups: inBacks + "," + inSites, counts: `12,"checks":{"success":2,"warning":1,"failure":2}`,
	}
	backups := view{
		checks: checks(nightly, disk), activities: activities(disk1, night2, night1), checkGroups: inBacks,
		counts: `0,"checks":{"success":0,"warning":0,"failure":2}`, refused: "getUserGroups getPermissions",
	}
	floor := view{
		checks: checks(lift), activities: activities(lift1), counts: `1,"checks":{"success":1,"warning":0,"failure":0}`,
		refused: "getPermissions",
	}
	none := view{
		checks: checks(), activities: activities(), counts: `0,"checks":{"success":0,"warning":0,"failure":0}`,
		refused: "getUserGroups getPermissions",
	}
	var list []view
	for _, v := range []struct {
		view
		tokens string
	}{
		{all, "readonly,user,editor,manager,administrator,manager reads,read,write"},
		{backups, "reader,member"},
		{floor, "engineer,floor,floor reads,readonly in Floor"},
		{none, "custom,member in Network"},
	} {
		for token := range strings.SplitSeq(v.tokens, ",") {
			v.token = token
			list = append(list, v.view)
		}
	}
	return list
}

func TestATokenSeesWhatItsUserMaySee(t *testing.T) {
	t.Parallel()
	var rows []dialecttest.Scenario
	for _, v := range views() {
		get := func(call, query, body string) {
			row := dialecttest.Scenario{Name: v.token + " " + call, Request: "GET /" + call + "?apiToken={token " + v.token + "}" + query, Status: 200, Body: body}
			if strings.Contains(v.refused, call) {
				row.Status, row.Body = 403, refused("not-allowed", "…")
			}
			rows = append(rows, row)
		}
		get("getChecks", "", v.checks)
		get("getActivities", "", v.activities)
		get("getCheckGroups", "", `{"checkGroups":[`+v.checkGroups+`]}`)
		get("getOverview", "", `{"organization":{"name":"Default organization"},"users":`+v.counts+`}`)
		get("getUsers", "&userId="+nobody, `{"users":[]}`)
		get("getUserGroups", "&userGroupName=none", `{"userGroups":[]}`)
		get("getPermissions", "&userId="+nobody, `{"permissions":[]}`)
	}
	rows = append(rows, []dialecttest.Scenario{
		{Name: "what is outside is not found by id either", Request: "GET /getChecks?apiToken={token reader}&checkId={check Web},{check Disk}", Status: 200, Body: checks(disk)},
		{Name: "nor by its check group", Request: "GET /getActivities?apiToken={token reader}&groupId={check-group Sites, all}", Status: 200, Body: activities()},
		{Name: "nor are its activities", Request: "GET /getActivities?apiToken={token floor}&checkId={check Web}", Status: 200, Body: activities()},
		{Name: "nor what nobody claimed", Request: "GET /getActivities?apiToken={token floor}&matched=unmatched", Status: 200, Body: activities()},
		{Name: "a check group lists the checks that are seen", Request: "GET /getCheckGroups?apiToken={token reader}&includeChecks=true", Status: 200, Body: `{"checkGroups":[` + plus(inBacks, `"checks":[{"id":"{check Nightly}","name":"Nightly","status":"Failure"},{"id":"{check Disk}","name":"Disk","status":"Failure"}]`) + `]}`},
		{Name: "the engineer lists the people of the floor", Request: "GET /getUsers?apiToken={token engineer}", Status: 200, Body: `{"users":[{"id":"{user engineer}","email":"engineer@example.com","name":"engineer","accessLevel":"manager","userGroups":[{"id":"{group Floor}","name":"Floor"}],"notifications":[]}]}`},
		{Name: "and the floor", Request: "GET /getUserGroups?apiToken={token engineer}", Status: 200, Body: `{"userGroups":[{"id":"{group Floor}","name":"Floor","description":"Floor's people","userCount":1}]}`},
	}...)
	dialecttest.Run(t, dialecttest.World{Given: shift}, rows...)
}

// attempt is a request with somebody's token and the status that it is answered with. NAME in the body is a new
// name; {target} is the id of somebody of the level user.
type attempt struct {
	token, call, body string
	status            int
}

// attempts are what shift's tokens try.
func attempts() (list []attempt) {
	try := func(tokens, call, body string, status int) {
		for token := range strings.SplitSeq(tokens, ",") {
			list = append(list, attempt{token, call, body, status})
		}
	}
	inGroup := func(tokens, group string, status int) {
		try(tokens, "createCheck", `{"name":"NAME","email_alias":"NAME","group_id":`+group+`}`, status)
	}
	const backups, sites = `"{check-group Backups}"`, `"{check-group Sites, all}"`
	inGroup("editor,manager,administrator,write,member", backups, 200) // the last by Network's entry
	inGroup("editor,manager,administrator,write", "null", 200)
	inGroup("reader,readonly,user,read,manager reads,floor reads", backups, 403)
	inGroup("custom,floor,engineer,member in Network,readonly in Floor", backups, 400) // for them there is none
	inGroup("reader,member", sites, 400)
	inGroup("custom,reader,member,readonly,user,read,manager reads,floor reads,floor,engineer,member in Network,readonly in Floor", "null", 403)
	const mayNot = "custom,reader,member,readonly,user,editor,read,manager reads,member in Network"
	try(mayNot, "createUser", `{"email":"NAME@example.com","accessLevel":"user"}`, 403)
	try(mayNot, "updateUser", `{"id":"{target}","name":"x"}`, 403)
	try(mayNot, "deleteUser", `{"id":"{target}"}`, 403)
	try(mayNot, "createUserGroup", `{"name":"NAME"}`, 403)
	try(mayNot, "updateUserGroup", `{"id":"{group Acme, Inc.}","description":"x"}`, 403)
	try(mayNot, "deleteUserGroup", `{"id":"{group Acme, Inc.}"}`, 403)
	const may = "manager,administrator,write"
	try(may, "updateUser", `{"id":"{target}","name":"x"}`, 200)
	try(may, "updateUser", `{"id":"{target}","accessLevel":"manager"}`, 200)
	try(may, "createUserGroup", `{"name":"NAME","users":["{target}"]}`, 200)
	try(may, "updateUserGroup", `{"id":"{group Acme, Inc.}","users":[]}`, 200)
	try(may, "deleteUser", `{"id":"{target}"}`, 200)
	// Nobody reaches above themselves.
	try("manager", "updateUser", `{"id":"{user administrator}","accessLevel":"user"}`, 403)
	try("manager", "updateUser", `{"id":"{user administrator}","accessLevel":"disabled"}`, 403)
	try("manager", "updateUser", `{"id":"{user administrator}","email":"NAME@example.com"}`, 403)
	try("manager", "updateUser", `{"id":"{user administrator}","sendWelcomeEmail":true}`, 403)
	try("manager", "updateUser", `{"id":"{user administrator}","notifications":[{"type":"failures"}]}`, 403)
	try("manager", "updateUser", `{"id":"{target}","accessLevel":"administrator"}`, 403)
	try("manager", "deleteUser", `{"id":"{user administrator}"}`, 403)
	// Whoever is limited to the floor finds nobody outside of it, and makes no group.
	const limited = "engineer,floor"
	try(limited, "updateUser", `{"id":"{target}","name":"x"}`, 404)
	try(limited, "updateUser", `{"email":"manager@example.com","name":"x"}`, 404)
	try(limited, "deleteUser", `{"id":"{target}"}`, 404)
	try(limited, "createUser", `{"email":"NAME@example.com","accessLevel":"user"}`, 403)
	try(limited, "createUser", `{"email":"NAME@example.com","accessLevel":"user","userGroups":["{group Floor}"]}`, 200)
	try(limited, "updateUserGroup", `{"id":"{group Acme, Inc.}","description":"x"}`, 404)
	try(limited, "updateUserGroup", `{"id":"{group Floor}","description":"x"}`, 200)
	try(limited, "updateUserGroup", `{"id":"{group Floor}","users":["{target}"]}`, 400)
	try(limited, "createUserGroup", `{"name":"NAME"}`, 403)
	try(limited, "deleteUserGroup", `{"id":"{group Floor}"}`, 403)
	return list
}

func TestATokenChangesWhatItsUserMayChange(t *testing.T) {
	t.Parallel()
	ids := map[int]string{400: "invalid-request", 403: "not-allowed", 404: "not-found"}
	dialecttest.Run(t, dialecttest.World{Given: shift}, dialecttest.Scenario{
		Name: "all of them", Request: "GET /getUserGroups?apiToken={token read}&userGroupName=none", Status: 200, Body: `{"userGroups":[]}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			for i, a := range attempts() {
				name := fmt.Sprint("new-", i)
				person(name+"-target@example.com")(t, e)
				e.Set("target", e.Fill("{user "+name+"-target@example.com}"))
				w := e.Do(t, "", "POST /"+a.call+"?apiToken={token "+a.token+"}\nContent-Type: application/json\n\n"+strings.ReplaceAll(a.body, "NAME", name))
				if fails := strings.HasPrefix(w.Body.String(), `{"error":{"id":"`+ids[w.Code]+`",`); w.Code != a.status || fails != (w.Code != 200) {
					t.Errorf("%s: %s %s is answered %d, want %d\n%s", a.token, a.call, a.body, w.Code, a.status, w.Body)
				}
			}
		},
	})
}
