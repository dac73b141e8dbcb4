package directory

import (
	"bytes"
	"encoding/json"
	"slices"

	"roster"
)

// merged returns a JSON value after a change. A merge patch that is an object is merged into the
// value (RFC 7396 §2); anything else replaces it. A patch that changes nothing returns the very
// same bytes. Both must be JSON without duplicate names in an object.
func merged(there json.RawMessage, change roster.Set[json.RawMessage], patch bool) json.RawMessage {
	switch {
	case !change.Present:
		return there
	case change.Null || !patch || len(change.Value) == 0:
		return change.Value
	}
	after := mergePatch(there, change.Value)
	if bytes.Equal(compact(there), after) {
		return there
	}
	return after
}

// mergePatch is MergePatch of RFC 7396 §2. Members keep their order; new ones come last.
func mergePatch(target, patch json.RawMessage) json.RawMessage {
	changes, isObject := membersOf(patch)
	if !isObject {
		return compact(patch)
	}
	members, _ := membersOf(target)             // no object: no members
	place := make(map[string]int, len(members)) // an index, because objects may be large and writers wait
	for i, m := range members {
		place[m.name] = i
	}
	for _, c := range changes {
		i, there := place[c.name]
		switch {
		case string(c.value) == "null" && there:
			members[i].value = nil
		case string(c.value) == "null":
		case there:
			members[i].value = mergePatch(members[i].value, c.value)
		default:
			members = append(members, member{c.name, mergePatch(nil, c.value)})
		}
	}
	return objectOf(slices.DeleteFunc(members, func(m member) bool { return m.value == nil }))
}

// member is a member of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// membersOf returns the members of an object in their order. isObject is false for any other value.
func membersOf(text json.RawMessage) (members []member, isObject bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		var m member
		name, err := d.Token()
		if err == nil {
			err = d.Decode(&m.value)
		}
		if err != nil {
			return nil, false
		}
		m.name, _ = name.(string) // member names are strings
		members = append(members, m)
	}
	return members, true
}

func objectOf(members []member) json.RawMessage {
	var b bytes.Buffer
	names := json.NewEncoder(&b)
	names.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		_ = names.Encode(m.name) // strings never fail
		b.Truncate(b.Len() - 1)  // the line break that Encode adds
		b.WriteByte(':')
		b.Write(compact(m.value))
	}
	b.WriteByte('}')
	return b.Bytes()
}

// compact returns JSON without blanks between its tokens. Text that is not JSON is returned
// unchanged.
func compact(text json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if len(text) == 0 || json.Compact(&b, text) != nil {
		return text
	}
	return b.Bytes()
}
