package auth

import (
	"context"
	"strconv"
	"testing"
	"time"

	"roster"
)

func TestSlugsAreRememberedForAWhileAndNotWithoutBound(t *testing.T) {
	t.Parallel()
	s := newSlugs()
	s.remember("a", "o1", epoch)
	for after, want := range map[time.Duration]bool{0: true, slugTTL - 1: true, slugTTL: false} {
		if id, ok := s.id("a", epoch.Add(after)); ok != want || ok && id != "o1" {
			t.Errorf("after %v: %q, %v", after, id, ok)
		}
	}
	for i := range 3 * maxSlugs {
		s.remember(strconv.Itoa(i), "o2", epoch)
	}
	if len(s.m) > maxSlugs {
		t.Errorf("%d are remembered", len(s.m))
	}
}

func TestAnOrganizationIsReadOnceAMinute(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, slug := range []string{"", roster.DefaultOrganization} {
		if id, err := f.Authenticator.organization(t.Context(), slug); id != f.org || err != nil {
			t.Errorf("%q: %q, %v", slug, id, err)
		}
	}
	if err := f.db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if id, err := f.Authenticator.organization(t.Context(), ""); id != f.org || err != nil {
		t.Errorf("within a minute: %q, %v", id, err)
	}
	f.clock.advance(slugTTL)
	if _, err := f.Authenticator.organization(t.Context(), ""); err == nil {
		t.Error("it is remembered for longer")
	}
}
