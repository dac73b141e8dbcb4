package directory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"roster"
)

// GroupSelector picks one group of a kind.
type GroupSelector struct {
	Kind      roster.GroupKind
	Ref       roster.Ref
	IfVersion int64 // of UpdateGroup and DeleteGroup: only if it still has this version; 0: whatever it has
}

// find returns the group that the selector picks, if the actor may see it in an action. One that is
// named and not there is Invalid, one by number or id NotFound; so is the shipped group, which no list shows.
func (sel GroupSelector) find(tx Tx, by roster.Actor, act Action) (roster.Group, error) {
	found, err := tx.FindGroups(by.OrganizationID, sel.Kind, findable([]roster.Ref{sel.Ref}))
	if err != nil {
		return roster.Group{}, err
	}
	scope, everywhere := scopeOf(by, act)
	switch g := found[0]; {
	case g.ID == "" || !everywhere && !slices.Contains(scope, g.ID):
	case !isShipped(g):
		return g, nil
	case Fold(sel.Ref.Name) == Fold(roster.EndUserGroup): // who says the name learns nothing new
		return roster.Group{}, &roster.Error{Kind: roster.Invalid, Field: "displayName", Detail: "names the shipped group, which " + shippedGroup[act]}
	}
	return roster.Group{}, noSuch("displayName", string(sel.Kind), sel.Ref)
}

// isShipped reports whether the group is the one that stands in Graze for none: it has no members, and no other face
// knows it (DECISIONS 3).
func isShipped(g roster.Group) bool {
	return g.Kind == roster.KindGroup && g.Name == roster.EndUserGroup
}

// shippedGroup is what somebody is told who names the shipped group.
var shippedGroup = map[Action]string{
	ActGroupRead: "has no members", ActGroupUpdate: "does not change", ActGroupDelete: "stays",
}

// latest is find for a group that is about to change: it returns it once nobody else can change it.
func (sel GroupSelector) latest(tx Tx, by roster.Actor, act Action) (roster.Group, error) {
	g, err := latest(tx, LockableGroup,
		func(ref roster.Ref) (roster.Group, error) {
			return GroupSelector{Kind: sel.Kind, Ref: ref}.find(tx, by, act)
		}, sel.Ref,
		func(g roster.Group) (roster.OrganizationID, string) { return g.OrganizationID, string(g.ID) })
	if err != nil {
		return g, err
	}
	return g, unchanged(g.Version, sel.IfVersion)
}

// noSuch is the error for a reference that is the subject of a request: a name is an argument that is
// wrong, a number or id a record that is not there.
func noSuch(field, noun string, ref roster.Ref) error {
	e := &roster.Error{Kind: roster.NotFound, Field: field, Detail: "names no " + noun + ": " + shorten(ref.String())}
	if ref.Number == 0 && ref.ID == "" {
		e.Kind = roster.Invalid
	}
	return e
}

// TeamView is a group with its services and members. Members come a page at a time, however many there
// are; it may be ranged over more than once.
type TeamView struct {
	roster.Group
	Members iter.Seq2[roster.UserLink, error]
}

// GetGroup returns one group or team.
//
// Errors: Unauthenticated, Forbidden, NotFound (by number or id), Invalid (by name).
func (s *Service) GetGroup(ctx context.Context, by roster.Actor, in GroupSelector) (TeamView, error) {
	if err := allow(by, ActGroupRead); err != nil {
		return TeamView{}, err
	}
	g, err := view(ctx, s, func(tx Tx) (roster.Group, error) {
		g, err := in.find(tx, by, ActGroupRead)
		if err != nil {
			return g, err
		}
		all, err := tx.Groups(by.OrganizationID, GroupQuery{Kind: in.Kind, ID: g.ID, Limit: 1, Services: true, Count: true})
		if err != nil || len(all) == 0 {
			return g, err
		}
		return all[0], nil
	})
	return s.withMembers(ctx, g), err
}

// ListTeams returns groups with services and members, by ascending number. An error ends the sequence.
//
// Errors: those of ListGroups.
func (s *Service) ListTeams(ctx context.Context, by roster.Actor, in GroupList) (iter.Seq2[TeamView, error], error) {
	in.Services = true
	groups, err := s.ListGroups(ctx, by, in)
	if err != nil {
		return nil, err
	}
	return func(yield func(TeamView, error) bool) {
		for g, err := range groups {
			if !yield(s.withMembers(ctx, g), err) {
				return
			}
		}
	}, nil
}

func (s *Service) withMembers(ctx context.Context, g roster.Group) TeamView {
	return TeamView{Group: g, Members: pages(0, 0, func(after int64, limit int) ([]roster.UserLink, error) {
		return view(ctx, s, func(tx Tx) ([]roster.UserLink, error) { return tx.Members(g.OrganizationID, g.ID, after, limit) })
	}, func(u roster.UserLink) int64 { return u.Number })}
}

// GroupChange is what UpdateGroup changes: what is absent stays as it is, a list replaces the whole list.
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

	// Users who become members, or cease to be, without the others being looked at. Not together with Members.
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

// check returns every fault that shows without looking at the store.
func (in GroupChange) check() roster.Faults {
	f := checkGroup(in.asNew())
	checkMembers(&f, "addMembers", in.AddMembers)
	checkMembers(&f, "removeMembers", in.RemoveMembers)
	if in.Members.Present && len(in.AddMembers)+len(in.RemoveMembers) > 0 {
		addOnce(&f, "members", "cannot be replaced while users are added or removed")
	}
	return f
}

// UpdateGroup changes a group or team. Members are compared with those there are a page at a time. Its version rises with
// its members too, as far as this changes them: who reads the members and replaces them under the version loses nobody
// whom another such change brought. A change that leaves everything as it is writes nothing.
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid (all faults at once), Conflict(displayName), Stale, Unavailable.
func (s *Service) UpdateGroup(ctx context.Context, by roster.Actor, in GroupChange) (roster.Group, error) {
	if err := allow(by, ActGroupUpdate); err != nil {
		return roster.Group{}, err
	}
	in.Name.Value = strings.TrimSpace(in.Name.Value)
	faults := in.check()
	return heldBy[roster.Group](ctx, s, by, ActGroupRead, groupHolder(by, in.Group.Kind, in.Name.Value))(updateAgain(ctx, s, func(tx Tx) (roster.Group, error) {
		f := slices.Clone(faults)
		before, err := in.Group.latest(tx, by, ActGroupUpdate)
		if err == nil {
			before, err = in.whole(tx, before)
		}
		if err != nil {
			return before, err
		}
		added, removed, err := s.planMembers(tx, by, before, in, &f)
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
		if err := tx.RemoveMembers(after.OrganizationID, after.ID, removed, s.now()); err != nil {
			return before, err
		}
		if err := tx.AddMembers(after.OrganizationID, after.ID, added, s.now()); err != nil {
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
		return after, s.audit(tx, by, s.now(), change{ActGroupUpdate, string(after.ID), after.Name, changed{Before: auditGroup(before), After: seen}})
	}))
}

// whole returns the group with its services and, where they are asked for, the number of its members.
func (in GroupChange) whole(tx Tx, g roster.Group) (roster.Group, error) {
	all, err := tx.Groups(g.OrganizationID, GroupQuery{Kind: g.Kind, ID: g.ID, Limit: 1, Services: true, Count: in.Count})
	if err != nil || len(all) == 0 {
		return g, err
	}
	return all[0], nil
}

// sameGroup reports whether two states of a group are the same, but for its members.
func sameGroup(a, b roster.Group) bool {
	order := func(a, b roster.ServiceLink) int { return cmp.Compare(a.ID, b.ID) }
	same := slices.Equal(ordered(a.Routing.Services, order), ordered(b.Routing.Services, order)) &&
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
		checkFilter(f, "landingPage", string(g.Routing.LandingPage)) // now that it is merged
	}
	if in.Services.Present {
		g.Routing.Services, err = makeServices(tx, g.OrganizationID, in.Services.Value, f)
	}
	return g, err
}

// differing compares the members of a group with those wanted, which are sorted numbers, and returns those who are to be
// added and removed. It looks at a page of members at a time: an actor who may change the group sees all of them.
func differing(tx Tx, g roster.Group, wanted []int64) (added, removed []int64, err error) {
	there := make([]bool, len(wanted))
	for after, last := int64(0), false; !last; {
		page, err := tx.Members(g.OrganizationID, g.ID, after, MaxPage)
		if err != nil {
			return nil, nil, err
		}
		for _, u := range page {
			after = u.Number
			if i, ok := slices.BinarySearch(wanted, u.Number); ok {
				there[i] = true
			} else {
				removed = append(removed, u.Number)
			}
		}
		last = len(page) < MaxPage
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

// planMembers finds whose membership of a group begins and ends, and notes where the actor may not do that.
func (s *Service) planMembers(tx Tx, by roster.Actor, g roster.Group, in GroupChange, f *roster.Faults) (added, removed []int64, err error) {
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
		if err := s.permitJoins(tx, by, []roster.GroupLink{linkGroup(g)}, field, f); err != nil {
			return nil, nil, err
		}
	}
	if err := s.permitMembers(tx, by, g, adding, added, f); err != nil {
		return nil, nil, err
	}
	return added, removed, s.permitMembers(tx, by, g, removing, removed, f)
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

// permitMembers notes whose membership of a group the actor may not begin or end: groups decide rights, so that takes
// what UpdateUser takes to change a user's groups. No right comes with a team. field names the argument.
func (s *Service) permitMembers(tx Tx, by roster.Actor, g roster.Group, field string, users []int64, f *roster.Faults) error {
	if g.Kind != roster.KindGroup {
		return nil
	}
	return s.eachAbove(tx, by, users, func(name string, p roster.Permissions) {
		f.Forbid(field, fmt.Sprintf("cannot change for %q, who holds permissions beyond yours: %s", name, p))
	})
}

// eachAbove tells whom of the users, by number, the actor may not change, and by which permissions.
func (s *Service) eachAbove(tx Tx, by roster.Actor, users []int64, tell func(name string, p roster.Permissions)) error {
	if len(users) == 0 || local(by) {
		return nil
	}
	accounts, err := tx.AccountsByNumbers(by.OrganizationID, users)
	if err != nil {
		return err
	}
	entries, err := s.entriesOfUsersAbove(tx, by, users...)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if p := s.above(by, a.Grants) | entries[a.Number]; p != 0 {
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

// DeleteGroup deletes a group or team: its name is free again, nobody is a member of it, and what is granted for it gives nothing.
//
// Errors: Unauthenticated, Forbidden, NotFound (by number or id), Invalid (by name), Stale, Unavailable.
func (s *Service) DeleteGroup(ctx context.Context, by roster.Actor, in GroupSelector) (roster.Group, error) {
	if err := allow(by, ActGroupDelete); err != nil {
		return roster.Group{}, err
	}
	return update(ctx, s, func(tx Tx) (roster.Group, error) {
		g, err := in.latest(tx, by, ActGroupDelete)
		if err == nil {
			err = s.permitDeletion(tx, by, g)
		}
		if err != nil {
			return g, err
		}
		now := s.now()
		if err := tx.DeleteGroup(g.OrganizationID, g.ID, now); err != nil {
			return g, err
		}
		return g, s.audit(tx, by, now, change{ActGroupDelete, string(g.ID), g.Name, removedRecord{auditGroup(g)}})
	})
}

// permitDeletion answers Forbidden for a group with which something ends that the actor may not end: groups, roles, levels and
// tokens of users above it, and entries on check groups.
func (s *Service) permitDeletion(tx Tx, by roster.Actor, g roster.Group) error {
	if g.Kind != roster.KindGroup || local(by) {
		return nil
	}
	var f roster.Faults
	err := byPages(func(after int64) ([]int64, error) {
		page, err := tx.Members(g.OrganizationID, g.ID, after, MaxPage)
		users := make([]int64, len(page))
		for i, u := range page {
			users[i] = u.Number
		}
		return users, err
	}, func(users []int64) error {
		if err := s.permitMembers(tx, by, g, "members", users, &f); err != nil {
			return err
		}
		return f.Err()
	})
	if err != nil {
		return err
	}
	err = byPages(func(after int64) ([]int64, error) {
		return tx.GrantedFor(g.OrganizationID, g.ID, after, MaxPage)
	}, func(users []int64) error {
		var above error
		err := s.eachAbove(tx, by, users, func(name string, p roster.Permissions) {
			above = forbidden(fmt.Sprintf("%q, who has a role, level or token for this group, holds permissions beyond yours: %s", name, p))
		})
		if err != nil {
			return err
		}
		return above
	})
	if err != nil {
		return err
	}
	return s.mayEndEntries(tx, by, "group", CheckPermissionQuery{Group: g.ID})
}

// byPages looks at users, by ascending number, of whom read returns at most MaxPage above a number.
func byPages(read func(after int64) ([]int64, error), look func(users []int64) error) error {
	for after, last := int64(0), false; !last; {
		page, err := read(after)
		if err == nil {
			err = look(page)
		}
		if err != nil {
			return err
		}
		if last = len(page) < MaxPage; !last {
			after = page[len(page)-1]
		}
	}
	return nil
}

// removedRecord are the details of a change that removed a record.
type removedRecord struct {
	Before any `json:"before"`
}

// serviceID returns the id of a business service.
func (s *Service) serviceID(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.ServiceID, error) {
	found, err := view(ctx, s, func(tx Tx) ([]roster.BusinessService, error) {
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
