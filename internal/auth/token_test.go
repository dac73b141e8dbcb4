package auth

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// token stores a token of the organization and returns its secret.
func (f *fixture) token(name string, change ...func(*roster.Token)) (roster.TokenID, string) {
	f.Helper()
	token := roster.Token{
		ID: roster.TokenID(f.id()), OrganizationID: f.org, Name: name, Access: roster.AccessReadWrite, CreatedAt: epoch,
	}
	for _, c := range change {
		c(&token)
	}
	secret := Secrets{}.Token()
	f.update(func(tx directory.Tx) error { return tx.InsertToken(token, directory.Fold(name), HashSecret(secret)) })
	return token.ID, secret
}

func TestATokenOfTheOrganizationActsAsAdministrator(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	administrator := roster.LevelAdministrator.Permissions()
	for _, c := range []struct {
		name     string
		change   func(*roster.Token)
		grants   roster.Grants
		readOnly bool
	}{
		{"writes", func(*roster.Token) {}, roster.Grants{{Permissions: administrator}}, false},
		{"reads", func(tk *roster.Token) { tk.Access = roster.AccessRead }, roster.Grants{{Permissions: administrator}}, true},
		{"of a later version", func(tk *roster.Token) { tk.Access = "append" }, roster.Grants{{Permissions: administrator}}, true},
		{"for a group", func(tk *roster.Token) { tk.Groups = []roster.GroupLink{f.group} }, roster.Grants{{Group: f.group.ID, Permissions: administrator}}, false},
		{"errors as 200", func(tk *roster.Token) { tk.ErrorsAs200 = true }, roster.Grants{{Permissions: administrator}}, false},
		{"not over", func(tk *roster.Token) { tk.ExpiresAt = epoch.Add(time.Microsecond) }, roster.Grants{{Permissions: administrator}}, false},
	} {
		id, secret := f.token(c.name, c.change)
		got, err := f.Token(t.Context(), at(func(a *Attempt) { a.Need = 0 }), secret)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		want := roster.Actor{
			Kind: roster.ActorToken, OrganizationID: f.org, TokenID: id, Name: c.name, Grants: c.grants,
			ReadOnly: c.readOnly, Face: roster.FaceGraze, Address: "192.0.2.1", RequestID: "r1",
			Limited: c.name == "for a group", ErrorsAs200: c.name == "errors as 200",
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, want)
		}
	}
}

func TestATokenOfAUserHoldsWhatItsUserHolds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.user("ada")
	held := roster.GrazeLogin | roster.ManageUsers
	for _, c := range []struct {
		name   string
		change func(*roster.Token)
		want   roster.Grants
	}{
		{"everywhere", func(*roster.Token) {}, roster.Grants{{Permissions: held}}},
		{"for a group", func(tk *roster.Token) { tk.Groups = []roster.GroupLink{f.group} }, roster.Grants{{Group: f.group.ID, Permissions: held}}},
	} {
		_, secret := f.token(c.name, func(tk *roster.Token) { tk.UserID = ada }, c.change)
		got, err := f.Token(t.Context(), at(func(a *Attempt) { a.Need = 0 }), secret)
		if err != nil || got.UserID != ada || got.Name != c.name || !slices.Equal(got.Grants, c.want) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

func TestATokenGivesItsUserNothingMoreInAGroup(t *testing.T) {
	t.Parallel()
	token := roster.Token{UserID: "u1", Groups: []roster.GroupLink{{ID: "g1"}, {ID: "g2"}, {ID: "g3"}}}
	for name, c := range map[string]struct{ held, want roster.Grants }{
		"nothing":        {nil, nil},
		"in one of them": {roster.Grants{{Group: "g2", Permissions: roster.ManageUsers}}, roster.Grants{{Group: "g2", Permissions: roster.ManageUsers}}},
		"in another one": {roster.Grants{{Group: "g9", Permissions: roster.ManageUsers}}, nil},
		"both": {
			roster.Grants{{Permissions: roster.ReadDirectory}, {Group: "g1", Permissions: roster.ManageUsers}},
			roster.Grants{
				{Group: "g1", Permissions: roster.ReadDirectory | roster.ManageUsers},
				{Group: "g2", Permissions: roster.ReadDirectory},
				{Group: "g3", Permissions: roster.ReadDirectory},
			},
		},
	} {
		if got := tokenGrants(token, roster.Account{Grants: c.held}); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestADeadTokenLetsNobodyIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	inactive := f.user("inactive", func(r *directory.NewUserRow) { r.Active = false })
	reader := f.user("reader", func(r *directory.NewUserRow) { r.Roles = nil })
	for reason, change := range map[string]func(*roster.Token){
		"expired":                func(tk *roster.Token) { tk.ExpiresAt = epoch },
		"its user is not active": func(tk *roster.Token) { tk.UserID = inactive },
		"lacks graze_login":      func(tk *roster.Token) { tk.UserID = reader },
	} {
		_, secret := f.token(reason, change)
		_, err := f.Token(t.Context(), at(), secret)
		f.isDenied(err, reason)
	}
	id, revoked := f.token("revoked")
	f.update(func(tx directory.Tx) error { return tx.RevokeToken(f.org, id, epoch) })
	_, good := f.token("good")
	for _, c := range []struct{ slug, secret, reason string }{
		{"", revoked, "revoked"},
		{"", Secrets{}.Token(), "no such token"},
		{"", good + "x", "form"},
		{"", "", "form"},
		{"other", good, "of another organization"},
		{"nowhere", good, "no such organization"},
	} {
		_, err := f.Token(t.Context(), at(func(a *Attempt) { a.OrganizationSlug = c.slug }), c.secret)
		f.isDenied(err, c.reason)
	}
	if _, err := f.Token(t.Context(), at(func(a *Attempt) { a.OrganizationSlug = roster.DefaultOrganization }), good); err != nil {
		t.Errorf("with its own organization: %v", err)
	}
	if reason := validateToken(roster.Token{UserID: "u1"}, roster.Account{}, epoch); reason == nil {
		t.Error("a token whose user is gone lets somebody in")
	}
}

func TestTheLatestUseOfATokenIsWritten(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, secret := f.token("backup")
	stop := f.run()
	for _, address := range []string{"192.0.2.7", "192.0.2.8", "192.0.2.9"} {
		f.clock.advance(time.Second)
		if _, err := f.Token(t.Context(), at(func(a *Attempt) { a.Address = address }), secret); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	var got roster.Token
	if err := f.db.View(t.Context(), func(tx directory.Tx) (err error) {
		got, _, err = tx.TokenByHash(HashSecret(secret))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !got.LastUsedAt.Equal(f.clock.now()) || got.LastUsedFrom != "192.0.2.9" || got.LastUsedFace != roster.FaceGraze {
		t.Errorf("written as %v from %q by %q", got.LastUsedAt, got.LastUsedFrom, got.LastUsedFace)
	}
}

func TestNoMoreUsesWaitThanAreAllowed(t *testing.T) {
	t.Parallel()
	b := newBackground(nil, nil)
	for i := range maxPendingUses + 10 {
		b.use(roster.TokenUse{ID: roster.TokenID(fmt.Sprint(i)), From: "first"})
	}
	b.use(roster.TokenUse{ID: "7", From: "second"})
	if len(b.uses) != maxPendingUses || b.uses["7"].From != "second" {
		t.Errorf("%d wait, the last from %q", len(b.uses), b.uses["7"].From)
	}
	for i := range maxPendingAddresses {
		if !b.know(knownAddress{name: fmt.Sprint(i)}, epoch) {
			t.Fatalf("address %d is not noted", i)
		}
	}
	if b.know(knownAddress{name: "one too many"}, epoch) {
		t.Error("addresses wait without a bound")
	}
}
