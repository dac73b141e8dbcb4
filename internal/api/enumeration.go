package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"roster"
)

// enumeration is a closed set of texts. Each has one component in the document, so that generated
// clients have one type for it.
type enumeration struct {
	name        string // name of the component
	description string
	values      []string
	alias       reflect.Type // an [enumerated], which gives huma the schema of the Go type
}

// enumerated stands for the Go type T when huma looks for a schema.
type enumerated[T ~string] struct{}

// Schema implements [huma.SchemaProvider]: it refers to the component.
func (enumerated[T]) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Ref: schemaRoot + enumerations[reflect.TypeFor[T]()].name}
}

// enumerationOf returns the enumeration of a Go type.
func enumerationOf[T ~string](name, description string, values ...T) enumeration {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return enumeration{name, description, texts, reflect.TypeFor[enumerated[T]]()}
}

// permissionNames is the name of the component for names of permissions.
const permissionNames = "PermissionName"

// Closed sets that only this API has.
type (
	// permissionName is the name of a permission, as in GET /permissions.
	permissionName string
	// quantifier says how many conditions must be met.
	quantifier string
	// problemType is the type of a problem.
	problemType string
	// nameOrder is an order of records that have a number and a displayName.
	nameOrder string
	// auditOrder is an order of audit entries.
	auditOrder string
	// userOrder is an order of users.
	userOrder string
	// userKey is the member that finds the user of an upsert.
	userKey string
	// trueOrFalse is an optional condition.
	trueOrFalse string
)

// enumerations are the closed sets by their Go types. It is read-only.
var enumerations = map[reflect.Type]enumeration{
	reflect.TypeFor[roster.AccessLevel]():  enumerationOf("AccessLevel", "A shipped set of permissions.", roster.AccessLevels[:]...),
	reflect.TypeFor[roster.Service]():      enumerationOf("Service", "A way to reach somebody.", roster.Services[:]...),
	reflect.TypeFor[roster.Status]():       enumerationOf("Status", "The outcome that an event reports.", roster.Statuses[:]...),
	reflect.TypeFor[roster.State]():        enumerationOf("CheckState", "What a check shows: the worst of its open alerts.", roster.States[:]...),
	reflect.TypeFor[roster.Urgency]():      enumerationOf("Urgency", "How hard people are woken.", roster.Urgencies[:]...),
	reflect.TypeFor[alertState]():          enumerationOf("AlertState", "How far an alert has come.", alertOpen, alertAcknowledged, alertEnded),
	reflect.TypeFor[openOrEnded]():         enumerationOf("OpenOrEnded", "Which alerts a list has.", openOrEnded(alertOpen), openOrEnded(alertEnded)),
	reflect.TypeFor[roster.MessageField](): enumerationOf("MessageField", "A part of a message.", roster.MessageFields[:]...),
	reflect.TypeFor[roster.Match]():        enumerationOf("Match", "A way to compare texts.", roster.Matches[:]...),
	reflect.TypeFor[roster.IntervalUnit](): enumerationOf("IntervalUnit", "The unit of an interval.", roster.IntervalUnits[:]...),
	reflect.TypeFor[roster.Day]():          enumerationOf("Day", "A day of the week.", roster.Days[:]...),
	reflect.TypeFor[roster.Access]():       enumerationOf("TokenAccess", "Whether a token may change anything.", roster.AccessRead, roster.AccessReadWrite),
	reflect.TypeFor[roster.RealmKind]():    enumerationOf("RealmKind", "The protocol of a realm.", roster.RealmSAML, roster.RealmLDAP),
	reflect.TypeFor[roster.JobState](): enumerationOf("JobState", "How far a job has come.",
		roster.JobReady, roster.JobRunning, roster.JobBuried),
	reflect.TypeFor[permissionName](): enumerationOf(permissionNames, "The name of a permission.",
		namesOf[permissionName](roster.AllPermissions|roster.ServerAdmin)...),
	reflect.TypeFor[quantifier]():  enumerationOf[quantifier]("Quantifier", "How many conditions must be met.", "any", "all"),
	reflect.TypeFor[problemType](): enumerationOf("ProblemType", "The kind of a problem.", problemTypes()...),
	reflect.TypeFor[nameOrder]():   enumerationOf[nameOrder]("NameOrder", "An order of named records.", "number", "-number", "displayName", "-displayName"),
	reflect.TypeFor[auditOrder]():  enumerationOf[auditOrder]("AuditOrder", "An order of audit entries.", "at", "-at"),
	reflect.TypeFor[userOrder](): enumerationOf[userOrder]("UserOrder", "An order of users.",
		"number", "-number", "userName", "-userName", "displayName", "-displayName", "email", "-email"),
	reflect.TypeFor[userKey]():     enumerationOf[userKey]("UserKey", "A member that names one user.", "userName", "externalId", "email"),
	reflect.TypeFor[trueOrFalse](): enumerationOf[trueOrFalse]("TrueOrFalse", "A condition.", "true", "false"),
}

// namesOf returns the names of permissions.
func namesOf[T ~string](p roster.Permissions) []T {
	names := p.Names()
	typed := make([]T, len(names))
	for i, name := range names {
		typed[i] = T(name)
	}
	return typed
}

// defineEnumerations adds the components, and maps the Go types to them for huma.
func defineEnumerations(schemas huma.Registry) {
	for t, e := range enumerations {
		values := make([]any, len(e.values))
		for i, v := range e.values {
			values[i] = v
		}
		schemas.Map()[e.name] = &huma.Schema{Type: huma.TypeString, Description: e.description, Enum: values}
		schemas.RegisterTypeAlias(t, e.alias)
	}
}
