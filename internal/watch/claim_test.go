package watch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"roster"
	"roster/internal/watch"
)

func TestTheOrderInWhichChecksClaim(t *testing.T) {
	t.Parallel()
	checks := []watch.Claimant{
		{Check: "late", Number: 4}, {Check: "named", Priority: 9, Number: 5}, {Check: "preferred", Priority: -1, Number: 6}, {Check: "early", Number: 2},
	}
	for named, want := range map[roster.CheckID]string{
		"":      "[preferred early late named]",
		"named": "[named preferred early late]",
	} {
		var got []roster.CheckID
		for _, c := range watch.ClaimOrder(checks, named) {
			got = append(got, c.Check)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("if the event names %q: %v, not %s", named, got, want)
		}
	}
}

func TestFailureConditionsComeFirst(t *testing.T) {
	t.Parallel()
	contains := func(text string) roster.ConditionGroup {
		return roster.ConditionGroup{Conditions: []roster.Condition{{Field: roster.FieldSubject, Matches: roster.MatchContains, Value: text}}}
	}
	for subject, want := range map[string]roster.Status{
		"1 Successful, 1 Failed": roster.StatusFailure,
		"2 Successful":           roster.StatusSuccess,
		"2 Slow":                 roster.StatusWarning,
		"1 Slow, 1 Successful":   roster.StatusSuccess,
		"hello":                  roster.StatusFailure,
	} {
		meets := func(g roster.ConditionGroup) bool { return strings.Contains(subject, g.Conditions[0].Value) }
		if got := watch.StatusOf(contains("Failed"), contains("Successful"), contains("Slow"), roster.StatusFailure, meets); got != want {
			t.Errorf("%q is a %s", subject, got)
		}
	}
}

func TestACheckHidesAnother(t *testing.T) {
	t.Parallel()
	group := func(all bool, conditions ...string) roster.ConditionGroup {
		g := roster.ConditionGroup{All: all}
		for _, c := range conditions {
			parts := strings.SplitN(c, " ", 3)
			g.Conditions = append(g.Conditions, roster.Condition{Field: roster.MessageField(parts[0]), Matches: roster.Match(parts[1]), Value: parts[2]})
		}
		return g
	}
	for name, c := range map[string]struct {
		first, second roster.ConditionGroup
		want          bool
	}{
		"the same":                                {group(true, "subject regex a+"), group(true, "subject regex a+"), true},
		"another regular expression":              {group(true, "subject regex a+"), group(true, "subject regex a"), false},
		"a part of what it contains":              {group(true, "subject contains backup"), group(true, "subject contains BACKUP of Acme"), true},
		"more than it contains":                   {group(true, "subject contains backup of Acme"), group(true, "subject contains backup"), false},
		"another field":                           {group(true, "body contains backup"), group(true, "subject contains backup"), false},
		"one condition more":                      {group(true, "subject contains backup"), group(true, "from exactly a@b", "subject contains backup"), true},
		"one condition less":                      {group(true, "from exactly a@b", "subject contains backup"), group(true, "subject contains backup"), false},
		"one alternative more":                    {group(false, "from exactly a@b", "subject contains backup"), group(false, "subject contains backup"), true},
		"one alternative less":                    {group(false, "subject contains backup"), group(false, "from exactly a@b", "subject contains backup"), false},
		"an alternative is a part of what is all": {group(false, "from exactly a@b", "subject contains x"), group(true, "subject starts_with xy", "body contains z"), true},
		"no conditions match no message":          {group(true), group(true, "subject contains backup"), false},
		"and are not hidden":                      {group(true, "subject contains backup"), group(true), false},
	} {
		first, second := watch.Claimant{Check: "a", Number: 1, Matching: c.first}, watch.Claimant{Check: "b", Number: 2, Matching: c.second}
		if got := watch.Hides(first, second); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if watch.Hides(second, first) {
			t.Errorf("%s: the second hides the first", name)
		}
	}
}

func TestAHiddenCheckNeverClaims(t *testing.T) {
	t.Parallel()
	meets := func(g roster.ConditionGroup, text string) bool {
		one := func(c roster.Condition) bool {
			switch c.Matches {
			case roster.MatchExactly:
				return text == c.Value
			case roster.MatchNotExactly:
				return text != c.Value
			case roster.MatchContains:
				return strings.Contains(text, c.Value)
			case roster.MatchNotContains:
				return !strings.Contains(text, c.Value)
			case roster.MatchStartsWith:
				return strings.HasPrefix(text, c.Value)
			default:
				return strings.HasSuffix(text, c.Value)
			}
		}
		if g.All {
			return len(g.Conditions) > 0 && !slices.ContainsFunc(g.Conditions, func(c roster.Condition) bool { return !one(c) })
		}
		return slices.ContainsFunc(g.Conditions, one)
	}
	rapid.Check(t, func(r *rapid.T) {
		word := rapid.StringMatching("[ab]{0,3}")
		claimant := func(n int64) watch.Claimant {
			c := watch.Claimant{Check: roster.CheckID(fmt.Sprint(n)), Number: n}
			c.Matching.All = rapid.Bool().Draw(r, "all")
			for range rapid.IntRange(0, 3).Draw(r, "conditions") {
				match := rapid.SampledFrom(roster.Matches[:6]).Draw(r, "match")
				c.Matching.Conditions = append(c.Matching.Conditions, roster.Condition{Field: roster.FieldBody, Matches: match, Value: word.Draw(r, "value")})
			}
			return c
		}
		first, second := claimant(1), claimant(2)
		if text := word.Draw(r, "text"); watch.Hides(first, second) && meets(second.Matching, text) && !meets(first.Matching, text) {
			r.Fatalf("%q is claimed by the second", text)
		}
	})
}
