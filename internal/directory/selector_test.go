package directory_test

import (
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

func TestAUserIsPickedByAnAddressThatNobodyElseHas(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, b, _ := e.customers()
		one := e.makes(directory.NewUser{UserName: "one", Email: "One@example.com", Groups: refs("A")})
		here := e.makes(directory.NewUser{UserName: "here", Email: "shared@example.com", Groups: refs("A")})
		e.makes(directory.NewUser{UserName: "there", Email: "SHARED@example.com", Groups: refs("B")})
		e.makes(directory.NewUser{UserName: "none"})
		ofA, ofBoth := e.limited(a), e.limited(a, b)
		for name, verb := range map[string]func(by roster.Actor, sel directory.UserSelector) (roster.UserID, error){
			"GetUser": func(by roster.Actor, sel directory.UserSelector) (roster.UserID, error) {
				u, err := e.GetUser(t.Context(), by, sel)
				return u.ID, err
			},
			"UpdateUser": func(by roster.Actor, sel directory.UserSelector) (roster.UserID, error) {
				u, err := e.UpdateUser(t.Context(), by, directory.UserChange{User: sel, DisplayName: roster.Some("X")})
				return u.ID, err
			},
			"SetPassword": func(by roster.Actor, sel directory.UserSelector) (roster.UserID, error) {
				u, err := e.SetPassword(t.Context(), by, directory.NewPassword{User: sel, Password: "correct horse battery staple"})
				return u.ID, err
			},
			"IssueLink": func(by roster.Actor, sel directory.UserSelector) (roster.UserID, error) {
				l, err := e.IssueLink(t.Context(), by, directory.NewLink{User: sel, Purpose: roster.LinkSetUp})
				return l.UserID, err
			},
			"RemoveContactMethod": func(by roster.Actor, sel directory.UserSelector) (roster.UserID, error) {
				m, err := e.AddContactMethod(t.Context(), by, directory.NewContactMethod{User: sel, Service: roster.ServicePushover, Address: strings.Repeat("k", 30)})
				if err != nil {
					return "", err
				}
				_, err = e.RemoveContactMethod(t.Context(), by, directory.ContactMethodSelector{User: sel, ID: m.ID})
				if by.Limited {
					return here.ID, err // the contact method does not say whose it is
				}
				return one.ID, err
			},
		} {
			for _, c := range []struct {
				by   roster.Actor
				sel  directory.UserSelector
				want roster.UserID
				kind roster.Kind
			}{
				{by: e.admin, sel: directory.UserSelector{Email: " ONE@example.com "}, want: one.ID},
				{by: ofA, sel: directory.UserSelector{Email: "shared@example.com"}, want: here.ID},
				{by: ofBoth, sel: directory.UserSelector{Email: "shared@example.com"}, kind: roster.Conflict},
				{by: e.admin, sel: directory.UserSelector{Email: "shared@example.com"}, kind: roster.Conflict},
				{by: e.admin, sel: directory.UserSelector{Email: "nobody@example.com"}, kind: roster.NotFound},
				{by: e.admin, sel: directory.UserSelector{Email: " "}, kind: roster.NotFound},
				{by: e.admin, sel: directory.UserSelector{Email: "a\x00b"}, kind: roster.NotFound},
				{by: e.admin, sel: directory.UserSelector{ID: "nobody", Email: "one@example.com"}, kind: roster.NotFound},
			} {
				id, err := verb(c.by, c.sel)
				if c.kind == 0 && (err != nil || id != c.want) || c.kind != 0 && (err == nil || roster.KindOf(err) != c.kind) {
					t.Errorf("%s of %+v: %q, %v; want %q, %v", name, c.sel, id, err, c.want, c.kind)
				}
				if c.kind == roster.Conflict {
					wants(t, err, roster.Conflict, "emails")
				}
			}
		}
		_, err := e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: directory.UserSelector{Email: "shared@example.com"}})
		wants(t, err, roster.Conflict, "emails")
		if gone := must(e.DeleteUser(t.Context(), ofA, directory.UserDeletion{User: directory.UserSelector{Email: "shared@example.com"}}))(t); gone.ID != here.ID {
			t.Errorf("%s is gone", gone.UserName)
		}
		_, err = e.GetUser(t.Context(), e.admin, directory.UserSelector{})
		wants(t, err, roster.Invalid, "id")
	})
}

func TestAUserSeesItselfEvenIfItSeesNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		me := e.makes(directory.NewUser{UserName: "me", Email: "me@example.com"})
		other := e.makes(directory.NewUser{UserName: "other", Email: "me@example.com"})
		by := e.as(me)
		token := by
		token.Kind, token.TokenID, token.ReadOnly = roster.ActorToken, "t", true
		for _, by := range []roster.Actor{by, token} {
			for _, sel := range []directory.UserSelector{byID(me), {UserName: "ME"}, {Number: me.Number}, {Email: "me@example.com"}} {
				if u := must(e.GetUser(t.Context(), by, sel))(t); u.ID != me.ID || len(u.ContactMethods) != 1 {
					t.Errorf("%+v finds %+v", sel, u)
				}
			}
			_, err := e.GetUser(t.Context(), by, byID(other))
			wants(t, err, roster.NotFound, "")
			if users := all(e.ListUsers(t.Context(), by, directory.UserList{}))(t); len(users) != 0 {
				t.Errorf("it lists %d users", len(users))
			}
			_, err = e.UpdateUser(t.Context(), by, directory.UserChange{User: byID(me), AccessLevel: roster.Some(roster.LevelAdministrator)})
			wants(t, err, roster.Forbidden, "")
		}
		token.Limited, token.Grants = true, roster.Grants{{Group: a.ID, Permissions: roster.ReadDirectory}}
		for _, sel := range []directory.UserSelector{byID(me), {Email: "me@example.com"}} {
			_, err := e.GetUser(t.Context(), token, sel)
			wants(t, err, roster.NotFound, "")
		}
		// A token of the organization is nobody.
		_, err := e.GetUser(t.Context(), roster.Actor{Kind: roster.ActorToken, TokenID: "t", OrganizationID: e.admin.OrganizationID}, byID(me))
		wants(t, err, roster.Forbidden, "")
	})
}
