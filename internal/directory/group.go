package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"roster/internal/filter"

	"roster"
)

// MaxTeamName is the longest name of a team, in characters (Graze's own limit).
const MaxTeamName = 64

// MaxDescription is the longest description, in characters.
const MaxDescription = 1000

// MaxFilter is the longest filter or landing page of a team, in bytes.
const MaxFilter = 64 << 10

// NewGroup is what CreateGroup needs to know.
type NewGroup struct {
	Kind        roster.GroupKind
	Name        string
	Description string
	Active      roster.Set[bool] // default: true
	Members     []roster.Ref     // users, by name, number or id

	// Of a team; a service that is named and not there is made.
	AlertFilter string
	SigFilter   string
	LandingPage json.RawMessage
	Services    []roster.Ref

	Repeatable     bool // as of [NewUser]
	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// CreateGroup makes a group or a team, with its members and services.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(displayName), Unavailable.
func (d *Directory) CreateGroup(ctx context.Context, by roster.Actor, in NewGroup) (roster.Group, error) {
	if err := allow(by, ActGroupCreate); err != nil {
		return roster.Group{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := validateGroup(in)
	validateIdempotencyKey(&faults, in.IdempotencyKey)
	g, err := updateWithRerun(ctx, d, func(tx Tx) (roster.Group, error) {
		id := roster.GroupID(newID())
		create := func() (roster.Group, error) { return d.makeGroup(tx, by, in, id, slices.Clone(faults)) }
		switch {
		case len(faults) > 0:
			return create() // which finds the others
		case in.Repeatable:
			r := Retry{
				OrganizationID: by.OrganizationID, Key: d.fingerprint(by, ActGroupCreate, in.inputText()), ResourceID: string(id), CreatedAt: d.now(),
			}
			return createUnlessRepeated(tx, r, create, func(r Retry) (roster.Group, bool, error) {
				g, err := groupByID(tx, by, in.Kind, roster.GroupID(r.ResourceID))
				return unchangedSince(r, g, g.Version, err)
			})
		}
		return once(tx, d, by, ActGroupCreate, in.IdempotencyKey, in.inputText(), string(id), create, func(id string) (roster.Group, error) {
			return groupByID(tx, by, in.Kind, roster.GroupID(id))
		})
	})
	return g, d.nameHolder(ctx, by, ActGroupRead, groupHolder(by, in.Kind, in.Name), err)
}

// makeGroup is the transaction of CreateGroup.
func (d *Directory) makeGroup(tx Tx, by roster.Actor, in NewGroup, id roster.GroupID, f roster.Faults) (roster.Group, error) {
	now := d.now()
	g := roster.Group{
		ID: id, OrganizationID: by.OrganizationID, Kind: in.Kind, Version: 1,
		Name: in.Name, Description: in.Description, CreatedAt: now, Active: in.Active.Or(true),
		Routing: roster.Routing{AlertFilter: in.AlertFilter, SigFilter: in.SigFilter, LandingPage: in.LandingPage},
	}
	members, err := findMembers(tx, by, "members", in.Members, &f)
	if err != nil {
		return g, err
	}
	if err := d.permitMembers(tx, by, g, "members", members, &f); err != nil {
		return g, err
	}
	if g.Routing.Services, err = makeBusinessServices(tx, by.OrganizationID, in.Services, &f); err != nil {
		return g, err
	}
	if err := f.Err(); err != nil {
		return g, err
	}
	if g.Number, err = tx.InsertGroup(g, Fold(g.Name)); err != nil {
		return g, err
	}
	if err := tx.AddMembers(g.OrganizationID, g.ID, members, now); err != nil {
		return g, err
	}
	g.MemberCount = int64(len(members))
	after := auditGroup(g)
	after.Added = members
	return g, d.audit(tx, by, now, change{ActGroupCreate, string(g.ID), g.Name, created{after}})
}

// groupByID reads a group with its services and the number of its members.
func groupByID(tx Tx, by roster.Actor, kind roster.GroupKind, id roster.GroupID) (roster.Group, error) {
	found, err := tx.Groups(by.OrganizationID, GroupQuery{Where: Is("id", string(id)), Kind: kind, Limit: 1, CountMembers: true, Services: true})
	if err != nil {
		return roster.Group{}, err
	}
	g, ok := found.First()
	if !ok {
		return roster.Group{}, noSuch("displayName", string(kind), roster.Ref{ID: string(id)})
	}
	return g, nil
}

// validateGroup returns every fault of a group that shows without looking at the store.
func validateGroup(in NewGroup) roster.Faults {
	f := slices.Clone(in.Faults)
	for _, e := range validateNamed(in.Name, in.Description) {
		if !f.Has(e.Field) {
			f = append(f, e)
		}
	}
	if in.Kind != roster.KindGroup && in.Kind != roster.KindTeam {
		f.Add("kind", "must be group or team")
	}
	if in.Kind == roster.KindTeam && utf8.RuneCountInString(in.Name) > MaxTeamName {
		addOnce(&f, "displayName", fmt.Sprintf("must not be longer than %d characters", MaxTeamName))
	}
	validateFilter(&f, "alertFilter", in.AlertFilter)
	validateFilter(&f, "sigFilter", in.SigFilter)
	validateFilter(&f, "landingPage", string(in.LandingPage))
	validateRefs(&f, "services", in.Services)
	validateMembers(&f, "members", in.Members)
	return f
}

func validateFilter(f *roster.Faults, field, text string) {
	if len(text) > MaxFilter || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		f.Add(field, fmt.Sprintf("must be text of at most %d bytes without a NUL character", MaxFilter))
	}
}

func validateMembers(f *roster.Faults, field string, refs []roster.Ref) {
	if len(refs) > MaxMembers {
		f.Add(field, fmt.Sprintf("must not name more than %d users at a time", MaxMembers))
	}
}

// MaxMembers is how many members one request may name.
const MaxMembers = 20000

// findMembers resolves users, whom a field of the request names, to their numbers in ascending
// order. One whom the actor does not see reads as unknown.
func findMembers(tx Tx, by roster.Actor, field string, refs []roster.Ref, f *roster.Faults) ([]int64, error) {
	if len(refs) == 0 || len(refs) > MaxMembers {
		return nil, nil
	}
	found, err := tx.FindUsers(by.OrganizationID, findable(refs))
	if err != nil {
		return nil, err
	}
	numbers := make([]int64, 0, len(found))
	for _, u := range found {
		if u.ID != "" {
			numbers = append(numbers, u.Number)
		}
	}
	if numbers, err = seenBy(tx, by, numbers); err != nil {
		return nil, err
	}
	seen := within(numbers)
	for i, u := range found {
		if u.ID == "" || !seen(u.Number) {
			addOnce(f, fmt.Sprintf("%s[%d]", field, i), "names no user: "+shorten(refs[i].String()))
		}
	}
	return numbers, nil
}

// seenBy returns whom of the users, by number in ascending order, the actor may put into a group or
// out of one. Somebody who manages one group only cannot draw people into it whom it does not hold:
// a member is whom that actor may then manage. To see them elsewhere is not enough.
func seenBy(tx Tx, by roster.Actor, users []int64) ([]int64, error) {
	slices.Sort(users)
	users = slices.Compact(users)
	if groups, orgWide := scopeOf(by, ActGroupUpdate); !orgWide {
		return tx.MembersAmong(by.OrganizationID, groups, users)
	}
	return users, nil
}

// makeBusinessServices resolves services, and makes those that are named and not there.
func makeBusinessServices(tx Tx, org roster.OrganizationID, refs []roster.Ref, f *roster.Faults) ([]roster.BusinessServiceLink, error) {
	if len(refs) == 0 || len(refs) > MaxReferences {
		return nil, nil
	}
	found, err := tx.FindServices(org, findable(refs))
	if err != nil {
		return nil, err
	}
	var links []roster.BusinessServiceLink
	made := map[string]roster.BusinessServiceLink{}
	for i, b := range found {
		name, field := strings.TrimSpace(refs[i].Name), fmt.Sprintf("services[%d]", i)
		link := roster.BusinessServiceLink{ID: b.ID, Number: b.Number, Name: b.Name}
		switch again, ok := made[Fold(name)]; {
		case b.ID != "":
		case f.Has(field):
			continue
		case name == "":
			f.Add(field, "names no service: "+refs[i].String())
			continue
		case ok:
			link = again
		default:
			if validateName(f, field, name); f.Has(field) {
				continue
			}
			link = roster.BusinessServiceLink{ID: roster.BusinessServiceID(newID()), Name: name}
			link.Number, err = tx.InsertService(roster.BusinessService{ID: link.ID, OrganizationID: org, Name: name}, Fold(name))
			if err != nil && roster.KindOf(err) == roster.Conflict {
				return nil, rerunNeeded(err)
			}
			if err != nil {
				return nil, err
			}
			made[Fold(name)] = link
		}
		links = append(links, link)
	}
	return distinct(links, func(l roster.BusinessServiceLink) roster.BusinessServiceID { return l.ID }), nil
}

// auditedGroup is what the audit keeps of a group.
type auditedGroup struct {
	Kind        roster.GroupKind `json:"kind"`
	Number      int64            `json:"number"`
	DisplayName string           `json:"displayName"`
	Description string           `json:"description,omitempty"`
	Active      bool             `json:"active"`
	AlertFilter string           `json:"alertFilter,omitempty"`
	SigFilter   string           `json:"sigFilter,omitempty"`
	LandingPage json.RawMessage  `json:"landingPage,omitempty"`
	Services    []string         `json:"services,omitempty"`
	Added       []int64          `json:"membersAdded,omitempty"`   // numbers of users
	Removed     []int64          `json:"membersRemoved,omitempty"` // likewise
}

func auditGroup(g roster.Group) auditedGroup {
	return auditedGroup{
		Kind: g.Kind, Number: g.Number, DisplayName: g.Name, Description: g.Description, Active: g.Active,
		AlertFilter: g.Routing.AlertFilter, SigFilter: g.Routing.SigFilter, LandingPage: g.Routing.LandingPage,
		Services: names(g.Routing.Services),
	}
}

// validateNamed checks the name and description of something that has both.
func validateNamed(name, description string) roster.Faults {
	var f roster.Faults
	if name == "" {
		f.Add("displayName", "is required")
	}
	validateName(&f, "displayName", name)
	if !utf8.ValidString(description) || strings.ContainsRune(description, 0) || utf8.RuneCountInString(description) > MaxDescription {
		f.Add("description", "must be text of at most 1000 characters without a NUL character")
	}
	return f
}

// GroupList says which groups ListGroups returns.
type GroupList struct {
	Kind  roster.GroupKind
	ID    roster.GroupID // only this one
	Name  string         // only this one, without regard to case
	Order ListOrder
	Count bool // fill MemberCount

	BusinessService roster.Ref // only those with this service
	Services        bool       // load Routing.Services
	Counting
}

// ForFilter returns the list without what the filter does not look at.
func (in GroupList) ForFilter(f filter.Filter) GroupList {
	looks := func(path string) bool {
		return slices.ContainsFunc(f.Paths(), func(p string) bool {
			return strings.HasPrefix(strings.ToLower(p), strings.ToLower(path))
		})
	}
	in.Count, in.Services = in.Count && looks("memberCount"), in.Services && looks("services")
	return in
}

// ListGroups returns the groups of a kind that the actor may see, in the order that is asked for,
// loading a page at a time. The shipped group End-User, which has no members, is left out. An error
// ends the sequence.
//
// Errors: Unauthenticated, Forbidden, NotFound and Invalid(service) for a service that is not
// there; in the sequence also Unavailable.
func (d *Directory) ListGroups(ctx context.Context, by roster.Actor, in GroupList) (iter.Seq2[roster.Group, error], error) {
	if err := allow(by, ActGroupRead); err != nil {
		return nil, err
	}
	if !isName(string(in.ID)) || !isReference(in.Name) {
		return noRecords[roster.Group](), nil
	}
	where := Both(ifGiven("id", in.ID), ifGiven("displayName", Fold(in.Name)), notShipped(in.Kind))
	q := GroupQuery{Where: where, Kind: in.Kind, CountMembers: in.Count, Services: in.Services}
	if !in.BusinessService.IsZero() {
		id, err := d.businessServiceID(ctx, by, in.BusinessService)
		if err != nil {
			return nil, err
		}
		q.BusinessService = id
	}
	if groups, orgWide := scopeOf(by, ActGroupRead); !orgWide {
		q.Among = groups
	}
	return listOf(ctx, d, part[Place]{After: in.Order.After}, in.Counting, func(tx Tx, p part[Place]) (Rows[roster.Group], error) {
		q := q
		q.Order, q.Limit, q.Count = in.Order.after(p.After), p.Limit, p.Count
		return tx.Groups(by.OrganizationID, q)
	}, func(g roster.Group) Place { return PlaceOf(g.Name, g.Number) }), nil
}

// GroupSelector picks one group of a kind.
type GroupSelector struct {
	Kind      roster.GroupKind
	Ref       roster.Ref
	IfVersion int64 // of UpdateGroup and DeleteGroup: only if it still has this version; 0: whatever it has
}

// find returns the group that the selector picks, if the actor may see it in an action. One that is
// named and not there is Invalid, one by number or id NotFound; so is the shipped group, which no
// list shows.
func (sel GroupSelector) find(tx Tx, by roster.Actor, act Action) (roster.Group, error) {
	found, err := tx.FindGroups(by.OrganizationID, sel.Kind, findable([]roster.Ref{sel.Ref}))
	if err != nil {
		return roster.Group{}, err
	}
	scope, orgWide := scopeOf(by, act)
	switch g := found[0]; {
	case g.ID == "" || !orgWide && !slices.Contains(scope, g.ID):
	case !isShipped(g):
		return g, nil
	case Fold(sel.Ref.Name) == Fold(roster.EndUserGroup): // who says the name learns nothing new
		return roster.Group{}, refusedByRecord(roster.EndUserGroup, "names the shipped group, which "+shippedGroup[act])
	}
	return roster.Group{}, noSuch("displayName", string(sel.Kind), sel.Ref)
}

// isShipped reports whether the group is the one that stands in Graze for none: it has no members,
// and no other face knows it (DECISIONS 3).
func isShipped(g roster.Group) bool {
	return g.Kind == roster.KindGroup && g.Name == roster.EndUserGroup
}

// notShipped is the condition that a group of a kind is another one.
func notShipped(kind roster.GroupKind) Condition {
	if kind != roster.KindGroup {
		return Condition{}
	}
	return Condition{Op: filter.Not, Of: []Condition{Is("displayName", Fold(roster.EndUserGroup))}}
}

// shippedGroup is what somebody is told who names the shipped group.
var shippedGroup = map[Action]string{
	ActGroupRead: "has no members", ActGroupUpdate: "does not change", ActGroupDelete: "stays",
}

// TeamView is a group with its services and members. Members come a page at a time, however many
// there are; it may be ranged over more than once.
type TeamView struct {
	roster.Group
	Members iter.Seq2[roster.UserLink, error]
}

// GetGroup returns one group or team.
//
// Errors: Unauthenticated, Forbidden, NotFound (by number or id), Invalid (by name).
func (d *Directory) GetGroup(ctx context.Context, by roster.Actor, in GroupSelector) (TeamView, error) {
	if err := allow(by, ActGroupRead); err != nil {
		return TeamView{}, err
	}
	g, err := view(ctx, d, func(tx Tx) (roster.Group, error) {
		g, err := in.find(tx, by, ActGroupRead)
		if err != nil {
			return g, err
		}
		all, err := tx.Groups(by.OrganizationID, GroupQuery{Where: Is("id", string(g.ID)), Kind: in.Kind, Limit: 1, Services: true, CountMembers: true})
		if found, ok := all.First(); ok && err == nil {
			return found, nil
		}
		return g, err
	})
	return d.withMembers(ctx, g), err
}

// ListTeams returns groups with services and members, by ascending number. An error ends the
// sequence.
//
// Errors: those of ListGroups.
func (d *Directory) ListTeams(ctx context.Context, by roster.Actor, in GroupList) (iter.Seq2[TeamView, error], error) {
	in.Services = true
	groups, err := d.ListGroups(ctx, by, in)
	if err != nil {
		return nil, err
	}
	return func(yield func(TeamView, error) bool) {
		for g, err := range groups {
			if !yield(d.withMembers(ctx, g), err) {
				return
			}
		}
	}, nil
}

func (d *Directory) withMembers(ctx context.Context, g roster.Group) TeamView {
	return TeamView{Group: g, Members: d.membersOf(ctx, g, MemberList{})}
}

// noSuch is the error for a reference that is the subject of a request: a name is an argument that
// is wrong, a number or id a record that is not there.
func noSuch(field, noun string, ref roster.Ref) error {
	e := &roster.Error{Kind: roster.NotFound, Field: field, Detail: "names no " + noun + ": " + shorten(ref.String())}
	if ref.Number == 0 && ref.ID == "" {
		e.Kind = roster.Invalid
	}
	return e
}
