package store

import (
	"context"
	"database/sql"
	"sync"
)

// statistics has PostgreSQL look at its tables again when they have doubled. It plans by what it
// saw at the last look, which by itself it takes once a minute at most: right after an import it
// would walk all users for a page of them.
type statistics struct {
	pool *sql.DB
	ctx  context.Context // ends with the store
	end  context.CancelFunc

	mu    sync.Mutex
	grown int  // audit entries and events that came since the last look: each change makes one
	next  int  // at how many the next look is
	busy  bool // it is under way

	underWay sync.WaitGroup
}

// firstLook is how many come before the first look: among fewer any plan is good.
const firstLook = 250

const (
	// lookAtAll names every table that is read together with others or by more than its key. Who has
	// one of them locked looks at it already.
	lookAtAll = `ANALYZE (SKIP_LOCKED) organizations, users, user_words, user_roles, user_level_groups, group_members,
	contact_methods, preferences, default_preferences, groups, departments, roles, business_services, team_services, realms,
	tokens, token_groups, sessions, links, known_addresses, guesses, retries, jobs, audit_entries, audit_details,
	check_groups, checks, check_told_groups, check_programs, check_permissions, events`

	// countKnown is how many entries and events the last look saw, whoever took it.
	countKnown = `SELECT COALESCE(SUM(GREATEST(reltuples, 0)), 0)::bigint FROM pg_class
	WHERE oid IN (to_regclass('audit_entries'), to_regclass('events'))`
)

func newStatistics(pool *sql.DB) *statistics {
	s := &statistics{pool: pool, next: firstLook}
	s.ctx, s.end = context.WithCancel(context.Background())
	return s
}

// stop breaks off a look that is under way. Nobody adds any more.
func (s *statistics) stop() {
	s.end()
	s.underWay.Wait()
}

// add notes that entries or events were committed. When there are enough of them it looks, in the
// background.
func (s *statistics) add(n int) {
	if n == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grown += n
	if s.grown >= s.next && !s.busy {
		s.busy = true
		s.underWay.Go(s.look)
	}
}

// look takes a look, unless so many are known that those which came matter little. That it fails
// harms nobody, and the next one is as good.
func (s *statistics) look() {
	s.mu.Lock()
	grown := s.grown
	s.mu.Unlock()
	known := s.known()
	looked := grown >= known
	if looked {
		_, _ = s.pool.ExecContext(s.ctx, lookAtAll) // the database's statement_timeout bounds it
		known = s.known()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy, s.next = false, max(firstLook, known)
	if looked {
		s.grown -= grown
	}
}

// known returns how many entries and events the last look saw.
func (s *statistics) known() (n int) {
	if s.pool.QueryRowContext(s.ctx, countKnown).Scan(&n) != nil {
		return 0
	}
	return n
}
