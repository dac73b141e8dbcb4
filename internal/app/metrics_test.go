package app_test

import (
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// TestTheMetricsAreForWholeTokensOfTheDefaultOrganization: they are the server's, and tell of every
// organization.
func TestTheMetricsAreForWholeTokensOfTheDefaultOrganization(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	other := e.By
	other.OrganizationID = must(e.Directory.CreateOrganization(t.Context(), e.By, directory.NewOrganization{Slug: "other"}))(t).ID
	for _, by := range []roster.Actor{e.By, other} {
		must(e.Directory.CreateGroup(t.Context(), by, directory.NewGroup{Kind: roster.KindGroup, Name: "A"}))(t)
	}
	token := func(by roster.Actor, name string, groups ...roster.Ref) string {
		return "Bearer " + must(e.Directory.CreateToken(t.Context(), by, directory.NewToken{Name: name, Access: roster.AccessRead, Groups: groups}))(t).Secret
	}
	for name, c := range map[string]struct {
		credential string
		shown      bool
	}{
		"a token":                          {token(e.By, "whole"), true},
		"a token that is limited":          {token(e.By, "limited", roster.Ref{Name: "A"}), false},
		"a token of another organization":  {token(other, "whole"), false},
		"a limited token of another":       {token(other, "limited", roster.Ref{Name: "A"}), false},
		"a token that nobody was given":    {"Bearer x", false},
		"somebody without any credentials": {"", false},
	} {
		if w := e.Do(t, c.credential, "GET /metrics"); (w.Code == 200) != c.shown {
			t.Errorf("%s: %d, %d bytes", name, w.Code, w.Body.Len())
		}
	}
}

func TestTheMetricsNameTheRouteOfARequest(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	secret := must(e.Directory.CreateToken(t.Context(), e.By, directory.NewToken{Name: "whole", Access: roster.AccessRead}))(t).Secret
	e.Do(t, "Bearer "+secret, "GET /api/v1/users/me")
	if w := e.Do(t, "Bearer "+secret, "GET /metrics"); !strings.Contains(w.Body.String(), `route="GET /api/v1/users/{id}"`) {
		t.Errorf("the metrics do not name the route: %s", w.Body)
	}
}
