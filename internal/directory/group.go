package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

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
func (s *Service) CreateGroup(ctx context.Context, by roster.Actor, in NewGroup) (roster.Group, error) {
	if err := allow(by, ActGroupCreate); err != nil {
		return roster.Group{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := checkGroup(in)
	checkOnce(&faults, in.IdempotencyKey)
	return heldBy[roster.Group](ctx, s, by, ActGroupRead, groupHolder(by, in.Kind, in.Name))(updateAgain(ctx, s, func(tx Tx) (roster.Group, error) {
		id := roster.GroupID(newID())
		create := func() (roster.Group, error) { return s.makeGroup(tx, by, in, id, slices.Clone(faults)) }
		switch {
		case len(faults) > 0:
			return create() // which finds the others
		case in.Repeatable:
			r := Retry{
				OrganizationID: by.OrganizationID, Key: s.fingerprint(by, ActGroupCreate, in.inputText()), ResourceID: string(id), CreatedAt: s.now(),
			}
			return repeated(tx, r, create, func(r Retry) (roster.Group, bool, error) {
				g, err := groupByID(tx, by, in.Kind, roster.GroupID(r.ResourceID))
				return unchangedSince(r, g, g.Version, err)
			})
		}
		return once(tx, s, by, ActGroupCreate, in.IdempotencyKey, in.inputText(), string(id), create, func(id string) (roster.Group, error) {
			return groupByID(tx, by, in.Kind, roster.GroupID(id))
		})
	}))
}

// makeGroup is the transaction of CreateGroup.
func (s *Service) makeGroup(tx Tx, by roster.Actor, in NewGroup, id roster.GroupID, f roster.Faults) (roster.Group, error) {
	now := s.now()
	g := roster.Group{
		ID: id, OrganizationID: by.OrganizationID, Kind: in.Kind, Version: 1,
		Name: in.Name, Description: in.Description, CreatedAt: now, Active: in.Active.Or(true),
		Routing: roster.Routing{AlertFilter: in.AlertFilter, SigFilter: in.SigFilter, LandingPage: in.LandingPage},
	}
	members, err := findMembers(tx, by, "members", in.Members, &f)
	if err != nil {
		return g, err
	}
	if err := s.permitMembers(tx, by, g, "members", members, &f); err != nil {
		return g, err
	}
	if g.Routing.Services, err = makeServices(tx, by.OrganizationID, in.Services, &f); err != nil {
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
	return g, s.audit(tx, by, now, change{ActGroupCreate, string(g.ID), g.Name, created{after}})
}

// groupByID reads a group with its services and the number of its members.
func groupByID(tx Tx, by roster.Actor, kind roster.GroupKind, id roster.GroupID) (roster.Group, error) {
	found, err := tx.Groups(by.OrganizationID, GroupQuery{Kind: kind, ID: id, Limit: 1, Count: true, Services: true})
	if err != nil {
		return roster.Group{}, err
	}
	if len(found) == 0 {
		return roster.Group{}, noSuch("displayName", string(kind), roster.Ref{ID: string(id)})
	}
	return found[0], nil
}

// checkGroup returns every fault of a group that shows without looking at the store.
func checkGroup(in NewGroup) roster.Faults {
	f := slices.Clone(in.Faults)
	for _, e := range checkNamed(in.Name, in.Description) {
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
	checkFilter(&f, "alertFilter", in.AlertFilter)
	checkFilter(&f, "sigFilter", in.SigFilter)
	checkFilter(&f, "landingPage", string(in.LandingPage))
	checkRefs(&f, "services", in.Services)
	checkMembers(&f, "members", in.Members)
	return f
}

func checkFilter(f *roster.Faults, field, text string) {
	if len(text) > MaxFilter || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		f.Add(field, fmt.Sprintf("must be text of at most %d bytes without a NUL character", MaxFilter))
	}
}

func checkMembers(f *roster.Faults, field string, refs []roster.Ref) {
	if len(refs) > MaxMembers {
		f.Add(field, fmt.Sprintf("must not name more than %d users at a time", MaxMembers))
	}
}

// MaxMembers is how many members one request may name.
const MaxMembers = 20000

// findMembers resolves users, whom a field of the request names, to their numbers in ascending order. One
// whom the actor does not see reads as unknown.
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

// seenBy returns whom of the users, by number in ascending order, the actor may put into a group or out of one.
// Somebody who manages one group only cannot draw people into it whom it does not hold: a member is whom
// that actor may then manage. To see them elsewhere is not enough.
func seenBy(tx Tx, by roster.Actor, users []int64) ([]int64, error) {
	slices.Sort(users)
	users = slices.Compact(users)
	if groups, everywhere := scopeOf(by, ActGroupUpdate); !everywhere {
		return tx.MembersAmong(by.OrganizationID, groups, users)
	}
	return users, nil
}

// makeServices resolves services, and makes those that are named and not there.
func makeServices(tx Tx, org roster.OrganizationID, refs []roster.Ref, f *roster.Faults) ([]roster.ServiceLink, error) {
	if len(refs) == 0 || len(refs) > MaxReferences {
		return nil, nil
	}
	found, err := tx.FindServices(org, findable(refs))
	if err != nil {
		return nil, err
	}
	var links []roster.ServiceLink
	made := map[string]roster.ServiceLink{}
	for i, b := range found {
		name, field := strings.TrimSpace(refs[i].Name), fmt.Sprintf("services[%d]", i)
		link := roster.ServiceLink{ID: b.ID, Number: b.Number, Name: b.Name}
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
			if checkName(f, field, name); f.Has(field) {
				continue
			}
			link = roster.ServiceLink{ID: roster.ServiceID(newID()), Name: name}
			link.Number, err = tx.InsertService(roster.BusinessService{ID: link.ID, OrganizationID: org, Name: name}, Fold(name))
			if err != nil && roster.KindOf(err) == roster.Conflict {
				return nil, madeMeanwhile(err)
			}
			if err != nil {
				return nil, err
			}
			made[Fold(name)] = link
		}
		links = append(links, link)
	}
	return distinct(links, func(l roster.ServiceLink) roster.ServiceID { return l.ID }), nil
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

// checkNamed checks the name and description of something that has both.
func checkNamed(name, description string) roster.Faults {
	var f roster.Faults
	if name == "" {
		f.Add("displayName", "is required")
	}
	checkName(&f, "displayName", name)
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

	Service  roster.Ref // only those with this service
	Services bool       // load Routing.Services
}

// ListGroups returns the groups of a kind that the actor may see, in the order that is asked for, loading a page
// at a time. The shipped group End-User, which has no members, is left out. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden, NotFound and Invalid(service) for a service that is not there; in the
// sequence also Unavailable.
func (s *Service) ListGroups(ctx context.Context, by roster.Actor, in GroupList) (iter.Seq2[roster.Group, error], error) {
	if err := allow(by, ActGroupRead); err != nil {
		return nil, err
	}
	if !isName(string(in.ID)) || !isReference(in.Name) {
		return noRecords[roster.Group](), nil
	}
	q := GroupQuery{Kind: in.Kind, ID: in.ID, Name: in.Name, Count: in.Count, Services: in.Services}
	if !in.Service.IsZero() {
		id, err := s.serviceID(ctx, by, in.Service)
		if err != nil {
			return nil, err
		}
		q.Service = id
	}
	if groups, everywhere := scopeOf(by, ActGroupRead); !everywhere {
		q.Only = groups
	}
	all := inPages(in.Order, func(o ListOrder, limit int) ([]roster.Group, error) {
		q := q
		q.Order, q.Limit = o, limit
		return view(ctx, s, func(tx Tx) ([]roster.Group, error) { return tx.Groups(by.OrganizationID, q) })
	}, func(g roster.Group) Place { return PlaceOf(g.Name, g.Number) })
	return func(yield func(roster.Group, error) bool) {
		for g, err := range all {
			if err == nil && isShipped(g) {
				continue
			}
			if !yield(g, err) {
				return
			}
		}
	}, nil
}

// NewDepartment is what CreateDepartment needs to know.
type NewDepartment struct {
	Name           string
	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// CreateDepartment makes a department.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(displayName), Unavailable.
func (s *Service) CreateDepartment(ctx context.Context, by roster.Actor, in NewDepartment) (roster.Department, error) {
	if err := allow(by, ActDepartmentMake); err != nil {
		return roster.Department{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := slices.Clone(in.Faults)
	addFaults(&faults, checkNamed(in.Name, ""))
	checkOnce(&faults, in.IdempotencyKey)
	if err := faults.Err(); err != nil {
		return roster.Department{}, err
	}
	return heldBy[roster.Department](ctx, s, by, ActDepartmentRead, departmentHolder(by, in.Name))(update(ctx, s, func(tx Tx) (roster.Department, error) {
		d := roster.Department{ID: roster.DepartmentID(newID()), OrganizationID: by.OrganizationID, Name: in.Name, Version: 1}
		create := func() (_ roster.Department, err error) {
			if d.Number, err = tx.InsertDepartment(d, Fold(d.Name)); err != nil {
				return d, err
			}
			return d, s.audit(tx, by, s.now(), change{ActDepartmentMake, string(d.ID), d.Name, created{auditDepartment(d)}})
		}
		return once(tx, s, by, ActDepartmentMake, in.IdempotencyKey, in.inputText(), string(d.ID), create, func(id string) (roster.Department, error) {
			return findDepartment(tx, by, roster.Ref{ID: id})
		})
	}))
}

// ListDepartments returns the departments in an order. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListDepartments(ctx context.Context, by roster.Actor, in ListOrder) (iter.Seq2[roster.Department, error], error) {
	if err := allow(by, ActDepartmentRead); err != nil {
		return nil, err
	}
	return inPages(in, func(o ListOrder, limit int) ([]roster.Department, error) {
		return view(ctx, s, func(tx Tx) ([]roster.Department, error) { return tx.Departments(by.OrganizationID, o, limit) })
	}, func(d roster.Department) Place { return PlaceOf(d.Name, d.Number) }), nil
}
