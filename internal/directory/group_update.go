package directory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"roster"
)

// latest is find for a group that is about to change: it returns it once nobody else can change it.
func (sel GroupSelector) findLocked(tx Tx, by roster.Actor, act Action) (roster.Group, error) {
	g, err := findLocked(tx, LockableGroup,
		func(ref roster.Ref) (roster.Group, error) {
			return GroupSelector{Kind: sel.Kind, Ref: ref}.find(tx, by, act)
		}, sel.Ref,
		func(g roster.Group) (roster.OrganizationID, string) { return g.OrganizationID, string(g.ID) })
	if err != nil {
		return g, err
	}
	return g, requireVersion(g.Version, sel.IfVersion)
}

// GroupChange is what UpdateGroup changes: what is absent stays as it is, a list replaces the whole
// list.
type GroupChange struct {
	Group       GroupSelector
	Name        roster.Set[string]
	Description roster.Set[string]
	Active      roster.Set[bool]
	Members     roster.Set[[]roster.Ref]
	AlertFilter roster.Set[string]
	SigFilter   roster.Set[string]
	LandingPage roster.Set[json.RawMessage]
	MergePatch  bool                     // LandingPage is merged with the one that is there (RFC 7396), not put in its place
	Services    roster.Set[[]roster.Ref] // one that is named and not there is made

	// Users who become members, or cease to be, without the others being looked at. Not together with
	// Members.
	AddMembers, RemoveMembers []roster.Ref

	Count  bool          // fill MemberCount of what is returned
	Faults roster.Faults // those the face found already
}

// asNew is the change as a group to be made, so that both are checked by the same rules.
func (in GroupChange) asNew() NewGroup {
	return NewGroup{
		Kind: in.Group.Kind, Name: in.Name.Or("-"), Description: in.Description.Value, Members: in.Members.Value,
		AlertFilter: in.AlertFilter.Value, SigFilter: in.SigFilter.Value, LandingPage: in.LandingPage.Value,
		Services: in.Services.Value, Faults: in.Faults,
	}
}

// validate returns every fault that shows without looking at the store.
func (in GroupChange) validate() roster.Faults {
	f := validateGroup(in.asNew())
	validateMembers(&f, "addMembers", in.AddMembers)
	validateMembers(&f, "removeMembers", in.RemoveMembers)
	if in.Members.Present && len(in.AddMembers)+len(in.RemoveMembers) > 0 {
		addOnce(&f, "members", "cannot be replaced while users are added or removed")
	}
	return f
}

// UpdateGroup changes a group or team. Members are compared with those there are a page at a time.
// Its version rises with its members too, as far as this changes them: who reads the members and
// replaces them under the version loses nobody whom another such change brought. A change that
// leaves everything as it is writes nothing.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid (all faults at once),
// Conflict(displayName), Stale, Unavailable.
func (d *Directory) UpdateGroup(ctx context.Context, by roster.Actor, in GroupChange) (roster.Group, error) {
	if err := allow(by, ActGroupUpdate); err != nil {
		return roster.Group{}, err
	}
	in.Name.Value = strings.TrimSpace(in.Name.Value)
	faults := in.validate()
	g, err := updateWithRerun(ctx, d, func(tx Tx) (roster.Group, error) {
		f := slices.Clone(faults)
		before, err := in.Group.findLocked(tx, by, ActGroupUpdate)
		if err == nil {
			before, err = in.whole(tx, before)
		}
		if err != nil {
			return before, err
		}
		added, removed, err := d.planMembers(tx, by, before, in, &f)
		if err != nil {
			return before, err
		}
		after, err := in.apply(tx, before, &f)
		if err == nil {
			err = f.Err()
		}
		if err != nil {
			return before, err
		}
		seen := auditGroup(after)
		seen.Added, seen.Removed = added, removed
		if err := tx.RemoveMembers(after.OrganizationID, after.ID, removed, d.now()); err != nil {
			return before, err
		}
		if err := tx.AddMembers(after.OrganizationID, after.ID, added, d.now()); err != nil {
			return before, err
		}
		if len(seen.Added)+len(seen.Removed) == 0 && sameGroup(before, after) {
			return before, nil
		}
		after.Version++
		if in.Count {
			after.MemberCount += int64(len(seen.Added) - len(seen.Removed))
		}
		if err := tx.UpdateGroup(after, Fold(after.Name)); err != nil {
			return before, err
		}
		return after, d.audit(tx, by, d.now(), change{ActGroupUpdate, string(after.ID), after.Name, changed{Before: auditGroup(before), After: seen}})
	})
	return g, d.nameHolder(ctx, by, ActGroupRead, groupHolder(by, in.Group.Kind, in.Name.Value), err)
}

// whole returns the group with its services and, where they are asked for, the number of its
// members.
func (in GroupChange) whole(tx Tx, g roster.Group) (roster.Group, error) {
	all, err := tx.Groups(g.OrganizationID, GroupQuery{Where: Is("id", string(g.ID)), Kind: g.Kind, Limit: 1, Services: true, CountMembers: in.Count})
	if found, ok := all.First(); ok && err == nil {
		return found, nil
	}
	return g, err
}

// sameGroup reports whether two states of a group are the same, but for its members.
func sameGroup(a, b roster.Group) bool {
	order := func(a, b roster.BusinessServiceLink) int { return cmp.Compare(a.ID, b.ID) }
	same := slices.Equal(sortedCopy(a.Routing.Services, order), sortedCopy(b.Routing.Services, order)) &&
		bytes.Equal(compact(a.Routing.LandingPage), compact(b.Routing.LandingPage))
	return same && a.Name == b.Name && a.Description == b.Description && a.Active == b.Active &&
		a.Routing.AlertFilter == b.Routing.AlertFilter && a.Routing.SigFilter == b.Routing.SigFilter
}

// apply returns the group as the change leaves it.
func (in GroupChange) apply(tx Tx, g roster.Group, f *roster.Faults) (_ roster.Group, err error) {
	if in.Name.Present {
		g.Name = in.Name.Value
	}
	if in.Description.Present {
		g.Description = in.Description.Value
	}
	g.Active = in.Active.Or(g.Active)
	if in.AlertFilter.Present {
		g.Routing.AlertFilter = in.AlertFilter.Value
	}
	if in.SigFilter.Present {
		g.Routing.SigFilter = in.SigFilter.Value
	}
	g.Routing.LandingPage = merged(g.Routing.LandingPage, in.LandingPage, in.MergePatch)
	if !f.Has("landingPage") {
		validateFilter(f, "landingPage", string(g.Routing.LandingPage)) // now that it is merged
	}
	if in.Services.Present {
		g.Routing.Services, err = makeBusinessServices(tx, g.OrganizationID, in.Services.Value, f)
	}
	return g, err
}

// differing compares the members of a group with those wanted, which are sorted numbers, and
// returns those who are to be added and removed. It looks at a page of members at a time: an actor
// who may change the group sees all of them.
func differing(tx Tx, g roster.Group, wanted []int64) (added, removed []int64, err error) {
	there := make([]bool, len(wanted))
	for after, last := int64(0), false; !last; {
		page, err := tx.Members(g.OrganizationID, MemberQuery{Group: g.ID, After: after, Limit: MaxPage})
		if err != nil {
			return nil, nil, err
		}
		for _, u := range page.Records {
			after = u.Number
			if i, ok := slices.BinarySearch(wanted, u.Number); ok {
				there[i] = true
			} else {
				removed = append(removed, u.Number)
			}
		}
		last = len(page.Records) < MaxPage
	}
	for i, number := range wanted {
		if !there[i] {
			added = append(added, number)
		}
	}
	return added, removed, nil
}

// memberChange is who is to be a member, by numbers in ascending order.
type memberChange struct {
	whole       bool // wanted are all that there are to be
	wanted      []int64
	add, remove []int64
}

// findMembers resolves the users whom the change names.
func (in GroupChange) findMembers(tx Tx, by roster.Actor, f *roster.Faults) (m memberChange, err error) {
	m.whole = in.Members.Present
	if m.wanted, err = findMembers(tx, by, "members", in.Members.Value, f); err != nil {
		return m, err
	}
	if m.add, err = findMembers(tx, by, "addMembers", in.AddMembers, f); err != nil {
		return m, err
	}
	if m.remove, err = findMembers(tx, by, "removeMembers", in.RemoveMembers, f); err != nil {
		return m, err
	}
	if slices.ContainsFunc(m.remove, within(m.add)) {
		f.Add("removeMembers", "names somebody who is to be added, too")
	}
	return m, nil
}

// planMembers finds whose membership of a group begins and ends, and notes where the actor may not
// do that.
func (d *Directory) planMembers(tx Tx, by roster.Actor, g roster.Group, in GroupChange, f *roster.Faults) (added, removed []int64, err error) {
	members, err := in.findMembers(tx, by, f)
	if err != nil {
		return nil, nil, err
	}
	if added, removed, err = members.exchange(tx, g); err != nil {
		return nil, nil, err
	}
	adding, removing := "addMembers", "removeMembers"
	if members.whole {
		adding, removing = "members", "members"
	}
	if len(added) > 0 && g.Kind == roster.KindGroup {
		field := func(roster.GroupLink) string { return adding }
		if err := d.permitJoins(tx, by, []roster.GroupLink{linkGroup(g)}, field, f); err != nil {
			return nil, nil, err
		}
	}
	if err := d.permitMembers(tx, by, g, adding, added, f); err != nil {
		return nil, nil, err
	}
	return added, removed, d.permitMembers(tx, by, g, removing, removed, f)
}

// exchange returns whose membership of a group the change begins and ends.
func (m memberChange) exchange(tx Tx, g roster.Group) (added, removed []int64, err error) {
	if m.whole {
		return differing(tx, g, m.wanted)
	}
	this := []roster.GroupID{g.ID}
	there, err := tx.MembersAmong(g.OrganizationID, this, m.add)
	if err != nil {
		return nil, nil, err
	}
	added = slices.DeleteFunc(slices.Clone(m.add), within(there))
	removed, err = tx.MembersAmong(g.OrganizationID, this, m.remove)
	return added, removed, err
}

// permitMembers notes whose membership of a group the actor may not begin or end: groups decide
// rights, so that takes what UpdateUser takes to change a user's groups. No right comes with a
// team. field names the argument.
func (d *Directory) permitMembers(tx Tx, by roster.Actor, g roster.Group, field string, users []int64, f *roster.Faults) error {
	if g.Kind != roster.KindGroup {
		return nil
	}
	return d.eachAbove(tx, by, users, func(name string, p roster.Permissions) {
		f.Forbid(field, fmt.Sprintf("cannot change for %q, who holds permissions beyond yours: %s", name, p))
	})
}

// eachAbove tells whom of the users, by number, the actor may not change, and by which permissions.
func (d *Directory) eachAbove(tx Tx, by roster.Actor, users []int64, tell func(name string, p roster.Permissions)) error {
	if len(users) == 0 || isLocal(by) {
		return nil
	}
	accounts, err := tx.AccountsByNumbers(by.OrganizationID, users)
	if err != nil {
		return err
	}
	entries, err := d.entriesOfUsersAbove(tx, by, users...)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if p := d.aboveCeiling(by, a.Grants) | entries[a.Number]; p != 0 {
			tell(shorten(a.UserName), p)
		}
	}
	return nil
}

// within returns whether a number is one of those, which are sorted.
func within(sorted []int64) func(int64) bool {
	return func(number int64) bool {
		_, found := slices.BinarySearch(sorted, number)
		return found
	}
}

// businessServiceID returns the id of a business service.
func (d *Directory) businessServiceID(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.BusinessServiceID, error) {
	found, err := view(ctx, d, func(tx Tx) ([]roster.BusinessService, error) {
		return tx.FindServices(by.OrganizationID, findable([]roster.Ref{ref}))
	})
	if err != nil {
		return "", err
	}
	if found[0].ID == "" {
		return "", noSuch("service", "service", ref)
	}
	return found[0].ID, nil
}
