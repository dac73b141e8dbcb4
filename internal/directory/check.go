package directory

import (
	"context"
	"iter"

	"roster"
)

// CheckFields are what CreateCheck and UpdateCheck set: what is absent gets its default in a new check and stays as it
// is in one that is there; null means the default.
type CheckFields struct {
	Name           roster.Set[string]
	Description    roster.Set[string]
	EmailAlias     roster.Set[string]
	CheckGroup     roster.Set[roster.Ref]
	Matching       roster.Set[roster.ConditionGroup]
	Success        roster.Set[roster.ConditionGroup]
	Warning        roster.Set[roster.ConditionGroup]
	DefaultStatus  roster.Set[roster.Status] // default: failure where there are conditions for success or warning, else success
	IntervalUnit   roster.Set[roster.IntervalUnit]
	IntervalValue  roster.Set[int]
	OverdueMinutes roster.Set[int]
	WindowStart    roster.Set[string]
	WindowEnd      roster.Set[string]
	ActiveDays     roster.Set[[]roster.Day]
	Groups         roster.Set[[]roster.Ref] // who is told, of KindGroup
	Teams          roster.Set[[]roster.Ref] // who is told, of KindTeam
}

// NewCheck is what CreateCheck needs to know. A name, and an email alias or matching conditions, are needed.
type NewCheck struct {
	CheckFields
	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// CreateCheck makes a check. Whoever has rights in groups only must name one of them, and no other; an entry on a
// check group with the level editor allows checks in that check group.
//
// Errors: Unauthenticated, Forbidden, Invalid (all faults at once), Conflict(displayName, emailAlias), Unavailable.
func (s *Service) CreateCheck(ctx context.Context, by roster.Actor, in NewCheck) (roster.Check, error) {
	if err := allow(by, ActCheckCreate); err != nil {
		return roster.Check{}, err
	}
	return roster.Check{}, errNotBuilt
}

// GetCheck returns one check that the actor may see.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (s *Service) GetCheck(ctx context.Context, by roster.Actor, id roster.CheckID) (roster.Check, error) {
	if err := allow(by, ActCheckRead); err != nil {
		return roster.Check{}, err
	}
	return roster.Check{}, errNotBuilt
}

// CheckList says which checks ListChecks returns.
type CheckList struct {
	After      int64 // only those with a greater number
	ID         roster.CheckID
	Name       string // without regard to case
	CheckGroup roster.CheckGroupID
}

// ListChecks returns the checks that the actor may see, by ascending number. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (s *Service) ListChecks(ctx context.Context, by roster.Actor, in CheckList) (iter.Seq2[roster.Check, error], error) {
	if err := allow(by, ActCheckRead); err != nil {
		return nil, err
	}
	return nil, errNotBuilt
}

// CheckChange is what UpdateCheck changes.
type CheckChange struct {
	Check     roster.CheckID
	IfVersion int64 // only if it still has this version; 0: whatever it has
	CheckFields
	Faults roster.Faults // those the face found already
}

// UpdateCheck changes a check.
//
// Errors: those of CreateCheck, NotFound, Stale.
func (s *Service) UpdateCheck(ctx context.Context, by roster.Actor, in CheckChange) (roster.Check, error) {
	if err := allow(by, ActCheckUpdate); err != nil {
		return roster.Check{}, err
	}
	return roster.Check{}, errNotBuilt
}

// DeleteCheck deletes a check; the events that it claimed stay. The reference is its id.
//
// Errors: Unauthenticated, Forbidden, NotFound, Stale, Unavailable.
func (s *Service) DeleteCheck(ctx context.Context, by roster.Actor, in Deletion) (roster.Check, error) {
	if err := allow(by, ActCheckDelete); err != nil {
		return roster.Check{}, err
	}
	return roster.Check{}, errNotBuilt
}

// Overview is how an organization stands, as far as the actor may see it.
type Overview struct {
	Organization roster.Organization
	Users        int64
	Checks       map[roster.Status]int64
}

// GetOverview returns how the organization stands.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (s *Service) GetOverview(ctx context.Context, by roster.Actor, _ None) (Overview, error) {
	if err := allow(by, ActCheckRead); err != nil {
		return Overview{}, err
	}
	return Overview{}, errNotBuilt
}
