package store

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"roster"
)

func TestTheLastColumnOfAnIndexIsReadFromSQLite(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"constraint failed: UNIQUE constraint failed: users.organization_id, users.user_key (2067)": "users__user_key",
		"UNIQUE constraint failed: settings.name":                                                   "settings__name",
		"constraint failed: FOREIGN KEY constraint failed":                                          "",
		"constraint failed: UNIQUE constraint failed: index":                                        "",
		"database is locked": "",
		"":                   "",
	} {
		if got := sqliteIndex(message); got != want {
			t.Errorf("%q gave %q, want %q", message, got, want)
		}
	}
}

func FuzzTheLastColumnOfAnIndex(f *testing.F) {
	f.Add("constraint failed: UNIQUE constraint failed: users.organization_id, users.user_key (2067)")
	f.Add("constraint failed: ")
	f.Fuzz(func(t *testing.T, message string) {
		if got := sqliteIndex(message); got != "" && !strings.Contains(got, "__") {
			t.Errorf("%q gave %q", message, got)
		}
	})
}

// TestEveryUniqueIndexNamesAnAttribute reads the migrations. If attribute did not know an index, a
// Conflict would become an internal error.
func TestEveryUniqueIndexNamesAnAttribute(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	for _, file := range files {
		text, err := fs.ReadFile(migrations, file)
		if err != nil {
			t.Fatal(err)
		}
		unique := regexp.MustCompile(`(?:UNIQUE INDEX|CONSTRAINT) (\S+)[^(]*\((?:[^)]*[ (])?(\w+)\)`)
		for _, m := range unique.FindAllStringSubmatch(string(text), -1) {
			names++
			if _, column, _ := strings.Cut(m[1], "__"); column != m[2] {
				t.Errorf("%s is not named after its last column, %s", m[1], m[2])
			}
			if attribute(m[1]) == "" {
				t.Errorf("%s names no attribute", m[1])
			}
		}
	}
	if names < 30 {
		t.Errorf("only %d unique indexes were found", names)
	}
}

// TestAMigrationThatAltersTablesBuildsNoIndexOfRows reads the migrations. Each is one transaction,
// and readers of an altered table wait until it ends.
func TestAMigrationThatAltersTablesBuildsNoIndexOfRows(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	created := regexp.MustCompile(`CREATE TABLE (\w+)`)
	indexed := regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX (?:IF NOT EXISTS )?\w+ ON (\w+)`)
	for _, file := range files {
		text, err := fs.ReadFile(migrations, file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "\nALTER TABLE") {
			continue
		}
		empty := map[string]bool{}
		for _, m := range created.FindAllStringSubmatch(string(text), -1) {
			empty[m[1]] = true
		}
		for _, m := range indexed.FindAllStringSubmatch(string(text), -1) {
			if !empty[m[1]] {
				t.Errorf("%s builds an index of %s, which was there before, and alters tables", file, m[1])
			}
		}
	}
}

func TestAQueryKeepsTextAndArgumentsTogether(t *testing.T) {
	t.Parallel()
	q := newQuery("SELECT a FROM b")
	q.where("c = ?", 1)
	q.where("d BETWEEN ? AND ?", 2, 3)
	q.where("e IS NULL")
	q.in("f", []any{4, 5, 6})
	q.in("g", nil)
	q.add(" LIMIT ?", 7)
	const want = "SELECT a FROM b WHERE c = $1 AND d BETWEEN $2 AND $3 AND e IS NULL AND f IN ($4,$5,$6,$7) AND 1 = 0 LIMIT $8"
	if diff := cmp.Diff(want, q.text.String()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{1, 2, 3, 4, 5, 6, 6, 7}, q.args); diff != "" {
		t.Error(diff)
	}
}

func TestTextsAreBuiltOnceForEachLength(t *testing.T) {
	t.Parallel()
	c := newTexts()
	for range 2 {
		if got, want := c.rows("INSERT INTO a (b, c) VALUES", 2, "$1,$2"), "INSERT INTO a (b, c) VALUES ($1,$2), ($3,$4)"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got, want := c.list("a = $1 AND b IN ($*)", 2, 3), "a = $1 AND b IN ($2,$3,$4)"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if len(c.built) != 2 {
		t.Errorf("%d texts were built, want 2", len(c.built))
	}
}

func TestListsArePaddedToPowersOfTwo(t *testing.T) {
	t.Parallel()
	args, n := listArgs("org", []int{7, 8, 9}, func(i int) any { return i })
	if diff := cmp.Diff([]any{"org", 7, 8, 9, 9}, args); diff != "" || n != 4 {
		t.Errorf("%d values: %s", n, diff)
	}
	for n, want := range map[int]int{1: 1, 2: 2, 3: 4, 32: 32, 33: 64} {
		if got := padded(n); got != want {
			t.Errorf("padded(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestATimeComesBackInMicroseconds(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 3600)
	for _, at := range []time.Time{{}, time.UnixMicro(1), time.UnixMicro(-1), time.Date(2026, 11, 21, 10, 0, 0, 123456789, zone)} {
		got := time.Unix(99, 0)
		if !putNumber(micros(at), instant{&got}) || !got.Equal(at.Truncate(time.Microsecond)) || got.Location() != time.UTC {
			t.Errorf("%v came back as %v", at, got)
		}
	}
}

func TestWhatIsStoredAsSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	var (
		at    time.Time
		took  time.Duration
		text  json.RawMessage
		known []roster.Competency
		held  roster.Permissions
	)
	for _, to := range []any{instant{&at}, span{&took}} {
		if known, _ := putText("1", to); known {
			t.Errorf("%T took a text", to)
		}
	}
	for _, to := range []any{document{&text}, competencies{&known}, permissions{&held}} {
		if putNumber(1, to) {
			t.Errorf("%T took a number", to)
		}
	}
	if err := (competencies{&known}).scanText("[1"); err == nil {
		t.Error("broken JSON was read")
	}
}

func TestPermissionsOfANewerBinaryAreLeftOut(t *testing.T) {
	t.Parallel()
	var held roster.Permissions
	if err := (permissions{&held}).scanText("manage_users not_yet_known"); err != nil || held != roster.ManageUsers {
		t.Errorf("got %v (%v)", held, err)
	}
}

func TestAFailureIsExplainedByWhatCanBeDone(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("secret of the driver")
	for f, want := range map[fault]roster.Error{
		{class: constraint, index: "users__user_key"}: {Kind: roster.Conflict, Field: "userName", Detail: "is taken"},
		{class: again}:       {Kind: roster.Unavailable, RetryAfter: retryAfter, Detail: "too many changes of the same records at once; try again"},
		{class: lost}:        {Kind: roster.Unavailable, RetryAfter: retryAfter, Detail: "the connection to the database was lost; try again"},
		{class: full}:        {Kind: roster.Unavailable, RetryAfter: retryAfter, Detail: "the disk is full"},
		{class: unavailable}: {Kind: roster.Unavailable, RetryAfter: retryAfter, Detail: "the database is not answering; try again"},
		{class: constraint}:  {Kind: roster.Internal},
		{}:                   {Kind: roster.Internal},
	} {
		got := roster.All(explain(f, "test", cause))[0]
		if got.Kind != want.Kind || got.Field != want.Field || got.Detail != want.Detail || got.RetryAfter != want.RetryAfter {
			t.Errorf("%+v gave %+v", f, got)
		}
	}
}
