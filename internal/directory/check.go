package directory

import (
	"context"
	"iter"
	"reflect"
	"slices"

	"roster"
)

// CheckFields are what CreateCheck and UpdateCheck set: what is absent gets its default in a new
// check and stays as it is in one that is there; null means the default.
type CheckFields struct {
	Name           roster.Set[string]
	Description    roster.Set[string]
	EmailAlias     roster.Set[string]
	CheckGroup     roster.Set[roster.Ref]
	Matching       ConditionFields
	Success        ConditionFields
	Warning        ConditionFields
	DefaultStatus  roster.Set[roster.Status]       // default: failure where there are conditions for success or warning, else success
	IntervalUnit   roster.Set[roster.IntervalUnit] // "" for no interval, which is not the default
	IntervalValue  roster.Set[int]
	OverdueMinutes roster.Set[int]
	WindowStart    roster.Set[string]
	WindowEnd      roster.Set[string]
	ActiveDays     roster.Set[[]roster.Day]
	Groups         roster.Set[[]roster.Ref] // who is told, of KindGroup
	Teams          roster.Set[[]roster.Ref] // who is told, of KindTeam
	Paused         roster.Set[bool]         // nobody watches it
}

// ConditionFields are what CheckFields set of a group of conditions.
type ConditionFields struct {
	All        roster.Set[bool]
	Conditions roster.Set[[]roster.Condition] // all that there are to be

	program int // the size of the regular expressions among them
}

// WholeConditions are the fields that set a whole group, if it is there.
func WholeConditions(g roster.Set[roster.ConditionGroup]) ConditionFields {
	return ConditionFields{
		All:        roster.Set[bool]{Value: g.Value.All, Present: g.Present, Null: g.Null},
		Conditions: roster.Set[[]roster.Condition]{Value: g.Value.Conditions, Present: g.Present, Null: g.Null},
	}
}

// apply makes of the group what the fields say.
func (in ConditionFields) apply(g *roster.ConditionGroup, isNew bool) {
	setOr(&g.All, in.All, isNew, false)
	setOr(&g.Conditions, in.Conditions, isNew, nil)
	if in.Conditions.Present || isNew {
		g.Program = in.program
	}
}

// NewCheck is what CreateCheck needs to know. A name, and an email alias or matching conditions,
// are needed.
type NewCheck struct {
	CheckFields
	IdempotencyKey string
	Faults         roster.Faults // those the face found already
}

// CreateCheck makes a check. Whoever has rights in groups only must name one of them, and no other;
// an entry on a check group with the level editor allows checks in that check group.
//
// Errors: Unauthenticated, Forbidden, Invalid (all faults at once), Conflict(displayName,
// emailAlias), Unavailable.
func (d *Directory) CreateCheck(ctx context.Context, by roster.Actor, in NewCheck) (roster.Check, error) {
	if err := allow(by, ActCheckCreate); err != nil {
		return roster.Check{}, err
	}
	in.clean()
	faults := in.validate(in.Faults)
	validateIdempotencyKey(&faults, in.IdempotencyKey)
	c, err := update(ctx, d, func(tx Tx) (roster.Check, error) {
		id := newID()
		return once(tx, d, by, ActCheckCreate, in.IdempotencyKey, in.inputText(), id, func() (roster.Check, error) {
			return d.makeCheck(tx, by, in, roster.CheckID(id), slices.Clone(faults))
		}, func(id string) (roster.Check, error) {
			return narrowedCheck(tx, by)(findCheck(tx, by.OrganizationID, roster.CheckID(id), changeScope(by)))
		})
	})
	return c, d.nameHolder(ctx, by, ActCheckRead, checkHolder(by, in.CheckFields), err)
}

// makeCheck is the transaction of CreateCheck, but for what makes it once.
func (d *Directory) makeCheck(tx Tx, by roster.Actor, in NewCheck, id roster.CheckID, f roster.Faults) (roster.Check, error) {
	now := d.now()
	c := roster.Check{
		ID: id, OrganizationID: by.OrganizationID, State: roster.CheckState{State: roster.StateNew}, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	in.apply(&c, true)
	in.validateWhole(c, &f)
	rights, err := in.settle(tx, by, &c, 0, f)
	if err == nil {
		err = rights.permit(c)
	}
	if err != nil {
		return roster.Check{}, err
	}
	if c.State, err = watched(tx, c, now); err != nil {
		return roster.Check{}, err
	}
	if c.Number, err = tx.InsertCheck(c, Fold(c.Name), Fold(c.EmailAlias)); err != nil {
		return roster.Check{}, err
	}
	return c, d.audit(tx, by, now, change{ActCheckCreate, string(c.ID), c.Name, created{auditCheck(c)}})
}

// settle finds what the check refers to, answers with all faults there are, and returns what the
// actor may do. The regular expressions of the check had a size before, 0 for a new one.
func (in CheckFields) settle(tx Tx, by roster.Actor, c *roster.Check, before int, f roster.Faults) (checkRights, error) {
	if err := in.resolve(tx, by, c, &f); err != nil {
		return checkRights{}, err
	}
	if err := validateRoom(tx, *c, before, &f); err != nil {
		return checkRights{}, err
	}
	if err := f.Err(); err != nil {
		return checkRights{}, err
	}
	return rightsToChecks(tx, by)
}

// GetCheck returns one check that the actor may see.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (d *Directory) GetCheck(ctx context.Context, by roster.Actor, id roster.CheckID) (roster.Check, error) {
	if err := allow(by, ActCheckRead); err != nil {
		return roster.Check{}, err
	}
	return view(ctx, d, func(tx Tx) (roster.Check, error) {
		return narrowedCheck(tx, by)(findCheck(tx, by.OrganizationID, id, checkScope(by)))
	})
}

// CheckList says which checks ListChecks returns.
type CheckList struct {
	Order      ListOrder
	ID         roster.CheckID
	Name       string // without regard to case
	CheckGroup roster.CheckGroupID
	Counting
}

// ListChecks returns the checks that the actor may see, in the order that is asked for. An error
// ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListChecks(ctx context.Context, by roster.Actor, in CheckList) (iter.Seq2[roster.Check, error], error) {
	if err := allow(by, ActCheckRead); err != nil {
		return nil, err
	}
	if !isName(string(in.ID)) || !isReference(in.Name) || !isName(string(in.CheckGroup)) {
		return noRecords[roster.Check](), nil
	}
	q := CheckQuery{Where: Both(ifGiven("id", in.ID), ifGiven("displayName", Fold(in.Name))), CheckGroup: in.CheckGroup, Scope: checkScope(by), Told: true}
	return listOf(ctx, d, part[Place]{After: in.Order.After}, in.Counting, func(tx Tx, p part[Place]) (Rows[roster.Check], error) {
		q := q
		q.Order, q.Limit, q.Count = in.Order.after(p.After), p.Limit, p.Count
		checks, err := tx.Checks(by.OrganizationID, q)
		if err == nil {
			checks.Records, err = narrowedChecks(tx, by, checks.Records)
		}
		return checks, err
	}, func(c roster.Check) Place { return PlaceOf(c.Name, c.Number) }), nil
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
func (d *Directory) UpdateCheck(ctx context.Context, by roster.Actor, in CheckChange) (roster.Check, error) {
	if err := allow(by, ActCheckUpdate); err != nil {
		return roster.Check{}, err
	}
	in.clean()
	faults := in.validate(in.Faults)
	c, err := update(ctx, d, func(tx Tx) (roster.Check, error) {
		before, err := d.ownCheck(tx, by, in.Check, in.IfVersion)
		if err != nil {
			return before, err
		}
		f, after := slices.Clone(faults), before
		in.apply(&after, false)
		in.validateWhole(after, &f)
		rights, err := in.settle(tx, by, &after, programOf(before), f)
		if err == nil {
			err = rights.permit(after)
		}
		if err != nil {
			return before, err
		}
		if sameCheck(before, after) {
			return before, nil
		}
		after.Version, after.UpdatedAt = before.Version+1, d.now()
		if err := rewatch(tx, before, &after); err != nil {
			return before, err
		}
		if err := tx.UpdateCheck(after, Fold(after.Name), Fold(after.EmailAlias)); err != nil {
			return before, err
		}
		return after, d.audit(tx, by, after.UpdatedAt, change{ActCheckUpdate, string(after.ID), after.Name, changed{Before: auditCheck(before), After: auditCheck(after)}})
	})
	return c, d.nameHolder(ctx, by, ActCheckRead, checkHolder(by, in.CheckFields), err)
}

// sameCheck reports whether two states of a check are the same. The groups and teams that are told
// have no order.
func sameCheck(a, b roster.Check) bool {
	for _, c := range []*roster.Check{&a, &b} {
		c.Groups, c.Teams = sortedLinks(c.Groups), sortedLinks(c.Teams)
		for _, g := range []*roster.ConditionGroup{&c.Matching, &c.Success, &c.Warning} {
			g.Conditions = append([]roster.Condition{}, g.Conditions...)
		}
		c.Window.Days = append([]roster.Day{}, c.Window.Days...)
	}
	return reflect.DeepEqual(a, b)
}

// ownCheck returns a check that the actor may manage as it is, and keeps others from changing it.
func (d *Directory) ownCheck(tx Tx, by roster.Actor, id roster.CheckID, version int64) (roster.Check, error) {
	c, err := findLocked(tx, LockableCheck, func(ref roster.Ref) (roster.Check, error) {
		return findCheck(tx, by.OrganizationID, roster.CheckID(ref.ID), changeScope(by))
	}, roster.Ref{ID: string(id)}, func(c roster.Check) (roster.OrganizationID, string) { return c.OrganizationID, string(c.ID) })
	if err != nil {
		return roster.Check{}, err
	}
	rights, err := rightsToChecks(tx, by)
	if err == nil {
		err = rights.permit(c)
	}
	if err == nil {
		err = requireVersion(c.Version, version)
	}
	return c, err
}

// DeleteCheck deletes a check and ends its alerts. The events that it claimed stay, and so do the
// alerts. The reference is its id.
//
// Errors: Unauthenticated, Forbidden, NotFound, Stale, Unavailable.
func (d *Directory) DeleteCheck(ctx context.Context, by roster.Actor, in Deletion) (roster.Check, error) {
	if err := allow(by, ActCheckDelete); err != nil {
		return roster.Check{}, err
	}
	return update(ctx, d, func(tx Tx) (roster.Check, error) {
		c, err := d.ownCheck(tx, by, roster.CheckID(in.Ref.ID), in.IfVersion)
		if err != nil {
			return roster.Check{}, err
		}
		now := d.now()
		if _, err := unwatch(tx, c, now, roster.CauseDelete); err != nil {
			return c, err
		}
		if err := tx.DeleteCheck(by.OrganizationID, c.ID, now); err != nil {
			return c, err
		}
		return c, d.audit(tx, by, now, change{ActCheckDelete, string(c.ID), c.Name, removedRecord{auditCheck(c)}})
	})
}

// Overview is how an organization stands, as far as the actor may see it.
type Overview struct {
	Organization roster.Organization
	Users        int64
	Checks       []CheckCount // of every state and status that some have
}

// GetOverview returns how the organization stands.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (d *Directory) GetOverview(ctx context.Context, by roster.Actor, _ None) (Overview, error) {
	if err := allow(by, ActCheckRead); err != nil {
		return Overview{}, err
	}
	return view(ctx, d, func(tx Tx) (o Overview, err error) {
		if o.Organization, err = tx.OrganizationByID(by.OrganizationID); err != nil {
			return o, err
		}
		groups, orgWide := scopeOf(by, ActUserRead)
		if orgWide {
			groups = nil
		}
		if o.Users, err = tx.CountUsers(by.OrganizationID, groups); err != nil {
			return o, err
		}
		o.Checks, err = tx.CheckCounts(by.OrganizationID, checkScope(by))
		return o, err
	})
}
