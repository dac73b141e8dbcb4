package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// organizationHeader carries the slug of the organization that a call is about; absent, it is the default one.
const organizationHeader = "Roster-Organization"

// operatorHeader carries the operating system's name of the operator, for the audit. It proves nothing:
// that the caller could open the socket does.
const operatorHeader = "Roster-Operator"

// request is what the protocol reads of an HTTP request.
type request struct {
	body     []byte
	err      error // why there is no body
	operator string
	slug     string // of the organization; "" for the default one
}

// face tells the adapter about the protocol: every caller is the operator.
func face(o Options) *dialect.Face[request] {
	return &dialect.Face[request]{
		Name: roster.FaceCLI,
		Read: func(w http.ResponseWriter, r *http.Request) request {
			body, err := dialect.ReadBody(w, r)
			return request{body: body, err: err, operator: r.Header.Get(operatorHeader), slug: r.Header.Get(organizationHeader)}
		},
		Authenticate: func(ctx context.Context, req request) (roster.Actor, error) {
			by := roster.Actor{
				Kind: roster.ActorOperator, Face: roster.FaceCLI, OrganizationID: o.Organization,
				Name: readableName(req.operator),
			}
			if req.slug == "" {
				return by, nil
			}
			found, err := o.Directory.GetOrganization(ctx, by, roster.Ref{Name: req.slug})
			if err != nil && roster.KindOf(err) == roster.NotFound {
				// Invalid, so that no command takes it for the record that it is about.
				err = &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf("there is no organization %.80q; see: roster organization list", req.slug)}
			}
			by.OrganizationID = found.ID
			return by, err
		},
		Statuses:   statuses,
		WriteError: writeError,
		Log:        o.Log,
	}
}

// readableName returns a name that may stand in a log, "" for any other.
func readableName(name string) string {
	readable := utf8.ValidString(name) && utf8.RuneCountInString(name) <= directory.MaxName
	for _, r := range name {
		readable = readable && unicode.IsPrint(r)
	}
	if !readable {
		return ""
	}
	return name
}

// decode reads the body into what in points to.
func (req request) decode(in any) error {
	if req.err != nil {
		return req.err
	}
	return parse(req.body, in)
}

// parse reads one JSON object into in. What in has no field for is refused: a newer command's wish must
// not be dropped in silence.
func parse(body []byte, in any) error {
	if _, err := dialect.Parse(body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return &roster.Error{
			Kind: roster.Invalid, Err: err,
			Detail: "the server does not understand this call; command and server must be of the same release",
		}
	}
	return nil
}

// reference picks a record by a word that a person typed: a UUID is an id or a name, anything else is a
// name.
func reference(word string) roster.Ref {
	if _, err := uuid.Parse(word); err == nil {
		return roster.Ref{ID: word, Name: word}
	}
	return roster.Ref{Name: word}
}

func references(words []string) []roster.Ref {
	var refs []roster.Ref
	for _, w := range words {
		refs = append(refs, reference(w))
	}
	return refs
}

// optional is reference for a word that may be missing.
func optional(word string) roster.Ref {
	if word == "" {
		return roster.Ref{}
	}
	return reference(word)
}

func nothing(Empty) directory.None { return directory.None{} }

func fromStart(Empty) directory.ListOrder { return directory.ListOrder{} }

func (n Name) ref() roster.Ref { return roster.Ref{ID: n.ID, Name: n.Name} }

func (n NewToken) verb() directory.NewToken {
	return directory.NewToken{
		Name: n.Name, Access: n.Access, UserName: n.User, Groups: references(n.Groups),
		ExpiresIn: time.Duration(n.ExpiresInSeconds) * time.Second, ErrorsAs200: n.ErrorsAs200,
	}
}

func (l TokenList) verb() directory.TokenList { return directory.TokenList{Revoked: l.Revoked} }

func (n NewUser) verb() directory.NewUser {
	return directory.NewUser{
		UserName: n.UserName, DisplayName: n.DisplayName, Email: n.Email, Password: n.Password,
		Active: roster.Some(!n.Inactive), AccessLevel: n.AccessLevel, LevelGroups: references(n.LevelGroups),
		Roles: references(n.Roles), RoleGrants: roleGrants(n.RoleGrants), Groups: references(n.Groups), Teams: references(n.Teams),
		Department: optional(n.Department), TimeZone: n.TimeZone, ContactNumber: n.PhoneNumber,
		SendWelcomeEmail: n.SendWelcomeEmail,
	}
}

func (u UserName) selector() directory.UserSelector {
	return directory.UserSelector{ID: u.ID, Number: u.Number, UserName: u.UserName}
}

func (u UserName) link() directory.NewLink {
	return directory.NewLink{User: u.selector(), Purpose: roster.LinkSetUp}
}

func (l UserList) verb() directory.UserList {
	return directory.UserList{
		Limit: max(l.Limit, 0), With: directory.WithRoles | directory.WithGroups | directory.WithTeams,
	}
}

func (n NewPassword) verb() directory.NewPassword {
	return directory.NewPassword{User: n.User.selector(), Password: n.Password}
}

func newGroup(kind roster.GroupKind) func(NewNamed) directory.NewGroup {
	return func(n NewNamed) directory.NewGroup {
		return directory.NewGroup{Kind: kind, Name: n.Name, Description: n.Description}
	}
}

func groupList(kind roster.GroupKind) func(Empty) directory.GroupList {
	return func(Empty) directory.GroupList { return directory.GroupList{Kind: kind, Count: true} }
}

func realmList(Empty) directory.RealmList { return directory.RealmList{} }

func (n NewDepartment) verb() directory.NewDepartment { return directory.NewDepartment{Name: n.Name} }

func (n NewRole) verb() directory.NewRole {
	return directory.NewRole{Name: n.Name, Description: n.Description, Permissions: n.Permissions}
}

func (p PreferencesOf) verb() directory.DefaultsOf {
	return directory.DefaultsOf{Group: optional(p.Group)}
}

func (p Preferences) verb() directory.Defaults {
	d := directory.Defaults{DefaultsOf: p.PreferencesOf.verb()}
	for _, pref := range p.Preferences {
		d.Preferences = append(d.Preferences, roster.Preference{Type: pref.Type, Services: pref.Services})
	}
	return d
}

func (l AuditList) verb() directory.AuditList {
	return directory.AuditList{Target: roster.FoldID(l.Target), Newest: l.Newest, Limit: max(l.Limit, 0)}
}
