package binary_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"roster/test/contract"
)

// request makes a request: mostly one that the description allows, often spoiled somewhere.
func (f *apiFuzz) request() made {
	if again := f.again; again != nil && f.chance(2) {
		f.again = nil
		return *again
	}
	op := one(f, f.description.Operations)
	for op.Method == http.MethodDelete && f.chance(3) || op.Method != http.MethodPost && f.chance(6) { // there must be something to ask for
		op = one(f, f.description.Operations)
	}
	m := made{op: op, method: op.Method, header: http.Header{}, as: f.guises[0]}
	if f.chance(2) {
		m.as = f.guises[f.IntN(len(f.guises))]
	}
	m.path = f.path(op)
	m.query = f.query(op)
	f.headers(op, &m)
	if op.RequestBody != nil {
		f.body(op, &m)
	}
	if f.chance(40) {
		m.method = one(f, []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
	}
	if f.chance(100) {
		m.path += one(f, []string{"/", "//", "/x", ".", "%2e%2e", "/%00"})
	}
	m.op = f.description.Find(m.method, strings.TrimRight(m.path, "/")) // a slash at the end does not matter
	return m
}

// chance is true once in n times.
func (f *apiFuzz) chance(n int) bool { return f.IntN(n) == 0 }

// one returns one of several.
func one[T any](f *apiFuzz, list []T) T { return list[f.IntN(len(list))] }

// path fills an operation's path with identifiers: mostly of records that are there.
func (f *apiFuzz) path(op *contract.Operation) string {
	parts := strings.Split(strings.TrimPrefix(op.Path, "/"), "/")
	done, path := 0, ""
	for i := len(parts) - 1; i > 0; i-- { // the longest part of the path for which a record is known
		shape := shapeOf("/" + strings.Join(parts[:i], "/"))
		if known := f.records[shape]; len(known) > 0 && strings.HasPrefix(parts[i], "{") && !f.chance(10) {
			done, path = i+1, one(f, known)
			break
		}
	}
	for i := done; i < len(parts); i++ {
		part := parts[i]
		if strings.HasPrefix(part, "{") {
			part = url.PathEscape(f.identifier(parts[max(0, i-1)]))
			if op.Method == http.MethodGet && f.chance(8) {
				part = "me"
			}
		}
		path += "/" + part
	}
	return path
}

// identifier is an id of a record of that sort, or something like one.
func (f *apiFuzz) identifier(word string) string {
	if word == "members" {
		word = "users"
	}
	if known := f.names[word]; len(known) > 0 && !f.chance(10) {
		return one(f, known)
	}
	return one(f, []string{
		"019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55", "1", "0", "-1", "9223372036854775808", "x", "verification", "batch", "a b", "%", "é", "\u202e", "'; DROP TABLE users; --",
		strings.Repeat("a", 300), "019AA1F0-6A70-7C3E-9D52-0B1F6A7C1D55",
	})
}

// query makes parameters, now and then with one that is not known, or twice there.
func (f *apiFuzz) query(op *contract.Operation) string {
	q := url.Values{}
	for _, p := range op.Parameters {
		if p.In == "query" && (p.Required && !f.chance(10) || f.chance(3)) {
			q.Add(p.Name, f.parameter(p))
			if f.chance(30) {
				q.Add(p.Name, f.parameter(p))
			}
		}
	}
	if f.chance(40) {
		q.Add(one(f, []string{"sort", "count", "Limit", "password", "apiToken", ""}), "canarypw-in-the-query")
		if f.chance(2) {
			return q.Encode() + one(f, []string{"&%zz", "&=", ";a=b", "&&"})
		}
	}
	return q.Encode()
}

var filters = []string{
	`userName eq "admin"`, `userName sw "f" and active eq true`, `not (active eq false)`, `email pr`, `displayName co "a" or displayName co "b"`, `active eq tru`, `((((active pr))))`,
	`emails[type eq "work" and value co "@"]`, `userName eq`, `userName zz "x"`, `"x" eq userName`, `version gt 1`, `meta.created ge "2026-01-01T00:00:00Z"`, `userName eq "\u0000"`,
	`groups.displayName eq "Network"`, `shoeSize eq 43`, `joinedAt lt "now"`, `number ge 99999999999999999999`, `properties.key eq "x"`,
}

func (f *apiFuzz) parameter(p *openapi3.Parameter) string {
	switch {
	case f.chance(8):
		text := f.text()
		return text[:min(len(text), 2000)] // longer ones are refused before anything of ours sees them
	case p.Name == "filter":
		return one(f, filters)
	case p.Name == "fields":
		return one(f, []string{"id", "displayName", "userName,email", "id,,number", "nothing", "version,version"})
	case p.Name == "cursor":
		return one(f, []string{"", "x", "AAAA", "eyJhIjoxfQ", "====", strings.Repeat("A", 5000)})
	case p.Name == "search":
		return one(f, []string{"admin", "a b c", "fuzz user", "ß", "\"", "%", "_", strings.Repeat("word ", 100)})
	case p.Name == "limit":
		return one(f, []string{"1", "2", "1000", "0", "-1", "1001", "1e3", "9999999999999999999", ""})
	case p.Name == "sort":
		return one(f, []string{"number", "userName", "-email", "shoeSize", "--email", "-"})
	case p.Name == "match":
		return one(f, []string{"userName", "externalId", "email", "id"})
	case p.Name == "check" || p.Name == "checkGroup" || p.Name == "target":
		return f.identifier(map[string]string{"check": "checks", "checkGroup": "check-groups", "target": "users"}[p.Name])
	case p.Schema != nil:
		v, _ := json.Marshal(f.value(p.Schema.Value, p.Name, 0))
		return strings.Trim(string(v), `"`)
	}
	return f.text()
}

// headers makes preconditions and idempotency keys.
func (f *apiFuzz) headers(op *contract.Operation, m *made) {
	for _, p := range op.Parameters {
		if p.In != "header" || !f.chance(3) {
			continue
		}
		switch p.Name {
		case "If-Match", "If-None-Match":
			m.header.Set(p.Name, one(f, []string{`"v1"`, `"v2"`, `"v1", "v2"`, `W/"v1"`, "*", `v1`, `"v0"`, `"v99999999999999999999"`, `"`, `""`}))
		case "Idempotency-Key":
			m.header.Set(p.Name, one(f, []string{"fuzz-1", "fuzz-2", fmt.Sprint("fuzz-", f.Uint64()), strings.Repeat("k", 256), "a b", ""}))
		default:
			m.header.Set(p.Name, "x")
		}
	}
	if f.chance(50) {
		m.header.Set("Accept", one(f, []string{"text/html", "application/xml;q=1", "*/*;q=0", "nonsense"}))
	}
}

// body makes a body from the operation's schema, and spoils it in half of the cases.
func (f *apiFuzz) body(op *contract.Operation, m *made) {
	content := op.RequestBody.Value.Content
	media := "application/json"
	for _, other := range slices.Sorted(func(yield func(string) bool) {
		for name := range content {
			if !yield(name) {
				return
			}
		}
	}) {
		if f.chance(2) {
			media = other
		}
	}
	m.header.Set("Content-Type", media)
	described := content[media]
	if described == nil || described.Schema == nil {
		return
	}
	tree := f.value(described.Schema.Value, "", 0)
	if described.Example != nil && f.chance(8) {
		tree = described.Example
	}
	for f.chance(3) {
		tree = f.spoil(tree, 0)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		text = []byte("null")
	}
	m.body = f.spoilText(text)
	if f.chance(50) {
		m.header.Set("Content-Type", one(f, []string{"text/plain", "application/xml", "application/json; charset=latin1", "application/x-www-form-urlencoded", "", "a/b/c", "multipart/form-data"}))
	}
}

// value makes a value that a schema mostly allows. name is the member that it is for.
func (f *apiFuzz) value(s *openapi3.Schema, name string, depth int) any {
	switch {
	case s == nil || depth > 8:
		return nil
	case len(s.AnyOf) > 0:
		return f.value(one(f, s.AnyOf).Value, name, depth+1)
	case len(s.OneOf) > 0:
		return f.value(one(f, s.OneOf).Value, name, depth+1)
	case len(s.Enum) > 0:
		return one(f, s.Enum)
	case s.Type == nil || s.Type.Permits("null") && f.chance(8):
		if s.Type == nil && f.chance(2) {
			return map[string]any{"any": []any{1, "two", nil}}
		}
		return nil
	case s.Type.Permits("object"):
		return f.object(s, depth)
	case s.Type.Permits("array"):
		list := []any{}
		for range f.IntN(4) {
			list = append(list, f.value(s.Items.Value, name, depth+1))
		}
		return list
	case s.Type.Permits("boolean"):
		return f.chance(2)
	case s.Type.Permits("integer"), s.Type.Permits("number"):
		low, high := 0, 100
		if s.Min != nil {
			low = int(*s.Min)
		}
		if s.Max != nil {
			high = min(int(*s.Max), 1<<40)
		}
		return low + f.IntN(max(1, high-low+1))
	default:
		return f.word(s, name)
	}
}

func (f *apiFuzz) object(s *openapi3.Schema, depth int) any {
	object := map[string]any{}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names) // the order of a map would be another one each time
	for _, name := range names {
		if slices.Contains(s.Required, name) || f.chance(3) {
			object[name] = f.value(s.Properties[name].Value, name, depth+1)
		}
	}
	if len(s.Properties) == 0 && f.chance(2) {
		object[f.text()] = one(f, []any{1, "x", nil, true, []any{}, map[string]any{"a": 1}})
	}
	return object
}

// collections are where the records are that a member refers to.
var collections = map[string]string{
	"roles": "roles", "role": "roles", "groups": "groups", "group": "groups", "accessLevelGroups": "groups", "teams": "teams", "primaryGroup": "groups",
	"department": "departments", "members": "users", "add": "users", "remove": "users", "user": "users", "checkGroup": "check-groups", "check": "checks", "realm": "realms",
}

// word makes a string for a member.
func (f *apiFuzz) word(s *openapi3.Schema, name string) any {
	if word, refers := collections[name]; refers {
		return f.reference(word)
	}
	n := f.IntN(60)
	switch {
	case name == "password":
		return f.canary()
	case name == "userName":
		return fmt.Sprintf("fuzz.%d", n)
	case name == "email":
		return fmt.Sprintf("fuzz.%d@people.example", n)
	case name == "address":
		return one(f, []string{fmt.Sprintf("fuzz.%d@people.example", n), fmt.Sprintf("+44207946%04d", n), "uQiRzpo4DXghDmr9QzzfQu27cmVRsG"})
	case name == "displayName" || name == "name":
		return fmt.Sprintf("Fuzz %d", n)
	case name == "slug":
		return fmt.Sprintf("fuzz-%d", n)
	case name == "timezone":
		return one(f, []string{"Europe/London", "UTC", "SYSTEM", "Mars/Olympus"})
	case name == "defaultCountry":
		return one(f, []string{"GB", "DE", "ZZ"})
	case name == "emailAlias" || name == "alias":
		return fmt.Sprintf("fuzz-alias-%d", n)
	case name == "permissions":
		return one(f, []string{"read_directory", "manage_users", "super_privileges", "server_admin", "fly"})
	case name == "start" || name == "end":
		return fmt.Sprintf("%02d:%02d", f.IntN(25), f.IntN(61))
	case s.Format == "date-time":
		return one(f, []string{"2026-11-21T09:30:00Z", "2026-11-21T09:30:00.123456+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
	case s.Example != nil && f.chance(2):
		return s.Example
	}
	return f.text()
}

func (f *apiFuzz) reference(word string) string {
	if shipped := map[string][]string{
		"roles": {"Operator", "customer", "Super User", "Grazer"}, "groups": {"Network", "End-User"}, "teams": {"Cloud DevOps", "my team 1"},
		"departments": {"Support"}, "users": {"admin", "fuzz.readonly"}, "realms": {"DB", "external"},
	}[word]; len(shipped) > 0 && f.chance(3) {
		return one(f, shipped)
	}
	return f.identifier(word)
}

// unasked is the value of a member that nobody asked for: a password where it is refused for
// certain, and not where the object may be one that is kept with whatever is in it, such as a
// team's landing page.
func (f *apiFuzz) unasked(depth int) any {
	if depth > 0 {
		return 7
	}
	return f.canary()
}

// canary is a password that is found again wherever it got to.
func (f *apiFuzz) canary() string {
	f.canaries++
	return fmt.Sprintf("canarypw-%d-weir", f.canaries)
}

// text is a string that somebody might send.
func (f *apiFuzz) text() string {
	return one(f, []string{
		"", " ", "a", "Fuzz", "0", "null", "a\nb", "a\x00b", "\u202eevil", "\u2028", "ﬀ", "ẞ", "İ", "👩‍👩‍👧", "e\u0301", "\ufeff", "\U0010ffff", "%s%n", "<b>&amp;", `"`, `\`, "../../etc/passwd",
		"' OR 1=1 --", strings.Repeat("x", 255), strings.Repeat("x", 256), strings.Repeat("é", 70_000), "{{.}}", "$(id)", "\r\nSet-Cookie: a=b",
	})
}

// spoil changes a value somewhere.
func (f *apiFuzz) spoil(v any, depth int) any {
	switch v := v.(type) {
	case map[string]any:
		return f.spoilObject(v, depth)
	case []any:
		if len(v) > 0 && !f.chance(3) {
			v = slices.Clone(v)
			i := f.IntN(len(v))
			v[i] = f.spoil(v[i], depth+1)
			return v
		}
		if len(v) > 0 && f.chance(3) {
			return slices.Repeat(v[:1], one(f, []int{2, 1001}))
		}
	}
	return f.anything()
}

func (f *apiFuzz) spoilObject(v map[string]any, depth int) any {
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	changed := make(map[string]any, len(v))
	for name, value := range v {
		changed[name] = value
	}
	switch n := f.IntN(8); {
	case n == 0 && depth > 0:
		return f.anything()
	case n == 1:
		changed[one(f, []string{"passwort", "Password", "id", "version", "", "__proto__", "userName ", strings.Repeat("n", 500), "\u0000", "a/b~c"})] = f.unasked(depth)
	case n == 2 && len(names) > 0:
		delete(changed, one(f, names))
	case len(names) > 0:
		name := one(f, names)
		if strings.Contains(strings.ToLower(name), "passw") {
			changed[name] = one(f, []any{[]any{f.canary()}, map[string]any{"is": f.canary()}, strings.Repeat(f.canary(), 200), f.canary() + "\x00", nil, 7})
			break
		}
		changed[name] = f.spoil(v[name], depth+1)
	}
	return changed
}

// anything is a value of any type.
func (f *apiFuzz) anything() any {
	switch f.IntN(6) {
	case 0:
		return one(f, []any{nil, true, false, []any{}, map[string]any{}, []any{nil}, []any{[]any{[]any{}}}, map[string]any{"id": 1}})
	case 1, 2:
		return json.RawMessage(one(f, []string{"0", "-1", "1", "0.5", "1e400", "-0", "9223372036854775807", "9223372036854775808", "1e2", "123456789012345678901234567890", "4294967296"}))
	case 3:
		return json.RawMessage(strings.Repeat("[", 60) + strings.Repeat("]", 60))
	default:
		return f.text()
	}
}

// spoilText changes the text of a body, now and then.
func (f *apiFuzz) spoilText(text []byte) []byte {
	if !f.chance(15) {
		return text
	}
	switch f.IntN(10) {
	case 0:
		return nil
	case 1:
		return text[:f.IntN(len(text)+1)]
	case 2:
		return append(bytes.Clone(text), one(f, []string{"{}", "x", ",", "\x00", " \n"})...)
	case 3:
		return append([]byte("\xef\xbb\xbf"), text...)
	case 4:
		return bytes.Replace(text, []byte(`"`), []byte("\"\xff"), 1)
	case 5:
		return bytes.Replace(text, []byte(`{`), []byte(`{"password":"canarypw-twice","password":"canarypw-again",`), 1)
	case 6:
		return bytes.Replace(text, []byte(`{`), []byte(`{"userName":"\ud800",`), 1)
	case 7:
		return []byte(one(f, []string{"null", "[]", `"canarypw-alone"`, "7", "true", "", "canarypw-bare", `{"password":"canarypw-open`}))
	case 8:
		return append(text, bytes.Repeat([]byte(" "), 3<<20)...)
	default:
		return []byte(strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000))
	}
}
