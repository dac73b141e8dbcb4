package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"roster"
	"roster/internal/directory"
)

// Bounds of a slug, and of the cache of organization ids by slug. The id of a slug never changes.
const (
	maxSlugBytes = 255
	slugTTL      = time.Minute
	maxSlugs     = 1000
)

// errNoOrganization is the reason if a slug names no organization.
var errNoOrganization = errors.New("no such organization")

// organization returns the id of the organization that the attempt is for. Errors:
// errNoOrganization, and those of the store.
func (a *Authenticator) organization(ctx context.Context, slug string) (roster.OrganizationID, error) {
	if slug == "" {
		slug = roster.DefaultOrganization
	}
	if !presentable(slug, maxSlugBytes) {
		return "", errNoOrganization
	}
	if id, ok := a.slugs.id(slug, a.now()); ok {
		return id, nil
	}
	var org roster.Organization
	err := a.store.View(ctx, func(tx directory.Tx) (err error) {
		org, err = tx.OrganizationBySlug(slug)
		return err
	})
	if isNotFound(err) {
		return "", errNoOrganization
	}
	if err != nil {
		return "", fmt.Errorf("read organization: %w", err)
	}
	a.slugs.remember(slug, org.ID, a.now())
	return org.ID, nil
}

// slugs caches the ids of slugs for a while.
type slugs struct {
	mu sync.Mutex
	m  map[string]slug
}

type slug struct {
	id roster.OrganizationID
	at time.Time // when it was read
}

func newSlugs() *slugs { return &slugs{m: make(map[string]slug)} }

func (s *slugs) id(text string, now time.Time) (roster.OrganizationID, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry, ok := s.m[text]
	return entry.id, ok && now.Sub(entry.at) < slugTTL
}

// remember adds an id. If the cache is full it is emptied first: reading an id again is cheap.
func (s *slugs) remember(text string, id roster.OrganizationID, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.m) >= maxSlugs {
		clear(s.m)
	}
	s.m[text] = slug{id, now}
}
