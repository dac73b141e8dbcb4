package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"roster/internal/directory"
	"roster/internal/filter"
)

// notAsked are members of records that filters cannot use: objects that are not links to other
// records.
var notAsked = []string{
	"User.competencies", "User.managedBy", "User.preferences", "User.properties", "Team.landingPage", "AuditEntry.details",
	"Check.interval", "Check.matching", "Check.success", "Check.warning", "Check.window",
}

func TestAFilterMayAskForEveryMemberByItsType(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	f := fitting{schemas: a.schemas}
	var lists []string
	operations(a, func(op *huma.Operation, e *endpoint) {
		if e.parameter("query", "filter") == nil {
			return
		}
		lists = append(lists, op.OperationID)
		page := f.resolve(op.Responses["200"].Content["application/json"].Schema.AnyOf[0])
		noun := strings.TrimPrefix(page.Properties["items"].Items.Ref, "#/components/schemas/")
		for name, s := range f.resolve(page.Properties["items"].Items).Properties {
			got, want := e.asks(strings.ToUpper(name)), expectedType(&f, s)
			if slices.Contains(notAsked, noun+"."+name) {
				want = filter.Unknown
			}
			if got.Type != want {
				t.Errorf("%s asks for %s as type %d, want %d", op.OperationID, name, got.Type, want)
			}
			if words := f.resolve(s).Enum; got.Type == filter.Text && len(words) > 0 && fmt.Sprint(words) != fmt.Sprint(got.Words) {
				t.Errorf("%s compares %s with one of %v, want %v", op.OperationID, name, got.Words, words)
			}
			if got.Type != filter.Unknown && !strings.Contains(op.Description, "`"+name+"`") {
				t.Errorf("%s does not say that a filter may ask for %s", op.OperationID, name)
			}
		}
	})
	if len(lists) < 10 {
		t.Errorf("there are only the lists %v", lists)
	}
}

// expectedType returns the type that a member of a schema is compared with. An object, or a list of
// objects, is a link to another record.
func expectedType(f *fitting, s *huma.Schema) filter.Type {
	if s = f.resolve(s); len(s.AnyOf) > 0 {
		s = f.resolve(s.AnyOf[0])
	}
	switch {
	case s.Type == huma.TypeInteger:
		return filter.Number
	case s.Type == huma.TypeBoolean:
		return filter.Boolean
	case s.Format == "date-time":
		return filter.Time
	}
	return filter.Text
}

func TestWhatFiltersMayAskAreMembersOfTheRecords(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	for noun, paths := range map[string][]string{
		"User": slices.Collect(maps.Keys(directory.UserAttributes)), "Group": slices.Collect(maps.Keys(directory.GroupAttributes)), "Team": slices.Collect(maps.Keys(directory.TeamAttributes)),
		"Role": slices.Collect(maps.Keys(directory.RoleAttributes)), "Department": slices.Collect(maps.Keys(directory.DepartmentAttributes)), "Realm": slices.Collect(maps.Keys(directory.RealmAttributes)),
		"Check": slices.Collect(maps.Keys(directory.CheckAttributes)), "CheckGroup": slices.Collect(maps.Keys(directory.CheckGroupAttributes)), "Token": slices.Collect(maps.Keys(directory.TokenAttributes)),
		"AuditEntry": slices.Collect(maps.Keys(directory.AuditAttributes)), "Organization": slices.Collect(maps.Keys(directory.OrganizationAttributes)),
	} {
		for _, path := range paths {
			if a.schemas.Map()[noun].Properties[path] == nil {
				t.Errorf("a filter may ask for %s of a %s, which has none", path, noun)
			}
		}
	}
}

// TestAFilterSeesWhatIsShown compares the values that filters use with the examples as the API
// shows them.
func TestAFilterSeesWhatIsShown(t *testing.T) {
	t.Parallel()
	seesWhatIsShown(t, directory.UserAttributes, exampleUser, showUser(exampleUser))
	seesWhatIsShown(t, directory.GroupAttributes, exampleGroup, showGroup(exampleGroup))
	seesWhatIsShown(t, directory.TeamAttributes, exampleTeam, showTeam(exampleTeam))
	seesWhatIsShown(t, directory.RoleAttributes, exampleRole, showRole(exampleRole))
	seesWhatIsShown(t, directory.DepartmentAttributes, exampleDepartment, showDepartment(exampleDepartment))
	seesWhatIsShown(t, directory.RealmAttributes, exampleRealm, showRealm(exampleRealm))
	seesWhatIsShown(t, directory.CheckAttributes, exampleCheck, showCheck(exampleCheck))
	seesWhatIsShown(t, directory.CheckGroupAttributes, exampleCheckGroup, showCheckGroup(exampleCheckGroup))
	seesWhatIsShown(t, directory.TokenAttributes, exampleToken, token{showToken(exampleToken)})
	seesWhatIsShown(t, directory.AuditAttributes, exampleAudit, showAudit(exampleAudit))
	seesWhatIsShown(t, directory.OrganizationAttributes, exampleOrganization, showOrganization(exampleOrganization))
}

func seesWhatIsShown[T any](t *testing.T, all directory.Attributes[T], record T, shown any) {
	t.Helper()
	var members map[string]any
	raw, err := json.Marshal(shown)
	if err != nil || json.Unmarshal(raw, &members) != nil {
		t.Fatal(err)
	}
	folded := all.Folded()
	for path, a := range all {
		ask := func(format string, values ...any) {
			t.Helper()
			f, err := filter.Parse(fmt.Sprintf(format, values...))
			if err == nil {
				err = f.Validate(folded.Ask)
			}
			if is, _ := folded.Match(f, record); err != nil || !is {
				t.Errorf("%s is not true of %s, %v", f, raw, err)
			}
		}
		values, several := members[path].([]any)
		if !several {
			values = []any{members[path]}
		}
		if several && len(values) == 0 || members[path] == nil {
			ask("%s eq null", path)
			continue
		}
		for _, value := range values {
			if object, is := value.(map[string]any); is && a.Name == "" { // a contact method
				value = object["address"]
			} else if is {
				ask("%s eq %q and %s eq %q", path, object["id"], path, object[a.Name])
				ask("%s[id eq %q and %s eq %q]", path, object["id"], a.Name, object[a.Name])
				continue
			}
			literal, _ := json.Marshal(value)
			ask("%s eq %s", path, literal)
		}
	}
}
