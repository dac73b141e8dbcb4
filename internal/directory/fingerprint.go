package directory

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"roster"
)

// inputForm names the format of the texts that fingerprints are made of.
const inputForm = "input-1"

// inputText builds the text that the fingerprint of a create is made of: a JSON object of the
// input's fields by name.
//
// Fields are listed one by one, and an absent field adds nothing. So a release that adds a field
// still recognizes creates that an older release remembers. Names and formats must not change: a
// test pins them. JSON values are in canonical form: the order of members and the spelling of texts
// do not count.
type inputText struct{ members []byte }

// raw adds a field whose value is JSON already, unless it is empty.
func (t *inputText) raw(name string, value json.RawMessage) {
	if len(value) == 0 {
		return
	}
	if len(t.members) > 0 {
		t.members = append(t.members, ',')
	}
	t.members = strconv.AppendQuote(t.members, name)
	t.members = append(t.members, ':')
	t.members = append(t.members, value...)
}

// text adds a string, unless it is empty.
func (t *inputText) text(name, value string) {
	if value != "" {
		t.raw(name, scalar(value))
	}
}

// name adds the name of a record, or its id, trimmed and unless it is empty.
func (t *inputText) name(name, value string) { t.text(name, roster.FoldID(strings.TrimSpace(value))) }

// flag adds a boolean, if it is true.
func (t *inputText) flag(name string, value bool) {
	if value {
		t.raw(name, scalar(true))
	}
}

// number adds a whole number, unless it is 0.
func (t *inputText) number(name string, value int64) {
	if value != 0 {
		t.raw(name, scalar(value))
	}
}

// canonical returns JSON in one form, much like RFC 8785: sorted members, one spelling of each
// text, no blanks. Numbers stay as written. Text that is not JSON is returned unchanged.
func canonical[T ~string | ~[]byte](text T) T {
	if !json.Valid([]byte(text)) {
		return text
	}
	var value any
	from := json.NewDecoder(bytes.NewReader([]byte(text)))
	from.UseNumber()
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	if from.Decode(&value) != nil || to.Encode(value) != nil {
		return text
	}
	return T(bytes.TrimSuffix(b.Bytes(), []byte{'\n'}))
}

// momentText returns a time in JSON.
func momentText(value time.Time) json.RawMessage { return scalar(value.UTC().Format(time.RFC3339Nano)) }

// ref adds a reference, unless it is zero.
func (t *inputText) ref(name string, value roster.Ref) {
	if !value.IsZero() {
		t.raw(name, refText(value))
	}
}

// refs adds references, unless there are none.
func (t *inputText) refs(name string, values []roster.Ref) {
	if len(values) > 0 {
		t.raw(name, refsText(values))
	}
}

// object returns the text of all fields added.
func (t *inputText) object() json.RawMessage {
	return append(append([]byte{'{'}, t.members...), '}')
}

// scalar returns a string, a number or a boolean in JSON.
func scalar[T ~string | ~int | ~int64 | ~bool](value T) json.RawMessage {
	text, _ := json.Marshal(value) // never fails for these types
	return text
}

// addSet adds a value that may be null, unless it is absent.
func addSet[T any](t *inputText, name string, value roster.Set[T], text func(T) json.RawMessage) {
	switch {
	case !value.Present:
	case value.Null:
		t.raw(name, json.RawMessage("null"))
	default:
		t.raw(name, text(value.Value))
	}
}

// listText returns a list in JSON.
func listText[T any](values []T, one func(T) json.RawMessage) json.RawMessage {
	list := []byte{'['}
	for i, v := range values {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, one(v)...)
	}
	return append(list, ']')
}

func refText(ref roster.Ref) json.RawMessage {
	var t inputText
	t.text("id", roster.FoldID(ref.ID))
	t.number("number", ref.Number)
	t.name("name", ref.Name)
	return t.object()
}

func refsText(refs []roster.Ref) json.RawMessage { return listText(refs, refText) }

func grantText(g RoleGrant) json.RawMessage {
	var t inputText
	t.ref("role", g.Role)
	t.refs("groups", g.Groups)
	return t.object()
}

func competencyText(c roster.Competency) json.RawMessage {
	var t inputText
	t.text("name", c.Name)
	t.number("cid", c.CID)
	t.number("ranking", int64(c.Ranking))
	return t.object()
}

func preferencesText(preferences []roster.Preference) json.RawMessage {
	return listText(preferences, func(p roster.Preference) json.RawMessage {
		var t inputText
		t.text("type", string(p.Type))
		t.raw("services", listText(p.Services, scalar))
		return t.object()
	})
}

func delayText(d PreferenceDelay) json.RawMessage {
	var t inputText
	t.text("type", string(d.Type))
	t.text("service", string(d.Service))
	t.number("minutes", int64(d.Minutes))
	return t.object()
}

func (in NewUser) inputText() json.RawMessage {
	var t inputText
	t.text("userName", in.UserName)
	t.text("displayName", in.DisplayName)
	t.text("title", in.Title)
	t.text("email", in.Email)
	t.text("externalId", in.ExternalID)
	t.flag("external", in.External)
	t.ref("realm", in.Realm)
	addSet(&t, "active", in.Active, scalar)
	t.text("accessLevel", string(in.AccessLevel))
	t.refs("roles", in.Roles)
	if len(in.RoleGrants) > 0 {
		t.raw("roleGrants", listText(in.RoleGrants, grantText))
	}
	t.refs("levelGroups", in.LevelGroups)
	t.refs("groups", in.Groups)
	t.refs("teams", in.Teams)
	t.ref("primaryGroup", in.PrimaryGroup)
	t.ref("department", in.Department)
	addSet(&t, "joinedAt", in.JoinedAt, momentText)
	t.text("timezone", in.TimeZone)
	t.text("contactNumber", in.ContactNumber)
	addSet(&t, "sessionExpiry", in.SessionExpiry, scalar)
	if len(in.Competencies) > 0 {
		t.raw("competencies", listText(in.Competencies, competencyText))
	}
	t.raw("properties", canonical(in.Properties))
	addSet(&t, "preferences", in.Preferences, preferencesText)
	if len(in.Delays) > 0 {
		t.raw("delays", listText(in.Delays, delayText))
	}
	t.flag("sendWelcomeEmail", in.SendWelcomeEmail)
	t.flag("uniqueEmail", in.UniqueEmail)
	return t.object()
}

func (in NewGroup) inputText() json.RawMessage {
	var t inputText
	t.text("kind", string(in.Kind))
	t.text("name", in.Name)
	t.text("description", in.Description)
	addSet(&t, "active", in.Active, scalar)
	t.refs("members", in.Members)
	t.text("alertFilter", canonical(in.AlertFilter))
	t.text("sigFilter", canonical(in.SigFilter))
	t.raw("landingPage", canonical(in.LandingPage))
	t.refs("services", in.Services)
	return t.object()
}

func (in NewDepartment) inputText() json.RawMessage {
	var t inputText
	t.text("name", in.Name)
	return t.object()
}

func (in NewRole) inputText() json.RawMessage {
	var t inputText
	t.text("name", in.Name)
	t.text("description", in.Description)
	if len(in.Permissions) > 0 {
		t.raw("permissions", listText(in.Permissions, scalar))
	}
	return t.object()
}

func (in NewRealm) inputText() json.RawMessage {
	var t inputText
	t.text("name", in.Name)
	addSet(&t, "active", in.Active, scalar)
	t.raw("configuration", canonical(in.Configuration))
	return t.object()
}

func (in NewToken) inputText() json.RawMessage {
	var t inputText
	t.text("name", in.Name)
	t.text("access", string(in.Access))
	t.name("userName", in.UserName)
	t.refs("groups", in.Groups)
	t.number("expiresInSeconds", int64(in.ExpiresIn/time.Second))
	t.flag("errorsAs200", in.ErrorsAs200)
	return t.object()
}

func (in NewOrganization) inputText() json.RawMessage {
	var t inputText
	t.text("slug", in.Slug)
	t.text("name", in.Name)
	return t.object()
}

func (in NewContactMethod) inputText() json.RawMessage {
	var user, t inputText
	user.text("id", string(roster.FoldID(in.User.ID)))
	user.number("number", in.User.Number)
	user.name("userName", in.User.UserName)
	user.name("email", in.User.Email)
	t.raw("user", user.object())
	t.text("service", string(in.Service))
	t.text("address", in.Address)
	return t.object()
}

func (in NewEvent) inputText() json.RawMessage {
	var t inputText
	t.text("check", string(roster.FoldID(in.Check)))
	t.text("alias", in.Alias)
	t.text("title", in.Title)
	t.text("body", in.Body)
	t.text("from", in.From)
	t.text("status", string(in.Status))
	t.number("kind", int64(in.Kind))
	t.text("run", in.Run)
	t.text("dedupKey", in.DedupKey)
	if len(in.Labels) > 0 {
		var labels inputText
		for _, name := range slices.Sorted(maps.Keys(in.Labels)) {
			labels.raw(name, scalar(in.Labels[name]))
		}
		t.raw("labels", labels.object())
	}
	if !in.OccurredAt.IsZero() {
		t.raw("occurredAt", momentText(in.OccurredAt))
	}
	return t.object()
}

func (in NewCheckGroup) inputText() json.RawMessage {
	var t inputText
	t.text("name", in.Name)
	t.text("description", in.Description)
	return t.object()
}

func (in NewCheck) inputText() json.RawMessage {
	var t inputText
	addSet(&t, "name", in.Name, scalar)
	addSet(&t, "description", in.Description, scalar)
	addSet(&t, "emailAlias", in.EmailAlias, scalar)
	addSet(&t, "checkGroup", in.CheckGroup, refText)
	t.conditions("matching", in.Matching)
	t.conditions("success", in.Success)
	t.conditions("warning", in.Warning)
	addSet(&t, "defaultStatus", in.DefaultStatus, scalar)
	addSet(&t, "intervalUnit", in.IntervalUnit, scalar)
	addSet(&t, "intervalValue", in.IntervalValue, scalar)
	addSet(&t, "overdueMinutes", in.OverdueMinutes, scalar)
	addSet(&t, "windowStart", in.WindowStart, scalar)
	addSet(&t, "windowEnd", in.WindowEnd, scalar)
	addSet(&t, "activeDays", in.ActiveDays, func(days []roster.Day) json.RawMessage { return listText(days, scalar) })
	addSet(&t, "groups", in.Groups, refsText)
	addSet(&t, "teams", in.Teams, refsText)
	addSet(&t, "paused", in.Paused, scalar)
	return t.object()
}

// conditions adds a group of conditions, unless the input has none of its fields.
func (t *inputText) conditions(name string, in ConditionFields) {
	var group inputText
	addSet(&group, "all", in.All, scalar)
	addSet(&group, "conditions", in.Conditions, func(all []roster.Condition) json.RawMessage {
		return listText(all, func(c roster.Condition) json.RawMessage {
			var t inputText
			t.text("field", string(c.Field))
			t.text("matches", string(c.Matches))
			t.text("value", c.Value)
			return t.object()
		})
	})
	if len(group.members) > 0 {
		t.raw(name, group.object())
	}
}
