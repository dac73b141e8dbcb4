package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// reference names another record by its id, its name, or an object with its id. The object form
// lets clients send back a record as they read it (as complex attributes do in RFC 7643).
type reference string

// UnmarshalJSON implements [json.Unmarshaler].
func (r *reference) UnmarshalJSON(text []byte) error {
	if text[0] != '{' {
		return json.Unmarshal(text, (*string)(r))
	}
	var object struct {
		ID string `json:"id"`
	}
	err := json.Unmarshal(text, &object)
	*r = reference(object.ID)
	return err
}

// Schema implements [huma.SchemaProvider].
func (reference) Schema(schemas huma.Registry) *huma.Schema {
	return eitherForm(schemas, "Reference", "The id or the name of a record, or an object with its id.", nil)
}

// ref returns the reference in the form that the verbs take.
func (r reference) ref() roster.Ref { return roster.Ref{ID: string(r), Name: string(r)} }

// refTo returns a reference in the form that the verbs take.
func refTo(r reference) roster.Ref { return r.ref() }

// refsTo returns references in the form that the verbs take.
func refsTo(all []reference) []roster.Ref {
	refs := make([]roster.Ref, len(all))
	for i, r := range all {
		refs[i] = r.ref()
	}
	return refs
}

// grantReference is a [reference] to a role. In object form it may name the groups that the role is
// granted for, as the API shows them.
type grantReference struct {
	role   reference
	groups *[]reference // nil: not mentioned
}

// UnmarshalJSON implements [json.Unmarshaler].
func (g *grantReference) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &g.role); err != nil || text[0] != '{' {
		return err
	}
	var object struct {
		Groups *[]reference `json:"groups"`
	}
	err := json.Unmarshal(text, &object)
	g.groups = object.Groups
	return err
}

// MarshalJSON implements [json.Marshaler], for examples.
func (g grantReference) MarshalJSON() ([]byte, error) { return json.Marshal(g.role) }

// Schema implements [huma.SchemaProvider].
func (grantReference) Schema(schemas huma.Registry) *huma.Schema {
	groups := &huma.Schema{
		Type: huma.TypeArray, Items: schemas.Schema(reflect.TypeFor[reference](), true, ""),
		Description: "The groups that the role is granted for; empty: the whole organization.",
	}
	return eitherForm(schemas, "RoleReference",
		"The id or the name of a role, or an object with its id and the groups that it is granted for.",
		map[string]*huma.Schema{"groups": groups})
}

// splitRoles separates roles that do not mention groups from grants that do.
func splitRoles(all []grantReference) (roles []roster.Ref, grants []directory.RoleGrant) {
	roles = []roster.Ref{}
	for _, g := range all {
		if g.groups == nil {
			roles = append(roles, g.role.ref())
		} else {
			grants = append(grants, directory.RoleGrant{Role: g.role.ref(), Groups: refsTo(*g.groups)})
		}
	}
	return roles, grants
}

// inBody returns where a canonical field stands in a body. splitRoles turns some roles into grants,
// which follow those of the member roleGrants; their faults belong to the member roles.
func inBody(body dialect.Value, field string) string {
	rest, found := strings.CutPrefix(field, "roleGrants")
	if !found {
		return field
	}
	grants := body.Get("roleGrants")
	index, within, indexed := strings.Cut(strings.TrimPrefix(rest, "["), "]")
	if !indexed {
		if grants.Kind == dialect.Absent {
			return "roles"
		}
		return field
	}
	n, err := strconv.Atoi(index)
	for i, role := range body.Get("roles").Items {
		if role.Get("groups").Kind != dialect.Array || err != nil {
			continue
		}
		if n == len(grants.Items) {
			return fmt.Sprintf("roles[%d]%s", i, strings.TrimPrefix(within, ".role"))
		}
		n--
	}
	return field
}

// eitherForm returns a reference to a new component: a text that is not empty, or an object with an
// id and the properties in besides.
func eitherForm(schemas huma.Registry, name, description string, besides map[string]*huma.Schema) *huma.Schema {
	least := 1
	text := &huma.Schema{Type: huma.TypeString, MinLength: &least, Description: "The id or the name."}
	object := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"id"}, AdditionalProperties: true,
		Properties: map[string]*huma.Schema{"id": {Type: huma.TypeString, MinLength: &least, Description: "The id."}},
	}
	for member, s := range besides {
		object.Properties[member] = s
	}
	schemas.Map()[name] = &huma.Schema{Description: description, AnyOf: []*huma.Schema{text, object}}
	return &huma.Schema{Ref: schemaRoot + name}
}

// isEitherForm reports whether a schema was made by eitherForm.
func isEitherForm(s *huma.Schema) bool {
	return len(s.AnyOf) == 2 && s.AnyOf[0].Type == huma.TypeString && s.AnyOf[1].Type == huma.TypeObject
}
