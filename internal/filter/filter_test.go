package filter_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/internal/directory"
	"roster/internal/filter"
)

// record is a test record: values by lower-case name, and elements of complex attributes.
type record struct {
	values   map[string][]any
	elements map[string][]filter.Record
}

func (r record) Values(path string) []any             { return r.values[strings.ToLower(path)] }
func (r record) Elements(path string) []filter.Record { return r.elements[strings.ToLower(path)] }

func element(values map[string][]any) filter.Record { return record{values: values} }

const schema = "urn:ietf:params:scim:schemas:core:2.0:user:"

// barbara is the user of RFC 7643 §8.2, in part.
var barbara = record{
	values: map[string][]any{
		"username":          {"bjensen"},
		schema + "username": {"bjensen"},
		"externalid":        {filter.Exact("Az1")},
		"name.familyname":   {"O'Malley"},
		"displayname":       {"Strauße"},
		"nickname":          {""},
		"department":        {filter.Link{ID: "d1", Name: "Tour Operations"}},
		"division":          {filter.Link{}},
		"manager":           {nil},
		"title":             {"Vice President"},
		"usertype":          {"Employee"},
		"active":            {true},
		"number":            {int64(9007199254740993)},
		"weight":            {62.5},
		"meta.lastmodified": {time.Date(2011, 5, 13, 4, 42, 34, 0, time.UTC)},
		"meta.created":      {"2010-01-23T04:56:22+01:00"},
		"schemas":           {"urn:ietf:params:scim:schemas:core:2.0:User"},
		"emails":            {"bjensen@example.com", "babs@jensen.org"},
		"emails.value":      {"bjensen@example.com", "babs@jensen.org"},
		"emails.type":       {"work", "home"},
	},
	elements: map[string][]filter.Record{
		"emails": {
			element(map[string][]any{"value": {"bjensen@example.com"}, "type": {"work"}}),
			element(map[string][]any{"value": {"babs@jensen.org"}, "type": {"home"}}),
		},
		"addresses": {element(map[string][]any{"type": {"work"}})},
	},
}

// picks reports whether a filter is true of a record.
func picks(f filter.Filter, r filter.Record) bool {
	is, _ := f.MatchRecord(r)
	return is
}

// questions are filters with whether they are true of barbara.
var questions = []struct {
	text string
	want bool
}{
	// The examples of RFC 7644 §3.4.2.2, figure 2.
	{`userName eq "bjensen"`, true},
	{`name.familyName co "O'Malley"`, true},
	{`userName sw "J"`, false},
	{`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`, false},
	{`title pr`, true},
	{`meta.lastModified gt "2011-05-13T04:42:34Z"`, false},
	{`meta.lastModified ge "2011-05-13T04:42:34Z"`, true},
	{`meta.lastModified lt "2011-05-13T04:42:34Z"`, false},
	{`meta.lastModified le "2011-05-13T04:42:34Z"`, true},
	{`meta.lastModified gt "0001-01-01T00:00:00Z"`, true},
	{`meta.lastModified lt "0001-01-01T00:00:00Z"`, false},
	{`externalId eq " Az1 "`, true},
	{`externalId ne "\tAz1"`, false},
	{`externalId sw " Az1"`, false},
	{`title pr and userType eq "Employee"`, true},
	{`title pr or userType eq "Intern"`, true},
	{`schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"`, true},
	{`userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")`, true},
	{`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`, false},
	{`userType eq "Employee" and (emails.type eq "work")`, true},
	{`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`, true},
	{`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`, true},

	// A value path needs one element that matches; a path without brackets, any element.
	{`emails[type eq "work" and value co "jensen.org"]`, false},
	{`emails.type eq "work" and emails.value co "jensen.org"`, true},
	{`emails[type eq "home"].value ew "jensen.org"`, true},
	{`emails[type eq "work"].value ew "jensen.org"`, false},
	{`emails[type eq "work" or type eq "other"].value ew "jensen.org"`, false},
	{`emails[not (type eq "work")]`, true},
	{`not (emails[type eq "work"])`, false},
	{`ims[type pr]`, false},

	// Case and form.
	{`USERNAME EQ "BJensen"`, true},
	{`urn:IETF:params:scim:schemas:core:2.0:User:UserName Sw "BJ"`, true},
	{`displayName eq "STRAUSSE"`, true},
	{`displayName eq "Strau\u00DFe"`, true},
	{`externalId eq "Az1"`, true},
	{`externalId eq "az1"`, false},
	{`externalId sw "A"`, true},
	{`NOT(title pr)AND(title pr)`, false},
	{"  \ttitle   pr  ", true},

	// No value.
	{`nickName pr`, false},
	{`manager pr`, false},
	{`manager eq null`, true},
	{`manager ne null`, false},
	{`title ne null`, true},
	{`manager eq "x"`, false},
	{`manager ne "x"`, true},
	{`addresses pr`, true},

	// A link equals the id or the name of its record.
	{`department eq "d1"`, true},
	{`department eq "D1"`, false},
	{`department eq "TOUR operations"`, true},
	{`department ne "d1"`, false},
	{`department sw "d"`, false},
	{`department sw "t"`, true},
	{`department pr`, true},
	{`department eq true`, false},
	{`division pr`, false},
	{`division eq ""`, false},
	{`division eq null`, true},

	// Types.
	{`active eq true`, true},
	{`active eq false`, false},
	{`active ne false`, true},
	{`active eq "true"`, false},
	{`title eq true`, false},
	{`title gt 1`, false},
	{`number eq 9007199254740993`, true},
	{`number eq 9007199254740992`, false},
	{`number gt 9007199254740992`, true},
	{`number lt 1e20`, true},
	{`number eq "9007199254740993"`, false},
	{`weight ge 62.5`, true},
	{`weight gt 62`, true},
	{`weight lt -62`, false},
	{`weight eq 625e-1`, true},
	{`meta.created eq "2010-01-23T03:56:22Z"`, true},
	{`meta.created gt "2010-01-23T04:00:00Z"`, false},
	{`meta.created sw "2010-01"`, true},
	{`meta.lastModified sw "2011-05"`, true},
	{`meta.lastModified co "2011-05-13T04:42:34Z"`, true},
	{`meta.lastModified eq "2011-05-13T06:42:34+02:00"`, true},
	{`meta.lastModified eq "lately"`, false},
	{`title gt "Vice"`, true},
	{`title lt "W"`, true},

	// and binds tighter than or, not tightest.
	{`title pr or nickName pr and manager pr`, true},
	{`(title pr or nickName pr) and manager pr`, false},
	{`not (title pr) or title pr`, true},
	{`not (title pr or title pr)`, false},
}

func TestAFilterPicksRecords(t *testing.T) {
	t.Parallel()
	for _, q := range questions {
		t.Run(q.text, func(t *testing.T) {
			t.Parallel()
			f := parse(t, q.text)
			if got := picks(f, barbara); got != q.want {
				t.Errorf("%v, want %v", got, q.want)
			}
			// Match, which knows values only, gives the same answer except where elements matter.
			if got, _ := f.Match(barbara.Values); got != q.want && !strings.HasPrefix(q.text, "addresses") {
				t.Errorf("by values %v, want %v", got, q.want)
			}
			if picks(f, barbara) == picks(parse(t, "not ("+q.text+")"), barbara) {
				t.Error("not does not turn it around")
			}
			checkText(t, f)
		})
	}
}

func parse(t *testing.T, text string) filter.Filter {
	t.Helper()
	f, err := filter.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

// validateText checks that a filter's String parses to the same filter.
func checkText(t *testing.T, f filter.Filter) {
	t.Helper()
	again, err := filter.Parse(f.String())
	if err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	if again.String() != f.String() || picks(again, barbara) != picks(f, barbara) {
		t.Errorf("%s became %s", f, again)
	}
}

func TestAnElementWithoutAnAttributeHasNilInItsPlace(t *testing.T) {
	t.Parallel()
	get := func(path string) []any {
		return map[string][]any{
			"methods.service":     {"email", "sms", "push"},
			"methods.confirmedAt": {nil, "2026-01-01T00:00:00Z"},
		}[path]
	}
	for text, want := range map[string]bool{
		`methods[service eq "email" and confirmedAt pr]`:          false,
		`methods[service eq "sms" and confirmedAt pr]`:            true,
		`methods[service eq "push" and confirmedAt pr]`:           false,
		`methods[service eq "push" and not (confirmedAt pr)]`:     true,
		`methods[confirmedAt eq null and service eq "sms"]`:       false,
		`methods[service eq "email"].confirmedAt gt "2025-01-01"`: false,
	} {
		if got, _ := parse(t, text).Match(get); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestNoFilterPicksEverything(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  \t"} {
		f := parse(t, text)
		if !f.IsZero() || !picks(f, record{}) || f.String() != "" || len(f.Paths()) != 0 || f.Validate(func(string) filter.Attribute { return filter.Attribute{} }) != nil {
			t.Errorf("%q picks something else", text)
		}
		if _, ok := f.Equals(""); ok {
			t.Errorf("%q asks for equality", text)
		}
	}
	if parse(t, "title pr").IsZero() {
		t.Error("a filter is zero")
	}
}

func TestOneSpelling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`((Title PR))`:                               `Title pr`,
		`a PR AND (b pr AND (c pr))`:                 `a pr and b pr and c pr`,
		`a pr and (b pr or (c pr or d pr))`:          `a pr and (b pr or c pr or d pr)`,
		`NOT((a pr))`:                                `not (a pr)`,
		`a eq "<\u0041\/\n>"`:                        `a eq "<A/\n>"`,
		`a ne 1.50e0 or b eq Null`:                   ``,
		`emails[type eq "work"].value eq "x"`:        `emails[type eq "work" and value eq "x"]`,
		`emails[type pr or primary pr].value eq "x"`: `emails[(type pr or primary pr) and value eq "x"]`,
		`a eq true and b eq false and c ne null`:     `a eq true and b eq false and c ne null`,
		`manager.$ref eq "x"`:                        `manager.$ref eq "x"`,
	} {
		f, err := filter.Parse(text)
		if (err != nil) != (want == "") || f.String() != want {
			t.Errorf("%s is %s, %v, want %s", text, f, err, want)
		}
	}
}

func TestWhatAFilterLooksAt(t *testing.T) {
	t.Parallel()
	f := parse(t, `userName eq "a" and (EMAILS[type eq "work" and value sw "b"] or not (emails.Type pr or username pr)) and urn:x:y:Z:q pr`)
	if diff := cmp.Diff([]string{"userName", "EMAILS.type", "EMAILS.value", "urn:x:y:Z:q"}, f.Paths()); diff != "" {
		t.Error(diff)
	}
}

func TestEqualityThatAnIndexAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, path, want string
		ok               bool
	}{
		{`userName eq "A"`, "username", "A", true},
		{`title pr and (active eq true and USERNAME eq "")`, "userName", "", true},
		{`emails[type eq "work"].value eq "a@b.c"`, "emails.value", "a@b.c", true},
		{`userName eq "A" and userName eq "B"`, "userName", "A", true},
		{`userName eq "A" or title pr`, "userName", "", false},
		{`not (userName eq "A")`, "userName", "", false},
		{`userName ne "A"`, "userName", "", false},
		{`userName eq null`, "userName", "", false},
		{`userName eq 1`, "userName", "", false},
		{`userName sw "A"`, "userName", "", false},
		{`emails[value eq "A"]`, "value", "", false},
	} {
		if value, ok := parse(t, c.text).Equals(c.path); value != c.want || ok != c.ok {
			t.Errorf("%s: %s is %q, %v", c.text, c.path, value, ok)
		}
	}
}

func TestAFilterThatIsNotUnderstoodSaysWhere(t *testing.T) {
	t.Parallel()
	const operators = "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr), found "
	const value = `expected a value as in JSON ("text", 1.5, true, false, null), found `
	for text, want := range map[string]string{
		`userName`:                         `at character 9: ` + operators + `the end`,
		`userName `:                        `at character 10: ` + operators + `the end`,
		`userName is "a"`:                  `at character 10: ` + operators + `"is"`,
		`userName ="a"`:                    `at character 10: ` + operators + `"="`,
		`userName eq`:                      `at character 12: expected a blank and a value, found the end`,
		`userName eq"a"`:                   `at character 12: expected a blank and a value, found "\""`,
		`userName eq john`:                 `at character 13: ` + value + `"john"`,
		`userName eq 'john'`:               `at character 13: ` + value + `"'"`,
		`userName eq True`:                 `at character 13: ` + value + `"True"`,
		`userName eq 01`:                   `at character 13: ` + value + `"01"`,
		`userName eq {}`:                   `at character 13: ` + value + `"{"`,
		`userName eq 1e999`:                `at character 13: the number is too large`,
		`userName eq "a`:                   `at character 13: the text has no closing "`,
		`userName eq "a\"`:                 `at character 13: the text has no closing "`,
		`userName eq "\x"`:                 `at character 13: the text is not written as in JSON`,
		"userName eq \"a\nb\"":             `at character 13: the text is not written as in JSON`,
		`active gt true`:                   `at character 11: gt cannot be used with this value`,
		`active le null`:                   `at character 11: le cannot be used with this value`,
		`number co 1`:                      `at character 11: co cannot be used with this value`,
		`"a" eq "b"`:                       `at character 1: expected an attribute, found "\""`,
		`a pr b pr`:                        `at character 6: expected and, or, or the end, found "b"`,
		`a pr )`:                           `at character 6: expected and, or, or the end, found ")"`,
		`a pr and`:                         `at character 9: expected an attribute, found the end`,
		`(a pr`:                            `at character 6: expected and, or, or ), found the end`,
		`()`:                               `at character 2: expected an attribute, found ")"`,
		`not a pr`:                         `at character 5: expected ( after not, found "a"`,
		`a..b pr`:                          `at character 1: "a..b" is no attribute path`,
		`.a pr`:                            `at character 1: ".a" is no attribute path`,
		`1a pr`:                            `at character 1: "1a" is no attribute path`,
		`x:a pr`:                           `at character 1: "x:a" is no attribute path`,
		`a$b pr`:                           `at character 1: "a$b" is no attribute path`,
		`urn: pr`:                          `at character 1: "urn:" is no attribute path`,
		`emails[type eq "work"`:            `at character 22: expected and, or, or ], found the end`,
		`emails[type eq "work")`:           `at character 22: expected and, or, or ], found ")"`,
		`emails[type[a pr]]`:               `at character 8: a value path cannot be within another`,
		`emails[urn:x:type pr]`:            `at character 8: "urn:x:type" is no attribute path`,
		`emails[]`:                         `at character 8: expected an attribute, found "]"`,
		`emails[a pr].`:                    `at character 14: expected a sub-attribute, found ""`,
		`emails[a pr].b`:                   `at character 15: ` + operators + `the end`,
		`emails[a pr] eq "x"`:              `at character 14: expected and, or, or the end, found "eq"`,
		`tïtle pr`:                         `at character 2: ` + operators + `"ï"`,
		`a eq "ß€😀" b`:                     `at character 12: expected and, or, or the end, found "b"`,
		`a ` + strings.Repeat("x", 100):    `at character 3: ` + operators + `"` + strings.Repeat("x", 40) + `…"`,
		`a eq "1" and` + "\u00a0" + `b pr`: `at character 13: expected an attribute, found "\u00a0"`,
	} {
		checkInvalid(t, text, "is not understood "+want)
	}
	checkInvalid(t, "a eq \"\xff\"", "is not in UTF-8")
}

func checkInvalid(t *testing.T, text, want string) {
	t.Helper()
	f, err := filter.Parse(text)
	var e *roster.Error
	if !errors.As(err, &e) || e.Kind != roster.Invalid || e.Field != filter.Field || e.Detail != want {
		t.Errorf("%.60s: %v\nwant %s", text, err, want)
	}
	if !f.IsZero() {
		t.Errorf("%.60s: an error and a filter", text)
	}
}

func TestAFilterIsBounded(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("(", n) + "a pr" + strings.Repeat(")", n) }
	many := func(n int) string { return strings.Join(slices.Repeat([]string{"a pr"}, n), " or ") }
	long := func(n int) string { return `a eq "` + strings.Repeat("x", n-len(`a eq ""`)) + `"` }
	for text, want := range map[string]string{
		deep(17): "has brackets more than 16 deep",
		strings.Repeat("not (", 17) + "a pr" + strings.Repeat(")", 17): "has brackets more than 16 deep",
		deep(16) + " and (b[" + deep(15) + "])":                        "has brackets more than 16 deep",
		many(51):                                                       "has more than 50 comparisons",
		long(2001):                                                     "is longer than 2000 bytes",
		strings.Repeat("(", 2000):                                      "has brackets more than 16 deep",
	} {
		checkInvalid(t, text, want)
	}
	for _, text := range []string{deep(16), deep(16) + " and " + deep(16), "b[" + deep(15) + "]", many(50), long(2000)} {
		parse(t, text)
	}
}

func TestTextsAreComparedAsTheDirectoryDoes(t *testing.T) {
	t.Parallel()
	for _, a := range []string{"", "a", "A", "Straße", "STRASSE", "é", "e\u0301", "ſ", "İ", "ΑΣ", "ας", "K", "\u212a"} {
		for _, b := range []string{"a", "strasse", "É", "s", "i̇", "ασ", "k"} {
			get := func(string) []any { return []any{a} }
			if is, _ := parse(t, `x eq "`+b+`"`).Match(get); is != (directory.Fold(a) == directory.Fold(b)) {
				t.Errorf("%q and %q: %v", a, b, is)
			}
		}
	}
}

func TestAnAttributeIsReadAndFoldedOnceHoweverManyComparisonsLookAtIt(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("ﷺ", 100)
	work := func(text string) int {
		asked := map[string]int{}
		is, work := parse(t, text).Match(func(path string) []any {
			path = strings.ToLower(path)
			if asked[path]++; asked[path] > 1 {
				t.Errorf("%s asks for %s %d times", text, path, asked[path])
			}
			return []any{name, filter.Link{ID: "1", Name: name}}
		})
		if is {
			t.Errorf("%s is true", text)
		}
		return work
	}
	for _, many := range []string{`x co "q" or `, `X[y eq "q"] or x.Y eq "r" or `, `x eq "2026-11-21T09:30:00Z" or `} {
		one, all := work(many+`x co "p"`), work(strings.Repeat(many, 16)+`X co "p"`)
		if one == 0 || all > 3*one {
			t.Errorf("%s takes %d steps, 16 of them %d", many, one, all)
		}
	}
	if few, more := work(`x co "q"`), work(`x co "q" or y co "q"`); more < 2*few {
		t.Errorf("one attribute takes %d steps, two %d", few, more)
	}
}
