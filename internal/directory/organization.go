package directory

import (
	"cmp"
	"context"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"roster"
	"roster/internal/phone"
)

// slugPattern matches the slugs of organizations, which stand in URLs: labels of host names (RFC
// 1123 §2.1).
var slugPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// IsSlug reports whether a text is a valid slug of an organization.
func IsSlug(text string) bool { return slugPattern.MatchString(text) }

// NewOrganization is the input of CreateOrganization.
type NewOrganization struct {
	Slug           string // lower-case letters, digits and hyphens, 1 to 63
	Name           string // default: the slug
	IdempotencyKey string
	Faults         roster.Faults
}

// CreatedOrganization is the result of CreateOrganization. By AdminLink the user admin sets a
// password once. Its secret is shown once and not stored.
type CreatedOrganization struct {
	roster.Organization
	AdminLink IssuedLink
}

// CreateOrganization creates an organization with its shipped records: roles, the group End-User, a
// team, the default matrix, and the user admin, who has no password yet. It needs server_admin,
// which only the command line grants. A repeat with the same idempotency key returns the
// organization without a link.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(slug), Unavailable.
func (d *Directory) CreateOrganization(ctx context.Context, by roster.Actor, in NewOrganization) (CreatedOrganization, error) {
	if err := allow(by, ActOrganizationCreate); err != nil {
		return CreatedOrganization{}, err
	}
	f := slices.Clone(in.Faults)
	in.Name = strings.TrimSpace(in.Name)
	validateName(&f, "displayName", in.Name)
	in.Name = cmp.Or(in.Name, in.Slug)
	switch {
	case f.Has("slug"):
	case in.Slug == "":
		f.Add("slug", "is required")
	case !IsSlug(in.Slug):
		f.Add("slug", "must be 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends")
	}
	validateIdempotencyKey(&f, in.IdempotencyKey)
	if err := f.Err(); err != nil {
		return CreatedOrganization{}, err
	}
	secret := d.secrets.Link()
	out, err := update(ctx, d, func(tx Tx) (CreatedOrganization, error) {
		o := roster.Organization{ID: roster.OrganizationID(newID()), Slug: in.Slug, Name: in.Name, CreatedAt: d.now(), Version: 1}
		create := func() (CreatedOrganization, error) { return d.makeOrganization(tx, by, o, secret) }
		load := func(id string) (CreatedOrganization, error) {
			o, err := tx.OrganizationByID(roster.OrganizationID(id))
			return CreatedOrganization{Organization: o}, err
		}
		return once(tx, d, by, ActOrganizationCreate, in.IdempotencyKey, in.inputText(), string(o.ID), create, load)
	})
	return out, d.nameHolder(ctx, by, ActOrganizationCreate, organizationHolder(in.Slug), err)
}

// makeOrganization is the transaction of CreateOrganization. It writes to the audit of the new
// organization and of the actor's.
func (d *Directory) makeOrganization(tx Tx, by roster.Actor, o roster.Organization, secret string) (CreatedOrganization, error) {
	out := CreatedOrganization{Organization: o}
	if err := tx.InsertOrganization(o); err != nil {
		return out, err
	}
	within := by
	within.OrganizationID = o.ID
	for _, by := range []roster.Actor{by, within} {
		err := d.audit(tx, by, o.CreatedAt, change{ActOrganizationCreate, string(o.ID), o.Slug, created{auditOrganization(o)}})
		if err != nil {
			return out, err
		}
	}
	admin, err := d.addShipped(tx, within, o)
	if err != nil {
		return out, err
	}
	out.AdminLink, err = d.storeLink(tx, within, admin, NewLink{Purpose: roster.LinkSetUp}, secret)
	return out, err
}

func auditOrganization(o roster.Organization) map[string]any {
	return map[string]any{
		"slug": o.Slug, "displayName": o.Name, "timezone": o.Settings.TimeZone,
		"defaultCountry": o.Settings.DefaultCountry, "strongPasswords": o.Settings.StrongPasswords,
	}
}

// seesAllOrganizations reports whether the actor may see every organization of the server.
func seesAllOrganizations(by roster.Actor) bool {
	return isLocal(by) || by.Grants.Everywhere().Has(roster.ServerAdmin)
}

// OrganizationList says which organizations ListOrganizations returns.
type OrganizationList struct {
	After string // only greater slugs
	Counting
}

// ListOrganizations returns the organizations, sorted by slug. An actor without server_admin gets
// only its own, unless it uses the command line. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListOrganizations(ctx context.Context, by roster.Actor, in OrganizationList) (iter.Seq2[roster.Organization, error], error) {
	if err := allow(by, ActOrganizationRead); err != nil {
		return nil, err
	}
	var where Condition
	if !seesAllOrganizations(by) {
		where = Is("id", string(by.OrganizationID))
	}
	return listOf(ctx, d, part[string]{After: in.After}, in.Counting, func(tx Tx, p part[string]) (Rows[roster.Organization], error) {
		return tx.Organizations(OrganizationQuery{where, p.After, p.Limit, p.Count})
	}, func(o roster.Organization) string { return o.Slug }), nil
}

// GetOrganization returns one organization that the actor may see, by id or by slug: ref.Name is
// the slug.
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (d *Directory) GetOrganization(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Organization, error) {
	if err := allow(by, ActOrganizationRead); err != nil {
		return roster.Organization{}, err
	}
	ref = findable([]roster.Ref{ref})[0]
	return view(ctx, d, func(tx Tx) (roster.Organization, error) {
		o, err := tx.OrganizationByID(roster.OrganizationID(ref.ID))
		if err != nil && roster.KindOf(err) == roster.NotFound {
			o, err = tx.OrganizationBySlug(Fold(ref.Name))
		}
		if err == nil && o.ID != by.OrganizationID && !seesAllOrganizations(by) {
			// The same words as the store's.
			err = &roster.Error{Kind: roster.NotFound, Detail: "there is no such organization"}
		}
		if err != nil {
			return roster.Organization{}, err
		}
		return o, nil
	})
}

// GetSettings returns the actor's organization with its settings.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (d *Directory) GetSettings(ctx context.Context, by roster.Actor, _ None) (roster.Organization, error) {
	if err := allow(by, ActSettingsRead); err != nil {
		return roster.Organization{}, err
	}
	return view(ctx, d, func(tx Tx) (roster.Organization, error) { return tx.OrganizationByID(by.OrganizationID) })
}

// SettingsChange is the input of UpdateSettings. An absent field stays as it is, null means the
// default.
type SettingsChange struct {
	IfVersion       int64 // only if the organization still has this version; 0: any
	Name            roster.Set[string]
	TimeZone        roster.Set[string]
	DefaultCountry  roster.Set[string]
	StrongPasswords roster.Set[bool]
	Faults          roster.Faults
}

// clean normalizes the change, and returns every fault.
func (in *SettingsChange) clean() roster.Faults {
	f := slices.Clone(in.Faults)
	for _, text := range []*roster.Set[string]{&in.Name, &in.TimeZone, &in.DefaultCountry} {
		text.Value = strings.TrimSpace(text.Value)
	}
	switch {
	case !in.Name.Present || in.Name.Null:
	case in.Name.Value == "":
		addOnce(&f, "displayName", "must not be empty; null resets it")
	default:
		addFaults(&f, validateNamed(in.Name.Value, ""))
	}
	if zone, known := Zone(in.TimeZone.Value); known {
		in.TimeZone.Value = zone
	} else {
		addOnce(&f, "timezone", "must be a time zone of the IANA database, such as Europe/London")
	}
	in.DefaultCountry.Value = strings.ToUpper(in.DefaultCountry.Value)
	if c := in.DefaultCountry.Value; c != "" && !phone.Known(c) {
		addOnce(&f, "defaultCountry", "must be a two-letter country code (ISO 3166-1 alpha-2), such as GB")
	}
	return f
}

// apply returns the organization after the change.
func (in SettingsChange) apply(o roster.Organization) roster.Organization {
	if in.Name.Present {
		o.Name = in.Name.Or(o.Slug)
	}
	if in.TimeZone.Present {
		o.Settings.TimeZone = in.TimeZone.Value
	}
	if in.DefaultCountry.Present {
		o.Settings.DefaultCountry = in.DefaultCountry.Value
	}
	if in.StrongPasswords.Present {
		o.Settings.StrongPasswords = in.StrongPasswords.Value
	}
	return o
}

// UpdateSettings changes the settings of the actor's organization.
//
// Errors: Unauthenticated, Forbidden, Invalid, Stale, Unavailable.
func (d *Directory) UpdateSettings(ctx context.Context, by roster.Actor, in SettingsChange) (roster.Organization, error) {
	if err := allow(by, ActSettingsSet); err != nil {
		return roster.Organization{}, err
	}
	if err := in.clean().Err(); err != nil {
		return roster.Organization{}, err
	}
	return update(ctx, d, func(tx Tx) (roster.Organization, error) {
		if err := tx.LockRecord(by.OrganizationID, LockableOrganization, string(by.OrganizationID)); err != nil {
			return roster.Organization{}, err
		}
		before, err := tx.OrganizationByID(by.OrganizationID)
		if err != nil {
			return before, err
		}
		if err := requireVersion(before.Version, in.IfVersion); err != nil {
			return before, err
		}
		after := in.apply(before)
		if after == before {
			return before, nil
		}
		after.Version++
		if err := tx.UpdateOrganization(after); err != nil {
			return before, err
		}
		return after, d.audit(tx, by, d.now(), change{ActSettingsSet, string(after.ID), after.Slug, changed{
			Before: auditOrganization(before), After: auditOrganization(after),
		}})
	})
}

// GetTimeZone returns the time zone of the actor's organization. Dates without a zone are read and
// written in it.
//
// Errors: Unauthenticated, Forbidden, Unavailable.
func (d *Directory) GetTimeZone(ctx context.Context, by roster.Actor, _ None) (*time.Location, error) {
	if err := allow(by, ActCheckRead); err != nil {
		return nil, err
	}
	o, err := view(ctx, d, func(tx Tx) (roster.Organization, error) { return tx.OrganizationByID(by.OrganizationID) })
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(o.Settings.TimeZone) // "" is UTC
	if err != nil {
		return time.UTC, nil // this binary no longer knows the zone
	}
	return zone, nil
}

// countryOf returns the default country of the organization's phone numbers.
func (d *Directory) countryOf(tx Tx, org roster.OrganizationID) (string, error) {
	o, err := tx.OrganizationByID(org)
	return cmp.Or(o.Settings.DefaultCountry, d.defaultCountry), err
}

// countryFor returns countryOf if one of the numbers has no country of its own. Otherwise it
// returns "" and reads nothing.
func (d *Directory) countryFor(tx Tx, org roster.OrganizationID, numbers ...string) (string, error) {
	for _, number := range numbers {
		if number != "" && !strings.HasPrefix(strings.TrimSpace(number), "+") {
			return d.countryOf(tx, org)
		}
	}
	return "", nil
}

// addFaults adds those faults whose field has none yet.
func addFaults(f *roster.Faults, more roster.Faults) {
	for _, e := range more {
		if !f.Has(e.Field) {
			*f = append(*f, e)
		}
	}
}

// ServerAdmin is the input of SetServerAdmin: whether the user may create organizations.
type ServerAdmin struct {
	User UserSelector
	May  bool
}

// SetServerAdmin gives a user the permission server_admin, or takes it away. Only the command line
// may do it (DECISIONS 10).
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (d *Directory) SetServerAdmin(ctx context.Context, by roster.Actor, in ServerAdmin) (roster.User, error) {
	if err := allow(by, ActServerAdminSet); err != nil {
		return roster.User{}, err
	}
	if err := in.User.possible(); err != nil {
		return roster.User{}, err
	}
	return update(ctx, d, func(tx Tx) (roster.User, error) {
		if err := tx.LockUser(by.OrganizationID, in.User); err != nil {
			return roster.User{}, err
		}
		u, err := tx.User(by.OrganizationID, in.User, 0)
		if err != nil {
			return u, err
		}
		account, err := tx.AccountByID(u.OrganizationID, u.ID)
		if err != nil {
			return u, err
		}
		was := account.Grants.Everywhere().Has(roster.ServerAdmin)
		if was == in.May {
			return u, nil
		}
		u.UpdatedAt = d.now()
		if err := tx.SetServerAdmin(u.OrganizationID, u.ID, in.May, u.UpdatedAt); err != nil {
			return u, err
		}
		u.Version++
		return u, d.audit(tx, by, u.UpdatedAt, change{ActServerAdminSet, string(u.ID), u.UserName, changed{
			Before: map[string]any{"serverAdmin": was}, After: map[string]any{"serverAdmin": in.May},
		}})
	})
}
