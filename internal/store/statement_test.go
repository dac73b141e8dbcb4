package store

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	codes "modernc.org/sqlite/lib"

	"roster"
	"roster/internal/directory"
)

// openConnection opens a new database with a table for the test's values.
func openConnection(t *testing.T) *connection {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := connect(path, []string{"foreign_keys(1)"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := c.do("CREATE TABLE things (id INTEGER PRIMARY KEY, value)"); err != nil {
		t.Fatal(err)
	}
	return c
}

// mustPrepare prepares a statement, and closes it after the test.
func mustPrepare(t *testing.T, c *connection, text string) *statement {
	t.Helper()
	s, err := c.prepare(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	t.Cleanup(s.close)
	return s
}

// readOne runs a query that must return one row, and scans it.
func readOne(s *statement, args []any, to ...any) error {
	answer, err := s.query(args)
	if err != nil {
		return err
	}
	defer answer.Close()
	if !answer.Next() {
		return errors.Join(errors.New("no row"), answer.Err())
	}
	if err := answer.Scan(to...); err != nil {
		return err
	}
	if answer.Next() {
		return errors.New("more than one row")
	}
	return answer.Err()
}

func TestATextComesBackAsItWasStored(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "short": "Ada", "not ASCII": "Zoë 李", "with zero bytes": "a\x00b\x00", "not UTF-8": "\xff\xfe",
		"as long as the buffer": strings.Repeat("x", bufferSize), "longer": strings.Repeat("y", bufferSize+1), "long": strings.Repeat("z", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := openConnection(t)
			if _, err := mustPrepare(t, c, "INSERT INTO things (id, value) VALUES (1, $1)").exec([]any{text}); err != nil {
				t.Fatal(err)
			}
			var got string
			if err := readOne(mustPrepare(t, c, "SELECT value FROM things"), nil, &got); err != nil || got != text {
				t.Errorf("%d bytes came back as %d (%v)", len(text), len(got), err)
			}
		})
	}
}

func TestATextThatWasReadDoesNotChange(t *testing.T) {
	t.Parallel()
	c := openConnection(t)
	s := mustPrepare(t, c, "SELECT $1")
	var first, second string
	if err := errors.Join(readOne(s, []any{"first"}, &first), readOne(s, []any{"other"}, &second)); err != nil {
		t.Fatal(err)
	}
	if first != "first" || second != "other" {
		t.Errorf("got %q and %q", first, second)
	}
}

func TestEveryArgumentReachesItsParameter(t *testing.T) {
	t.Parallel()
	c := openConnection(t)
	s := mustPrepare(t, c, "SELECT $2, $3, $1, $4, $2, $5 IS NULL")
	var two, again string
	var three, one int64
	var four, null bool
	args := []any{math.MinInt64, "two", int64(math.MaxInt64), true, nil}
	if err := readOne(s, args, &two, &three, &one, &four, &again, &null); err != nil {
		t.Fatal(err)
	}
	if two != "two" || again != "two" || three != math.MaxInt64 || one != math.MinInt64 || !four || !null {
		t.Error(two, three, one, four, again, null)
	}
}

func TestArgumentsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	c := openConnection(t)
	s := mustPrepare(t, c, "SELECT $1, $2")
	for name, args := range map[string][]any{
		"too few": {1}, "too many": {1, 2, 3}, "none": nil,
		"a named type": {1, roster.UserID("id")}, "a fraction": {1.5, 1}, "bytes": {1, []byte("x")}, "a time": {time.Unix(1, 0), 1},
	} {
		if _, err := s.exec(args); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	var one, two int64
	if err := readOne(s, []any{1, 2}, &one, &two); err != nil || one != 1 || two != 2 {
		t.Errorf("afterwards: %d and %d (%v)", one, two, err)
	}
}

func TestAColumnIsReadOnlyIntoItsType(t *testing.T) {
	t.Parallel()
	c := openConnection(t)
	var (
		text   string
		number int64
		small  int
		truth  bool
		bytes  []byte
		at     time.Time
		held   roster.Permissions
	)
	for name, to := range map[string][]any{
		"'a'":        {&number, &small, &truth, &bytes, instant{&at}, span{new(time.Duration)}, nil},
		"1":          {&text, &bytes, permissions{&held}, document{}, nil},
		"NULL":       {&text, &number, &truth, instant{&at}},
		"1.5":        {&text, &number},
		"x'00'":      {&text, &bytes},
		"'a', 'b'":   {&text},
		"1 LIMIT 0 ": {&text},
	} {
		s := mustPrepare(t, c, "SELECT "+name)
		for _, to := range to {
			if err := readOne(s, nil, to); err == nil {
				t.Errorf("%s was read into a %T", name, to)
			}
		}
	}
	s := mustPrepare(t, c, "SELECT 'a', 2, 3, 1, 1000000, 'read_directory'")
	err := readOne(s, nil, &text, &number, &small, &truth, instant{&at}, permissions{&held})
	if err != nil || text != "a" || number != 2 || small != 3 || !truth || !at.Equal(time.Unix(1, 0)) || held != roster.ReadDirectory {
		t.Error(text, number, small, truth, at, held, err)
	}
}

func TestAStatementThatFailedCanBePutAgain(t *testing.T) {
	t.Parallel()
	c := openConnection(t)
	s := mustPrepare(t, c, "INSERT INTO things (id) VALUES ($1)")
	for i, id := range []int{1, 1, 2, 1} {
		n, err := s.exec([]any{id})
		if taken := i == 1 || i == 3; taken != (sqliteFault(err).index == "things__id") {
			t.Errorf("insert %d: %v", i, err)
		} else if !taken && n != 1 {
			t.Errorf("insert %d changed %d rows", i, n)
		}
	}
}

func TestAQueryIsNotPutWhileItsRowsAreRead(t *testing.T) {
	t.Parallel()
	c := openConnection(t)
	s := mustPrepare(t, c, "SELECT 1 UNION ALL SELECT 2")
	answer, err := s.query(nil)
	if err != nil || !answer.Next() {
		t.Fatal(err)
	}
	if _, err := s.query(nil); err == nil {
		t.Error("it was put again")
	}
	if err := answer.Close(); err != nil {
		t.Error(err)
	}
	if answer.Next() || answer.Close() != nil || answer.Err() != nil {
		t.Error("a closed answer goes on")
	}
	if n, err := s.exec(nil); err != nil {
		t.Errorf("afterwards: %d, %v", n, err)
	}
}

func TestTextsThatAreNoStatementAreRefused(t *testing.T) {
	t.Parallel()
	c := openConnection(t)
	for _, text := range []string{"SELECT missing", "SELECT 1; SELECT 2", " ", "SELECT :name", "SELECT ?", "SELEKT", ""} {
		if s, err := c.prepare(text); err == nil {
			s.close()
			t.Errorf("%q was prepared", text)
		}
	}
}

func TestAnErrorSaysWhatSQLiteSays(t *testing.T) {
	t.Parallel()
	c := openConnection(t)
	_, err := c.prepare("SELECT missing")
	var e *sqliteError
	if !errors.As(err, &e) || e.Code() != codes.SQLITE_ERROR || err.Error() != "no such column: missing (1)" {
		t.Errorf("got %v", err)
	}
	if _, err := connect(filepath.Join(t.TempDir(), "none"), nil); sqliteFault(err).class != unavailable {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := connect(c.path(t), []string{"no_such_function((1))"}); err == nil {
		t.Error("a pragma that is none was taken")
	}
}

// path returns the path of the database.
func (c *connection) path(t *testing.T) string {
	t.Helper()
	seq, name, path := int64(0), "", ""
	if err := readOne(mustPrepare(t, c, "PRAGMA database_list"), nil, &seq, &name, &path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMoreStatementsThanAreKeptPushOthersOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := prepare(location{path: path})
	if err != nil {
		t.Fatal(err)
	}
	open, err := p.query("SELECT 1", nil)
	if err != nil || !open.Next() {
		t.Fatal(err)
	}
	for n := range 2 * maxPrepared {
		if err := p.do("SELECT " + strings.Repeat("-", n%2) + " 2" + strings.Repeat(" ", n)); err != nil {
			t.Fatal(err)
		}
		if len(p.stmts) > maxPrepared {
			t.Fatalf("%d are kept", len(p.stmts))
		}
	}
	var one int64
	if err := open.Scan(&one); err != nil || one != 1 {
		t.Errorf("the row that is being read has become %d (%v)", one, err)
	}
	if err := errors.Join(open.Close(), p.close()); err != nil {
		t.Error(err)
	}
}

func TestAPanicWhileReadingLeavesTheStatementUsable(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	const text = "SELECT 1"
	err := db.View(t.Context(), func(x directory.Tx) error {
		return x.(*tx).each("test", text, nil, func(scanner) error { panic("no") })
	})
	if err == nil {
		t.Error("got no error")
	}
	for range cap(db.backend.(*sqliteDB).idle) {
		err := db.View(t.Context(), func(x directory.Tx) error {
			return x.(*tx).each("test", text, nil, func(r scanner) error { return r.Scan(new(int64)) })
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestBytesComeBackAsTheyWereStored(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, bufferSize, bufferSize + 1, 1 << 20} {
		c := openConnection(t)
		hash := strings.Repeat("5a", size)
		if _, err := mustPrepare(t, c, "INSERT INTO things (id, value) VALUES (1, $1)").exec([]any{digest(hash)}); err != nil {
			t.Fatal(err)
		}
		var got string
		if err := readOne(mustPrepare(t, c, "SELECT value FROM things"), nil, hashed{&got}); err != nil || got != hash {
			t.Errorf("%d bytes came back as %d (%v)", size, len(got)/2, err)
		}
	}
}
