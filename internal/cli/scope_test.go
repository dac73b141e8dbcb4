package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestARoleForGroupsIsReadFromOneWord(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]roleIn{
		"Manager=Network":                 {Role: "Manager", Groups: []string{"Network"}},
		" Manager = Network , Help Desk ": {Role: "Manager", Groups: []string{"Network", "Help Desk"}},
		`Manager=Customer\, ACME,Network`: {Role: "Manager", Groups: []string{"Customer, ACME", "Network"}},
		`a\=b=Network`:                    {Role: "a=b", Groups: []string{"Network"}},
		"Manager=Network,,":               {Role: "Manager", Groups: []string{"Network"}},
	} {
		var got roleIn
		if err := got.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	for _, text := range []string{"", "Manager", "=Network", " =Network", "Manager=", "Manager=,", "Manager= ", "Manager=a=b"} {
		var got roleIn
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %+v", text, got)
		}
	}
}

func FuzzARoleForGroupsHasBoth(f *testing.F) {
	for _, seed := range []string{"Manager=Network", `a\=b=c\,d,e`, "=", ",", `\`, `a=\`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got roleIn
		if got.UnmarshalText([]byte(text)) != nil {
			return
		}
		if got.Role == "" || len(got.Groups) == 0 {
			t.Errorf("%q is taken for %+v", text, got)
		}
		for _, group := range got.Groups {
			if group == "" {
				t.Errorf("%q names a group without a name: %+v", text, got)
			}
		}
	})
}

func TestNothingIsDoneWithoutAYes(t *testing.T) {
	t.Parallel()
	for answer, done := range map[string]bool{"yes\n": true, " yes \n": true, "y\n": false, "no\n": false, "\n": false, "": false, "yes": false, strings.Repeat("yes", 9) + "\n": false} {
		sh, stdout, stderr := testShell(t, answer)
		err := sh.ask("Delete it?")
		if (err == nil) != done || stdout.Len() > 0 || !strings.HasPrefix(stderr.String(), "Delete it? Type yes: ") {
			t.Errorf("%q: %v, %q", answer, err, stderr)
		}
	}
	sh, _, _ := testShell(t, "yes\n")
	if err := sh.confirm("Delete it?"); err == nil {
		t.Error("a pipe was asked")
	}
}
