package checkcentral_test

import (
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// shift is plant with somebody of each kind, and a token of each. What Network may do on Backups,
// its member "member" may. Floor has a check, Lift, on whose check group somebody of it and
// somebody else have entries.
func shift(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	plant(t, e)
	e.Group(t, "Floor")
	checkGroup(t, e, "Building")
	check(t, e, "Lift", "Building", "Floor")
	event(t, e, "Lift", "lift-1", roster.StatusSuccess)
	for _, level := range roster.AccessLevels {
		person(string(level)+"@example.com", func(in *directory.NewUser) { in.UserName, in.AccessLevel = string(level), level })(t, e)
		e.Token(t, directory.NewToken{Name: string(level), Access: roster.AccessReadWrite, UserName: string(level)})
	}
	for _, u := range []struct {
		name   string
		change func(*directory.NewUser)
	}{
		{"reader", func(*directory.NewUser) {}},
		{"member", func(in *directory.NewUser) { in.Groups = []roster.Ref{{Name: "Network"}} }},
		{"engineer", func(in *directory.NewUser) {
			in.AccessLevel = roster.LevelManager
			in.LevelGroups, in.Groups = []roster.Ref{{Name: "Floor"}}, []roster.Ref{{Name: "Floor"}}
		}},
	} {
		person(u.name+"@example.com", func(in *directory.NewUser) { in.UserName, in.AccessLevel = u.name, roster.LevelCustom }, u.change)(t, e)
		e.Token(t, directory.NewToken{Name: u.name, Access: roster.AccessReadWrite, UserName: u.name})
	}
	permit(t, e, "Backups", "reader", "", roster.LevelReadonly)
	permit(t, e, "Building", "", "Floor", roster.LevelReadonly)
	permit(t, e, "Building", "engineer", "", roster.LevelUser)
	permit(t, e, "Building", "bob", "", roster.LevelUser)
	e.Token(t, directory.NewToken{Name: "floor", Access: roster.AccessReadWrite, Groups: []roster.Ref{{Name: "Floor"}}})
	e.Token(t, directory.NewToken{Name: "floor reads", Access: roster.AccessRead, Groups: []roster.Ref{{Name: "Floor"}}})
	e.Token(t, directory.NewToken{Name: "manager reads", Access: roster.AccessRead, UserName: "manager"})
	e.Token(t, directory.NewToken{Name: "member in Network", Access: roster.AccessReadWrite, UserName: "member", Groups: []roster.Ref{{Name: "Network"}}})
	e.Token(t, directory.NewToken{Name: "readonly in Floor", Access: roster.AccessReadWrite, UserName: "readonly", Groups: []roster.Ref{{Name: "Floor"}}})
}

// What shift adds, as it is listed.
const (
	lift    = `{"id":"{check Lift}","name":"Lift","description":"watches Lift","email":"","group":"Building","status":"Success","updated":"2026-11-21T19:00:00Z"}`
	lift1   = `{"id":"{event lift-1}","title":"lift-1","status":"Success","updated":"2026-11-21T19:00:00Z","checkId":"{check Lift}","matched":true}`
	inBacks = `{"id":"{check-group Backups}","name":"Backups","description":"Backups, all of them","checkCount":2}`
	inSites = `{"id":"{check-group Sites, all}","name":"Sites, all","description":"Sites, all, all of them","checkCount":1}`
	inBuild = `{"id":"{check-group Building}","name":"Building","description":"Building, all of them","checkCount":1}`

	floor    = `{"id":"{group Floor}","name":"Floor","description":"Floor's people","userCount":1}`
	engineer = `{"id":"{user engineer}","email":"engineer@example.com","name":"engineer","accessLevel":"manager","userGroups":[{"id":"{group Floor}","name":"Floor"}],"notifications":[]}`

	readerOnBacks   = `{"checkGroup":{"id":"{check-group Backups}","name":"Backups"},"user":{"id":"{user reader}","name":"reader"},"accessLevel":"readonly"}`
	floorOnBuild    = `{"checkGroup":{"id":"{check-group Building}","name":"Building"},"userGroup":{"id":"{group Floor}","name":"Floor"},"accessLevel":"readonly"}`
	engineerOnBuild = `{"checkGroup":{"id":"{check-group Building}","name":"Building"},"user":{"id":"{user engineer}","name":"engineer"},"accessLevel":"user"}`
	bobOnBuild      = `{"checkGroup":{"id":"{check-group Building}","name":"Building"},"user":{"id":"{user bob}","name":"bob"},"accessLevel":"user"}`
)

// everybody are the users of shift, as they are listed.
func everybody() string {
	list := []string{admin}
	add := func(name, display, level, groups string) {
		list = append(list, `{"id":"{user `+name+`}","email":"`+strings.TrimSuffix(name, "@example.com")+`@example.com","name":"`+display+`","accessLevel":"`+level+`","userGroups":[`+groups+`],"notifications":[]}`)
	}
	add("ann@example.com", "ann@example.com", "user", "")
	add("bob", "bob", "user", "")
	for _, level := range roster.AccessLevels {
		add(string(level), string(level), string(level), "")
	}
	add("reader", "reader", "custom", "")
	add("member", "member", "custom", `{"id":"{group Network}","name":"Network"}`)
	return strings.Join(append(list, engineer), ",")
}

// view is what a token sees.
type view struct {
	token                     string
	checks, activities        string
	checkGroups, permissions  string
	users, userGroups, counts string // counts: of getOverview, from the users on
}

// views are those that shift makes.
func views() []view {
	all := view{
		checks: checks(nightly, disk, web, loose, lift), activities: activities(lift1, disk1, lost1, night2, web1, night1),
		checkGroups: inBacks + "," + inSites + "," + inBuild, users: everybody(), userGroups: network + "," + acme + "," + floor,
		permissions: strings.Join([]string{annOnBacks, networkOnBacks, bobOnSites, acmeOnSites, readerOnBacks, floorOnBuild, engineerOnBuild, bobOnBuild}, ","),
		counts:      `12,"checks":{"success":2,"warning":1,"failure":2}`,
	}
	backups := view{
		checks: checks(nightly, disk), activities: activities(disk1, night2, night1), checkGroups: inBacks,
		counts: `0,"checks":{"success":0,"warning":0,"failure":2}`,
	}
	byReader, byNetwork := backups, backups
	byReader.permissions, byNetwork.permissions = readerOnBacks, networkOnBacks
	onFloor := view{
		checks: checks(lift), activities: activities(lift1), checkGroups: inBuild, users: engineer, userGroups: floor,
		permissions: floorOnBuild + "," + engineerOnBuild, counts: `1,"checks":{"success":1,"warning":0,"failure":0}`,
	}
	none := view{checks: checks(), activities: activities(), counts: `0,"checks":{"success":0,"warning":0,"failure":0}`}
	var list []view
	for _, v := range []struct {
		view
		tokens string
	}{
		{all, "readonly,user,editor,manager,administrator,manager reads,read,write"},
		{byReader, "reader"},
		{byNetwork, "member"},
		{onFloor, "engineer,floor,floor reads,readonly in Floor"},
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
		for call, body := range map[string]string{
			"getChecks":      v.checks,
			"getActivities":  v.activities,
			"getCheckGroups": `{"checkGroups":[` + v.checkGroups + `]}`,
			"getGroups":      `{"groups":[` + v.checkGroups + `]}`,
			"getPermissions": `{"permissions":[` + v.permissions + `]}`,
			"getUsers":       `{"users":[` + v.users + `]}`,
			"getUserGroups":  `{"userGroups":[` + v.userGroups + `]}`,
			"getOverview":    `{"organization":{"name":"Default organization"},"users":` + v.counts + `}`,
		} {
			rows = append(rows, dialecttest.Scenario{
				Name: v.token + ": " + call, Request: "GET /" + call + "?apiToken={token " + v.token + "}", Status: 200, Body: body,
			})
		}
	}
	rows = append(rows, []dialecttest.Scenario{
		{Name: "what is outside is not found by id either", Request: "GET /getChecks?apiToken={token reader}&checkId={check Web},{check Disk}", Status: 200, Body: checks(disk)},
		{Name: "nor by its check group", Request: "GET /getActivities?apiToken={token reader}&groupId={check-group Sites, all}", Status: 200, Body: activities()},
		{Name: "nor are its activities", Request: "GET /getActivities?apiToken={token floor}&checkId={check Web}", Status: 200, Body: activities()},
		{Name: "nor what nobody claimed", Request: "GET /getActivities?apiToken={token floor}&matched=unmatched", Status: 200, Body: activities()},
		{Name: "nor are people", Request: "GET /getUsers?apiToken={token floor}&userId={user bob},{user engineer}", Status: 200, Body: `{"users":[` + engineer + `]}`},
		{Name: "nor are user groups", Request: "GET /getUserGroups?apiToken={token member}&userGroupId={group Network}", Status: 200, Body: `{"userGroups":[]}`},
		{Name: "nor is what others may do on a check group", Request: "GET /getPermissions?apiToken={token reader}&checkGroupName=Backups", Status: 200, Body: `{"permissions":[` + readerOnBacks + `]}`},
		{Name: "nor what they may by their name", Request: "GET /getPermissions?apiToken={token floor}&userEmail=bob@example.com", Status: 200, Body: `{"permissions":[]}`},
		{Name: "a check group lists the checks that are seen", Request: "GET /getCheckGroups?apiToken={token reader}&includeChecks=true", Status: 200, Body: `{"checkGroups":[` + plus(inBacks, `"checks":[{"id":"{check Nightly}","name":"Nightly","status":"Failure"},{"id":"{check Disk}","name":"Disk","status":"Failure"}]`) + `]}`},
	}...)
	dialecttest.Run(t, dialecttest.World{Given: shift}, rows...)
}

// attempt is a request with somebody's token and the status that it is answered with. NAME in the
// body is a new name; {target} is the id of somebody of the level user.
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
	try("administrator,write", "createUser", `{"email":"NAME@example.com","accessLevel":"administrator"}`, 200)
	try("manager", "createUser", `{"email":"NAME@example.com","accessLevel":"manager"}`, 200)
	try("manager", "createUser", `{"email":"NAME@example.com","accessLevel":"administrator"}`, 403)
	// Nobody reaches above themselves.
	try("manager", "updateUser", `{"id":"{user administrator}","accessLevel":"user"}`, 403)
	try("manager", "updateUser", `{"id":"{user administrator}","accessLevel":"disabled"}`, 403)
	try("manager", "updateUser", `{"id":"{user administrator}","email":"NAME@example.com"}`, 403)
	try("manager", "updateUser", `{"id":"{user administrator}","sendWelcomeEmail":true}`, 403)
	try("manager", "updateUser", `{"id":"{user administrator}","notifications":[{"type":"failures","services":["sms"]}]}`, 403)
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
