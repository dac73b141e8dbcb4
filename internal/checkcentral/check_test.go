package checkcentral_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// checkGroup makes a check group: {check-group name} is its id.
func checkGroup(t testing.TB, e *dialecttest.Env, name string) {
	t.Helper()
	g, err := e.Directory.CreateCheckGroup(t.Context(), e.By, directory.NewCheckGroup{Name: name, Description: name + ", all of them"})
	if err != nil {
		t.Fatalf("make check group %s: %v", name, err)
	}
	e.Set("check-group "+name, string(g.ID))
}

// check makes a check that its alias names, in a check group if one is named: {check name} is its
// id.
func check(t testing.TB, e *dialecttest.Env, name, group string, groups ...string) {
	t.Helper()
	in := directory.NewCheck{CheckFields: directory.CheckFields{
		Name: roster.Some(name), Description: roster.Some("watches " + name), EmailAlias: roster.Some(strings.ToLower(name)),
	}}
	if group != "" {
		in.CheckGroup = roster.Some(roster.Ref{Name: group})
	}
	for _, g := range groups {
		in.Groups = roster.Some(append(in.Groups.Value, roster.Ref{Name: g}))
	}
	c, err := e.Directory.CreateCheck(t.Context(), e.By, in)
	if err != nil {
		t.Fatalf("make check %s: %v", name, err)
	}
	e.Set("check "+name, string(c.ID))
}

// event records an event of a check, or of none, ten minutes after the last: {event title} is its
// id.
func event(t testing.TB, e *dialecttest.Env, check, title string, status roster.Status) {
	t.Helper()
	e.Advance(10 * time.Minute)
	in := directory.NewEvent{Title: title, Body: "the body of " + title, From: "tool@example.com", Status: status}
	if check != "" {
		in.Check = roster.CheckID(e.Fill("{check " + check + "}"))
	}
	ev, err := e.Directory.RecordEvent(t.Context(), e.By, in)
	if err != nil {
		t.Fatalf("record %s: %v", title, err)
	}
	e.Set("event "+title, string(ev.ID))
}

// permit makes an entry on a check group for a user or for a group.
func permit(t testing.TB, e *dialecttest.Env, checkGroup, user, group string, level roster.AccessLevel) {
	t.Helper()
	in := directory.NewCheckPermission{CheckGroup: roster.CheckGroupID(e.Fill("{check-group " + checkGroup + "}")), AccessLevel: level}
	if user != "" {
		in.User = roster.Ref{Name: user}
	} else {
		in.Group = roster.Ref{Name: group}
	}
	if _, err := e.Directory.PutCheckPermission(t.Context(), e.By, in); err != nil {
		t.Fatalf("permit on %s: %v", checkGroup, err)
	}
}

// plant has checks in two check groups and in none, with what happened since 18:00:
// 18:10 night-1, 18:20 web-1, 18:30 night-2, 18:40 lost-1, 18:50 disk-1.
func plant(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	office(t, e)
	person("ann@example.com")(t, e)
	person("bob@example.com", func(in *directory.NewUser) { in.UserName = "bob" })(t, e)
	checkGroup(t, e, "Backups")
	checkGroup(t, e, "Sites, all")
	check(t, e, "Nightly", "Backups")
	check(t, e, "Disk", "Backups", "Network")
	check(t, e, "Web", "Sites, all")
	check(t, e, "Loose", "")
	event(t, e, "Nightly", "night-1", roster.StatusSuccess)
	event(t, e, "Web", "web-1", roster.StatusWarning)
	event(t, e, "Nightly", "night-2", roster.StatusFailure)
	event(t, e, "", "lost-1", "")
	event(t, e, "Disk", "disk-1", roster.StatusFailure)
	permit(t, e, "Backups", "ann@example.com", "", roster.LevelReadonly)
	permit(t, e, "Backups", "", "Network", roster.LevelEditor)
	permit(t, e, "Sites, all", "bob", "", roster.LevelManager)
	permit(t, e, "Sites, all", "", "Acme, Inc.", roster.LevelUser)
}

// Checks of plant, as they are listed.
const (
	nightly = `{"id":"{check Nightly}","name":"Nightly","description":"watches Nightly","email":"","group":"Backups","status":"Failure","updated":"2026-11-21T18:30:00Z"}`
	disk    = `{"id":"{check Disk}","name":"Disk","description":"watches Disk","email":"","group":"Backups","status":"Failure","updated":"2026-11-21T18:50:00Z"}`
	web     = `{"id":"{check Web}","name":"Web","description":"watches Web","email":"","group":"Sites, all","status":"Warning","updated":"2026-11-21T18:20:00Z"}`
	loose   = `{"id":"{check Loose}","name":"Loose","description":"watches Loose","email":"","group":"","status":"Success","updated":"2026-11-21T18:00:00Z"}`
)

// Entries of plant, as they are listed.
const (
	annOnBacks     = `{"checkGroup":{"id":"{check-group Backups}","name":"Backups"},"user":{"id":"{user ann@example.com}","name":"ann@example.com"},"accessLevel":"readonly"}`
	networkOnBacks = `{"checkGroup":{"id":"{check-group Backups}","name":"Backups"},"userGroup":{"id":"{group Network}","name":"Network"},"accessLevel":"editor"}`
	bobOnSites     = `{"checkGroup":{"id":"{check-group Sites, all}","name":"Sites, all"},"user":{"id":"{user bob}","name":"bob"},"accessLevel":"manager"}`
	acmeOnSites    = `{"checkGroup":{"id":"{check-group Sites, all}","name":"Sites, all"},"userGroup":{"id":"{group Acme, Inc.}","name":"Acme, Inc."},"accessLevel":"user"}`
)

// checks is an answer of getChecks.
func checks(list ...string) string { return `{"checks":[` + strings.Join(list, ",") + `]}` }

// plus adds members to an object.
func plus(object, members string) string {
	return strings.TrimSuffix(object, "}") + "," + members + "}"
}

// defaults are the settings of a check that was made with a name and an alias only.
func defaults(alias, group string) string {
	const none = `{"required_conditions":"any","conditions":[]}`
	return `"settings":{"email_alias":"` + alias + `","matching_conditions":` + none + `,"group_id":"` + group + `","interval_type":"day","interval_value":1,"overdue_minutes":30,` +
		`"window_start":"00:00","window_end":"00:00","active_days":["mon","tue","wed","thu","fri","sat","sun"],` +
		`"success_conditions":` + none + `,"warning_conditions":` + none + `,"default_status":"success"}`
}

func TestGetChecksListsThoseThatTheFiltersPick(t *testing.T) {
	t.Parallel()
	const get = "GET /getChecks/?apiToken={token read}"
	const night = `"activities":[{"title":"night-2","status":"Failure","updated":"2026-11-21T18:30:00Z"},{"title":"night-1","status":"Success","updated":"2026-11-21T18:10:00Z"}]`
	all := checks(nightly, disk, web, loose)
	rows := []dialecttest.Scenario{
		{Name: "all", Request: get, Body: all},
		{Name: "all, without the slash, with a trailing &", Request: "GET /getChecks?apiToken={token read}&", Body: all},
		{Name: "all where filters are undefined or empty", Request: get + "&checkId=undefined&checkName=&activityCount=undefined&includeSettings=&includePendingOverdue=undefined", Body: all},
		{Name: "a bearer token", As: "Bearer {token read}", Request: "GET /getChecks", Body: all},
		{Name: "by id", Request: get + "&checkId={check Web}", Body: checks(web)},
		{Name: "by several ids", Request: get + "&checkId={check Web},+{check Nightly}%2C" + nobody, Body: checks(web, nightly)},
		{Name: "by a name in other letters", Request: get + "&checkName=nIGHTLY", Body: checks(nightly)},
		{Name: "by id and name of two", Request: get + "&checkName=Web&checkId={check Nightly}", Body: checks()},
		{Name: "by a name that is none", Request: get + "&checkName=Nowhere", Body: checks()},
		{Name: "by an id that is none", Request: get + "&checkId=7", Body: checks()},
		{Name: "with the latest activity", Request: get + "&checkName=Nightly&activityCount=1", Body: checks(plus(nightly, `"activities":[{"title":"night-2","status":"Failure","updated":"2026-11-21T18:30:00Z"}]`))},
		{Name: "with its activities", Request: get + "&checkName=Nightly&activityCount=100", Body: checks(plus(nightly, night))},
		{Name: "with activities that are none", Request: get + "&checkName=Loose&activityCount=5", Body: checks(plus(loose, `"activities":[]`))},
		{Name: "with no activities asked for", Request: get + "&checkName=Loose&activityCount=0", Body: checks(loose)},
		{Name: "overdue ones are asked for", Request: get + "&checkName=Loose&includePendingOverdue=true", Body: checks(loose)},
		{Name: "without settings", Request: get + "&checkName=Loose&includeSettings=False", Body: checks(loose)},
	}
	for i := range rows {
		rows[i].Status = 200
	}
	rows = append(rows, []dialecttest.Scenario{
		{Name: "too many activities", Request: get + "&activityCount=101", Status: 400, Body: failed("invalid-request", "activityCount", "must be a whole number from 0 to 100")},
		{
			Name: "all faults at once", Request: get + "&activityCount=x&includeSettings=maybe&includePendingOverdue=2", Status: 400,
			Body: failed("invalid-request", "activityCount", "must be a whole number from 0 to 100", "includeSettings", "must be true or false", "includePendingOverdue", "must be true or false"),
		},
	}...)
	dialecttest.Run(t, dialecttest.World{Given: plant}, append(rows, wrong(get)...)...)
}

func TestGetChecksShowsSettingsAsCreateCheckTakesThem(t *testing.T) {
	t.Parallel()
	const settings = `"email_alias":"nightly2","matching_conditions":{"required_conditions":"all","conditions":[{"message_field":"from","matches":"ends_with","value":"@example.com"}]},` +
		`"group_id":"{check-group Backups}","interval_type":"week","interval_value":2,"overdue_minutes":90,"window_start":"08:00","window_end":"17:30","active_days":["mon","fri"],` +
		`"success_conditions":{"required_conditions":"any","conditions":[{"message_field":"subject","matches":"contains","value":"ok"}]},` +
		`"warning_conditions":{"required_conditions":"any","conditions":[{"message_field":"body","matches":"regex","value":"warn(ing)?"}]},"default_status":"warning"`
	const shown = `{"id":"…","name":"Round","description":"","email":"","group":"Backups","status":"Success","updated":"2026-11-21T18:50:00Z","settings":{` + settings + `}}`
	dialecttest.Run(t, dialecttest.World{Given: plant}, dialecttest.Scenario{
		Name: "what one made another can be made of", Request: post("createCheck", `{"name":"Round",`+settings+`}`), Status: 200, Body: `{"check":` + shown + `}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			w := e.Do(t, "", "GET /getChecks?apiToken={token read}&checkName=round&includeSettings=True")
			_, got, found := strings.Cut(w.Body.String(), `"settings":{`)
			if want := e.Fill(settings) + "}}]}"; !found || got != want {
				t.Errorf("it is listed as %s, want …%s", w.Body, want)
			}
			again := strings.Replace(e.Fill(settings), "nightly2", "nightly3", 1)
			if w := e.Do(t, "", post("createCheck", `{"name":"Round again",`+again+`}`)); w.Code != 200 {
				t.Errorf("another is answered %d %s", w.Code, w.Body)
			}
		},
	})
}

// The example of the page createCheck (checkcentral.cc/HelpGuide/ApiMethodsCreatecheckEndpoint), of
// which the ConditionGroup is visible, with what is needed around it.
const documentedCheck = `{
  "name": "Nightly backup",
  "email_alias": "backup",
  "matching_conditions": {
    "required_conditions": "any",
    "conditions": [
      { "message_field": "subject", "matches": "exactly", "value": "Backup done" },
      { "message_field": "body", "matches": "contains", "value": "backup" }
    ]
  }
}`

// madeCheck is the answer of createCheck for a check in no group, with its settings.
func madeCheck(name, description, settings string) string {
	return `{"check":{"id":"…","name":"` + name + `","description":"` + description + `","email":"","group":"","status":"Success","updated":"2026-11-21T18:50:00Z",` + settings + `}}`
}

func TestTheDocumentedCheckIsMade(t *testing.T) {
	t.Parallel()
	const conditions = `"matching_conditions":{"required_conditions":"any","conditions":[{"message_field":"subject","matches":"exactly","value":"Backup done"},{"message_field":"body","matches":"contains","value":"backup"}]}`
	dialecttest.Run(t, dialecttest.World{Given: plant}, dialecttest.Scenario{
		Name: "as printed", Request: post("createCheck", documentedCheck), Status: 200,
		Body: madeCheck("Nightly backup", "", strings.Replace(defaults("backup", ""), `"matching_conditions":{"required_conditions":"any","conditions":[]}`, conditions, 1)),
	})
}

func TestCreateCheckTakesEveryField(t *testing.T) {
	t.Parallel()
	const one = `{"required_conditions":"any","conditions":[{"message_field":"subject","matches":"contains","value":"x"}]}`
	changed := func(alias, from, to string) string {
		whole := defaults(alias, "")
		if !strings.Contains(whole, from) {
			panic("no " + from)
		}
		return strings.Replace(whole, from, to, 1)
	}
	var rows []dialecttest.Scenario
	add := func(alias, members, settings string) {
		rows = append(rows, dialecttest.Scenario{
			Name: alias + " " + members, Request: post("createCheck", `{"name":"`+alias+`","email_alias":"`+alias+`"`+members+`}`),
			Body: madeCheck(alias, "", settings),
		})
	}
	add("least", "", defaults("least", ""))
	add("nulls", `,"matching_conditions":null,"group_id":null,"description":null,"interval_type":null,"interval_value":null,"overdue_minutes":null,"window_start":null,"window_end":null,"active_days":null,"success_conditions":null,"warning_conditions":null,"default_status":null`, defaults("nulls", ""))
	add("empties", `,"matching_conditions":{},"group_id":"","success_conditions":{},"warning_conditions":{"conditions":[]},"active_days":[],"interval_type":"","window_start":" ","window_end":"","default_status":""`, defaults("empties", ""))
	add("none", `,"interval_type":"None"`, changed("none", `"interval_type":"day","interval_value":1`, `"interval_type":"none","interval_value":0`))
	add("none-0", `,"interval_type":"none","interval_value":0`, changed("none-0", `"interval_type":"day","interval_value":1`, `"interval_type":"none","interval_value":0`))
	for i, unit := range roster.IntervalUnits {
		alias := fmt.Sprint("unit-", i)
		add(alias, `,"interval_type":"`+strings.ToUpper(string(unit))+`"`, changed(alias, `"interval_type":"day"`, `"interval_type":"`+string(unit)+`"`))
	}
	for i, status := range roster.Statuses {
		alias := fmt.Sprint("status-", i)
		add(alias, `,"default_status":"`+strings.ToUpper(string(status))+`"`, changed(alias, `"default_status":"success"`, `"default_status":"`+string(status)+`"`))
	}
	for i, field := range roster.MessageFields {
		alias := fmt.Sprint("field-", i)
		add(alias, `,"matching_conditions":{"required_conditions":"ALL","conditions":[{"message_field":"`+strings.ToUpper(string(field))+`","matches":"Contains","value":"X y"}]}`,
			changed(alias, `"matching_conditions":{"required_conditions":"any","conditions":[]}`, `"matching_conditions":{"required_conditions":"all","conditions":[{"message_field":"`+string(field)+`","matches":"contains","value":"X y"}]}`))
	}
	for i, match := range roster.Matches {
		alias := fmt.Sprint("match-", i)
		add(alias, `,"warning_conditions":{"conditions":[{"message_field":"subject","matches":"`+strings.ToUpper(string(match))+`","value":"x"}]},"default_status":"Success"`,
			changed(alias, `"warning_conditions":{"required_conditions":"any","conditions":[]}`, `"warning_conditions":{"required_conditions":"any","conditions":[{"message_field":"subject","matches":"`+string(match)+`","value":"x"}]}`))
	}
	for i, day := range roster.Days {
		alias := fmt.Sprint("day-", i)
		add(alias, `,"active_days":["`+strings.ToUpper(string(day))+`"]`, changed(alias, `["mon","tue","wed","thu","fri","sat","sun"]`, `["`+string(day)+`"]`))
	}
	add("interval", `,"interval_value":12`, changed("interval", `"interval_value":1`, `"interval_value":12`))
	add("overdue", `,"overdue_minutes":0`, changed("overdue", `"overdue_minutes":30`, `"overdue_minutes":0`))
	add("window", `,"window_start":"08:00","window_end":"17:59"`, changed("window", `"window_start":"00:00","window_end":"00:00"`, `"window_start":"08:00","window_end":"17:59"`))
	add("failing", `,"success_conditions":`+one, strings.Replace(
		changed("failing", `"success_conditions":{"required_conditions":"any","conditions":[]}`, `"success_conditions":`+one), `"default_status":"success"`, `"default_status":"failure"`, 1))
	add("unknown", `,"Interval_Type":5,"nobody_knows":true`, defaults("unknown", ""))
	rows = append(rows, dialecttest.Scenario{
		Name: "a description", Request: post("createCheck", `{"name":"described","description":"what it is for","email_alias":"described"}`),
		Body: madeCheck("described", "what it is for", defaults("described", "")),
	}, dialecttest.Scenario{
		Name: "conditions and no alias", Request: post("createCheck", `{"name":"no alias","matching_conditions":`+one+`}`),
		Body: madeCheck("no alias", "", strings.Replace(defaults("", ""), `"matching_conditions":{"required_conditions":"any","conditions":[]}`, `"matching_conditions":`+one, 1)),
	}, dialecttest.Scenario{
		Name: "a check group, without the slash", Request: "POST /createCheck?apiToken={token write}&\nContent-Type: application/json\n\n" + `{"name":"grouped","email_alias":"grouped","group_id":"{check-group Backups}"}`,
		Body: strings.Replace(madeCheck("grouped", "", defaults("grouped", "{check-group Backups}")), `"group":""`, `"group":"Backups"`, 1),
	})
	for i := range rows {
		rows[i].Status = 200
	}
	dialecttest.Run(t, dialecttest.World{Given: plant}, rows...)
}

// largeConditions are regular expressions of about 870 steps each. They count like any other, and
// are fast.
func largeConditions(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"message_field":"body","matches":"regex","value":"^(?:.?.?.?.?){100}%d$"}`, i))
	}
	return strings.Join(list, ",")
}

func TestCreateCheckRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	var rows []dialecttest.Scenario
	for _, c := range []struct{ members, at, want string }{
		{`"email_alias":"x"`, "name", "is required"},
		{`"name":" ","email_alias":"x"`, "name", "is required"},
		{`"name":5,"email_alias":"x"`, "name", "must be a string, not a number"},
		{`"name":"bad"`, "matching_conditions", "needs a condition if there is no email alias"},
		{`"name":"bad","matching_conditions":{}`, "matching_conditions", "needs a condition if there is no email alias"},
		{`"name":"bad","email_alias":7`, "email_alias", "must be a string, not a number"},
		{`"name":"bad","email_alias":"a b"`, "email_alias", "…"},
		{`"name":"bad","email_alias":"bad","description":["x"]`, "description", "must be a string, not an array"},
		{`"name":"bad","email_alias":"bad","group_id":5`, "group_id", "must be a string, not a number"},
		{`"name":"bad","email_alias":"bad","group_id":"Backups"`, "group_id", "must be the id of a check group, as getCheckGroups lists them"},
		{`"name":"bad","email_alias":"bad","group_id":"` + nobody + `"`, "group_id", `names no check group: \"` + nobody + `\"…`},
		{`"name":"bad","email_alias":"bad","interval_type":"fortnight"`, "interval_type", "must be one of: minute, hour, day, week, month"},
		{`"name":"bad","email_alias":"bad","interval_type":1`, "interval_type", "must be a string, not a number"},
		{`"name":"bad","email_alias":"bad","interval_type":"none","interval_value":5`, "interval_type", "is required with a value"},
		{`"name":"bad","email_alias":"bad","interval_value":0`, "interval_value", "…"},
		{`"name":"bad","email_alias":"bad","interval_value":-1`, "interval_value", "…"},
		{`"name":"bad","email_alias":"bad","interval_value":1.5`, "interval_value", "must be a whole number"},
		{`"name":"bad","email_alias":"bad","interval_value":1e15`, "interval_value", "must be a whole number"},
		{`"name":"bad","email_alias":"bad","interval_value":"1"`, "interval_value", "must be a number, not a string"},
		{`"name":"bad","email_alias":"bad","overdue_minutes":-1`, "overdue_minutes", "…"},
		{`"name":"bad","email_alias":"bad","overdue_minutes":true`, "overdue_minutes", "must be a number, not a boolean"},
		{`"name":"bad","email_alias":"bad","window_start":"24:00"`, "window_start", "…"},
		{`"name":"bad","email_alias":"bad","window_end":"noon"`, "window_end", "…"},
		{`"name":"bad","email_alias":"bad","window_end":0`, "window_end", "must be a string, not a number"},
		{`"name":"bad","email_alias":"bad","active_days":"mon"`, "active_days", "must be an array, not a string"},
		{`"name":"bad","email_alias":"bad","active_days":["mon","someday"]`, "active_days[1]", "must be one of: mon, tue, wed, thu, fri, sat, sun"},
		{`"name":"bad","email_alias":"bad","active_days":[1]`, "active_days[0]", "must be one of: mon, tue, wed, thu, fri, sat, sun"},
		{`"name":"bad","email_alias":"bad","default_status":"fine"`, "default_status", "must be one of: success, warning, failure"},
		{`"name":"bad","matching_conditions":[]`, "matching_conditions", "must be an object, not an array"},
		{`"name":"bad","email_alias":"bad","success_conditions":"ok"`, "success_conditions", "must be an object, not a string"},
		{`"name":"bad","email_alias":"bad","success_conditions":{"required_conditions":"some"}`, "success_conditions.required_conditions", "must be one of: any, all"},
		{`"name":"bad","email_alias":"bad","success_conditions":{"required_conditions":2}`, "success_conditions.required_conditions", "must be a string, not a number"},
		{`"name":"bad","email_alias":"bad","success_conditions":{"conditions":{}}`, "success_conditions.conditions", "must be an array, not an object"},
		{`"name":"bad","email_alias":"bad","success_conditions":{"conditions":[5]}`, "success_conditions.conditions[0]", "must be an object, not a number"},
		{`"name":"bad","email_alias":"bad","warning_conditions":{"conditions":[{"matches":"contains","value":"x"}]}`, "warning_conditions.conditions[0].message_field", "is required"},
		{`"name":"bad","email_alias":"bad","warning_conditions":{"conditions":[{"message_field":"x-header","matches":"contains","value":"x"}]}`, "warning_conditions.conditions[0].message_field", "must be one of: subject, body, from"},
		{`"name":"bad","email_alias":"bad","warning_conditions":{"conditions":[{"message_field":"body","matches":"sounds_like","value":"x"}]}`, "warning_conditions.conditions[0].matches", "must be one of: exactly, not_exactly, contains, does_not_contain, starts_with, ends_with, regex"},
		{`"name":"bad","email_alias":"bad","warning_conditions":{"conditions":[{"message_field":"body","matches":"contains","value":5}]}`, "warning_conditions.conditions[0].value", "must be a string, not a number"},
		{`"name":"bad","email_alias":"bad","warning_conditions":{"conditions":[{"message_field":"body","matches":"regex","value":"("}]}`, "warning_conditions.conditions[0].value", "…"},
	} {
		rows = append(rows, dialecttest.Scenario{Name: c.members, Request: post("createCheck", "{"+c.members+"}"), Status: 400, Body: failed("invalid-request", c.at, c.want)})
	}
	rows = append(rows, []dialecttest.Scenario{
		{
			Name: "regular expressions that are too large together", Request: post("createCheck", `{"name":"bad","email_alias":"bad","success_conditions":{"conditions":[`+largeConditions(6)+`]}}`), Status: 400,
			Body: failed("invalid-request", "matching_conditions", "and the other conditions hold regular expressions that are too large together: 5130 steps, 5000 are the most; use fewer or simpler ones"),
		},
		{
			Name: "all faults at once", Request: post("createCheck", `{"group_id":"x","interval_type":"x","interval_value":0,"default_status":"x","active_days":["x"]}`), Status: 400,
			Body: failed("invalid-request", "group_id", "must be the id of a check group, as getCheckGroups lists them",
				"active_days[0]", "must be one of: mon, tue, wed, thu, fri, sat, sun", "name", "is required", "default_status", "must be one of: success, warning, failure",
				"interval_type", "must be one of: minute, hour, day, week, month", "interval_value", "must be a whole number from 1 to 1000", "matching_conditions", "…"),
		},
		{Name: "a taken name", Request: post("createCheck", `{"name":"NIGHTLY","email_alias":"bad"}`), Status: 409, Body: failed("name-in-use", "name", "…")},
		{Name: "a taken alias", Request: post("createCheck", `{"name":"bad","email_alias":"Nightly"}`), Status: 409, Body: failed("email-alias-in-use", "email_alias", "…")},
		{Name: "a token that may only read", Request: "POST /createCheck?apiToken={token read}\nContent-Type: application/json\n\n{}", Status: 403, Body: refused("not-allowed", "this credential may only read")},
	}...)
	dialecttest.Run(t, dialecttest.World{Given: plant}, rows...)
}

func TestGetCheckGroupsAndGetGroupsListTheSame(t *testing.T) {
	t.Parallel()
	const (
		backups = `{"id":"{check-group Backups}","name":"Backups","description":"Backups, all of them","checkCount":2}`
		sites   = `{"id":"{check-group Sites, all}","name":"Sites, all","description":"Sites, all, all of them","checkCount":1}`
		empty   = `{"id":"{check-group Empty}","name":"Empty","description":"Empty, all of them","checkCount":0}`
	)
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		plant(t, e)
		checkGroup(t, e, "Empty")
	}
	var rows []dialecttest.Scenario
	for call, key := range map[string]string{"getCheckGroups": "checkGroups", "getGroups": "groups"} {
		get := "GET /" + call + "?apiToken={token read}"
		list := func(groups ...string) string { return `{"` + key + `":[` + strings.Join(groups, ",") + `]}` }
		rows = append(rows, []dialecttest.Scenario{
			{Name: call + " all", Request: get, Body: list(backups, sites, empty)},
			{Name: call + " all, with the slash and filters that are none", Request: "GET /" + call + "/?apiToken={token read}&groupId=undefined&groupName=&includeChecks=undefined&includeSettings=&", Body: list(backups, sites, empty)},
			{Name: call + " by id", Request: get + "&groupId={check-group Backups}", Body: list(backups)},
			{Name: call + " by several ids", Request: get + "&groupId={check-group Empty},{check-group Backups}", Body: list(empty, backups)},
			{Name: call + " by a name with a comma, in other letters", Request: get + "&groupName=sites,+ALL", Body: list(sites)},
			{Name: call + " by id and name of two", Request: get + "&groupName=Backups&groupId={check-group Empty}", Body: list()},
			{Name: call + " by an id that is none", Request: get + "&groupId=x", Body: list()},
			{Name: call + " with checks", Request: get + "&includeChecks=true&includeSettings=true", Body: list(
				plus(backups, `"checks":[{"id":"{check Nightly}","name":"Nightly","status":"Failure"},{"id":"{check Disk}","name":"Disk","status":"Failure"}]`),
				plus(sites, `"checks":[{"id":"{check Web}","name":"Web","status":"Warning"}]`), plus(empty, `"checks":[]`))},
		}...)
		for i := range rows {
			rows[i].Status = 200
		}
	}
	rows = append(rows, dialecttest.Scenario{
		Name: "all faults at once", Request: "GET /getGroups?apiToken={token read}&includeChecks=x&includeSettings=y", Status: 400,
		Body: failed("invalid-request", "includeChecks", "must be true or false", "includeSettings", "must be true or false"),
	})
	dialecttest.Run(t, dialecttest.World{Given: given}, append(rows, wrong("GET /getGroups?apiToken={token read}")...)...)
}

func TestGetPermissionsListsTheEntriesThatTheFiltersPick(t *testing.T) {
	t.Parallel()
	const get, ann, netw, bob, acmes = "GET /getPermissions?apiToken={token read}", annOnBacks, networkOnBacks, bobOnSites, acmeOnSites
	list := func(entries ...string) string { return `{"permissions":[` + strings.Join(entries, ",") + `]}` }
	all := list(ann, netw, bob, acmes)
	rows := []dialecttest.Scenario{
		{Name: "all", Request: get, Body: all},
		{Name: "all, with the slash", Request: "GET /getPermissions/?apiToken={token read}&checkGroupId=undefined&checkGroupName=&userId=undefined&userEmail=&userGroupId=undefined&userGroupName=undefined&", Body: all},
		{Name: "by check group", Request: get + "&checkGroupId={check-group Backups}", Body: list(ann, netw)},
		{Name: "by several check groups", Request: get + "&checkGroupId={check-group Sites, all},{check-group Backups}", Body: list(bob, acmes, ann, netw)},
		{Name: "by the name of a check group", Request: get + "&checkGroupName=SITES,+all", Body: list(bob, acmes)},
		{Name: "by id and name of two check groups", Request: get + "&checkGroupName=Backups&checkGroupId={check-group Sites, all}", Body: list()},
		{Name: "by id and name of one check group", Request: get + "&checkGroupName=backups&checkGroupId={check-group Backups}", Body: list(ann, netw)},
		{Name: "by user", Request: get + "&userId={user bob}", Body: list(bob)},
		{Name: "by email", Request: get + "&userEmail=BOB@example.com", Body: list(bob)},
		{Name: "by several emails", Request: get + "&userEmail=bob@example.com,ann@example.com", Body: list(bob, ann)},
		{Name: "by id and email of two users", Request: get + "&userEmail=bob@example.com&userId={user ann@example.com}", Body: list()},
		{Name: "by a userName that is no email", Request: get + "&userEmail=bob", Body: list()},
		{Name: "by user group", Request: get + "&userGroupId={group Network}", Body: list(netw)},
		{Name: "by the name of a user group", Request: get + "&userGroupName=acme,+inc.", Body: list(acmes)},
		{Name: "by id and name of two user groups", Request: get + "&userGroupName=Network&userGroupId={group Acme, Inc.}", Body: list()},
		{Name: "by user and user group", Request: get + "&userId={user bob}&userGroupId={group Network}", Body: list()},
		{Name: "by check group and user", Request: get + "&checkGroupId={check-group Backups}&userEmail=ann@example.com", Body: list(ann)},
		{Name: "by ids that are none", Request: get + "&checkGroupId=1", Body: list()},
		{Name: "by names that are none", Request: get + "&userGroupName=Nowhere", Body: list()},
		{Name: "by a user who is not there", Request: get + "&userId=" + nobody, Body: list()},
	}
	for i := range rows {
		rows[i].Status = 200
	}
	dialecttest.Run(t, dialecttest.World{Given: plant}, append(rows, wrong(get)...)...)
}

func TestGetPermissionsShowsEveryLevelThatAnEntryHas(t *testing.T) {
	t.Parallel()
	levels, want := roster.AccessLevels[1:], []string{} // custom gives nothing
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		office(t, e)
		checkGroup(t, e, "Backups")
		for _, level := range levels {
			person(string(level)+"@example.com")(t, e)
			permit(t, e, "Backups", string(level)+"@example.com", "", level)
		}
	}
	for _, level := range levels {
		name := string(level) + "@example.com"
		want = append(want, `{"checkGroup":{"id":"{check-group Backups}","name":"Backups"},"user":{"id":"{user `+name+`}","name":"`+name+`"},"accessLevel":"`+string(level)+`"}`)
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, dialecttest.Scenario{
		Name: "in the order in which they were made", Request: "GET /getPermissions?apiToken={token read}", Status: 200,
		Body: `{"permissions":[` + strings.Join(want, ",") + `]}`,
	})
}

func TestGetOverviewCountsUsersAndChecks(t *testing.T) {
	t.Parallel()
	const want = `{"organization":{"name":"Default organization"},"users":3,"checks":{"success":1,"warning":1,"failure":2}}`
	dialecttest.Run(t, dialecttest.World{Given: plant}, append([]dialecttest.Scenario{
		{Name: "with the slash", Request: "GET /getOverview/?apiToken={token read}&", Status: 200, Body: want},
		{Name: "without, with what nobody knows", Request: "GET /getOverview?apiToken={token read}&x=1", Status: 200, Body: want},
	}, wrong("GET /getOverview?apiToken={token read}")...)...)
}
