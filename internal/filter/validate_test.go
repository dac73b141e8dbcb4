package filter_test

import (
	"slices"
	"strings"
	"testing"

	"roster"
	"roster/internal/filter"
)

// attributes describes the attributes of the records in TestWhatCanBeTrueOfNoRecordIsRefused.
func attributes(path string) filter.Attribute {
	return map[string]filter.Attribute{
		"username": {Type: filter.Text}, "number": {Type: filter.Number}, "active": {Type: filter.Boolean}, "at": {Type: filter.Time},
		"level": {Type: filter.Text, Words: []string{"user", "Editor"}}, "emails.type": {Type: filter.Text},
	}[strings.ToLower(path)]
}

func TestWhatCanBeTrueOfNoRecordIsRefused(t *testing.T) {
	t.Parallel()
	const isTime, isLevel = `it must be a time such as "2026-11-21T09:30:00Z"`, "it must be one of: user, Editor"
	for text, want := range map[string][]string{
		``: nil,
		`userName eq "a" and USERNAME sw "b" and not (userName gt "c") and userName pr`: nil,
		`userName eq null or userName ne null or number eq null or active ne null`:      nil,
		`number eq 1 or number ge 2.5 or active ne true or active pr`:                   nil,
		`at gt "2026-11-21T09:30:00+01:00" or at sw "2026-11" or at eq null`:            nil,
		`level eq "USER" or level ne "editor" or level sw "x"`:                          nil,
		`emails[type eq "work"]`:   nil,
		`colour eq 1`:              {`names an unknown attribute: "colour"`},
		`emails[colour eq "work"]`: {`names an unknown attribute: "emails.colour"`},
		`userName eq 5`:            {`compares "userName" with a number: it must be a text in quotation marks`},
		`active eq "true"`:         {`compares "active" with a text: it must be true or false, without quotation marks`},
		`active gt 1`:              {`cannot compare "active" by gt`},
		`active co "t"`:            {`cannot compare "active" by co`},
		`number eq "1"`:            {`compares "number" with a text: it must be a number, without quotation marks`},
		`number sw "1"`:            {`cannot compare "number" by sw`},
		`at eq "lately"`:           {`compares "at" with a text: ` + isTime},
		`at gt "0001-01-01T00:00:00Z" or at gt "0000-01-01T00:00:00Z" or at ne "0001-01-01T01:00:00+01:00"`: nil,
		`at eq "2026-11-21T09:30:06,5Z"`:    {`compares "at" with a text: ` + isTime},
		`at eq "2026-11-21T9:30:00Z"`:       {`compares "at" with a text: ` + isTime},
		`at eq "2026-11-21T09:30:00+24:00"`: {`compares "at" with a text: ` + isTime},
		`at lt 2026`:                        {`compares "at" with a number: ` + isTime},
		`level eq "king"`:                   {`compares "level" with a text: ` + isLevel},
		`not (colour pr) and (COLOUR eq 1 or colour eq 2) and active eq 1 or number eq "x"`: {
			`names an unknown attribute: "colour"`, `names an unknown attribute: "COLOUR"`,
			`compares "active" with a number: it must be true or false, without quotation marks`, `compares "number" with a text: it must be a number, without quotation marks`,
		},
	} {
		var got []string
		for _, e := range roster.All(parse(t, text).Validate(attributes)) {
			if got = append(got, e.Detail); e.Kind != roster.Invalid || e.Field != "filter" {
				t.Errorf("%s is refused by %v", text, e)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is refused by %q, want %q", text, got, want)
		}
	}
}
