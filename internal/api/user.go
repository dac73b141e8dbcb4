package api

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/directory"
)

// user is a user as it is shown.
type user struct {
	ID                   roster.UserID       `json:"id" format:"uuid" doc:"The user's id."`
	Number               int64               `json:"number" doc:"The user's number, unique in the whole server and never used again."`
	UserName             string              `json:"userName" doc:"What the user signs in with, unique without regard to case."`
	DisplayName          string              `json:"displayName" doc:"The name that people read."`
	Title                *string             `json:"title" doc:"The title, such as Vice President."`
	Email                *string             `json:"email" doc:"The primary address."`
	ExternalID           *string             `json:"externalId" doc:"The id that the client's own system gave."`
	Active               bool                `json:"active" doc:"Whether the user may sign in and is notified."`
	AccessLevel          roster.AccessLevel  `json:"accessLevel" doc:"A shipped set of permissions."`
	AccessLevelGroups    []roster.GroupID    `json:"accessLevelGroups" doc:"The groups that the access level is granted for; empty: the organization."`
	Realm                string              `json:"realm" doc:"Where the user proves identity: DB for a password here, external for a realm not yet known, or the id of a realm."`
	HasPassword          bool                `json:"hasPassword" doc:"Whether a password is set."`
	Roles                []roleGrant         `json:"roles" doc:"Named sets of permissions that the user has."`
	Groups               []groupLink         `json:"groups" doc:"The groups that the user is a member of."`
	Teams                []groupLink         `json:"teams" doc:"The teams that the user is a member of."`
	PrimaryGroup         *groupLink          `json:"primaryGroup" doc:"One of the groups."`
	Department           *departmentLink     `json:"department" doc:"Where the user belongs in the company."`
	JoinedAt             time.Time           `json:"joinedAt" doc:"When the user joined, in whole seconds."`
	TimeZone             string              `json:"timezone" doc:"An IANA name, SYSTEM for the organization's, or the text that was given."`
	PhoneNumber          *string             `json:"phoneNumber" doc:"A phone number as given."`
	SessionExpiryMinutes *int64              `json:"sessionExpiryMinutes" doc:"After how long without use a session of the user is over; null: the server's own limit."`
	Competencies         []roster.Competency `json:"competencies" doc:"How well the user knows something."`
	Properties           freeObject          `json:"properties" doc:"Whatever the client keeps with the user; null for none."`
	ContactMethods       []contactMethod     `json:"contactMethods" doc:"The addresses by which the user is reached."`
	Preferences          matrix              `json:"preferences" doc:"By what the user is told, for each type of notification."`
	ManagedBy            managedBy           `json:"managedBy" doc:"Which interface set each group of attributes last."`
	Version              int64               `json:"version" doc:"Rises by one with every change."`
	CreatedAt            time.Time           `json:"createdAt" doc:"When the user was made."`
	UpdatedAt            time.Time           `json:"updatedAt" doc:"When the user was changed last."`
}

// TransformSchema implements [huma.SchemaTransformer]: some members may be null.
func (user) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, name := range []string{"primaryGroup", "department", "properties"} {
		s.Properties[name] = orNull(s.Properties[name])
	}
	return s
}

// roleGrant is a role that a user has.
type roleGrant struct {
	ID     roster.RoleID    `json:"id" format:"uuid" doc:"The role's id."`
	Number int64            `json:"number" doc:"Its number."`
	Name   string           `json:"displayName" doc:"Its name."`
	Groups []roster.GroupID `json:"groups" doc:"The groups that it is granted for; empty: the organization."`
}

// contactMethod is an address of a user for a service.
type contactMethod struct {
	ID          roster.ContactMethodID `json:"id" format:"uuid" doc:"Its id."`
	Service     roster.Service         `json:"service" doc:"The way to reach somebody."`
	Address     string                 `json:"address" doc:"An email address, a phone number in E.164, or what the service calls an address. A key or token of a push service is shown to the user alone: for others it is empty."`
	ConfirmedAt *time.Time             `json:"confirmedAt" doc:"When the person confirmed it; null: not yet."`
	CreatedAt   time.Time              `json:"createdAt" doc:"When it was added."`
}

// matrix are the services of each type of notification.
type matrix struct {
	Failures  []roster.Service `json:"failures" doc:"A check failed or is overdue."`
	Warnings  []roster.Service `json:"warnings" doc:"A check ended with a warning."`
	Unmatched []roster.Service `json:"unmatched" doc:"A message came that no check claimed."`
	Digest    []roster.Service `json:"digest" doc:"The daily summary."`
	Pages     []roster.Service `json:"pages" doc:"A check that wakes people failed; null: as for failures."`
	Delays    delays           `json:"delays" doc:"The services that are used only if nobody has acknowledged after so many minutes."`
}

// TransformSchema implements [huma.SchemaTransformer]: some members may be null.
func (matrix) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["pages"] = orNull(s.Properties["pages"])
	return s
}

// delays are the delays of services for each type of notification.
type delays struct {
	Failures  optional[serviceDelays] `json:"failures,omitzero" doc:"A check failed or is overdue."`
	Warnings  optional[serviceDelays] `json:"warnings,omitzero" doc:"A check ended with a warning."`
	Unmatched optional[serviceDelays] `json:"unmatched,omitzero" doc:"A message came that no check claimed."`
	Digest    optional[serviceDelays] `json:"digest,omitzero" doc:"The daily summary."`
	Pages     optional[serviceDelays] `json:"pages,omitzero" doc:"A check that wakes people failed."`
}

// serviceDelays are delays of services, in minutes; null and 0 for none.
type serviceDelays struct {
	Email      optional[int] `json:"email,omitzero" minimum:"0" maximum:"1440" doc:"The minutes before an email."`
	SMS        optional[int] `json:"sms,omitzero" minimum:"0" maximum:"1440" doc:"The minutes before an SMS."`
	Push       optional[int] `json:"push,omitzero" minimum:"0" maximum:"1440" doc:"The minutes before a push message to browsers."`
	Pushbullet optional[int] `json:"pushbullet,omitzero" minimum:"0" maximum:"1440" doc:"The minutes before a message by Pushbullet."`
	Pushover   optional[int] `json:"pushover,omitzero" minimum:"0" maximum:"1440" doc:"The minutes before a message by Pushover."`
	Call       optional[int] `json:"call,omitzero" minimum:"0" maximum:"1440" doc:"The minutes before a phone call."`
}

// byType returns the delays of each type, in the order of the types.
func (d *delays) byType() [len(roster.NotificationTypes)]*optional[serviceDelays] {
	return [...]*optional[serviceDelays]{&d.Failures, &d.Warnings, &d.Unmatched, &d.Digest, &d.Pages}
}

// byService returns the delay of each service, in the order of the services.
func (d *serviceDelays) byService() [len(roster.Services)]*optional[int] {
	return [...]*optional[int]{&d.Email, &d.SMS, &d.Push, &d.Pushbullet, &d.Pushover, &d.Call}
}

// matrixChange are the types whose services are to be others, and the delays that are.
type matrixChange struct {
	Failures  optional[[]roster.Service] `json:"failures,omitzero" maxItems:"100" doc:"A check failed or is overdue."`
	Warnings  optional[[]roster.Service] `json:"warnings,omitzero" maxItems:"100" doc:"A check ended with a warning."`
	Unmatched optional[[]roster.Service] `json:"unmatched,omitzero" maxItems:"100" doc:"A message came that no check claimed."`
	Digest    optional[[]roster.Service] `json:"digest,omitzero" maxItems:"100" doc:"The daily summary."`
	Pages     optional[[]roster.Service] `json:"pages,omitzero" maxItems:"100" doc:"A check that wakes people failed; null: as for failures."`
	Delays    optional[delays]           `json:"delays,omitzero" doc:"Which services are used only if nobody has acknowledged after so many minutes. A service that is not named keeps its delay, also if the list of its type is replaced."`
}

// managedBy says which interface set a group of attributes last.
type managedBy struct {
	Profile roster.Face `json:"profile" doc:"Names, title, address, time zone, phone number, properties."`
	Access  roster.Face `json:"access" doc:"Whether the user is active, access level, roles, realm."`
	Groups  roster.Face `json:"groups" doc:"Groups, teams, primary group, department."`
	Reach   roster.Face `json:"reach" doc:"Contact methods and preferences."`
}

// newRoleGrant is a role for groups.
type newRoleGrant struct {
	Role   reference             `json:"role" doc:"The role: id or name."`
	Groups optional[[]reference] `json:"groups,omitzero" maxItems:"1000" doc:"The groups that it is granted for: ids or names; none: the organization."`
}

// newCompetency is how well a user knows something.
type newCompetency struct {
	Name    optional[string] `json:"name,omitzero" maxLength:"255" doc:"What the user knows."`
	CID     optional[int64]  `json:"cid,omitzero" doc:"The number that the client's system has for it."`
	Ranking int              `json:"ranking" minimum:"0" maximum:"100" doc:"How well."`
}

// UserMembers are the members that new users and changes of users have in common.
type UserMembers struct {
	DisplayName          optional[string]             `json:"displayName,omitzero" maxLength:"255" doc:"The name that people read; the userName where absent."`
	Title                optional[string]             `json:"title,omitzero" maxLength:"255" doc:"The title, such as Vice President."`
	Email                optional[string]             `json:"email,omitzero" maxLength:"254" doc:"The primary address."`
	ExternalID           optional[string]             `json:"externalId,omitzero" maxLength:"255" doc:"The id that the client's own system gave."`
	Password             optional[string]             `json:"password,omitzero" minLength:"1" maxLength:"1024" writeOnly:"true" doc:"A password that the user may sign in with, at most 1,024 bytes."`
	Active               optional[bool]               `json:"active,omitzero" doc:"Whether the user may sign in and is notified; true where absent."`
	AccessLevel          optional[roster.AccessLevel] `json:"accessLevel,omitzero" doc:"A shipped set of permissions; custom where absent."`
	AccessLevelGroups    optional[[]reference]        `json:"accessLevelGroups,omitzero" maxItems:"1000" doc:"The groups that the access level is granted for: ids or names; none: the organization."`
	Roles                optional[[]grantReference]   `json:"roles,omitzero" maxItems:"1000" doc:"Roles: ids or names."`
	RoleGrants           optional[[]newRoleGrant]     `json:"roleGrants,omitzero" maxItems:"1000" doc:"Roles that are granted for groups only."`
	Groups               optional[[]reference]        `json:"groups,omitzero" maxItems:"1000" doc:"Groups: ids or names."`
	Teams                optional[[]reference]        `json:"teams,omitzero" maxItems:"1000" doc:"Teams: ids or names."`
	PrimaryGroup         optional[reference]          `json:"primaryGroup,omitzero" doc:"One of the groups, id or name; the user becomes a member."`
	Department           optional[reference]          `json:"department,omitzero" doc:"A department: id or name."`
	JoinedAt             optional[time.Time]          `json:"joinedAt,omitzero" doc:"When the user joined; now where absent."`
	TimeZone             optional[string]             `json:"timezone,omitzero" maxLength:"255" doc:"An IANA name, or SYSTEM for the organization's, which is the default."`
	PhoneNumber          optional[string]             `json:"phoneNumber,omitzero" maxLength:"255" doc:"A phone number; where it can be read the user has it as an unconfirmed contact method for SMS."`
	SessionExpiryMinutes optional[int]                `json:"sessionExpiryMinutes,omitzero" minimum:"1" maximum:"10080" doc:"After how long without use a session of the user is over; null: the server's own limit."`
	Competencies         optional[[]newCompetency]    `json:"competencies,omitzero" maxItems:"1000" doc:"How well the user knows something."`
	Properties           optional[freeObject]         `json:"properties,omitzero" doc:"Whatever the client keeps with the user, at most 64 KiB. A merge patch changes the members that it names."`
	Preferences          optional[matrixChange]       `json:"preferences,omitzero" doc:"By what the user is told. A type that is absent stays as it is; for a new user it is off, and without any the defaults apply."`
}

// newUser is a user to be made.
type newUser struct {
	UserName string `json:"userName" minLength:"1" maxLength:"255" doc:"What the user signs in with, unique without regard to case."`
	UserMembers
	Realm            optional[string] `json:"realm,omitzero" minLength:"1" maxLength:"255" doc:"Where the user proves identity: DB, which is the default, external, or a realm: id or name."`
	SendWelcomeEmail optional[bool]   `json:"sendWelcomeEmail,omitzero" doc:"Whether to send a message with a link to set a password."`
}

// userChange is what is to change of a user.
type userChange struct {
	UserName optional[string] `json:"userName,omitzero" nullable:"false" minLength:"1" maxLength:"255" doc:"What the user signs in with, unique without regard to case."`
	UserMembers
}

// The requests about users.
type (
	listUsers struct {
		Page
		Filter
		Search string    `query:"search" maxLength:"255" example:"ann net" doc:"Words: only users who have, for each of them, a word that begins with it. Not together with sort."`
		Sort   userOrder `query:"sort" doc:"The order, number where absent; - before it descends."`
	}
	readUser struct {
		User
		View
	}
	createUser struct {
		Once
		sent[newUser]
	}
	changeUser struct {
		User
		Precondition
		sent[userChange]
	}
	deleteUser struct {
		User
		Precondition
	}
)

// User is embedded in the request of a call about one user.
type User struct {
	ID string `path:"id" example:"019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55" doc:"The user's id or userName, or me for the caller's own user. An id wins."`
}

// selector returns the user that the path names.
func (u User) selector(by roster.Actor) (directory.UserSelector, error) {
	switch {
	case u.ID != "me" && roster.IsUUID(u.ID):
		return directory.UserSelector{ID: roster.UserID(u.ID)}, nil
	case u.ID != "me":
		return directory.UserSelector{UserName: u.ID}, nil
	}
	if by.UserID == "" {
		return directory.UserSelector{}, absent("This credential belongs to no user.")
	}
	return directory.UserSelector{ID: by.UserID}, nil
}

// userNames are this API's names for what has another name in the directory.
var userNames = map[string]string{
	"emails": "email", "phoneNumbers": "phoneNumber", "sessionExpiry": "sessionExpiryMinutes", "levelGroups": "accessLevelGroups", "delays": "preferences.delays",
}

// users registers the calls about users.
func (a *api) users(d *directory.Directory) {
	const tag, one = "Users", "/users/{id}"
	a.listUsers(d)
	shown := showUser(exampleUser)
	route(a, operation{
		id: "createUser", call: "POST /users", tag: tag, status: 201, members: userNames, summary: "Make a user",
		description: "Makes a user with access, groups, contact methods and preferences, and sends the welcome message if it is asked for: all or nothing.",
		request:     exampleNewUser, answer: shown,
	}, func(_ roster.Actor, q *createUser) (in directory.NewUser, err error) {
		in = decodeNewUser(q.doc)
		in.Faults = q.faults
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, d.CreateUser, func(_ *createUser, u directory.CreatedUser) answer {
		return answer{body: showUser(u.User), version: u.Version, location: "/users/" + string(u.ID)}
	})
	route(a, operation{
		id: "getUser", call: "GET " + one, tag: tag, summary: "Read a user", description: "One user, with everything there is to know.", answer: shown,
	}, func(by roster.Actor, q *readUser) (directory.UserSelector, error) {
		return q.selector(by)
	}, d.GetUser, func(_ *readUser, u roster.User) answer {
		return answer{body: showUser(u), version: u.Version}
	})
	route(a, operation{
		id: "updateUser", call: "PATCH " + one, tag: tag, fails: []int{409}, members: userNames, summary: "Change a user",
		description: "Changes what the merge patch names. Somebody who is deactivated, or gets another password, is signed out at once, everywhere. A user may change preferences and timezone of itself, and with these nothing else.",
		request:     exampleUserChange, answer: shown,
	}, func(by roster.Actor, q *changeUser) (in directory.UserChange, err error) {
		in = decodeUserChange(q.doc)
		in.MergePatch, in.Faults = true, q.faults
		if in.User, err = q.selector(by); err != nil {
			return in, err
		}
		in.IfVersion = q.version()
		return in, nil
	}, d.UpdateUser, func(_ *changeUser, u roster.User) answer {
		return answer{body: showUser(u), version: u.Version}
	})
	route(a, operation{
		id: "deleteUser", call: "DELETE " + one, tag: tag, status: 204, fails: []int{409, 422}, summary: "Delete a user",
		description: "Deletes a user: the name is free again, the sessions are over and the tokens revoked. It can be undone for 30 days; then the user is erased.",
	}, func(by roster.Actor, q *deleteUser) (in directory.UserDeletion, err error) {
		if in.User, err = q.selector(by); err != nil {
			return in, err
		}
		in.IfVersion = q.version()
		return in, nil
	}, d.DeleteUser, func(*deleteUser, roster.User) answer { return answer{} })
}

// decodeNewUser reads a new user.
func decodeNewUser(doc newUser) directory.NewUser {
	m := doc.UserMembers
	roles, grants := splitRoles(m.Roles.Value)
	in := directory.NewUser{
		UserName: doc.UserName, DisplayName: m.DisplayName.Value, Title: m.Title.Value, Email: m.Email.Value, ExternalID: m.ExternalID.Value,
		Password: m.Password.Value, Active: m.Active.Set, AccessLevel: m.AccessLevel.Value, LevelGroups: refsTo(m.AccessLevelGroups.Value),
		Roles: roles, RoleGrants: append(decodeGrants(m.RoleGrants.Value), grants...), Groups: refsTo(m.Groups.Value), Teams: refsTo(m.Teams.Value),
		PrimaryGroup: refTo(m.PrimaryGroup.Value), Department: refTo(m.Department.Value), JoinedAt: as(m.JoinedAt, time.Time.UTC),
		TimeZone: m.TimeZone.Value, ContactNumber: m.PhoneNumber.Value, SessionExpiry: m.SessionExpiryMinutes.Set,
		Competencies: decodeCompetencies(m.Competencies.Value), Properties: json.RawMessage(m.Properties.Value),
		Preferences: as(m.Preferences, decodeMatrix), Delays: decodeDelays(m.Preferences.Value), SendWelcomeEmail: doc.SendWelcomeEmail.Value,
	}
	switch realm := strings.TrimSpace(doc.Realm.Value); {
	case realm == "", strings.EqualFold(realm, roster.RealmDB):
	case strings.EqualFold(realm, roster.RealmExternal):
		in.External = true
	default:
		in.Realm = refTo(reference(realm))
	}
	return in
}

// decodeUserChange reads a change of a user.
func decodeUserChange(doc userChange) directory.UserChange {
	m := doc.UserMembers
	roles, grants := splitRoles(m.Roles.Value)
	in := directory.UserChange{
		UserName: doc.UserName.Set, DisplayName: m.DisplayName.Set, Title: m.Title.Set, Email: m.Email.Set, ExternalID: m.ExternalID.Set,
		Password: m.Password.Set, Active: orDefault(m.Active, true), AccessLevel: orDefault(m.AccessLevel, roster.LevelCustom), LevelGroups: as(m.AccessLevelGroups, refsTo),
		Roles: as(m.Roles, func([]grantReference) []roster.Ref { return roles }), RoleGrants: as(m.RoleGrants, decodeGrants), Groups: as(m.Groups, refsTo), Teams: as(m.Teams, refsTo),
		PrimaryGroup: as(m.PrimaryGroup, refTo), Department: as(m.Department, refTo), JoinedAt: as(m.JoinedAt, time.Time.UTC),
		TimeZone: m.TimeZone.Set, ContactNumber: m.PhoneNumber.Set, SessionExpiry: m.SessionExpiryMinutes.Set,
		Competencies: as(m.Competencies, decodeCompetencies),
		Properties:   as(m.Properties, func(o freeObject) json.RawMessage { return json.RawMessage(o) }),
		Preferences:  as(m.Preferences, decodeMatrix),
		Delays:       decodeDelays(m.Preferences.Value),
	}
	if len(grants) > 0 {
		in.RoleGrants = roster.Some(append(in.RoleGrants.Value, grants...)) // in the order that inBody knows
	}
	return in
}

func decodeGrants(docs []newRoleGrant) []directory.RoleGrant {
	grants := make([]directory.RoleGrant, len(docs))
	for i, doc := range docs {
		grants[i] = directory.RoleGrant{Role: refTo(doc.Role), Groups: refsTo(doc.Groups.Value)}
	}
	return grants
}

func decodeCompetencies(docs []newCompetency) []roster.Competency {
	list := make([]roster.Competency, len(docs))
	for i, doc := range docs {
		list[i] = roster.Competency{Name: doc.Name.Value, CID: doc.CID.Value, Ranking: doc.Ranking}
	}
	return list
}

// decodeMatrix reads the types that a change of preferences names. null turns a type off, and makes
// pages as failures.
func decodeMatrix(doc matrixChange) []roster.Preference {
	var prefs []roster.Preference
	for i, o := range []optional[[]roster.Service]{doc.Failures, doc.Warnings, doc.Unmatched, doc.Digest, doc.Pages} {
		if o.Present {
			prefs = append(prefs, roster.Preference{Type: roster.NotificationTypes[i], Services: o.Value})
		}
	}
	return prefs
}

// decodeDelays reads the delays that a change of preferences names. null means none.
func decodeDelays(doc matrixChange) []directory.PreferenceDelay {
	var list []directory.PreferenceDelay
	if !doc.Delays.Present {
		return nil
	}
	for i, services := range doc.Delays.Value.byType() {
		if !services.Present && !doc.Delays.Null {
			continue
		}
		for j, minutes := range services.Value.byService() {
			if minutes.Present || services.Null || doc.Delays.Null {
				list = append(list, directory.PreferenceDelay{Type: roster.NotificationTypes[i], Service: roster.Services[j], Minutes: minutes.Value})
			}
		}
	}
	return list
}

// showMatrix shows the services and delays of each type.
func showMatrix(prefs []roster.Preference) (m matrix) {
	to, delays := [...]*[]roster.Service{&m.Failures, &m.Warnings, &m.Unmatched, &m.Digest, &m.Pages}, m.Delays.byType()
	for i, kind := range roster.NotificationTypes {
		if kind != roster.TypePages {
			*to[i] = []roster.Service{}
		}
		for _, p := range prefs {
			if p.Type != kind {
				continue
			}
			*to[i] = notNil(p.Services)
			for _, d := range p.Delays {
				delays[i].Present = true
				*delays[i].Value.byService()[slices.Index(roster.Services[:], d.Service)] = value(d.Minutes)
			}
		}
	}
	return m
}

// showUser shows a user with everything that is loaded along.
func showUser(u roster.User) user {
	shown := user{
		ID: u.ID, Number: u.Number, UserName: u.UserName, DisplayName: u.DisplayName, Title: orNil(u.Title), Email: orNil(u.Email), ExternalID: orNil(u.ExternalID),
		Active: u.Active, AccessLevel: u.AccessLevel, AccessLevelGroups: notNil(u.LevelGroups), Realm: u.Realm, HasPassword: u.HasPassword,
		Roles: make([]roleGrant, len(u.Roles)), Groups: showLinks(u.Groups), Teams: showLinks(u.Teams), JoinedAt: u.JoinedAt, TimeZone: u.TimeZone,
		PhoneNumber: orNil(u.ContactNumber), SessionExpiryMinutes: orNil(int64(u.SessionExpiry / time.Minute)),
		Competencies: notNil(u.Competencies), Properties: freeObject(u.Properties), ContactMethods: showContacts(u.ContactMethods),
		Preferences: showMatrix(u.Preferences), ManagedBy: managedBy(u.ManagedBy), Version: u.Version, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
	}
	for i, r := range u.Roles {
		shown.Roles[i] = roleGrant{r.ID, r.Number, r.Name, notNil(r.Groups)}
	}
	if u.PrimaryGroup.ID != "" {
		link := groupLink(u.PrimaryGroup)
		shown.PrimaryGroup = &link
	}
	if u.Department.ID != "" {
		link := departmentLink(u.Department)
		shown.Department = &link
	}
	return shown
}

func showContacts(methods []roster.ContactMethod) []contactMethod {
	shown := make([]contactMethod, len(methods))
	for i, m := range methods {
		shown[i] = showContact(m)
	}
	return shown
}

// orNil returns nil for what is not set.
func orNil[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

// notNil returns a list that is written as [] where it is empty.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
