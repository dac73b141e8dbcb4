package directory

import (
	"strings"
	"testing"

	"roster"
)

// claimsOf returns claims of at least so many bytes, or a little more.
func claimsOf(bytes int) (c claims) {
	value := strings.Repeat("x", 1<<20)
	for c.size < bytes {
		c.add(roster.Check{ID: "c", Matching: roster.ConditionGroup{Conditions: []roster.Condition{{Field: roster.FieldSubject, Matches: roster.MatchContains, Value: value}}}})
	}
	return c
}

func TestWhatIsKeptOfChecksIsBounded(t *testing.T) {
	t.Parallel()
	var k keptClaims
	kept := func() (of string) {
		for _, org := range []string{"a", "b", "c"} {
			if c, found := k.get(roster.OrganizationID(org), CheckVersions{}); found && !c.tooLarge() {
				of += org
			}
		}
		return of
	}
	for _, step := range []struct {
		org   roster.OrganizationID
		bytes int
		want  string
	}{
		{"a", maxKeptClaims / 4, "a"},
		{"b", maxKeptClaims / 4, "ab"},
		{"a", maxKeptClaims / 2, "ab"}, // in the place of what was kept
		{"c", 2 * maxKeptClaims / 5, "c"},
		{"b", maxKeptClaims, "c"}, // too much by itself
		{"c", maxKeptClaims, ""},
		{"a", 0, "a"},
	} {
		c := claimsOf(step.bytes)
		if k.put(step.org, c); kept() != step.want {
			t.Errorf("after %d bytes of %s there is %q, want %q", c.size, step.org, kept(), step.want)
		}
		size := 0
		for _, c := range k.byOrganization {
			size += c.bytes()
		}
		if k.size != size || size > maxKeptClaims {
			t.Errorf("%d bytes are counted, %d are kept", k.size, size)
		}
	}
	if c := claimsOf(maxKeptClaims + 1); c.all != nil {
		t.Errorf("what is too much holds %d checks", len(c.all))
	}
	var none claims
	if none.add(roster.Check{ID: "c"}); none.all != nil || none.size != 0 {
		t.Error("a check that claims nothing is kept")
	}
}
