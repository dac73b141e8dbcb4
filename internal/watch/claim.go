package watch

import (
	"cmp"
	"slices"
	"strings"

	"roster"
)

// Claimant is a check that can claim events (N8).
type Claimant struct {
	Check    roster.CheckID
	Priority int   // the smaller claims first
	Number   int64 // of the check; among checks of one priority the smaller claims first
	Matching roster.ConditionGroup
}

// ClaimOrder returns checks in the order in which they may claim an event (N8): first the check
// that the event's address or key names, "" for none, then by priority, then by number.
func ClaimOrder(checks []Claimant, named roster.CheckID) []Claimant {
	later := func(c Claimant) int {
		if c.Check == named {
			return 0
		}
		return 1
	}
	return slices.SortedFunc(slices.Values(checks), func(a, b Claimant) int {
		return cmp.Or(
			cmp.Compare(later(a), later(b)), cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Number, b.Number),
		)
	})
}

// StatusOf returns the status of a claimed event (N8). Failure conditions come first: "1
// Successful, 1 Failed" is a failure where "Failed" is one. A check without failure conditions has
// none that the message meets.
func StatusOf(failure, success, warning roster.ConditionGroup, otherwise roster.Status, meets func(roster.ConditionGroup) bool) roster.Status {
	switch {
	case meets(failure):
		return roster.StatusFailure
	case meets(success):
		return roster.StatusSuccess
	case meets(warning):
		return roster.StatusWarning
	}
	return otherwise
}

// Hides reports whether a check surely claims every event that another would claim, so that the
// other gets none but those that name it (N8). It compares conditions, so it finds the plain cases
// only: two regular expressions, for example, are alike or not compared.
func Hides(first, second Claimant) bool {
	if ClaimOrder([]Claimant{second, first}, "")[0].Check != first.Check {
		return false
	}
	broad, narrow := first.Matching, second.Matching
	if len(broad.Conditions) == 0 || len(narrow.Conditions) == 0 {
		return false // an empty list matches no message
	}
	one := func(c roster.Condition) bool { // who meets the condition meets the broad group
		covers := func(b roster.Condition) bool { return implies(c, b) }
		if broad.All {
			return !slices.ContainsFunc(broad.Conditions, func(b roster.Condition) bool { return !covers(b) })
		}
		return slices.ContainsFunc(broad.Conditions, covers)
	}
	switch {
	case !narrow.All:
		return !slices.ContainsFunc(narrow.Conditions, func(c roster.Condition) bool { return !one(c) })
	case !broad.All:
		return slices.ContainsFunc(narrow.Conditions, one)
	}
	return !slices.ContainsFunc(broad.Conditions, func(b roster.Condition) bool {
		return !slices.ContainsFunc(narrow.Conditions, func(c roster.Condition) bool { return implies(c, b) })
	})
}

// implies reports whether each message that meets one condition surely meets another.
func implies(one, other roster.Condition) bool {
	has, wants := strings.ToLower(one.Value), strings.ToLower(other.Value)
	if one.Field != other.Field {
		return false
	}
	exactly, starts, ends := one.Matches == roster.MatchExactly, one.Matches == roster.MatchStartsWith, one.Matches == roster.MatchEndsWith
	contains := one.Matches == roster.MatchContains
	switch other.Matches {
	case roster.MatchContains:
		return (exactly || starts || ends || contains) && strings.Contains(has, wants)
	case roster.MatchStartsWith:
		return (exactly || starts) && strings.HasPrefix(has, wants)
	case roster.MatchEndsWith:
		return (exactly || ends) && strings.HasSuffix(has, wants)
	case roster.MatchNotContains:
		return exactly && !strings.Contains(has, wants) || one.Matches == roster.MatchNotContains && strings.Contains(wants, has)
	case roster.MatchNotExactly:
		return exactly && has != wants || contains && !strings.Contains(wants, has) || starts && !strings.HasPrefix(wants, has) ||
			ends && !strings.HasSuffix(wants, has) || one.Matches == roster.MatchNotExactly && has == wants
	default: // exactly, or a regular expression
		return one.Matches == other.Matches && one.Value == other.Value
	}
}
