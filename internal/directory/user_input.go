package directory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"roster"
	"roster/internal/fold"
)

// Bounds of what a user may hold. Characters are Unicode code points.
const (
	MaxName         = 255          // characters of a userName, displayName and of every other name
	MaxPassword     = 1024         // bytes (DECISIONS 12)
	maxNameKey      = 4 * MaxName  // bytes of the key of a name; only compatibility characters exceed it
	MaxText         = 255          // characters of a zone or phone number as given
	MaxProperties   = 64 << 10     // bytes
	MaxReferences   = 1000         // roles, groups or teams named in one request
	MaxCompetencies = 1000         // of one user
	MaxExpiry       = 10080        // minutes, a week
	joinedBefore    = 253402300800 // Unix seconds: the year 10000
)

// NewUser is what CreateUser needs to know. Zero values mean "not given".
type NewUser struct {
	UserName         string
	DisplayName      string // default: the userName
	Title            string // such as "Vice President"
	Email            string
	ExternalID       string
	Password         string             `json:"-"`
	External         bool               // proves identity in another realm: no password here
	Realm            roster.Ref         // that realm, by id or name, where it is known; says External too
	Active           roster.Set[bool]   // default: true
	AccessLevel      roster.AccessLevel // default: custom
	Roles            []roster.Ref       // for the organization, or for the groups of an actor that is limited to groups
	RoleGrants       []RoleGrant        // further roles, for groups
	LevelGroups      []roster.Ref       // the access level is granted for these groups; none: as Roles are
	Groups           []roster.Ref       // of KindGroup
	Teams            []roster.Ref
	PrimaryGroup     roster.Ref // becomes a membership too; none, or End-User: no primary group
	Department       roster.Ref
	JoinedAt         roster.Set[time.Time] // default: now
	TimeZone         string                // default: SYSTEM
	ContactNumber    string
	SessionExpiry    roster.Set[int] // minutes, 1 to MaxExpiry; default: the system's
	Competencies     []roster.Competency
	Properties       json.RawMessage                 // a JSON object
	Preferences      roster.Set[[]roster.Preference] // default: the default matrix
	SendWelcomeEmail bool                            // never sent to an inactive user

	// IdempotencyKey is the caller's own name for this create: under it the first answer is given again
	// for a day. "" for none.
	IdempotencyKey string `json:"-"`

	// UniqueEmail refuses an address that is the userName or primary email of another user.
	UniqueEmail bool
	// Repeatable answers the same create by the same principal within a day with the user that the
	// first one made, as long as nobody changed it since (DECISIONS 20).
	Repeatable bool

	// Faults are those the face found already; they are reported together with the verb's own.
	Faults roster.Faults `json:"-"`
}

// clean brings the input into the form in which it is kept.
func (in *NewUser) clean() {
	in.cleanTexts()
	if Fold(in.PrimaryGroup.Name) == Fold(roster.EndUserGroup) {
		in.PrimaryGroup = roster.Ref{}
	}
	in.Preferences.Value = cleanPreferences(in.Preferences.Value)
}

// UserChange is what UpdateUser changes: what is absent stays as it is, a list replaces the whole
// list, and null means none or the default. A password and the day of joining have neither: their
// null is as if absent.
type UserChange struct {
	User          UserSelector
	IfVersion     int64 // only if the user still has this version; 0: whatever it has
	UserName      roster.Set[string]
	DisplayName   roster.Set[string]
	Title         roster.Set[string]
	Email         roster.Set[string] // a userName that is equal to the old address changes with it
	ExternalID    roster.Set[string]
	Password      roster.Set[string]
	Active        roster.Set[bool]
	AccessLevel   roster.Set[roster.AccessLevel] // activates too, unless Active says otherwise (DECISIONS 4)
	Roles         roster.Set[[]roster.Ref]       // with RoleGrants all that there are to be; one that is held already keeps its groups
	RoleGrants    roster.Set[[]RoleGrant]        // without Roles it replaces what is for groups; a role that it names it says anew
	LevelGroups   roster.Set[[]roster.Ref]       // the access level is granted for these groups; empty: for the organization
	Groups        roster.Set[[]roster.Ref]       // of KindGroup; without the primary group there is none any more
	Teams         roster.Set[[]roster.Ref]
	PrimaryGroup  roster.Set[roster.Ref] // becomes a membership too
	Department    roster.Set[roster.Ref]
	JoinedAt      roster.Set[time.Time]
	TimeZone      roster.Set[string]
	ContactNumber roster.Set[string]
	SessionExpiry roster.Set[int] // minutes, 1 to MaxExpiry
	Competencies  roster.Set[[]roster.Competency]
	Properties    roster.Set[json.RawMessage]
	MergePatch    bool                            // Properties is merged with those that are there (RFC 7396), not put in their place
	Preferences   roster.Set[[]roster.Preference] // replaces the types that it names and leaves the others

	SendWelcomeEmail bool // to a user who is active then; not to one who followed an earlier one

	UniqueEmail bool          // refuse an address that is the userName or primary email of another user
	Faults      roster.Faults // those the face found already
}

// asNew is the change as a user to be created, so that both are checked and resolved by the same
// rules.
func (in UserChange) asNew() NewUser {
	as := NewUser{
		Password: in.Password.Value, Active: in.Active,
		AccessLevel: in.AccessLevel.Value, Roles: in.Roles.Value, RoleGrants: in.RoleGrants.Value, LevelGroups: in.LevelGroups.Value,
		Groups: in.Groups.Value, Teams: in.Teams.Value,
		PrimaryGroup: in.PrimaryGroup.Value, Department: in.Department.Value, JoinedAt: in.JoinedAt,
		SessionExpiry: in.SessionExpiry, Competencies: in.Competencies.Value, Properties: in.Properties.Value,
		Preferences: in.Preferences, Faults: in.Faults,
	}
	for _, f := range userTexts {
		*f.text.created(&as) = f.text.changed(&in).Value
	}
	as.UserName = in.UserName.Or("-")
	return as
}

// clean brings the change into the form in which it is kept.
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

// cleanPreferences returns preferences whose services are sets: each once, in their fixed order.
// Services of which one is none of ours stay as they are, so that the fault says the place of that
// one.
func cleanPreferences(sent []roster.Preference) []roster.Preference {
	prefs := slices.Clone(sent)
	for i, p := range prefs {
		if slices.ContainsFunc(p.Services, func(s roster.Service) bool { return !slices.Contains(roster.Services[:], s) }) {
			continue
		}
		prefs[i].Services = slices.DeleteFunc(slices.Clone(roster.Services[:]), func(s roster.Service) bool { return !slices.Contains(p.Services, s) })
	}
	return prefs
}

// validateNew is check for a user to be made, who gets no name that a user who is there may keep.
func (d *Directory) validateNew(in NewUser) roster.Faults {
	f := d.validateUser(in)
	validateSignInName(&f, in.UserName)
	return f
}

// check returns every fault that shows without looking at the store, those of the face first.
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
	if in.SendWelcomeEmail && in.Email == "" && !f.Has("emails") {
		f.Add("emails", "is required where a welcome email is asked for")
	}
	return f
}

// validateSignInName refuses a new userName that nobody could sign in with. A user who has such a
// name keeps it.
func validateSignInName(f *roster.Faults, name string) {
	if strings.Contains(name, ":") {
		addOnce(f, "userName", "must not hold a colon: HTTP Basic takes it for the end of the name (RFC 7617)")
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
		f.Add("password", "is only for users who prove identity here; leave it out for a user of another realm")
	case len(in.Password) > MaxPassword:
		f.Add("password", fmt.Sprintf("must not be longer than %d bytes", MaxPassword))
	case !utf8.ValidString(in.Password) || strings.ContainsRune(in.Password, 0):
		f.Add("password", "must be text without a NUL character")
	}
}

// addOnce notes a fault unless the field has one already.
func addOnce(f *roster.Faults, field, detail string) {
	if !f.Has(field) {
		f.Add(field, detail)
	}
}

// validateEntryName checks a name that people read: bounded, without control characters. "" passes.
func validateName(f *roster.Faults, field, name string) {
	if detail := faultOfName(name); detail != "" {
		f.Add(field, detail)
	}
}

// isName reports whether validateEntryName passes the name.
func isName(name string) bool { return faultOfName(name) == "" }

// isReference reports whether a record may have the name that somebody refers to. Blanks around it
// and characters that its key leaves out do not count.
func isReference(name string) bool { return faultOfReference(name) == "" }

func faultOfReference(name string) string {
	if visible := fold.Visible(name); visible != "" {
		return faultOfName(visible)
	}
	return faultOfName(name)
}

func faultOfName(name string) string {
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unreadable):
		return "must not hold control characters"
	case utf8.RuneCountInString(name) > MaxName:
		return fmt.Sprintf("must not be longer than %d characters", MaxName)
	case name != "" && fold.Blank(name):
		return "must hold a character that can be seen"
	case len(Fold(name)) > maxNameKey:
		return "is too long: some of its characters stand for many"
	default:
		return ""
	}
}

// validateText checks text that is kept as given.
func validateText(f *roster.Faults, field, text string) {
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unreadable):
		f.Add(field, "must not hold control characters")
	case utf8.RuneCountInString(text) > MaxText:
		f.Add(field, fmt.Sprintf("must not be longer than %d characters", MaxText))
	}
}

// unreadable reports control characters and those that reorder text, which make one name look like
// another in a list or a log.
func unreadable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
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

// validateRef checks the name by which a record is referred to. "" passes.
func validateRef(f *roster.Faults, field string, ref roster.Ref) {
	if detail := faultOfReference(ref.Name); detail != "" {
		addOnce(f, field, detail)
	}
}

// validateGrants checks the references of what is granted for groups, which are bounded together.
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

// referencesIn returns how many roles and groups are named.
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

// validatePreferences asks that every type and service is one of ours and that no type comes twice.
func validatePreferences(f *roster.Faults, prefs []roster.Preference) {
	seen := map[roster.NotificationType]bool{}
	for i, p := range prefs {
		field := fmt.Sprintf("preferences[%d]", i)
		switch {
		case f.Has(field) || f.Has(field+".type"):
		case !slices.Contains(roster.NotificationTypes[:], p.Type):
			f.Add(field+".type", "must be one of: "+list(roster.NotificationTypes[:]))
		case seen[p.Type]:
			f.Add(field+".type", fmt.Sprintf("names %q a second time", p.Type))
		}
		seen[p.Type] = true
		for j, service := range p.Services {
			if !slices.Contains(roster.Services[:], service) {
				f.Add(fmt.Sprintf("%s.services[%d]", field, j), "must be one of: "+list(roster.Services[:]))
			}
		}
	}
}

// list joins words for a message.
func list[T ~string](words []T) string {
	text := make([]string, len(words))
	for i, w := range words {
		text[i] = string(w)
	}
	return strings.Join(text, ", ")
}

// RoleGrant names a role, and the groups for which it is granted (DECISIONS 6).
type RoleGrant struct {
	Role   roster.Ref
	Groups []roster.Ref // of KindGroup; none: the organization
}
