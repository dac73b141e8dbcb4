package cli

import (
	"testing"

	"roster"
	"roster/internal/control"
)

func TestAUserIsLookedForByIDByNameAndByNumber(t *testing.T) {
	t.Parallel()
	const id = "0199f1a2-0000-7000-8000-00000000000a"
	for _, c := range []struct {
		name, word string
		known      control.UserName
		found      bool
	}{
		{"by id", id, control.UserName{ID: id}, true},
		{"by id in upper case", "0199F1A2-0000-7000-8000-00000000000A", control.UserName{ID: id}, true},
		{"by name", "jdoe", control.UserName{UserName: "jdoe"}, true},
		{"by number", "12", control.UserName{Number: 12}, true},
		{"by a name of digits before a number", "12", control.UserName{UserName: "12"}, true},
		{"not by what is no number", "12x", control.UserName{Number: 12}, false},
		{"not by a negative number", "-12", control.UserName{Number: -12}, false},
	} {
		_, err := aboutUser(c.word, func(name control.UserName) (string, error) {
			if name == c.known {
				return "", nil
			}
			return "", &roster.Error{Kind: roster.NotFound}
		})
		if (err == nil) != c.found {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAnotherFailureThanAMissingUserIsPassedOn(t *testing.T) {
	t.Parallel()
	calls := 0
	_, err := aboutUser("12", func(control.UserName) (string, error) {
		calls++
		return "", &roster.Error{Kind: roster.Unavailable}
	})
	if roster.KindOf(err) != roster.Unavailable || calls != 1 {
		t.Errorf("%d calls, then %v", calls, err)
	}
}
