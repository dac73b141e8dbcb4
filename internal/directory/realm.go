package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"

	"roster"
)

// NewRealm is the input of CreateRealm.
type NewRealm struct {
	Name          string
	Active        roster.Set[bool] // default: true
	Configuration json.RawMessage  // a JSON object, kept as given

	Repeatable     bool // as in [NewUser]
	IdempotencyKey string
	Faults         roster.Faults // found by the face
}

// realmDefaults is the part of a realm's configuration that says what users get when they first
// sign in.
type realmDefaults struct {
	DefaultRoles []string `json:"defaultRoles"`
	DefaultTeams []string `json:"defaultTeams"`
	DefaultGroup string   `json:"defaultGroup"`
}

// auditedRealm is what the audit keeps of a realm. A client may put anything into its
// configuration. So the audit keeps only what users get, and a keyed fingerprint that shows whether
// the configuration changed.
type auditedRealm struct {
	DisplayName   string           `json:"displayName"`
	Kind          roster.RealmKind `json:"kind"`
	Active        bool             `json:"active"`
	DefaultRoles  []string         `json:"defaultRoles,omitempty"`
	DefaultTeams  []string         `json:"defaultTeams,omitempty"`
	DefaultGroup  string           `json:"defaultGroup,omitempty"`
	Configuration string           `json:"configuration"`
}

func (d *Directory) auditRealm(r roster.Realm) auditedRealm {
	var defaults realmDefaults
	_ = json.Unmarshal(r.Configuration, &defaults) // it was validated when it was set
	fingerprint, _ := d.hmac([]any{"realm", r.OrganizationID, r.Configuration})
	return auditedRealm{r.Name, r.Kind, r.Active, defaults.DefaultRoles, defaults.DefaultTeams, defaults.DefaultGroup, fingerprint}
}

// CreateRealm creates a SAML realm. The roles, teams and group that its users get must exist, and
// the actor must be allowed to grant them.
//
// Errors: Unauthenticated, Forbidden, Invalid (all faults at once), Conflict(displayName),
// Unavailable.
func (d *Directory) CreateRealm(ctx context.Context, by roster.Actor, in NewRealm) (roster.Realm, error) {
	if err := allow(by, ActRealmCreate); err != nil {
		return roster.Realm{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := slices.Clone(in.Faults)
	addFaults(&faults, validateNamed(in.Name, ""))
	validateIdempotencyKey(&faults, in.IdempotencyKey)
	checked := false
	check := func() {
		checked = true
		if !faults.Has("configuration") {
			faults = append(faults, d.validateRealm(ctx, in.Configuration)...)
		}
	}
	if len(faults) > 0 || !json.Valid(in.Configuration) {
		check()
	}
	transaction := func(tx Tx) (roster.Realm, error) {
		now := d.now()
		r := roster.Realm{
			ID: roster.RealmID(newID()), OrganizationID: by.OrganizationID, Name: in.Name, Kind: roster.RealmSAML,
			Active: in.Active.Or(true), Configuration: in.Configuration, Version: 1, CreatedAt: now, UpdatedAt: now,
		}
		create := func() (roster.Realm, error) {
			if !checked {
				return r, errUnchecked
			}
			if err := d.permitRealm(tx, by, ActRealmCreate, in.Configuration, slices.Clone(faults)); err != nil {
				return r, err
			}
			if err := tx.InsertRealm(r, Fold(r.Name)); err != nil {
				return r, err
			}
			return r, d.audit(tx, by, now, change{ActRealmCreate, string(r.ID), r.Name, created{d.auditRealm(r)}})
		}
		switch {
		case len(faults) > 0:
			return create() // it finds the other faults
		case in.Repeatable:
			r := Retry{
				OrganizationID: by.OrganizationID, Key: d.fingerprint(by, ActRealmCreate, in.inputText()), ResourceID: string(r.ID), CreatedAt: now,
			}
			return createUnlessRepeated(tx, r, create, func(made Retry) (roster.Realm, bool, error) {
				r, err := tx.RealmByID(by.OrganizationID, roster.RealmID(made.ResourceID))
				return unchangedSince(made, r, r.Version, err)
			})
		}
		return once(tx, d, by, ActRealmCreate, in.IdempotencyKey, in.inputText(), string(r.ID), create, func(id string) (roster.Realm, error) {
			return tx.RealmByID(by.OrganizationID, roster.RealmID(id))
		})
	}
	r, err := update(ctx, d, transaction)
	if errors.Is(err, errUnchecked) {
		check()
		r, err = update(ctx, d, transaction)
	}
	return r, d.nameHolder(ctx, by, ActRealmRead, realmHolder(by, in.Name), err)
}

// errUnchecked ends the transaction of a create that is not a repeat. The configuration is
// validated only then. That takes requests to other servers, and a configuration that was valid at
// the first create may have expired by now.
var errUnchecked = errors.New("the realm's configuration was not checked yet")

// RealmChange is the input of UpdateRealm. An absent field stays as it is.
type RealmChange struct {
	Realm         roster.Ref // by id or name
	IfVersion     int64      // only if it still has this version; 0: any
	Active        roster.Set[bool]
	Configuration roster.Set[json.RawMessage] // the whole configuration
	Faults        roster.Faults
}

// UpdateRealm changes a SAML realm.
//
// Errors: Unauthenticated, Forbidden, NotFound (by id), Invalid (by name; all faults at once),
// Stale, Unavailable.
func (d *Directory) UpdateRealm(ctx context.Context, by roster.Actor, in RealmChange) (roster.Realm, error) {
	if err := allow(by, ActRealmUpdate); err != nil {
		return roster.Realm{}, err
	}
	faults := slices.Clone(in.Faults)
	if in.Configuration.Present && !faults.Has("configuration") {
		faults = append(faults, d.validateRealm(ctx, in.Configuration.Value)...)
	}
	return update(ctx, d, func(tx Tx) (roster.Realm, error) {
		all := slices.Clone(faults)
		before, err := in.findLocked(tx, by)
		switch {
		case err == nil && len(all) == 0 && in.keepsRealm(before): // of any kind
			return before, nil
		case err != nil && roster.KindOf(err) == roster.Invalid, err == nil && before.Kind != roster.RealmSAML:
			addOnce(&all, "displayName", "names no SAML realm")
		case err != nil:
			return before, err
		}
		after := before
		after.Active = in.Active.Or(before.Active)
		if in.Configuration.Present {
			after.Configuration = in.Configuration.Value
		}
		if err := d.permitRealm(tx, by, ActRealmUpdate, after.Configuration, all); err != nil {
			return before, err
		}
		if in.keepsRealm(before) {
			return before, nil
		}
		after.Version, after.UpdatedAt = before.Version+1, d.now()
		if err := tx.UpdateRealm(after); err != nil {
			return before, err
		}
		return after, d.audit(tx, by, after.UpdatedAt, change{ActRealmUpdate, string(after.ID), after.Name, changed{Before: d.auditRealm(before), After: d.auditRealm(after)}})
	})
}

// keepsRealm reports whether the change leaves the realm as it is.
func (in RealmChange) keepsRealm(r roster.Realm) bool {
	return in.Active.Or(r.Active) == r.Active && bytes.Equal(compact(in.Configuration.Or(r.Configuration)), compact(r.Configuration))
}

// findLocked returns the realm, locked against other changes.
func (in RealmChange) findLocked(tx Tx, by roster.Actor) (roster.Realm, error) {
	ref := in.Realm
	ref.Name = strings.TrimSpace(ref.Name)
	r, err := findLocked(tx, LockableRealm, func(ref roster.Ref) (roster.Realm, error) { return findRealm(tx, by, ref) }, ref,
		func(r roster.Realm) (roster.OrganizationID, string) { return r.OrganizationID, string(r.ID) })
	if err != nil {
		return r, err
	}
	return r, requireVersion(r.Version, in.IfVersion)
}

// validateRealm returns the faults of a configuration that show without reading the store.
func (d *Directory) validateRealm(ctx context.Context, configuration json.RawMessage) roster.Faults {
	switch {
	case len(configuration) == 0:
		return roster.Faults{{Kind: roster.Invalid, Field: "configuration", Detail: "is required"}}
	case d.realms == nil:
		return roster.Faults{{Kind: roster.Invalid, Field: "configuration", Detail: "cannot be validated: this server does not support SAML"}}
	default:
		return d.realms.ValidateSAML(ctx, configuration)
	}
}

// permitRealm finds the roles, teams and group that users of the realm get. It returns faults
// unless the actor may grant them (DECISIONS 11).
func (d *Directory) permitRealm(tx Tx, by roster.Actor, act Action, configuration json.RawMessage, faults roster.Faults) error {
	var defaults realmDefaults
	if err := json.Unmarshal(configuration, &defaults); err == nil {
		in := NewUser{PrimaryGroup: roster.Ref{Name: defaults.DefaultGroup}}
		for _, name := range defaults.DefaultRoles {
			in.Roles = append(in.Roles, roster.Ref{Name: name})
		}
		for _, name := range defaults.DefaultTeams {
			in.Teams = append(in.Teams, roster.Ref{Name: name})
		}
		var own roster.Faults
		refs, err := resolve(tx, by, act, in, nil, &own)
		if err != nil {
			return err
		}
		user := roster.User{}
		for _, r := range refs.roles {
			user.Roles = append(user.Roles, roster.RoleGrant{RoleLink: linkRole(r)})
		}
		d.permitGains(by, gained(roster.User{}, user, refs), false, &own)
		if err := d.permitJoins(tx, by, ordinaryGroups(refs.groups), groupField(refs, nil), &own); err != nil {
			return err
		}
		for _, e := range own {
			e.Field = "configuration." + e.Field
			faults = append(faults, e)
		}
	}
	return faults.Err()
}

// RealmList says which realms ListRealms returns.
type RealmList struct {
	Kind   roster.RealmKind // "" for all
	Active bool             // only active ones
	After  string           // only realms whose folded name is greater
	Counting
}

// ListRealms returns realms, sorted by name. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListRealms(ctx context.Context, by roster.Actor, in RealmList) (iter.Seq2[roster.Realm, error], error) {
	if err := allow(by, ActRealmRead); err != nil {
		return nil, err
	}
	where := ifGiven("kind", in.Kind)
	if in.Active {
		where = Both(where, Is("active", true))
	}
	return listOf(ctx, d, part[string]{After: in.After}, in.Counting, func(tx Tx, p part[string]) (Rows[roster.Realm], error) {
		return tx.Realms(by.OrganizationID, RealmQuery{where, p.After, p.Limit, p.Count})
	}, func(r roster.Realm) string { return Fold(r.Name) }), nil
}

// GetRealm returns one realm.
//
// Errors: Unauthenticated, Forbidden, NotFound (by id), Invalid (by name).
func (d *Directory) GetRealm(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Realm, error) {
	if err := allow(by, ActRealmRead); err != nil {
		return roster.Realm{}, err
	}
	return view(ctx, d, func(tx Tx) (roster.Realm, error) { return findRealm(tx, by, ref) })
}

// findRealm finds a realm by its id, or else by its name.
func findRealm(tx Tx, by roster.Actor, ref roster.Ref) (roster.Realm, error) {
	known := findable([]roster.Ref{ref})[0]
	if known.ID != "" {
		r, err := tx.RealmByID(by.OrganizationID, roster.RealmID(known.ID))
		if err == nil || roster.KindOf(err) != roster.NotFound {
			return r, err
		}
	}
	if known.Name != "" {
		r, found, err := tx.FindRealm(by.OrganizationID, Fold(known.Name))
		if err != nil || found {
			return r, err
		}
	}
	return roster.Realm{}, noSuch("displayName", "realm", ref)
}
