package store

import (
	"context"
	"sync"
)

// statistics runs ANALYZE on PostgreSQL when the tables have doubled. The planner relies on the
// last ANALYZE, and the server's own runs at most once a minute. Right after an import it would
// still walk all users to read one page of them.
type statistics struct {
	pool *postgresPool
	ctx  context.Context // ends with the store
	end  context.CancelFunc

	mu      sync.Mutex
	grown   int  // audit entries and events since the last ANALYZE; each change makes one
	next    int  // the value of grown that starts the next ANALYZE
	running bool // an ANALYZE is running

	underWay sync.WaitGroup
}

// firstAnalyze is the number of entries before the first ANALYZE: with fewer rows any plan is good.
const firstAnalyze = 250

const (
	// analyzeAll names every table that is joined with others, or searched by more than its key. It
	// skips a table that another transaction has locked for its own ANALYZE.
	analyzeAll = `ANALYZE (SKIP_LOCKED) organizations, users, user_words, user_roles, user_level_groups, group_members,
	contact_methods, default_preferences, groups, departments, roles, business_services, team_services, realms,
	tokens, token_groups, sessions, links, known_addresses, guesses, retries, jobs, audit_entries, audit_seals, deleted_users, check_states, alerts, flips,
	check_groups, checks, check_told_groups, check_programs, check_permissions, events`

	// countText reads how many audit entries and events the last ANALYZE saw, whoever ran it.
	countText = `SELECT COALESCE(SUM(GREATEST(reltuples, 0)), 0)::bigint FROM pg_class
	WHERE oid IN (to_regclass('audit_entries'), to_regclass('events'))`
)

func newStatistics(pool *postgresPool) *statistics {
	s := &statistics{pool: pool, next: firstAnalyze}
	s.ctx, s.end = context.WithCancel(context.Background())
	return s
}

// stop cancels a running ANALYZE and waits for it. add must not be called after it.
func (s *statistics) stop() {
	s.end()
	s.underWay.Wait()
}

// add counts committed audit entries and events. When there are enough it runs ANALYZE in the
// background.
func (s *statistics) add(n int) {
	if n == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grown += n
	if s.grown >= s.next && !s.running {
		s.running = true
		s.underWay.Go(s.analyze)
	}
}

// analyze runs ANALYZE, unless the new entries are few compared with the known ones. A failure is
// ignored: the next run is as good.
func (s *statistics) analyze() {
	s.mu.Lock()
	grown := s.grown
	s.mu.Unlock()
	known := s.countRows()
	looked := grown >= known
	if looked {
		_ = s.pool.do(s.ctx, transactionTimeout, analyzeAll, nil, nil) // the database's statement_timeout bounds it
		known = s.countRows()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.next = false, max(firstAnalyze, known)
	if looked {
		s.grown -= grown
	}
}

// countRows returns how many entries and events the last ANALYZE saw.
func (s *statistics) countRows() (n int) {
	if s.pool.do(s.ctx, transactionTimeout, countText, nil, func(r scanner) error { return r.Scan(&n) }) != nil {
		return 0
	}
	return n
}
