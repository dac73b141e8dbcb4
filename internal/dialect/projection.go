package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// SelectMembers reads a list of names with commas between, such as the parameter fields, and
// returns the members that are shown then: these and the id. Names of none of the members that
// there are come back by their places, from 1 on.
func SelectMembers(fields string, there map[string]bool) (names map[string]bool, unknown []string) {
	names = map[string]bool{"id": true}
	for i, name := range strings.Split(fields, ",") {
		if name = strings.TrimSpace(name); name != "" && !there[name] {
			unknown = append(unknown, strconv.Itoa(i+1))
		}
		names[name] = true
	}
	return names, unknown
}

// Project returns a record, a JSON object, with the named members only.
func Project(text []byte, names map[string]bool) (json.RawMessage, error) {
	v, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read what is shown: %v", err) // not a fault of the caller's
	}
	kept := v.Members[:0]
	for _, m := range v.Members {
		if names[m.Name] {
			kept = append(kept, m)
		}
	}
	return WriteObject(kept), nil
}

// WriteObject returns the JSON object with the members.
func WriteObject(members []Member) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(m.Name) // a string: cannot fail
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.Value.Raw)
	}
	b.WriteByte('}')
	return b.Bytes()
}
