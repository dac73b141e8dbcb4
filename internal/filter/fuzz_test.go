package filter

import (
	"errors"
	"testing"

	"roster"
)

// anything returns values for some paths.
func anything(path string) []any {
	switch len(path) % 4 {
	case 0:
		return []any{"a", int64(1), nil}
	case 1:
		return []any{true, 1.5, "2011-05-13T04:42:34Z"}
	case 2:
		return []any{nil, Exact("a")}
	}
	return nil
}

// picks reports whether the filter is true of the record anything.
func picks(f Filter) bool {
	is, _ := f.Match(anything)
	return is
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		``, `a pr`, `userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`,
		`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp"].value co "@foo.com"`,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`, `a eq null or b gt -1.5e3 and c eq true`,
		`meta.lastModified gt "2011-05-13T04:42:34Z"`, `((a pr)`, `a eq "\u0041\ud800"`, `not(not(a pr))`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Parse(text)
		if err != nil {
			var e *roster.Error
			if !errors.As(err, &e) || e.Kind != roster.Invalid || len(e.Detail) > 400 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		_ = got.Paths()
		_, _ = got.Equals("a")
		spelt := got.String()
		none := limits{depth: 2 * MaxBytes, comparisons: 2 * MaxBytes}
		again, err := parse(spelt, none)
		if err != nil || again.String() != spelt || picks(again) != picks(got) {
			t.Fatalf("%q is %q, then %q, %v", text, spelt, again, err)
		}
		if got.IsZero() {
			return
		}
		opposite, err := parse("not ("+text+")", none)
		if err != nil || picks(opposite) == picks(got) {
			t.Fatalf("%q: not does not turn it around, %v", text, err)
		}
	})
}
