package graze

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// reading reads arguments as tolerantly as existing clients need.
type reading struct{ dialect.Reading }

// newReading returns a reading of arguments by their names in w. It reads full_name, as clients of
// 6.1 send it, if fullname is missing.
func newReading(args []dialect.Member, w words) reading {
	name := w.argument
	if find(args, "fullname").Kind <= dialect.Null && find(args, "full_name").Kind != dialect.Absent {
		name = func(field string) string {
			if said := w.argument(field); said != "fullname" {
				return said
			}
			return "full_name"
		}
	}
	return reading{dialect.Reading{Arguments: args, Name: name}}
}

// withoutDefaults returns the arguments of a user with null instead of the defaults of the vendor's
// own client: 0 and "" for primary_group, department, joined and session_expiry. A form has the 0
// as text.
func withoutDefaults(args []dialect.Member) []dialect.Member {
	args = slices.Clone(args)
	for i, a := range args {
		switch a.Name {
		case "primary_group", "department", "joined", "session_expiry":
			if n, isWhole := whole(a.Value); isUnset(a.Value) || isWhole && n == 0 {
				args[i].Value = dialect.Value{Kind: dialect.Null}
			}
		}
	}
	return args
}

// needAll adds a fault for each missing argument of the published table.
func (r *reading) needAll() {
	for _, field := range publishedFields {
		if r.Get(field).Kind == dialect.Absent && !r.Faults.Has(field) {
			r.Faults.Add(field, "is required")
		}
	}
}

// boolean reads true and false, also as text in any case, as forms send it.
func (r *reading) boolean(field string) roster.Set[bool] {
	switch v, given := r.Given(field); {
	case !given:
		return roster.Set[bool]{}
	case v.Kind == dialect.Bool:
		return roster.Some(v.Bool)
	case v.Kind == dialect.String && (strings.EqualFold(v.Text, "true") || strings.EqualFold(v.Text, "false")):
		return roster.Some(strings.EqualFold(v.Text, "true"))
	default:
		r.Faults.Add(field, "must be true or false")
		return roster.Set[bool]{}
	}
}

// seconds reads a Unix time.
func (r *reading) seconds(field string) roster.Set[time.Time] {
	const lastSecond = 99999999999 // in the year 5138; as milliseconds that is 1973
	v, given := r.Given(field)
	if !given || r.empty(field) {
		return roster.Set[time.Time]{}
	}
	switch n, ok := whole(v); {
	case !ok || n < 0:
		r.Faults.Add(field, "must be a Unix time in whole seconds")
	case n > lastSecond:
		r.Faults.Add(field, "must be a Unix time in seconds; this one looks like milliseconds: divide it by 1000")
	default:
		return roster.Some(time.Unix(n, 0).UTC())
	}
	return roster.Set[time.Time]{}
}

// minutes reads a number of minutes, or null for the default.
func (r *reading) minutes(field string) roster.Set[int] {
	v, given := r.Given(field)
	if !given {
		return roster.Set[int]{Present: v.Kind == dialect.Null, Null: v.Kind == dialect.Null}
	}
	n, ok := whole(v)
	if !ok {
		r.Faults.Add(field, fmt.Sprintf("must be a whole number of minutes from 1 to %d, or null", directory.MaxExpiry))
		return roster.Set[int]{}
	}
	return roster.Some(int(max(math.MinInt32, min(n, math.MaxInt32))))
}

// items reads an array, also as JSON text in a string, as clients of 6.1 send it.
func (r *reading) items(field string) []dialect.Value {
	v, given := r.Given(field)
	if v = unwrap(v); given && v.Kind != dialect.Array {
		r.Faults.Add(field, "must be an array")
	}
	return v.Items
}

// object reads an object unchanged, also as JSON text in a string, as forms send it.
func (r *reading) object(field string) json.RawMessage {
	v, given := r.Given(field)
	if !given {
		return nil
	}
	if v = unwrap(v); v.Kind != dialect.Object {
		r.Faults.Add(field, "must be an object or null")
		return nil
	}
	return v.Raw
}

// unwrap returns the value of JSON text in a string, or v if it is none.
func unwrap(v dialect.Value) dialect.Value {
	if v.Kind != dialect.String {
		return v
	}
	inner, err := dialect.Parse([]byte(v.Text))
	if err != nil {
		return v
	}
	return inner
}

const wantRef = "must be a name or an id"

// ref reads a name or an id; none if the argument is empty.
func (r *reading) ref(field string) roster.Ref {
	v, given := r.Given(field)
	if !given || v.Kind == dialect.String && v.Text == "" {
		return roster.Ref{}
	}
	ref, ok := asRef(v)
	if !ok {
		r.Faults.Add(field, wantRef)
	}
	return ref
}

// refs reads a list of names and ids. An invalid item keeps its place, so that messages count as
// the sender does.
func (r *reading) refs(field string) []roster.Ref {
	items := r.items(field)
	if len(items) == 0 {
		return nil
	}
	refs := make([]roster.Ref, len(items))
	for i, item := range items {
		var ok bool
		if refs[i], ok = asRef(item); !ok {
			r.Faults.Add(fmt.Sprintf("%s[%d]", field, i), wantRef)
		}
	}
	return refs
}

func (r *reading) neededRefs(field string) []roster.Ref {
	refs := r.refs(field)
	if len(refs) == 0 && !r.Faults.Has(field) {
		r.Faults.Add(field, "is required: at least one")
	}
	return refs
}

// competencies reads a list of {"name" or "cid", "ranking"}.
func (r *reading) competencies(field string) []roster.Competency {
	items := r.items(field)
	if len(items) == 0 {
		return nil
	}
	list := make([]roster.Competency, len(items))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", field, i)
		if item.Kind != dialect.Object {
			r.Faults.Add(at, "must be an object with name or cid, and ranking")
			continue
		}
		r.Inner(at, item, func(in *dialect.Reading) {
			list[i] = roster.Competency{Name: in.Text("name"), CID: number(in, "cid"), Ranking: int(number(in, "ranking"))}
			if _, given := in.Given("ranking"); !given {
				in.Faults.Add("ranking", "is required")
			}
		})
	}
	return list
}

// number reads a whole number, 0 if it is missing.
func number(r *dialect.Reading, field string) int64 {
	v, given := r.Given(field)
	if !given {
		return 0
	}
	n, ok := whole(v)
	if !ok || n < 0 || n > math.MaxInt32 {
		r.Faults.Add(field, "must be a whole number from 0")
		return 0
	}
	return n
}

// asRef reads a name or an id. Digits are an id first and a name second.
func asRef(v dialect.Value) (roster.Ref, bool) {
	switch v.Kind {
	case dialect.Number:
		n, ok := v.Int()
		if !ok || n < 1 {
			return roster.Ref{}, false
		}
		return roster.Ref{Number: n}, true
	case dialect.String:
		ref := roster.Ref{Name: strings.TrimSpace(v.Text)}
		if digits(ref.Name) {
			ref.Number, _ = strconv.ParseInt(ref.Name, 10, 64) // a number that is too large becomes the greatest, which no record has
		}
		return ref, ref.Name != ""
	default:
		return roster.Ref{}, false
	}
}

// whole reads a whole number, also as text with blanks around it.
func whole(v dialect.Value) (int64, bool) {
	if text := strings.TrimSpace(v.Text); v.Kind == dialect.String && digits(text) {
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err == nil
	}
	return v.Int()
}

// digits reports whether s consists of digits.
func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
