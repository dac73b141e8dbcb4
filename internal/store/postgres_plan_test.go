package store

import (
	"net/url"
	"path/filepath"
	"regexp"
	"testing"

	"roster/internal/directory"
	"roster/internal/pgtest"
)

// TestEveryQueryHasAnIndexOnPostgreSQL asks PostgreSQL for the plan of each statement while it may
// not read a whole table if there is another way. So a plan that does has no index to use.
func TestEveryQueryHasAnIndexOnPostgreSQL(t *testing.T) {
	t.Parallel()
	recorded := recordEveryQuery(t, openTest(t, filepath.Join(t.TempDir(), "roster.db")))
	u, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("enable_seqscan", "off")
	u.RawQuery = q.Encode()
	db, err := Open(t.Context(), u.String(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if table, _ := readsWhole(t, db, "SELECT number FROM users WHERE title = 'x'", nil); table != "users" {
		t.Fatal("the plan of a statement without an index does not show it")
	}
	for _, text := range recorded.texts {
		table, plan := readsWhole(t, db, text, recorded.args[text])
		if table != "" && table != "organizations" { // which are few
			t.Errorf("%v reads the whole of %s:\n%s\n%s", recorded.methods[text], table, text, plan)
		}
	}
}

// readsWhole returns the first table that the plan of a statement reads as a whole, and the plan.
func readsWhole(t *testing.T, db *DB, text string, args []any) (table, plan string) {
	t.Helper()
	err := db.Update(t.Context(), func(x directory.Tx) error {
		table, plan = "", ""
		return x.(*tx).each("explain", "EXPLAIN "+text, args, func(r scanner) error {
			var line string
			err := r.Scan(&line)
			if found := seqScan.FindStringSubmatch(line); found != nil && table == "" {
				table = found[1]
			}
			plan += line + "\n"
			return err
		})
	})
	if err != nil {
		t.Errorf("%s: %v", text, err)
	}
	return table, plan
}

var seqScan = regexp.MustCompile(`Seq Scan on (\w+)`)
