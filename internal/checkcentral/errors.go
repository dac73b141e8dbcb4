package checkcentral

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"roster"
	"roster/internal/dialect"
)

// answer is the form of a kind of error in this dialect.
type answer struct {
	status int
	id     string // stable, because scripts compare it
}

// answers is the only table from kinds of error to statuses and ids.
var answers = map[roster.Kind]answer{
	roster.Internal:        {http.StatusInternalServerError, "internal-error"},
	roster.Invalid:         {http.StatusBadRequest, "invalid-request"},
	roster.Conflict:        {http.StatusConflict, "email-in-use"}, // see taken
	roster.NotFound:        {http.StatusNotFound, "not-found"},
	roster.Unauthenticated: {http.StatusUnauthorized, "invalid-token"},
	roster.Forbidden:       {http.StatusForbidden, "not-allowed"},
	roster.RateLimited:     {http.StatusTooManyRequests, "too-many-requests"},
	roster.Unavailable:     {http.StatusServiceUnavailable, "unavailable"},
	roster.Stale:           {http.StatusConflict, "changed-meanwhile"},
}

// taken are the ids of a Conflict over something else than an address.
var taken = map[string]string{
	"displayName": "name-in-use",
	"emailAlias":  "email-alias-in-use",
}

// refusals are the ids of errors about HTTP itself.
var refusals = map[int]string{
	http.StatusNotFound:              "not-found",
	http.StatusMethodNotAllowed:      "method-not-allowed",
	http.StatusRequestTimeout:        "request-timeout",
	http.StatusRequestEntityTooLarge: "body-too-large",
	http.StatusMisdirectedRequest:    "misdirected-request",
	http.StatusUnsupportedMediaType:  "unsupported-media-type",
}

// names maps the beginnings of canonical attribute paths to CheckCentral's names.
var names = map[string]string{
	"userName":    "email",
	"emails":      "email",
	"displayName": "name",
	"active":      "accessLevel",
	"roles":       "accessLevel", // it makes administrators here
	"groups":      "userGroups",
	"members":     "users",
	"preferences": "notifications",

	"emailAlias":     "email_alias",
	"checkGroup":     "group_id",
	"matching":       "matching_conditions",
	"success":        "success_conditions",
	"warning":        "warning_conditions",
	"defaultStatus":  "default_status",
	"interval":       "interval_type",
	"interval.unit":  "interval_type",
	"interval.value": "interval_value",
	"overdueMinutes": "overdue_minutes",
	"window":         "window_start",
	"window.start":   "window_start",
	"window.end":     "window_end",
	"window.days":    "active_days",
}

// inConditions are the names within a ConditionGroup.
var inConditions = strings.NewReplacer(".field", ".message_field", ".required", ".required_conditions")

// argument returns CheckCentral's name for a canonical attribute path. The longest known beginning
// of the path decides.
func argument(path string) string {
	for end := len(path); end > 0; end = strings.LastIndexAny(path[:end], ".[") {
		name, ok := names[path[:end]]
		switch rest := path[end:]; {
		case !ok:
		case strings.HasSuffix(name, "_conditions"):
			return name + inConditions.Replace(rest)
		default:
			return name + rest
		}
	}
	return path
}

// conditionArgument returns CheckCentral's name for a field of a ConditionGroup or of a condition
// in one.
func conditionArgument(field string) string {
	return strings.TrimPrefix(inConditions.Replace("."+field), ".")
}

func newFace(o Options) *dialect.Face[request] {
	statuses := make(map[roster.Kind]int, len(answers))
	for kind, a := range answers {
		statuses[kind] = a.status
	}
	return &dialect.Face[request]{
		Name: roster.FaceCheckCentral, Read: newRequest, Authenticate: limited(byToken(o.Verifier), o.Limit), Recognize: byToken(o.Verifier),
		Statuses: statuses, WriteError: writeError, Status: errorsAs200, Log: o.Log,
	}
}

// failure is the body of every error.
type failure struct {
	Error problem `json:"error"`
}

type problem struct {
	ID      string  `json:"id"`
	Message string  `json:"message"`
	Fields  []fault `json:"fields,omitempty"`
}

type fault struct {
	Field   string `json:"field"`
	Message string `json:"message"` // a phrase that follows the field's name
}

func writeError(w http.ResponseWriter, r *http.Request, status int, err error) {
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Roster"`)
	}
	_ = dialect.WriteJSON(w, status, failure{describe(r, err)}) // the caller has left
}

// describe explains everything that is wrong with a request.
func describe(r *http.Request, err error) problem {
	var refusal *dialect.Refusal
	if errors.As(err, &refusal) {
		return problem{ID: refusals[refusal.Status], Message: refusal.Detail}
	}
	kind := roster.KindOf(err)
	p := problem{ID: answers[kind].id}
	switch kind {
	case roster.Conflict:
		p.ID = cmp.Or(taken[roster.All(err)[0].Field], p.ID)
	case roster.Internal:
		p.Message = "Roster failed to do this; its log says why under request " + dialect.OriginOf(r.Context()).RequestID
		return p
	case roster.Unauthenticated:
		p.Message = "the API token is missing or not valid"
		return p
	}
	var sentences []string
	for _, e := range aboutArguments(roster.All(err)) {
		detail := cmp.Or(e.Detail, e.Kind.String())
		if e.Field == "" {
			sentences = append(sentences, detail)
			continue
		}
		if kind == roster.Conflict && e.Field == "displayName" && e.Holder.ID != "" {
			detail += ", with the id " + e.Holder.ID
		}
		f := fault{argument(e.Field), detail}
		if kind == roster.NotFound && e.Field == "displayName" {
			f.Field = "id" // a group is named by its id only
		}
		p.Fields = append(p.Fields, f)
		sentences = append(sentences, f.Field+" "+f.Message)
	}
	p.Message = strings.Join(sentences, "; ")
	return p
}

// aboutArguments drops faults of the userName if the address is at fault: here they are one
// argument.
func aboutArguments(all []*roster.Error) []*roster.Error {
	if !roster.Faults(all).Has("emails") {
		return all
	}
	var kept []*roster.Error
	for _, e := range all {
		if e.Field != "userName" {
			kept = append(kept, e)
		}
	}
	return kept
}
