package directory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"roster"
	"roster/internal/fold"
)

// Bounds of what a user may hold. Characters are Unicode code points.
const (
	MaxName         = 255          // characters of a userName, displayName and of every other name
	MaxPassword     = 1024         // bytes (DECISIONS 12)
	maxNameKey      = 4 * MaxName  // bytes of a folded name; only compatibility characters exceed it
	MaxText         = 255          // characters of a zone or phone number as given
	MaxProperties   = 64 << 10     // bytes
	MaxReferences   = 1000         // roles, groups or teams named in one request
	MaxCompetencies = 1000         // of one user
	MaxExpiry       = 10080        // minutes, a week
	joinedBefore    = 253402300800 // Unix seconds: the year 10000
)

// NewUser is the input of CreateUser. Zero values mean "not given".
type NewUser struct {
	UserName         string
	DisplayName      string // default: the userName
	Title            string // such as "Vice President"
	Email            string
	ExternalID       string
	Password         string             `json:"-"`
	External         bool               // signs in through another realm: no password here
	Realm            roster.Ref         // that realm, by id or name, if known; implies External
	Active           roster.Set[bool]   // default: true
	AccessLevel      roster.AccessLevel // default: custom
	Roles            []roster.Ref       // for the organization; if the actor is limited to groups, for these
	RoleGrants       []RoleGrant        // further roles, for groups
	LevelGroups      []roster.Ref       // the access level is for these groups; none: as for Roles
	Groups           []roster.Ref       // of KindGroup
	Teams            []roster.Ref
	PrimaryGroup     roster.Ref // the user becomes a member; zero or End-User: no primary group
	Department       roster.Ref
	JoinedAt         roster.Set[time.Time] // default: now
	TimeZone         string                // default: SYSTEM
	ContactNumber    string
	SessionExpiry    roster.Set[int] // minutes, 1 to MaxExpiry; default: the system's
	Competencies     []roster.Competency
	Properties       json.RawMessage                 // a JSON object
	Preferences      roster.Set[[]roster.Preference] // without Delays; default: the default matrix
	Delays           []PreferenceDelay               // of services that the preferences have
	SendWelcomeEmail bool                            // never sent to an inactive user

	// IdempotencyKey is the caller's own key for this create; "" for none. For a day, creates with the
	// same key return the first result.
	IdempotencyKey string `json:"-"`

	// UniqueEmail rejects an address that is the userName or primary email of another user.
	UniqueEmail bool
	// Repeatable makes an equal create by the same principal within a day return the first one's user,
	// unless the user has changed since (DECISIONS 20).
	Repeatable bool

	// Faults were found by the face. They are reported together with the verb's own.
	Faults roster.Faults `json:"-"`
}

// clean normalizes the input.
func (in *NewUser) clean() {
	in.cleanTexts()
	if Fold(in.PrimaryGroup.Name) == Fold(roster.EndUserGroup) {
		in.PrimaryGroup = roster.Ref{}
	}
	in.Preferences.Value = cleanPreferences(in.Preferences.Value)
}

// UserChange is the input of UpdateUser. An absent field stays as it is, a list replaces the whole
// list, and null means none or the default. For Password and JoinedAt null means absent.
type UserChange struct {
	User          UserSelector
	IfVersion     int64 // only if the user still has this version; 0: any
	UserName      roster.Set[string]
	DisplayName   roster.Set[string]
	Title         roster.Set[string]
	Email         roster.Set[string] // a userName equal to the old address changes with it
	ExternalID    roster.Set[string]
	Password      roster.Set[string]
	Active        roster.Set[bool]
	AccessLevel   roster.Set[roster.AccessLevel] // activates the user too, unless Active is false (DECISIONS 4)
	Roles         roster.Set[[]roster.Ref]       // with RoleGrants the complete list, see granting.roles
	RoleGrants    roster.Set[[]RoleGrant]        // without Roles it replaces the grants for groups
	LevelGroups   roster.Set[[]roster.Ref]       // of the access level; empty: for the organization
	Groups        roster.Set[[]roster.Ref]       // of KindGroup; leaving the primary group out unsets it
	Teams         roster.Set[[]roster.Ref]
	PrimaryGroup  roster.Set[roster.Ref] // the user becomes a member
	Department    roster.Set[roster.Ref]
	JoinedAt      roster.Set[time.Time]
	TimeZone      roster.Set[string]
	ContactNumber roster.Set[string]
	SessionExpiry roster.Set[int] // minutes, 1 to MaxExpiry
	Competencies  roster.Set[[]roster.Competency]
	Properties    roster.Set[json.RawMessage]
	MergePatch    bool                            // Properties is a merge patch of the old ones (RFC 7396)
	Preferences   roster.Set[[]roster.Preference] // replaces the services of the types named, which keep their delays
	Delays        []PreferenceDelay               // replaces the delays named, leaves the others

	// PublishedPreferences says that Preferences know only [roster.PublishedServices]: a service that
	// they cannot name stays.
	PublishedPreferences bool

	SendWelcomeEmail bool // if the user is active afterwards and has not used an earlier one

	UniqueEmail bool          // reject an address that is the userName or primary email of another user
	Faults      roster.Faults // found by the face
}

// asNew returns the change as a NewUser, so that the same rules validate and resolve both.
func (in UserChange) asNew() NewUser {
	as := NewUser{
		Password: in.Password.Value, Active: in.Active,
		AccessLevel: in.AccessLevel.Value, Roles: in.Roles.Value, RoleGrants: in.RoleGrants.Value, LevelGroups: in.LevelGroups.Value,
		Groups: in.Groups.Value, Teams: in.Teams.Value,
		PrimaryGroup: in.PrimaryGroup.Value, Department: in.Department.Value, JoinedAt: in.JoinedAt,
		SessionExpiry: in.SessionExpiry, Competencies: in.Competencies.Value, Properties: in.Properties.Value,
		Preferences: in.Preferences, Delays: in.Delays, Faults: in.Faults,
	}
	for _, f := range userTexts {
		*f.text.created(&as) = f.text.changed(&in).Value
	}
	as.UserName = in.UserName.Or("-")
	return as
}

// clean normalizes the change.
func (in *UserChange) clean() {
	in.cleanTexts()
	if Fold(in.PrimaryGroup.Value.Name) == Fold(roster.EndUserGroup) {
		in.PrimaryGroup.Value = roster.Ref{}
	}
	if in.Password.Value == "" {
		in.Password = roster.Set[string]{}
	}
	if in.JoinedAt.Null {
		in.JoinedAt = roster.Set[time.Time]{}
	}
	in.Preferences.Value = cleanPreferences(in.Preferences.Value)
}

// validateNew is validateUser for a new user. It also rejects userNames that only an existing user
// may keep.
func (d *Directory) validateNew(in NewUser) roster.Faults {
	f := d.validateUser(in)
	validateSignInName(&f, in.UserName)
	return f
}

// validateUser returns every fault that shows without reading the store, those of the face first.
func (d *Directory) validateUser(in NewUser) roster.Faults {
	f := slices.Clone(in.Faults)
	if in.UserName == "" {
		addOnce(&f, "userName", "is required")
	}
	in.validateTexts(&f)
	validateEmail(&f, in.Email)
	d.validatePassword(&f, in)
	if in.AccessLevel != "" && !slices.Contains(roster.AccessLevels[:], in.AccessLevel) {
		f.Add("accessLevel", "is not an access level")
	}
	if n := in.SessionExpiry; n.Present && !n.Null && (n.Value < 1 || n.Value > MaxExpiry) {
		f.Add("sessionExpiry", fmt.Sprintf("must be a whole number of minutes from 1 to %d, or null", MaxExpiry))
	}
	if t := in.JoinedAt.Value; in.JoinedAt.Present && !in.JoinedAt.Null && (t.UnixMicro() <= 0 || t.Unix() >= joinedBefore) {
		f.Add("joinedAt", "must be later than 1970-01-01T00:00:00Z, and not after the year 9999")
	}
	validateIdempotencyKey(&f, in.IdempotencyKey)
	if len(in.Properties) > 0 && !json.Valid(in.Properties) {
		addOnce(&f, "properties", "must be a JSON object")
	}
	validateProperties(&f, in.Properties)
	validateRefs(&f, "roles", in.Roles)
	validateGrants(&f, in)
	validateRefs(&f, "groups", in.Groups)
	validateRefs(&f, "teams", in.Teams)
	validateRef(&f, "primaryGroup", in.PrimaryGroup)
	validateRef(&f, "department", in.Department)
	validateRef(&f, "realm", in.Realm)
	validateCompetencies(&f, in.Competencies)
	validatePreferences(&f, in.Preferences.Value)
	validateDelays(&f, in.Delays)
	if in.SendWelcomeEmail && in.Email == "" && !f.Has("emails") {
		f.Add("emails", "is required to send a welcome email")
	}
	return f
}

// validateSignInName rejects a new userName that nobody could sign in with. A user who already has
// such a name keeps it.
func validateSignInName(f *roster.Faults, name string) {
	if strings.Contains(name, ":") {
		addOnce(f, "userName", "must not hold a colon: HTTP Basic ends the name there (RFC 7617)")
	}
}

func validateProperties(f *roster.Faults, properties json.RawMessage) {
	if len(properties) > MaxProperties {
		f.Add("properties", fmt.Sprintf("must not be longer than %d bytes", MaxProperties))
	}
}

func (d *Directory) validatePassword(f *roster.Faults, in NewUser) {
	switch {
	case in.Password == "":
	case in.External, !in.Realm.IsZero():
		f.Add("password", "is only for users who sign in here; leave it out for a user of another realm")
	case len(in.Password) > MaxPassword:
		f.Add("password", fmt.Sprintf("must not be longer than %d bytes", MaxPassword))
	case !utf8.ValidString(in.Password) || strings.ContainsRune(in.Password, 0):
		f.Add("password", "must be text without a NUL character")
	}
}

// addOnce adds a fault, unless the field has one already.
func addOnce(f *roster.Faults, field, detail string) {
	if !f.Has(field) {
		f.Add(field, detail)
	}
}

// validateName validates a displayed name: its length, and that it has no control characters. ""
// passes.
func validateName(f *roster.Faults, field, name string) {
	if detail := faultOfName(name); detail != "" {
		f.Add(field, detail)
	}
}

// isName reports whether validateName accepts the name.
func isName(name string) bool { return faultOfName(name) == "" }

// isReference reports whether a record may have the name that somebody refers to. It ignores
// surrounding blanks and characters that the key leaves out.
func isReference(name string) bool { return faultOfReference(name) == "" }

func faultOfReference(name string) string {
	if visible := fold.Visible(name); visible != "" {
		return faultOfName(visible)
	}
	return faultOfName(name)
}

func faultOfName(name string) string {
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, fold.Misleading):
		return "must not hold control characters"
	case utf8.RuneCountInString(name) > MaxName:
		return fmt.Sprintf("must not be longer than %d characters", MaxName)
	case name != "" && fold.Blank(name):
		return "must hold a visible character"
	case len(Fold(name)) > maxNameKey:
		return "is too long: some of its characters expand to many"
	default:
		return ""
	}
}

// validateText validates text that is kept as given.
func validateText(f *roster.Faults, field, text string) {
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, fold.Misleading):
		f.Add(field, "must not hold control characters")
	case utf8.RuneCountInString(text) > MaxText:
		f.Add(field, fmt.Sprintf("must not be longer than %d characters", MaxText))
	}
}

func validateRefs(f *roster.Faults, field string, refs []roster.Ref) {
	if len(refs) > MaxReferences {
		f.Add(field, fmt.Sprintf("must not name more than %d", MaxReferences))
		return
	}
	for i, ref := range refs {
		if !isReference(ref.Name) {
			validateRef(f, fmt.Sprintf("%s[%d]", field, i), ref)
		}
	}
}

// validateRef validates the name in a reference. "" passes.
func validateRef(f *roster.Faults, field string, ref roster.Ref) {
	if detail := faultOfReference(ref.Name); detail != "" {
		addOnce(f, field, detail)
	}
}

// validateGrants validates the references in the roles and level that are for groups. All role
// grants together may hold MaxReferences.
func validateGrants(f *roster.Faults, in NewUser) {
	validateRefs(f, "accessLevelGroups", in.LevelGroups)
	if referencesIn(in.RoleGrants) > MaxReferences {
		addOnce(f, "roleGrants", fmt.Sprintf("must not name more than %d roles and groups", MaxReferences))
		return
	}
	for i, g := range in.RoleGrants {
		validateRef(f, fmt.Sprintf("roleGrants[%d].role", i), g.Role)
		validateRefs(f, fmt.Sprintf("roleGrants[%d].groups", i), g.Groups)
	}
}

// referencesIn returns how many roles and groups the grants name.
func referencesIn(grants []RoleGrant) int {
	n := len(grants)
	for _, g := range grants {
		n += len(g.Groups)
	}
	return n
}

func validateCompetencies(f *roster.Faults, list []roster.Competency) {
	if len(list) > MaxCompetencies {
		f.Add("competencies", fmt.Sprintf("must not be more than %d", MaxCompetencies))
		return
	}
	for i, c := range list {
		field := fmt.Sprintf("competencies[%d]", i)
		if f.Has(field) {
			continue
		}
		if c.Name == "" && c.CID == 0 && !f.HasWithin(field) {
			f.Add(field, "needs a name or a cid")
			continue
		}
		validateName(f, field+".name", c.Name)
		if c.Ranking < 0 || c.Ranking > 100 {
			addOnce(f, field+".ranking", "must be a whole number from 0 to 100")
		}
	}
}

// RoleGrant names a role and the groups that it is granted for (DECISIONS 6).
type RoleGrant struct {
	Role   roster.Ref
	Groups []roster.Ref // of KindGroup; none: the organization
}
