package checkcentral

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// The published defaults of a check.
const (
	defaultInterval = "day"
	defaultEvery    = 1
	defaultOverdue  = 30
	midnight        = "00:00"
)

// noInterval is the interval_type of a check that expects no event. It is our addition.
const noInterval = "none"

// decodeCreateCheck reads the body of createCheck.
func decodeCreateCheck(q request) (directory.NewCheck, error) {
	body, err := q.body()
	if err != nil {
		return directory.NewCheck{}, err
	}
	r := read(body)
	in := directory.NewCheck{CheckFields: directory.CheckFields{
		Name:           roster.Some(r.Text("displayName")),
		Description:    changed(&r, "description", r.Text),
		EmailAlias:     changed(&r, "emailAlias", r.Text),
		CheckGroup:     changed(&r, "checkGroup", r.checkGroup),
		Matching:       directory.WholeConditions(changed(&r, "matching", r.conditions)),
		Success:        directory.WholeConditions(changed(&r, "success", r.conditions)),
		Warning:        directory.WholeConditions(changed(&r, "warning", r.conditions)),
		OverdueMinutes: roster.Some(changed(&r, "overdueMinutes", r.number).Or(defaultOverdue)),
		WindowStart:    roster.Some(cmp.Or(r.word("window.start"), midnight)),
		WindowEnd:      roster.Some(cmp.Or(r.word("window.end"), midnight)),
		ActiveDays:     changed(&r, "window.days", r.days),
	}}
	in.IntervalUnit, in.IntervalValue = r.interval()
	if status := r.word("defaultStatus"); status != "" {
		in.DefaultStatus = roster.Some(roster.Status(status))
	}
	in.Faults = r.Faults
	return in, nil
}

// word reads a word in lower case. "" counts as missing. The verb validates the word.
func (r *reading) word(field string) string { return strings.ToLower(strings.TrimSpace(r.Text(field))) }

// interval reads how often an event is expected.
func (r *reading) interval() (unit roster.Set[roster.IntervalUnit], value roster.Set[int]) {
	text := cmp.Or(r.word("interval.unit"), defaultInterval)
	value = changed(r, "interval.value", r.number)
	if text != noInterval {
		return roster.Some(roster.IntervalUnit(text)), roster.Some(value.Or(defaultEvery))
	}
	if value.Value == 0 {
		value = roster.Set[int]{} // as in answers with settings
	}
	return roster.Some[roster.IntervalUnit](""), value
}

// number reads a whole number.
func (r *reading) number(field string) int {
	v, _ := r.Given(field)
	n, whole := v.Int()
	switch {
	case !r.Is(v, dialect.Number, field):
	case !whole || n != int64(int32(n)):
		r.Faults.Add(field, "must be a whole number")
	}
	return int(n)
}

// checkGroup reads the id of a check group; "" is none.
func (r *reading) checkGroup(field string) roster.Ref {
	v, _ := r.Given(field)
	id, ok := readID(v)
	if text := r.Text(field); !ok && text != "" {
		r.Faults.Add(field, "must be the id of a check group, as getCheckGroups lists them")
	}
	return roster.Ref{ID: id}
}

// days reads days of the week, in any case.
func (r *reading) days(field string) []roster.Day {
	var list []roster.Day
	for i, item := range items(&r.Reading, field) {
		day := roster.Day(strings.ToLower(strings.TrimSpace(item.Text)))
		if !slices.Contains(roster.Days[:], day) {
			r.Faults.Add(fmt.Sprintf("%s[%d]", field, i), "must be one of: mon, tue, wed, thu, fri, sat, sun")
		}
		list = append(list, day)
	}
	return list
}

// conditions reads a ConditionGroup; {} has no conditions.
func (r *reading) conditions(field string) (group roster.ConditionGroup) {
	v, _ := r.Given(field)
	if !r.Is(v, dialect.Object, field) {
		return group
	}
	r.inner(field, v, func(in *reading) {
		switch strings.ToLower(strings.TrimSpace(in.Text("required"))) {
		case "", "any":
		case "all":
			group.All = true
		default:
			in.Faults.Add("required", "must be one of: any, all")
		}
		for i, item := range items(&in.Reading, "conditions") {
			at := fmt.Sprintf("conditions[%d]", i)
			if !in.Is(item, dialect.Object, at) {
				// A valid condition keeps the place, so that it causes no further faults.
				group.Conditions = append(group.Conditions, roster.Condition{Field: roster.FieldSubject, Matches: roster.MatchExactly, Value: "-"})
				continue
			}
			in.inner(at, item, func(in *reading) {
				group.Conditions = append(group.Conditions, roster.Condition{
					Field:   roster.MessageField(strings.ToLower(in.Needed("field"))),
					Matches: roster.Match(strings.ToLower(in.Needed("matches"))),
					Value:   in.Text("value"),
				})
			})
		}
	})
	return group
}

// inner reads an object inside of a ConditionGroup.
func (r *reading) inner(at string, object dialect.Value, take func(*reading)) {
	in := reading{dialect.Reading{Arguments: object.Members, Name: conditionArgument}}
	take(&in)
	for _, fault := range in.Faults {
		r.Faults.Add(at+"."+fault.Field, fault.Detail)
	}
}

// checkQuery is the request getChecks: which checks, and what to return of each.
type checkQuery struct {
	lists      []directory.CheckList
	activities int // newest activities of each check
	settings   bool
}

// Bounds of activityCount.
const (
	maxCheckActivities = 100
	maxActivities      = 1000
	defaultActivities  = 100
)

// decodeGetChecks reads the filters of getChecks. includePendingOverdue has no effect: an overdue
// check has a status like any other.
func decodeGetChecks(q request) (checkQuery, error) {
	f, err := q.filters()
	if err != nil {
		return checkQuery{}, err
	}
	in := checkQuery{
		activities: f.count("activityCount", 0, 0, maxCheckActivities),
		settings:   f.boolean("includeSettings"),
	}
	f.boolean("includePendingOverdue")
	ids := f.ids("checkId")
	if err := f.combinations(len(ids)); err != nil {
		return in, err
	}
	for _, id := range ids {
		in.lists = append(in.lists, directory.CheckList{ID: roster.CheckID(id), Name: f.text("checkName")})
	}
	return in, nil
}

// checkGroupQuery is the request getCheckGroups: which check groups, and whether with their checks.
type checkGroupQuery struct {
	lists  []directory.CheckGroupList
	checks bool
}

// decodeGetCheckGroups reads the filters of getCheckGroups. includeSettings has no effect: a check
// group has no settings.
func decodeGetCheckGroups(q request) (checkGroupQuery, error) {
	f, err := q.filters()
	if err != nil {
		return checkGroupQuery{}, err
	}
	in := checkGroupQuery{checks: f.boolean("includeChecks")}
	f.boolean("includeSettings")
	ids := f.ids("groupId")
	if err := f.combinations(len(ids)); err != nil {
		return in, err
	}
	for _, id := range ids {
		in.lists = append(in.lists, directory.CheckGroupList{ID: roster.CheckGroupID(id), Name: f.text("groupName")})
	}
	return in, nil
}

// permissionQuery is the request getPermissions. An id and a name must belong to the same record.
type permissionQuery struct {
	lists                     []directory.CheckPermissionList
	checkGroupName, groupName string
}

// decodeGetPermissions reads the filters of getPermissions.
func decodeGetPermissions(q request) (permissionQuery, error) {
	f, err := q.filters()
	if err != nil {
		return permissionQuery{}, err
	}
	in := permissionQuery{checkGroupName: f.text("checkGroupName"), groupName: f.text("userGroupName")}
	checkGroups, users, groups := f.ids("checkGroupId"), f.ids("userId"), f.ids("userGroupId")
	emails := f.several("userEmail", directory.Fold)
	if err := f.combinations(len(checkGroups), len(users), len(emails), len(groups)); err != nil {
		return in, err
	}
	for _, checkGroup := range checkGroups {
		for _, user := range users {
			for _, email := range emails {
				for _, group := range groups {
					in.lists = append(in.lists, directory.CheckPermissionList{
						CheckGroup: ref(checkGroup, in.checkGroupName), Group: ref(group, in.groupName),
						User: roster.Ref{ID: user}, UserEmail: email,
					})
				}
			}
		}
	}
	return in, nil
}

// ref returns a reference by the id, or else by the name.
func ref(id, name string) roster.Ref {
	if id != "" {
		return roster.Ref{ID: id}
	}
	return roster.Ref{Name: name}
}

// activityQuery is the request getActivities: lists whose events are merged, newest first.
type activityQuery struct {
	lists      []directory.EventList
	start, end date
	count      int
}

// decodeGetActivities reads the filters of getActivities. sources has no effect: the vendor does
// not document its meaning.
func decodeGetActivities(q request) (activityQuery, error) {
	f, err := q.filters()
	if err != nil {
		return activityQuery{}, err
	}
	in := activityQuery{
		start: f.date("startDate"), end: f.date("endDate"),
		count: f.count("activityCount", defaultActivities, 1, maxActivities),
	}
	matched := f.matched("matched")
	checks, groups, statuses := f.ids("checkId"), f.ids("groupId"), f.statuses("status")
	if err := f.combinations(len(checks), len(groups), len(statuses)); err != nil {
		return in, err
	}
	for _, check := range checks {
		for _, group := range groups {
			for _, status := range statuses {
				in.lists = append(in.lists, directory.EventList{
					Check: roster.CheckID(check), CheckGroup: roster.CheckGroupID(group), Status: status, Matched: matched,
				})
			}
		}
	}
	return in, nil
}

// during returns the query limited to the dates in a time zone.
func (in activityQuery) during(zone *time.Location) activityQuery {
	in.lists = slices.Clone(in.lists)
	for i := range in.lists {
		in.lists[i].From, in.lists[i].To = in.start.first(zone), in.end.after(zone)
	}
	return in
}
