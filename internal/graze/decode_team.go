package graze

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// decodeCreateTeam reads the arguments of createTeam. Clients of 6.1 send "" for missing arguments.
func decodeCreateTeam(q *request) (directory.NewGroup, error) {
	args, err := q.arguments()
	if err != nil {
		return directory.NewGroup{}, err
	}
	r := newReading(args, teamWords)
	in := directory.NewGroup{
		Kind:        roster.KindTeam,
		Name:        r.Needed("displayName"),
		Description: r.Text("description"),
		Active:      r.changedBoolean("active"),
		Members:     change(&r, "members", r.refs).Value,
		AlertFilter: r.filter("alertFilter"),
		SigFilter:   r.filter("sigFilter"),
		LandingPage: r.landingPage("landingPage"),
		Services:    change(&r, "services", r.refs).Value,
		Repeatable:  true,
	}
	in.Faults = r.Faults
	return in, nil
}

// decodeUpdateTeam reads the arguments of updateTeam.
func decodeUpdateTeam(q *request) (directory.GroupChange, error) {
	args, err := q.arguments()
	if err != nil {
		return directory.GroupChange{}, err
	}
	team, err := teamByID(args)
	if err != nil {
		return directory.GroupChange{}, err
	}
	r := newReading(args, teamWords)
	in := directory.GroupChange{
		Group:       team,
		Name:        r.someText("displayName"),
		Description: r.changedText("description"),
		Active:      r.changedBoolean("active"),
		Members:     change(&r, "members", r.refs),
		AlertFilter: given(&r, "alertFilter", r.filter),
		SigFilter:   given(&r, "sigFilter", r.filter),
		LandingPage: given(&r, "landingPage", r.landingPage),
		Services:    change(&r, "services", r.refs),
	}
	in.Faults = r.Faults
	return in, nil
}

// given reads an argument of an update for which "" is a value.
func given[T any](r *reading, field string, read func(field string) T) roster.Set[T] {
	if r.Get(field).Kind == dialect.Absent {
		return roster.Set[T]{}
	}
	return roster.Some(read(field))
}

// decodeDeleteTeam reads team_id.
func decodeDeleteTeam(q *request) (directory.GroupSelector, error) {
	args, err := q.arguments()
	if err != nil {
		return directory.GroupSelector{}, err
	}
	return teamByID(args)
}

// lookup selects a record to read, and names the argument that selects it.
type lookup[In any] struct {
	in   In
	byID bool // selected by an id, which may be a name
}

// decodeGetTeam reads team_id or name; one of them is enough. A team_id that is no number is read
// as a name.
func decodeGetTeam(q *request) (lookup[directory.GroupSelector], error) {
	in := lookup[directory.GroupSelector]{in: directory.GroupSelector{Kind: roster.KindTeam}}
	args, err := q.arguments()
	if err != nil {
		return in, err
	}
	id := idIn(args, "team_id")
	in.in.Ref, in.byID = refOf(id, find(args, "name").Text), id != ""
	if in.in.Ref.IsZero() {
		return in, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "or name is required"}
	}
	return in, nil
}

func decodeGetTeams(*request) (directory.GroupList, error) {
	return directory.GroupList{Kind: roster.KindTeam}, nil
}

// decodeGetTeamsForService reads service_id, or the name. The published table calls the name
// argument name, the published example service_name.
func decodeGetTeamsForService(q *request) (lookup[directory.GroupList], error) {
	in := lookup[directory.GroupList]{in: directory.GroupList{Kind: roster.KindTeam}}
	args, err := q.arguments()
	if err != nil {
		return in, err
	}
	name := find(args, "service_name").Text
	if name == "" {
		name = find(args, "name").Text
	}
	id := idIn(args, "service_id")
	in.in.BusinessService, in.byID = refOf(id, name), id != ""
	if in.in.BusinessService.IsZero() {
		return in, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "or service_name is required"}
	}
	return in, nil
}

// idIn reads an id and trims it.
func idIn(args []dialect.Member, name string) string { return strings.TrimSpace(find(args, name).Text) }

// refOf returns a reference by the id, which is a name if it is no number, or else by the name.
// Digits are an id first and a name second.
func refOf(id, name string) roster.Ref {
	switch {
	case digits(id):
		return roster.Ref{Number: numberOf(id), Name: id}
	case id != "":
		return roster.Ref{Name: id}
	default:
		return roster.Ref{Name: name}
	}
}

// numberOf reads digits. A number that is too large becomes the greatest, which no record has.
func numberOf(text string) int64 {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		return n
	}
	return math.MaxInt64
}

// teamByID reads the team_id of a team to be changed. It is never read as a name.
func teamByID(args []dialect.Member) (directory.GroupSelector, error) {
	sel := directory.GroupSelector{Kind: roster.KindTeam}
	v := find(args, "team_id")
	v.Text = idIn(args, "team_id")
	switch n, isWhole := whole(v); {
	case v.Kind <= dialect.Null || v.Kind == dialect.String && v.Text == "":
		return sel, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "is required"}
	case v.Kind == dialect.String && digits(v.Text):
		sel.Ref.Number = numberOf(v.Text)
	case isWhole && n >= 0:
		sel.Ref.Number = numberOf(strconv.FormatInt(n, 10))
	default:
		return sel, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "must be the id of a team, a whole number"}
	}
	return sel, nil
}

// lookedUp calls a verb for a record that the arguments name. Errors about its name become errors
// about the argument.
func lookedUp[In, Out any](
	noun string, verb func(context.Context, roster.Actor, In) (Out, error),
) func(context.Context, roster.Actor, lookup[In]) (Out, error) {
	verb = known(noun, verb)
	return func(ctx context.Context, by roster.Actor, in lookup[In]) (Out, error) {
		out, err := verb(ctx, by, in.in)
		var fault *roster.Error
		if in.byID && roster.KindOf(err) == roster.Invalid && errors.As(err, &fault) {
			of := *fault
			of.Field = "id"
			err = &of
		}
		return out, err
	}
}

// known calls a verb for a record. An unknown id becomes an error that names the noun.
func known[In, Out any](
	noun string, verb func(context.Context, roster.Actor, In) (Out, error),
) func(context.Context, roster.Actor, In) (Out, error) {
	return func(ctx context.Context, by roster.Actor, in In) (Out, error) {
		out, err := verb(ctx, by, in)
		if err != nil && roster.KindOf(err) == roster.NotFound {
			return out, &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no " + noun}
		}
		return out, err
	}
}

// filter reads a filter as text. A JSON filter, as before version 8, is stored as its text.
func (r *reading) filter(field string) string {
	if v := r.Get(field); v.Kind == dialect.Object {
		return string(v.Raw)
	}
	return r.Text(field)
}

// landingPage reads a string or an object unchanged. "" is none.
func (r *reading) landingPage(field string) json.RawMessage {
	switch v, given := r.Given(field); {
	case !given || v.Kind == dialect.String && v.Text == "":
		return nil
	case v.Kind == dialect.Object:
		return v.Raw
	case v.Kind == dialect.String:
		text, _ := json.Marshal(v.Text) // cannot fail for valid UTF-8
		return text
	default:
		r.Faults.Add(field, "must be a string or an object")
		return nil
	}
}
