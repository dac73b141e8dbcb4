package directory

import (
	"context"
	"fmt"

	"roster"
)

// DefaultsOf picks a default matrix: that of a group, or the organization's.
type DefaultsOf struct {
	Group roster.Ref // zero: the organization
	Alone bool       // the group's own matrix, without the organization's
}

// Defaults is a default matrix. A user created without preferences gets the organization's matrix
// joined with those of its groups (DECISIONS 23).
type Defaults struct {
	DefaultsOf
	Preferences []roster.Preference
	Delays      []PreferenceDelay // of an input, whose Preferences have none
}

// GetDefaultPreferences returns the preferences of a user created without any, in the organization
// or as a member of the group.
//
// Errors: Unauthenticated, Forbidden, Invalid, Unavailable.
func (d *Directory) GetDefaultPreferences(ctx context.Context, by roster.Actor, in DefaultsOf) (Defaults, error) {
	if err := allow(by, ActDefaultsRead); err != nil {
		return Defaults{}, err
	}
	return view(ctx, d, func(tx Tx) (Defaults, error) {
		id, err := findGroup(tx, by, in.Group)
		if err != nil {
			return Defaults{}, err
		}
		if in.Alone && id != "" {
			prefs, err := tx.GroupDefaultPreferences(by.OrganizationID, id)
			return Defaults{DefaultsOf: in, Preferences: prefs}, err
		}
		var groups []roster.GroupID
		if id != "" {
			groups = append(groups, id)
		}
		prefs, err := tx.DefaultPreferences(by.OrganizationID, groups)
		return Defaults{DefaultsOf: in, Preferences: prefs}, err
	})
}

// SetDefaultPreferences replaces a default matrix. Existing users keep their preferences.
//
// Errors: Unauthenticated, Forbidden, Invalid, Unavailable.
func (d *Directory) SetDefaultPreferences(ctx context.Context, by roster.Actor, in Defaults) (Defaults, error) {
	if err := allow(by, ActDefaultsSet); err != nil {
		return Defaults{}, err
	}
	var faults roster.Faults
	validatePreferences(&faults, in.Preferences)
	validateDelays(&faults, in.Delays)
	if err := faults.Err(); err != nil {
		return Defaults{}, err
	}
	in.Preferences, in.Delays = changePreferences(nil, preferenceChange{services: in.Preferences, delays: in.Delays}, &faults), nil
	if err := faults.Err(); err != nil {
		return Defaults{}, err
	}
	return update(ctx, d, func(tx Tx) (Defaults, error) {
		id, err := findGroup(tx, by, in.Group)
		if err != nil {
			return Defaults{}, err
		}
		noun, of := LockableGroup, string(id)
		if id == "" {
			noun, of = LockableOrganization, string(by.OrganizationID)
		}
		// Of two concurrent changes the later one is stored whole.
		if err := tx.LockRecord(by.OrganizationID, noun, of); err != nil {
			return Defaults{}, err
		}
		before, err := tx.GroupDefaultPreferences(by.OrganizationID, id)
		if err != nil || samePreferences(before, in.Preferences) {
			return in, err
		}
		if err := tx.SetDefaultPreferences(by.OrganizationID, id, in.Preferences); err != nil {
			return Defaults{}, err
		}
		return in, d.audit(tx, by, d.now(), change{ActDefaultsSet, string(id), in.Group.Name, created{in.Preferences}})
	})
}

// findGroup returns the id of the group, "" if ref is zero.
func findGroup(tx Tx, by roster.Actor, ref roster.Ref) (roster.GroupID, error) {
	if ref.IsZero() {
		return "", nil
	}
	found, err := tx.FindGroups(by.OrganizationID, roster.KindGroup, findable([]roster.Ref{ref}))
	if err != nil {
		return "", err
	}
	if found[0].ID == "" || isShipped(found[0]) { // nobody is a member of the shipped group
		return "", &roster.Error{Kind: roster.Invalid, Field: "group", Detail: fmt.Sprintf("names no group: %s", shorten(ref.String()))}
	}
	return found[0].ID, nil
}
