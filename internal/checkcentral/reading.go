package checkcentral

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"roster"
	"roster/internal/dialect"
)

// reading reads fields as strictly as the vendor documents them.
type reading struct{ dialect.Reading }

// read starts reading the members of a body.
func read(body dialect.Value) reading {
	return reading{dialect.Reading{Arguments: body.Members, Name: argument}}
}

// changed reads a field of a change. Null counts as missing, as everywhere.
func changed[T any](r *reading, field string, take func(field string) T) roster.Set[T] {
	if _, given := r.Given(field); !given {
		return roster.Set[T]{}
	}
	return roster.Some(take(field))
}

func (r *reading) boolean(field string) bool {
	v, given := r.Given(field)
	return given && r.Is(v, dialect.Bool, field) && v.Bool
}

// items reads an array; none if the field is absent or null.
func items(r *dialect.Reading, field string) []dialect.Value {
	v, given := r.Given(field)
	if !given || !r.Is(v, dialect.Array, field) {
		return nil
	}
	return v.Items
}

// disabled is the access level that means an inactive user here.
const disabled = "disabled"

// accessLevel reads a level in any case: the published list has user, the published example sends
// User.
func (r *reading) accessLevel(field, text string) (roster.AccessLevel, roster.Set[bool]) {
	text = strings.ToLower(strings.TrimSpace(text))
	level := roster.AccessLevel(text)
	switch {
	case text == disabled:
		return roster.LevelCustom, roster.Some(false)
	case text != "" && !slices.Contains(roster.AccessLevels[:], level):
		r.Faults.Add(field, "must be one of: "+disabled+join(roster.AccessLevels[:]))
		return "", roster.Set[bool]{}
	default:
		return level, roster.Set[bool]{}
	}
}

// join lists words after another word, for a message.
func join(levels []roster.AccessLevel) string {
	var b strings.Builder
	for _, level := range levels {
		b.WriteString(", " + string(level))
	}
	return b.String()
}

// Descriptions of ids in lists, for messages.
const (
	aUserGroup = "a user group, as getUserGroups lists them"
	aUser      = "a user, as getUsers lists them"
)

// ids reads ids of records. An invalid item keeps its place, so that messages count as the sender
// does.
func (r *reading) ids(field, of string) []roster.Ref {
	sent := items(&r.Reading, field)
	if len(sent) == 0 {
		return nil
	}
	refs := make([]roster.Ref, len(sent))
	for i, item := range sent {
		id, ok := readID(item)
		if !ok {
			r.Faults.Add(fmt.Sprintf("%s[%d]", field, i), "must be the id of "+of)
		}
		refs[i].ID = id
	}
	return refs
}

// readID reads a UUID in its usual form of 36 characters (RFC 9562 §4).
func readID(v dialect.Value) (string, bool) {
	const length = 36
	if v.Kind != dialect.String || len(v.Text) != length || uuid.Validate(v.Text) != nil {
		return "", false
	}
	return strings.ToLower(v.Text), true
}

// preferences reads a list of NotificationConfig. Types and services may be in any case.
func (r *reading) preferences(field string) (list []roster.Preference, given bool) {
	if _, given = r.Given(field); !given {
		return nil, false
	}
	for i, item := range items(&r.Reading, field) {
		at := fmt.Sprintf("%s[%d]", field, i)
		if !r.Is(item, dialect.Object, at) {
			list = append(list, roster.Preference{})
			continue
		}
		r.Inner(at, item, func(in *dialect.Reading) {
			list = append(list, roster.Preference{Type: notificationType(in, "type"), Services: services(in, "services")})
		})
	}
	return list, true
}

// notificationType reads a published type of notification.
func notificationType(r *dialect.Reading, field string) roster.NotificationType {
	t := roster.NotificationType(strings.ToLower(r.Needed(field)))
	if !r.Faults.Has(field) && !slices.Contains(roster.PublishedTypes, t) {
		r.Faults.Add(field, "must be one of: "+words(roster.PublishedTypes))
	}
	return t
}

// services reads a list of published services.
func services(r *dialect.Reading, field string) []roster.Service {
	var list []roster.Service
	for i, item := range items(r, field) {
		s := roster.Service(strings.ToLower(item.Text))
		if !slices.Contains(roster.PublishedServices, s) {
			r.Faults.Add(fmt.Sprintf("%s[%d]", field, i), "must be one of: "+words(roster.PublishedServices))
		}
		list = append(list, s)
	}
	return list
}

// words joins words with commas, for a message.
func words[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, word := range list {
		texts[i] = string(word)
	}
	return strings.Join(texts, ", ")
}
