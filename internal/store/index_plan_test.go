package store

import (
	"path/filepath"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

// TestWhatIsFewAmongManyHasAnIndexOfItsOwn holds that buried jobs are found however many others
// wait, and the state of all checks without their rows.
func TestWhatIsFewAmongManyHasAnIndexOfItsOwn(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	err := db.View(t.Context(), func(x directory.Tx) error {
		jobs := func(state roster.JobState) (string, []any) {
			r := &recorder{runner: x.(*tx).run}
			recorded := *x.(*tx)
			recorded.run = r
			_, _ = recorded.Jobs(anID, directory.JobQuery{State: state, After: anID})
			text := r.texts[len(r.texts)-1] // after the look-up of the organization
			return text, r.args[text]
		}
		open, ofOpen := jobs("")
		running, ofRunning := jobs(roster.JobRunning)
		buried, ofBuried := jobs(roster.JobBuried)
		for text, c := range map[string]struct {
			args []any
			want string
		}{
			open:          {ofOpen, "SEARCH jobs USING INDEX jobs_open (organization=? AND id>?)"},
			running:       {ofRunning, "SEARCH jobs USING INDEX jobs_open (organization=? AND id>?)"},
			buried:        {ofBuried, "SEARCH jobs USING INDEX jobs_buried (organization=? AND id>?)"},
			checkVersions: {[]any{1}, "SEARCH checks USING COVERING INDEX checks_version (organization=? AND version>?)"},
		} {
			var plan []string
			err := x.(*tx).each("explain", "EXPLAIN QUERY PLAN "+text, c.args, func(r scanner) error {
				var id, parent, unused int64
				var detail string
				err := r.Scan(&id, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			})
			if err != nil {
				return err
			}
			if got := strings.Join(plan, "; "); got != c.want {
				t.Errorf("%s: %s, want %s", text, got, c.want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
