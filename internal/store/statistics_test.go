package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/pgtest"
)

func TestPostgreSQLLooksAtItsTablesWhenTheyHaveDoubled(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	first, made := openForStatistics(t, url), 0
	err := first.Update(t.Context(), func(tx directory.Tx) error {
		return tx.InsertOrganization(roster.Organization{ID: anID, Slug: "default"})
	})
	if err != nil {
		t.Fatal(err)
	}
	step := func(db *DB, entries, seen int) {
		t.Helper()
		err := db.Update(t.Context(), func(tx directory.Tx) error {
			all := make([]roster.AuditEntry, entries)
			for i := range all {
				all[i] = roster.AuditEntry{ID: roster.AuditID(fmt.Sprintf("00000000-0000-7000-8000-%012d", made+i)), OrganizationID: anID}
			}
			return tx.InsertAudits(all)
		})
		if err != nil {
			t.Fatal(err)
		}
		made += entries
		s := db.backend.(*postgresDB).stats
		s.underWay.Wait()
		if known := s.countRows(); known != seen {
			t.Errorf("of %d entries it knows %d, want %d", made, known, seen)
		}
	}
	step(first, firstAnalyze-1, 0)
	step(first, 1, firstAnalyze)
	step(first, firstAnalyze-1, firstAnalyze)
	step(first, 1, 2*firstAnalyze)
	step(first, firstAnalyze, 2*firstAnalyze)
	step(first, firstAnalyze, 4*firstAnalyze)
	another := openForStatistics(t, url) // does not know yet how many there are
	step(another, firstAnalyze, 4*firstAnalyze)
	step(another, 3*firstAnalyze, 8*firstAnalyze)
}

// openForStatistics opens a store as another process would.
func openForStatistics(t *testing.T, url string) *DB {
	t.Helper()
	db, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	return db
}

func TestPostgreSQLLooksAtEveryTable(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{}).backend.(*postgresDB)
	db.stats.grown = firstAnalyze
	db.stats.analyze()
	var left []string
	const text = "SELECT relname FROM pg_stat_user_tables WHERE last_analyze IS NULL ORDER BY relname"
	err := db.reads.do(t.Context(), time.Minute, text, nil, func(r scanner) error {
		var name string
		err := r.Scan(&name)
		left = append(left, name)
		return err
	})
	if want := []string{"goose_db_version", "leases", "settings"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("it did not look at %q (%v), want %q", left, err, want)
	}
}
