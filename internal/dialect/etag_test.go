package dialect_test

import (
	"strings"
	"testing"

	"roster/internal/dialect"
)

func TestAnETagIsOfTheVersionAndOfWhatIsShown(t *testing.T) {
	t.Parallel()
	one, other, later := dialect.ETag(3, []byte(`{"a":1}`)), dialect.ETag(3, []byte(`{"a":2}`)), dialect.ETag(4, []byte(`{"a":1}`))
	if one == other || one == later || !strings.HasPrefix(one, `"v3.`) {
		t.Errorf("the tags are %s, %s and %s", one, other, later)
	}
	for _, tag := range []string{one, other} {
		if m := dialect.IfMatch(tag); !m.Valid() || m.Version() != 3 {
			t.Errorf("%s is for version %d", tag, m.Version())
		}
	}
	for header, has := range map[string]bool{one: true, "W/" + one: true, `"x", ` + one: true, "*": true, other: false, "": false, strings.Trim(one, `"`): false} {
		if dialect.IfNoneMatch(header).Has(one) != has {
			t.Errorf("If-None-Match: %s has %s: %v", header, one, !has)
		}
	}
}

func TestAPreconditionIsOneTagOrAnything(t *testing.T) {
	t.Parallel()
	for text, want := range map[dialect.IfMatch]struct {
		valid   bool
		version int64
	}{
		`"v3"`: {true, 3}, ` "v3.x" `: {true, 3}, `*`: {true, 0}, `W/"v3"`: {true, -1}, `"3"`: {true, -1}, `"v0"`: {true, -1}, `"v-1"`: {true, -1}, `""`: {true, -1},
		`v3`: {false, 0}, `"v3`: {false, 0}, `"v3", "v4"`: {false, 0}, ``: {false, 0}, dialect.IfMatch(`"` + strings.Repeat("a", 254) + `"`): {false, -1},
	} {
		if text.Valid() != want.valid || text.Version() != want.version {
			t.Errorf("If-Match: %s is valid: %v, for version %d", text, text.Valid(), text.Version())
		}
	}
}

func TestOnlyTheNamedMembersOfARecordAreShown(t *testing.T) {
	t.Parallel()
	there := map[string]bool{"id": true, "a": true, "b": true}
	names, unknown := dialect.SelectMembers("b, c,,A", there)
	text, err := dialect.Project([]byte(`{"id":"1","a":[1, 2],"b":{"x":null}}`), names)
	if err != nil || string(text) != `{"id":"1","b":{"x":null}}` || strings.Join(unknown, " ") != "2 4" {
		t.Errorf("shown is %s, and %v are unknown, %v", text, unknown, err)
	}
}
