package store

import (
	"path/filepath"
	"strings"
	"testing"

	"roster/internal/directory"
)

// TestAListOfJobsWalksTheIndexOfThoseThatItShows holds that a few buried jobs are found however many others wait.
func TestAListOfJobsWalksTheIndexOfThoseThatItShows(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	err := db.View(t.Context(), func(x directory.Tx) error {
		for text, want := range map[string]string{
			openJobs:   "SEARCH jobs USING INDEX jobs_open (organization_id=? AND id>?)",
			buriedJobs: "SEARCH jobs USING INDEX jobs_given_up (organization_id=? AND id>?)",
		} {
			var plan []string
			err := x.(*tx).each("explain", "EXPLAIN QUERY PLAN "+text, []any{"org", "j", 1}, func(r scanner) error {
				var id, parent, unused int64
				var detail string
				err := r.Scan(&id, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			})
			if err != nil {
				return err
			}
			if got := strings.Join(plan, "; "); got != want {
				t.Errorf("%s: %s, want %s", text, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
