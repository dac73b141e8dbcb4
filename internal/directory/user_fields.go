package directory

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"roster"
)

// fieldRight is the right over a user that a change of a field requires (DECISIONS 9). A greater
// one includes the lesser.
type fieldRight uint8

const (
	rightOwn      fieldRight = iota // none: everybody may change it of themselves
	rightSee                        // to see the user
	rightGrant                      // to grant all that the user holds: it decides what the user may do
	rightTakeOver                   // to take the user over: it decides who signs in, or where messages go
)

// userField is a field that a change of a user may name.
type userField struct {
	name  string // the name in faults
	right fieldRight
	given func(*UserChange) bool // reports whether the change names it
	text  *userText              // nil: not a plain text
}

// userText describes a plain text of a user: how it is cleaned and validated, and where it is in a
// create, a change and a user.
type userText struct {
	clean    func(string) string // returns the normal form, which is kept
	validate func(f *roster.Faults, field, text string)

	created func(*NewUser) *string                // in a create; "": not given
	changed func(*UserChange) *roster.Set[string] // in a change
	kept    func(*roster.User) *string
}

// userFields are the fields that a change of a user may name, in the order of their faults.
//
// For a plain text its line here is all that is needed. NewUser.clean cleans the other fields,
// validateUser validates them, and setFields and dropUnchangedFields set and compare them.
var userFields = []userField{
	plainText("userName", rightTakeOver, userText{
		strings.TrimSpace, validateName,
		func(in *NewUser) *string { return &in.UserName },
		func(in *UserChange) *roster.Set[string] { return &in.UserName },
		func(u *roster.User) *string { return &u.UserName },
	}),
	plainText("displayName", rightSee, userText{
		strings.TrimSpace, validateName,
		func(in *NewUser) *string { return &in.DisplayName },
		func(in *UserChange) *roster.Set[string] { return &in.DisplayName },
		func(u *roster.User) *string { return &u.DisplayName },
	}),
	plainText("title", rightSee, userText{
		strings.TrimSpace, validateName,
		func(in *NewUser) *string { return &in.Title },
		func(in *UserChange) *roster.Set[string] { return &in.Title },
		func(u *roster.User) *string { return &u.Title },
	}),
	plainText("emails", rightTakeOver, userText{
		CleanEmail, validatedLast,
		func(in *NewUser) *string { return &in.Email },
		func(in *UserChange) *roster.Set[string] { return &in.Email },
		func(u *roster.User) *string { return &u.Email },
	}),
	plainText("externalId", rightTakeOver, userText{ // other systems find the user by it
		strings.TrimSpace, validateName,
		func(in *NewUser) *string { return &in.ExternalID },
		func(in *UserChange) *roster.Set[string] { return &in.ExternalID },
		func(u *roster.User) *string { return &u.ExternalID },
	}),
	otherField("password", rightTakeOver, func(in *UserChange) bool { return in.Password.Present }),
	otherField("active", rightGrant, func(in *UserChange) bool { return in.Active.Present }),
	otherField("accessLevel", rightGrant, func(in *UserChange) bool { return in.AccessLevel.Present }),
	otherField("accessLevelGroups", rightGrant, func(in *UserChange) bool { return in.LevelGroups.Present }),
	otherField("roles", rightGrant, func(in *UserChange) bool { return in.Roles.Present }),
	otherField("roleGrants", rightGrant, func(in *UserChange) bool { return in.RoleGrants.Present }),
	otherField("groups", rightGrant, func(in *UserChange) bool { return in.Groups.Present }),
	otherField("teams", rightSee, func(in *UserChange) bool { return in.Teams.Present }), // a team gives no rights
	otherField("primaryGroup", rightGrant, func(in *UserChange) bool { return in.PrimaryGroup.Present }),
	otherField("department", rightSee, func(in *UserChange) bool { return in.Department.Present }),
	otherField("joinedAt", rightSee, func(in *UserChange) bool { return in.JoinedAt.Present }),
	plainText("timezone", rightOwn, userText{
		strings.TrimSpace, validateText,
		func(in *NewUser) *string { return &in.TimeZone },
		func(in *UserChange) *roster.Set[string] { return &in.TimeZone },
		func(u *roster.User) *string { return &u.TimeZone },
	}),
	plainText("phoneNumbers", rightTakeOver, userText{
		asGiven, validateText,
		func(in *NewUser) *string { return &in.ContactNumber },
		func(in *UserChange) *roster.Set[string] { return &in.ContactNumber },
		func(u *roster.User) *string { return &u.ContactNumber },
	}),
	otherField("sessionExpiry", rightSee, func(in *UserChange) bool { return in.SessionExpiry.Present }),
	otherField("competencies", rightSee, func(in *UserChange) bool { return in.Competencies.Present }),
	otherField("properties", rightSee, func(in *UserChange) bool { return in.Properties.Present }),
	otherField("preferences", rightTakeOver, func(in *UserChange) bool { return in.Preferences.Present || len(in.Delays) > 0 }),
	otherField("sendWelcomeEmail", rightTakeOver, func(in *UserChange) bool { return in.SendWelcomeEmail }),
}

// userTexts are the userFields that are plain text.
var userTexts = slices.DeleteFunc(slices.Clone(userFields), func(f userField) bool { return f.text == nil })

func plainText(name string, right fieldRight, text userText) userField {
	given := func(in *UserChange) bool { return text.changed(in).Present }
	return userField{name: name, right: right, given: given, text: &text}
}

func otherField(name string, right fieldRight, given func(*UserChange) bool) userField {
	return userField{name: name, right: right, given: given}
}

func asGiven(text string) string { return text }

// validatedLast does nothing: validateUser validates the address after the other texts.
func validatedLast(*roster.Faults, string, string) {}

// givenFields returns the fields that the change names.
func (in *UserChange) givenFields() []userField {
	var given []userField
	for _, f := range userFields {
		if f.given(in) {
			given = append(given, f)
		}
	}
	return given
}

// hasField reports whether the change names a field.
func (in *UserChange) hasField(field string) bool {
	return slices.ContainsFunc(userFields, func(f userField) bool { return f.name == field && f.given(in) })
}

// touchesAccess reports whether the change names a field that requires more than to see the user.
func (in *UserChange) touchesAccess() bool {
	return slices.ContainsFunc(userFields, func(f userField) bool { return f.right >= rightGrant && f.given(in) })
}

// cleanTexts normalizes the plain texts.
func (in *NewUser) cleanTexts() {
	for _, f := range userTexts {
		text := f.text.created(in)
		*text = f.text.clean(*text)
	}
}

// cleanTexts normalizes the plain texts.
func (in *UserChange) cleanTexts() {
	for _, f := range userTexts {
		text := f.text.changed(in)
		text.Value = f.text.clean(text.Value)
	}
}

// validateTexts adds the faults of the plain texts.
func (in *NewUser) validateTexts(f *roster.Faults) {
	for _, field := range userTexts {
		field.text.validate(f, field.name, *field.text.created(in))
	}
}

// setFields sets the plain fields of a new user, with every default filled in.
func (in *NewUser) setFields(u *roster.User, now time.Time) {
	for _, f := range userTexts {
		*f.text.kept(u) = *f.text.created(in)
	}
	u.JoinedAt = in.JoinedAt.Or(now).Truncate(time.Second)
	u.SessionExpiry = minutes(in.SessionExpiry.Or(0))
	u.Competencies, u.Properties = in.Competencies, in.Properties
	setDefaults(u)
}

// setFields sets the plain fields that the change names, and reports whether one of them is a text.
// A userName that equals the old address becomes the new address.
func (in *UserChange) setFields(u *roster.User) (texts bool) {
	isAddress := !in.UserName.Present && Fold(u.UserName) == Fold(u.Email)
	for _, f := range userTexts {
		if text := f.text.changed(in); text.Present {
			*f.text.kept(u) = text.Value
			texts = true
		}
	}
	if isAddress && u.Email != "" {
		u.UserName = u.Email
	}
	if in.JoinedAt.Present {
		u.JoinedAt = in.JoinedAt.Value.Truncate(time.Second)
	}
	if in.SessionExpiry.Present {
		u.SessionExpiry = minutes(in.SessionExpiry.Value)
	}
	if in.Competencies.Present {
		u.Competencies = in.Competencies.Value
	}
	u.Properties = merged(u.Properties, in.Properties, in.MergePatch)
	setDefaults(u)
	return texts
}

// setDefaults fills in the fields that every user has.
func setDefaults(u *roster.User) {
	u.DisplayName = cmp.Or(u.DisplayName, u.UserName)
	u.TimeZone = cmp.Or(u.TimeZone, roster.SystemTimeZone)
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// dropUnchangedFields removes the plain fields from the change that already have their value.
// Fields that everybody may change of themselves stay. The userName and the address are removed
// only together.
func (in *UserChange) dropUnchangedFields(u *roster.User) {
	signIn := keepsValue(in.UserName, u.UserName) && keepsValue(in.Email, u.Email)
	for _, f := range userTexts {
		text := f.text.changed(in)
		switch f.name {
		case "userName", "emails":
			dropIf(text, signIn)
		default:
			dropIf(text, f.right != rightOwn && keepsValue(*text, *f.text.kept(u)))
		}
	}
	dropIf(&in.JoinedAt, in.JoinedAt.Value.Truncate(time.Second).Equal(u.JoinedAt))
	dropIf(&in.SessionExpiry, keepsValue(in.SessionExpiry, int(u.SessionExpiry/time.Minute)))
	dropIf(&in.Competencies, slices.Equal(in.Competencies.Value, u.Competencies))
	dropIf(&in.Properties, bytes.Equal(compact(merged(u.Properties, in.Properties, in.MergePatch)), compact(u.Properties)))
}
