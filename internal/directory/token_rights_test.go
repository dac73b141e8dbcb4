package directory_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"roster"
	"roster/internal/directory"
)

// TestNobodyMakesATokenThatMayMoreThanItsMaker guards against this: a token of the organization
// acts as an administrator, so an actor that may only make tokens could become one.
func TestNobodyMakesATokenThatMayMoreThanItsMaker(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, b, _ := e.customers()
		administrator := roster.LevelAdministrator.Permissions()
		role := roster.ShippedRoles()[1].Permissions // lacks manage_realms, which the level has
		clerk := orgWideGrant(roster.ManageTokens)
		for i, c := range []struct {
			name   string
			grants []roster.Grant
			access roster.Access
			groups []roster.Ref
			may    bool
		}{
			{"who may only make tokens, one that writes", []roster.Grant{clerk}, roster.AccessReadWrite, nil, false},
			{"one that reads", []roster.Grant{clerk}, roster.AccessRead, nil, false},
			{"one of a group that reads", []roster.Grant{clerk}, roster.AccessRead, refs("A"), false},
			{"a reader, one that reads", []roster.Grant{orgWideGrant(roster.ManageTokens | roster.ReadDirectory)}, roster.AccessRead, nil, false}, // it reads the audit too
			{"a reader of the audit too, one that reads", []roster.Grant{orgWideGrant(roster.ManageTokens | roster.ReadDirectory | roster.ReadAudit)}, roster.AccessRead, nil, true},
			{"a reader, one of groups that reads", []roster.Grant{orgWideGrant(roster.ManageTokens | roster.ReadDirectory)}, roster.AccessRead, refs("A", "B"), true},
			{"a reader, one that writes", []roster.Grant{orgWideGrant(roster.ManageTokens | roster.ReadDirectory)}, roster.AccessReadWrite, nil, false},
			{"a reader of a group, one of it that reads", []roster.Grant{clerk, within(a, roster.ReadDirectory)}, roster.AccessRead, refs("A"), true},
			{"a reader of a group, one of another", []roster.Grant{clerk, within(a, roster.ReadDirectory)}, roster.AccessRead, refs("B"), false},
			{"a reader of a group, one of both", []roster.Grant{clerk, within(a, roster.ReadDirectory)}, roster.AccessRead, refs("A", "B"), false},
			{"an administrator of a group, one of it that writes", []roster.Grant{clerk, within(a, administrator)}, roster.AccessReadWrite, refs("A"), true},
			{"an administrator of a group, one of all that writes", []roster.Grant{clerk, within(a, administrator), within(b, administrator)}, roster.AccessReadWrite, nil, false},
			{"the role Administrator, one that writes", []roster.Grant{orgWideGrant(role)}, roster.AccessReadWrite, nil, false}, // it makes administrators of the level
			{"the role Administrator, one of a group that writes", []roster.Grant{orgWideGrant(role)}, roster.AccessReadWrite, refs("A"), true},
			{"an administrator, one that writes", []roster.Grant{orgWideGrant(administrator)}, roster.AccessReadWrite, nil, true},
			{"a Super User, one that writes", []roster.Grant{orgWideGrant(roster.SuperPrivileges | roster.ManageTokens)}, roster.AccessReadWrite, nil, true},
		} {
			in := directory.NewToken{Name: fmt.Sprint("token ", i), Access: c.access, Groups: c.groups}
			_, err := e.CreateToken(t.Context(), e.somebody(directory.AdminUser, c.grants...), in)
			if want := map[bool]string{true: "y", false: "f"}[c.may]; reach(err) != want {
				t.Errorf("%s: %s, want %s", c.name, reach(err), want)
			}
		}
		_, err := e.CreateToken(t.Context(), e.somebody(directory.AdminUser, clerk), directory.NewToken{Name: "x", Access: roster.AccessRead, Groups: refs("Nowhere")})
		wants(t, err, roster.Invalid, "groups[0]")
	})
}

func TestATokenOfSomebodyAboveIsNotRevoked(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		token := func(name, user string) roster.Ref {
			in := directory.NewToken{Name: name, Access: roster.AccessRead, UserName: user}
			return roster.Ref{ID: string(must(e.CreateToken(t.Context(), e.admin, in))(t).ID)}
		}
		e.makes(directory.NewUser{UserName: "super", Roles: refs("Super User")})
		plain := e.makes(directory.NewUser{UserName: "plain"})
		boss := e.as(e.makes(directory.NewUser{UserName: "boss", Roles: refs("Administrator")}))
		ofSuper := token("of super", "super")
		_, err := e.RevokeToken(t.Context(), boss, ofSuper)
		wants(t, err, roster.Forbidden, "")
		if got := must(e.GetToken(t.Context(), e.admin, ofSuper))(t); !got.RevokedAt.IsZero() {
			t.Error("it was revoked nevertheless")
		}
		for _, of := range []roster.Ref{token("of plain", "plain"), token("of boss", "boss"), token("of nobody", "")} {
			must(e.RevokeToken(t.Context(), boss, of))(t)
		}
		_, err = e.RevokeToken(t.Context(), boss, roster.Ref{Name: "\x00"})
		wants(t, err, roster.NotFound, "")
		of := token("of plain again", "plain")
		must(e.DeleteUser(t.Context(), e.admin, directory.UserDeletion{User: byID(plain)}))(t)
		_, err = e.RevokeToken(t.Context(), boss, of) // that was done with its user
		wants(t, err, roster.NotFound, "")
	})
}

func TestALimitedTokenOfAUserHasNothingToDoWithTheUsersSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		out := e.makes(directory.NewUser{UserName: "out", AccessLevel: roster.LevelAdministrator})
		inside := e.makes(directory.NewUser{UserName: "inside", Groups: refs("A"), AccessLevel: roster.LevelUser, LevelGroups: refs("A")})
		for _, c := range []struct {
			of   roster.User
			want string
		}{{out, "n"}, {inside, "y"}} {
			signed := e.as(c.of)
			s := must(e.CreateSession(t.Context(), signed, directory.None{}))(t)
			token := signed
			token.Kind, token.TokenID, token.Limited, token.CredentialVersion = roster.ActorToken, "t", true, 0
			token.Grants = roster.Grants{within(a, roster.LevelAdministrator.Permissions())}
			_, err := e.ListSessions(t.Context(), token, directory.SessionList{})
			if got := reach(err); got != c.want {
				t.Errorf("%s: lists its user's sessions: %s, want %s", c.of.UserName, got, c.want)
			}
			_, before := e.counts()
			_, err = e.EndSession(t.Context(), token, directory.SessionSelector{ID: s.ID})
			_, after := e.counts()
			if got := reach(err); got != c.want || (after > before) != (got == "y") {
				t.Errorf("%s: ends one: %s, want %s; %d audit entries more", c.of.UserName, got, c.want, after-before)
			}
		}
		reads := e.limited()
		reads.Grants, reads.ReadOnly = roster.Grants{orgWideGrant(roster.LevelAdministrator.Permissions())}, true
		_, err := e.ListSessions(t.Context(), reads, directory.SessionList{User: byID(inside)})
		wants(t, err, roster.Forbidden, "")
	})
}

// TestWhoMakesTokensOrRealmsNamesWhatTheyAreFor shows that no permission about users is needed.
func TestWhoMakesTokensOrRealmsNamesWhatTheyAreFor(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		e.customers()
		by := e.actor(roster.ManageTokens | roster.ManageRealms | roster.ReadDirectory)
		token := must(e.CreateToken(t.Context(), by, directory.NewToken{Name: "mine", Access: roster.AccessRead, Groups: refs("A", "B")}))(t)
		if got := len(token.Groups); got != 2 {
			t.Errorf("the token is limited to %d groups", got)
		}
		realms := e.saml()
		configuration := []byte(`{"defaultRoles":["Customer"],"defaultGroup":"A"}`)
		r := must(realms.CreateRealm(t.Context(), by, directory.NewRealm{Name: "corp", Configuration: configuration}))(t)
		must(realms.UpdateRealm(t.Context(), by, directory.RealmChange{Realm: roster.Ref{ID: string(r.ID)}, Active: roster.Some(false)}))(t)
	})
}

// TestAMessageSendsNobodyToMakeAGroupThatIsThere has an actor limited to groups, which cannot tell
// a group outside its scope from one that does not exist.
func TestAMessageSendsNobodyToMakeAGroupThatIsThere(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		a, _, _ := e.customers()
		message := func(by roster.Actor, name string) (user, check string) {
			_, err := e.CreateUser(t.Context(), by, directory.NewUser{UserName: "u", Groups: refs("A", name)})
			wants(t, err, roster.Invalid, "groups[1]")
			f := fields("c")
			f.Groups = roster.Some(refs("A", name))
			_, told := e.CreateCheck(t.Context(), by, directory.NewCheck{CheckFields: f})
			wants(t, told, roster.Invalid, "groups[1]")
			return roster.All(err)[0].Detail, roster.All(told)[0].Detail
		}
		const whole = `names no group: "Nowhere" (make it with: roster group create --name Nowhere)`
		for _, c := range []struct {
			by         roster.Actor
			name, want string
		}{
			{e.limited(a), "B", `names no group: "B"`},
			{e.limited(a), "Nowhere", `names no group: "Nowhere"`},
			{e.admin, "Nowhere", whole},
		} {
			if user, check := message(c.by, c.name); user != c.want || check != c.want {
				t.Errorf("%q and %q, want %q", user, check, c.want)
			}
		}
	})
}

func TestTheAuditOfARealmHoldsNothingThatItsConfigurationMayHide(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		realms := e.saml()
		kept := func(id roster.RealmID) (details []string) {
			for _, entry := range all(e.ListAudit(t.Context(), e.actor(roster.ReadAudit), directory.AuditList{Target: string(id)}))(t) {
				details = append(details, string(entry.Details))
			}
			return details
		}
		e.group(roster.KindTeam, "T")
		configure := func(id roster.RealmID, text string) {
			must(realms.UpdateRealm(t.Context(), e.admin, directory.RealmChange{Realm: roster.Ref{ID: string(id)}, Configuration: roster.Some(json.RawMessage(text))}))(t)
		}
		r := must(realms.CreateRealm(t.Context(), e.admin, directory.NewRealm{
			Name: "corp", Configuration: []byte(`{"spPrivateKey":"s3cret","defaultRoles":["Customer"],"defaultTeams":["T"],"defaultGroup":"End-User"}`),
		}))(t)
		const same = `"displayName":"corp","kind":"SAML2","active":true,`
		want := []string{
			`{"after":{` + same + `"defaultRoles":["Customer"],"defaultTeams":["T"],"defaultGroup":"End-User","configuration":"1"}}`,
			`{"before":{` + same + `"defaultRoles":["Customer"],"defaultTeams":["T"],"defaultGroup":"End-User","configuration":"1"},"after":{` + same + `"configuration":"2"}}`,
			`{"before":{` + same + `"configuration":"2"},"after":{` + same + `"configuration":"3"}}`,
		}
		configure(r.ID, `{"spPrivateKey":"s3cret"}`)
		configure(r.ID, `{"spPrivateKey":"s3crat"}`)
		if got := fingerprints(kept(r.ID)); !slices.Equal(got, want) {
			t.Errorf("the audit has\n%q, want\n%q", got, want)
		}
	})
}

// fingerprints replaces each fingerprint by a number; equal ones get the same number.
func fingerprints(texts []string) []string {
	var known []string
	for i, text := range texts {
		texts[i] = regexp.MustCompile(`"[0-9a-f]{64}"`).ReplaceAllStringFunc(text, func(of string) string {
			if !slices.Contains(known, of) {
				known = append(known, of)
			}
			return strconv.Quote(strconv.Itoa(slices.Index(known, of) + 1))
		})
	}
	return texts
}
