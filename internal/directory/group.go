package directory

import (
	"context"
	"iter"
	"strings"
	"unicode/utf8"

	"roster"
)

// MaxTeamName is the longest name of a team, in characters (Graze's own limit).
const MaxTeamName = 64

// MaxDescription is the longest description, in characters.
const MaxDescription = 1000

// NewGroup is what CreateGroup needs to know.
type NewGroup struct {
	Kind        roster.GroupKind
	Name        string
	Description string
}

// CreateGroup makes a group or a team.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(displayName), Unavailable.
func (s *Service) CreateGroup(ctx context.Context, by roster.Actor, in NewGroup) (roster.Group, error) {
	if err := allow(by, ActGroupCreate); err != nil {
		return roster.Group{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := checkNamed(in.Name, in.Description)
	if in.Kind == roster.KindTeam && utf8.RuneCountInString(in.Name) > MaxTeamName {
		addOnce(&faults, "displayName", "must not be longer than 64 characters")
	}
	if in.Kind != roster.KindGroup && in.Kind != roster.KindTeam {
		faults.Add("kind", "must be group or team")
	}
	if err := faults.Err(); err != nil {
		return roster.Group{}, err
	}
	return update(ctx, s, func(tx Tx) (roster.Group, error) {
		now := s.now()
		g := roster.Group{
			ID: roster.GroupID(newID()), OrganizationID: by.OrganizationID, Kind: in.Kind,
			Name: in.Name, Description: in.Description, CreatedAt: now,
		}
		var err error
		if g.Number, err = tx.InsertGroup(g, Fold(g.Name)); err != nil {
			return g, err
		}
		return g, s.audit(tx, by, now, change{ActGroupCreate, string(g.ID), g.Name, created{map[string]any{
			"kind": g.Kind, "number": g.Number, "displayName": g.Name, "description": g.Description,
		}}})
	})
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
	Count bool           // fill MemberCount
}

// ListGroups returns the groups of a kind that the actor may see, by ascending number, loading a page
// at a time. The shipped group End-User, which has no members, is left out. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListGroups(ctx context.Context, by roster.Actor, in GroupList) (iter.Seq2[roster.Group, error], error) {
	if err := allow(by, ActGroupRead); err != nil {
		return nil, err
	}
	q := GroupQuery{Kind: in.Kind, ID: in.ID, Name: in.Name, Count: in.Count}
	if groups, everywhere := scopeOf(by, ActGroupRead); !everywhere {
		q.Only = groups
	}
	all := pages(0, 0, func(after int64, limit int) ([]roster.Group, error) {
		q.AfterNumber, q.Limit = after, limit
		return view(ctx, s, func(tx Tx) ([]roster.Group, error) { return tx.Groups(by.OrganizationID, q) })
	}, func(g roster.Group) int64 { return g.Number })
	return func(yield func(roster.Group, error) bool) {
		for g, err := range all {
			if err == nil && g.Kind == roster.KindGroup && g.Name == roster.EndUserGroup {
				continue
			}
			if !yield(g, err) {
				return
			}
		}
	}, nil
}

// NewDepartment is what CreateDepartment needs to know.
type NewDepartment struct{ Name string }

// CreateDepartment makes a department.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(displayName), Unavailable.
func (s *Service) CreateDepartment(ctx context.Context, by roster.Actor, in NewDepartment) (roster.Department, error) {
	if err := allow(by, ActDepartmentMake); err != nil {
		return roster.Department{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	if err := checkNamed(in.Name, "").Err(); err != nil {
		return roster.Department{}, err
	}
	return update(ctx, s, func(tx Tx) (roster.Department, error) {
		d := roster.Department{ID: roster.DepartmentID(newID()), OrganizationID: by.OrganizationID, Name: in.Name}
		var err error
		if d.Number, err = tx.InsertDepartment(d, Fold(d.Name)); err != nil {
			return d, err
		}
		return d, s.audit(tx, by, s.now(), change{ActDepartmentMake, string(d.ID), d.Name, created{map[string]any{
			"number": d.Number, "displayName": d.Name,
		}}})
	})
}

// ListDepartments returns the departments by ascending number. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListDepartments(ctx context.Context, by roster.Actor, _ None) (iter.Seq2[roster.Department, error], error) {
	if err := allow(by, ActDepartmentRead); err != nil {
		return nil, err
	}
	return pages(0, 0, func(after int64, limit int) ([]roster.Department, error) {
		return view(ctx, s, func(tx Tx) ([]roster.Department, error) { return tx.Departments(by.OrganizationID, after, limit) })
	}, func(d roster.Department) int64 { return d.Number }), nil
}
