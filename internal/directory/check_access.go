package directory

import (
	"fmt"
	"iter"
	"slices"

	"roster"
)

// checkScope is what the actor sees of checks, nil for all of them (DECISIONS 6): those that name a
// group in which it reads the directory, and those of the check groups on which its user has an
// entry.
func checkScope(by roster.Actor) *CheckScope {
	groups, orgWide := scopeOf(by, ActCheckRead)
	return limitedScope(by, groups, orgWide)
}

// changeScope is what the actor sees of checks when it is about to change one: also what it only
// manages.
func changeScope(by roster.Actor) *CheckScope {
	read, reads := scopeOf(by, ActCheckRead)
	managed, manages := scopeOf(by, ActCheckUpdate)
	return limitedScope(by, slices.Concat(read, managed), reads || manages)
}

func limitedScope(by roster.Actor, groups []roster.GroupID, orgWide bool) *CheckScope {
	if orgWide {
		return nil
	}
	scope := &CheckScope{Groups: groups}
	if !by.Limited {
		scope.User = by.UserID
	}
	return scope
}

// findCheck returns the check with the id, or else with that name, if it is in the scope.
func findCheck(tx Tx, org roster.OrganizationID, id roster.CheckID, scope *CheckScope) (roster.Check, error) {
	ref := findable([]roster.Ref{{ID: string(id), Name: string(id)}})[0]
	for _, where := range []Condition{ifGiven("id", ref.ID), ifGiven("displayName", Fold(ref.Name))} {
		if where.IsZero() {
			continue
		}
		checks, err := tx.Checks(org, CheckQuery{Where: where, Scope: scope, Limit: 1, Told: true})
		if err != nil {
			return roster.Check{}, err
		}
		if c, found := checks.First(); found {
			return c, nil
		}
	}
	return roster.Check{}, noCheck("id")
}

func noCheck(field string) error {
	return &roster.Error{Kind: roster.NotFound, Field: field, Detail: "names no check"}
}

// findCheckGroup returns the check group that a reference names, by id or else by name, if it is in
// the scope.
func findCheckGroup(tx Tx, org roster.OrganizationID, ref roster.Ref, scope *CheckScope) (g roster.CheckGroup, found bool, err error) {
	ref = findable([]roster.Ref{ref})[0]
	for _, where := range []Condition{ifGiven("id", ref.ID), ifGiven("displayName", Fold(ref.Name))} {
		if where.IsZero() {
			continue
		}
		groups, err := tx.CheckGroups(org, CheckGroupQuery{Where: where, Scope: scope, Limit: 1})
		if err != nil {
			return roster.CheckGroup{}, false, err
		}
		if g, found := groups.First(); found {
			return g, true, nil
		}
	}
	return roster.CheckGroup{}, false, nil
}

func linkCheckGroup(g roster.CheckGroup) roster.CheckGroupLink {
	return roster.CheckGroupLink{ID: g.ID, Number: g.Number, Name: g.Name}
}

// checkRights are what an actor may make and change of checks.
type checkRights struct {
	everywhere bool
	groups     []roster.GroupID // where it manages checks
	access     map[roster.CheckGroupID]roster.AccessLevel
}

func rightsToChecks(tx Tx, by roster.Actor) (r checkRights, err error) {
	r.groups, r.everywhere = scopeOf(by, ActCheckUpdate)
	if !r.everywhere && !by.Limited && by.UserID != "" {
		r.access, err = tx.CheckAccess(by.OrganizationID, by.UserID)
	}
	return r, err
}

// permit answers Forbidden for a check that the actor may not manage: not for the organization, not
// for every group that the check names, and not by an entry on its check group.
func (r checkRights) permit(c roster.Check) error {
	if r.everywhere || r.access[c.CheckGroup.ID].Permissions().Has(roster.ManageChecks) {
		return nil
	}
	told := slices.Concat(c.Groups, c.Teams)
	outside := slices.ContainsFunc(told, func(g roster.GroupLink) bool { return !slices.Contains(r.groups, g.ID) })
	if len(told) > 0 && !outside {
		return nil
	}
	return forbidden("this needs manage_checks for the organization or for every group that the check names, of which there must be one, or an entry on its check group with the level editor")
}

// narrowedChecks leaves out of checks the groups and teams that the actor does not see, as narrowed
// does of users. Who manages the checks of a check group by an entry decides who is told of them,
// and sees that whole.
func narrowedChecks(tx Tx, by roster.Actor, checks []roster.Check) ([]roster.Check, error) {
	seen, sees := scopeOf(by, ActCheckRead)
	if sees || len(checks) == 0 {
		return checks, nil
	}
	rights, err := rightsToChecks(tx, by)
	if err != nil || rights.everywhere {
		return checks, err
	}
	seen = slices.Concat(seen, rights.groups)
	hidden := func(g roster.GroupLink) bool { return !slices.Contains(seen, g.ID) }
	for i, c := range checks {
		if !rights.access[c.CheckGroup.ID].Permissions().Has(roster.ManageChecks) {
			checks[i].Groups, checks[i].Teams = slices.DeleteFunc(c.Groups, hidden), slices.DeleteFunc(c.Teams, hidden)
		}
	}
	return checks, nil
}

// narrowedCheck is narrowedChecks for what a look for one check found.
func narrowedCheck(tx Tx, by roster.Actor) func(roster.Check, error) (roster.Check, error) {
	return func(c roster.Check, err error) (roster.Check, error) {
		if err != nil {
			return c, err
		}
		checks, err := narrowedChecks(tx, by, []roster.Check{c})
		return checks[0], err
	}
}

// tellGroups finds the groups of one kind that a check is to name. One that the actor does not see,
// and that the check does not name yet, reads as unknown; so does End-User, which has no members.
func tellGroups(tx Tx, by roster.Actor, kind roster.GroupKind, field string, refs []roster.Ref, named []roster.GroupLink, f *roster.Faults) ([]roster.GroupLink, error) {
	if len(refs) == 0 || len(refs) > MaxReferences {
		return nil, nil
	}
	found, err := tx.FindGroups(by.OrganizationID, kind, findable(refs))
	if err != nil {
		return nil, err
	}
	seen, sees := scopeOf(by, ActGroupRead)
	managed, manages := scopeOf(by, ActCheckUpdate)
	var links []roster.GroupLink
	for i, g := range found {
		known := sees || manages || slices.Contains(seen, g.ID) || slices.Contains(managed, g.ID) ||
			slices.ContainsFunc(named, func(l roster.GroupLink) bool { return l.ID == g.ID })
		if g.ID == "" || !known || isShipped(g) {
			noteUnknownTo(sees || manages, f, by, fmt.Sprintf("%s[%d]", field, i), string(kind), refs[i])
			continue
		}
		links = append(links, linkGroup(g))
	}
	links = distinct(links, func(l roster.GroupLink) roster.GroupID { return l.ID })
	slices.SortFunc(links, func(a, b roster.GroupLink) int { return int(a.Number - b.Number) })
	return links, nil
}

// noRecords is a list of what cannot be there.
func noRecords[T any]() iter.Seq2[T, error] { return func(func(T, error) bool) {} }
