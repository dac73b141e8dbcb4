package checkcentral_test

import (
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// Events of plant, as they are listed.
const (
	disk1  = `{"id":"{event disk-1}","title":"disk-1","status":"Failure","updated":"2026-11-21T18:50:00Z","checkId":"{check Disk}","matched":true}`
	lost1  = `{"id":"{event lost-1}","title":"lost-1","status":"Failure","updated":"2026-11-21T18:40:00Z","checkId":null,"matched":false}`
	night2 = `{"id":"{event night-2}","title":"night-2","status":"Failure","updated":"2026-11-21T18:30:00Z","checkId":"{check Nightly}","matched":true}`
	web1   = `{"id":"{event web-1}","title":"web-1","status":"Warning","updated":"2026-11-21T18:20:00Z","checkId":"{check Web}","matched":true}`
	night1 = `{"id":"{event night-1}","title":"night-1","status":"Success","updated":"2026-11-21T18:10:00Z","checkId":"{check Nightly}","matched":true}`
)

// activities is an answer of getActivities.
func activities(list ...string) string { return `{"activities":[` + strings.Join(list, ",") + `]}` }

func TestGetActivitiesListsTheNewestFirst(t *testing.T) {
	t.Parallel()
	const get = "GET /getActivities?apiToken={token read}"
	all := activities(disk1, lost1, night2, web1, night1)
	rows := []dialecttest.Scenario{
		{Name: "all", Request: get, Body: all},
		{Name: "all, with the slash", Request: "GET /getActivities/?apiToken={token read}&checkId=undefined&groupId=&status=undefined&matched=&startDate=undefined&endDate=&activityCount=undefined&sources=undefined&", Body: all},
		{Name: "matched=all", Request: get + "&matched=All", Body: all},
		{Name: "sources restrict nothing", Request: get + "&sources=a@example.com,b@example.com", Body: all},
		{Name: "matched", Request: get + "&matched=matched", Body: activities(disk1, night2, web1, night1)},
		{Name: "matched=True", Request: get + "&matched=True", Body: activities(disk1, night2, web1, night1)},
		{Name: "unmatched", Request: get + "&matched=Unmatched", Body: activities(lost1)},
		{Name: "matched=false", Request: get + "&matched=false", Body: activities(lost1)},
		{Name: "of a check", Request: get + "&checkId={check Nightly}", Body: activities(night2, night1)},
		{Name: "of several checks", Request: get + "&checkId={check Nightly},{check Web}", Body: activities(night2, web1, night1)},
		{Name: "of a check group", Request: get + "&groupId={check-group Backups}", Body: activities(disk1, night2, night1)},
		{Name: "of several check groups", Request: get + "&groupId={check-group Sites, all},{check-group Backups}", Body: activities(disk1, night2, web1, night1)},
		{Name: "of a check and a check group that it is not in", Request: get + "&groupId={check-group Sites, all}&checkId={check Nightly}", Body: activities()},
		{Name: "failures", Request: get + "&status=Failure", Body: activities(disk1, lost1, night2)},
		{Name: "failures that a check claimed", Request: get + "&status=failure&matched=matched", Body: activities(disk1, night2)},
		{Name: "successes and warnings", Request: get + "&status=SUCCESS,+warning", Body: activities(web1, night1)},
		{Name: "the newest", Request: get + "&activityCount=1", Body: activities(disk1)},
		{Name: "the newest failure of a check", Request: get + "&activityCount=1&status=Failure&checkId={check Nightly}", Body: activities(night2)},
		{Name: "the newest of several checks", Request: get + "&activityCount=2&checkId={check Nightly},{check Web}", Body: activities(night2, web1)},
		{Name: "since a moment, which counts", Request: get + "&startDate=2026-11-21T18:40:00Z", Body: activities(disk1, lost1)},
		{Name: "since a moment in another zone", Request: get + "&startDate=2026-11-21T19:40:00%2B01:00", Body: activities(disk1, lost1)},
		{Name: "since a moment in another zone, not escaped", Request: get + "&startDate=2026-11-21T19:40:00+01:00", Body: activities(disk1, lost1)},
		{Name: "until a moment, which counts", Request: get + "&endDate=2026-11-21T18:20:00Z", Body: activities(web1, night1)},
		{Name: "between", Request: get + "&startDate=2026-11-21T18:20:00Z&endDate=2026-11-21T18:30:00Z", Body: activities(night2, web1)},
		{Name: "between, of several checks", Request: get + "&startDate=2026-11-21T18:15:00Z&endDate=2026-11-21T18:45:00Z&checkId={check Nightly},{check Web}", Body: activities(night2, web1)},
		{Name: "of a day", Request: get + "&startDate=2026-11-21&endDate=2026-11-21", Body: all},
		{Name: "since the next day", Request: get + "&startDate=2026-11-22", Body: activities()},
		{Name: "until the day before", Request: get + "&endDate=2026-11-20", Body: activities()},
		{Name: "until the first day that there is", Request: get + "&endDate=0001-01-01", Body: activities()},
		{Name: "until the first moment that there is", Request: get + "&endDate=0001-01-01T00:00:00Z", Body: activities()},
		{Name: "since the first moment that there is", Request: get + "&startDate=0001-01-01T00:00:00Z", Body: all},
		{Name: "an end before the start", Request: get + "&startDate=2026-11-22&endDate=2026-11-20", Body: activities()},
		{Name: "of a check that is none", Request: get + "&checkId=x", Body: activities()},
		{Name: "of a check group that is none", Request: get + "&groupId=" + nobody, Body: activities()},
	}
	for i := range rows {
		rows[i].Status = 200
	}
	const date = "must be a date such as 2026-11-21, or a time such as 2026-11-21T18:00:00Z (RFC 3339)"
	rows = append(rows, []dialecttest.Scenario{
		{Name: "too many", Request: get + "&activityCount=1001", Status: 400, Body: failed("invalid-request", "activityCount", "must be a whole number from 1 to 1000")},
		{Name: "none", Request: get + "&activityCount=0", Status: 400, Body: failed("invalid-request", "activityCount", "must be a whole number from 1 to 1000")},
		{
			Name: "all faults at once", Request: get + "&startDate=yesterday&endDate=x&activityCount=x&matched=maybe&status=fine,bad", Status: 400,
			Body: failed("invalid-request", "startDate", date, "endDate", date, "activityCount", "must be a whole number from 1 to 1000",
				"matched", "must be one of: all, matched, unmatched, true, false", "status", "must be one of: success, warning, failure"),
		},
		{Name: "too many filters", Request: get + "&checkId=1,2,3,4,5,6,7,8,9,10,11&groupId=1,2,3,4,5,6,7,8,9,10", Status: 400, Body: refused("invalid-request", "the filters have more than 100 combinations")},
	}...)
	dialecttest.Run(t, dialecttest.World{Given: plant}, append(rows, wrong(get)...)...)
}

func TestAnActivitySaysWhyNoCheckCouldClaimIt(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		plant(t, e)
		w := e.Do(t, "", post("createCheck", `{"name":"Heavy","email_alias":"heavy","success_conditions":{"conditions":[`+largeConditions(3)+`]}}`))
		if w.Code != 200 {
			t.Fatalf("make a check: %d %s", w.Code, w.Body)
		}
		made, err := e.Directory.RecordEvent(t.Context(), e.By, directory.NewEvent{Title: "heavy", Alias: "heavy", Body: strings.Repeat("x", 20_000)})
		if err != nil {
			t.Fatal(err)
		}
		e.Set("event heavy", string(made.ID))
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, dialecttest.Scenario{
		Name: "one that took too much work", Request: "GET /getActivities?apiToken={token read}&activityCount=2", Status: 200,
		Body: activities(`{"id":"{event heavy}","title":"heavy","status":"Failure","updated":"2026-11-21T18:50:00Z","checkId":null,"matched":false,"reason":"To compare this event with `+
			`the conditions of the checks would have taken too much work, so no check claimed it. Use simpler regular expressions, or fewer conditions."}`, disk1),
	})
}

func TestADateIsMeantInTheOrganizationsTimeZone(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		plant(t, e)
		// In Auckland it is 13 hours later: the events came on the morning of the 22nd.
		_, err := e.Directory.UpdateSettings(t.Context(), e.By, directory.SettingsChange{TimeZone: roster.Some("Pacific/Auckland")})
		if err != nil {
			t.Fatal(err)
		}
	}
	const get = "GET /getActivities?apiToken={token read}"
	all := activities(disk1, lost1, night2, web1, night1)
	rows := []dialecttest.Scenario{
		{Name: "the day there", Request: get + "&startDate=2026-11-22&endDate=2026-11-22", Body: all},
		{Name: "the day in Greenwich", Request: get + "&endDate=2026-11-21", Body: activities()},
		{Name: "a time there", Request: get + "&startDate=2026-11-22T07:40:00", Body: activities(disk1, lost1)},
		{Name: "a time there, with a blank", Request: get + "&endDate=2026-11-22+07:20:00", Body: activities(web1, night1)},
		{Name: "a time that names its zone", Request: get + "&startDate=2026-11-21T18:40:00Z", Body: activities(disk1, lost1)},
	}
	for i := range rows {
		rows[i].Status = 200
	}
	dialecttest.Run(t, dialecttest.World{Given: given}, rows...)
}
