package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"roster"
	"roster/internal/directory"
	"roster/internal/pgtest"
)

// backupOf returns a backup of the store.
func backupOf(t *testing.T, db *DB) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := db.Backup(t.Context(), &file, "v1"); err != nil {
		t.Fatalf("back up: %v", err)
	}
	return file.Bytes()
}

// restored restores a backup into an empty database and opens it.
func restored(t *testing.T, url string, file []byte) *DB {
	t.Helper()
	o := Options{Logger: slog.New(slog.DiscardHandler)}
	if _, err := Restore(t.Context(), url, bytes.NewReader(file), int64(len(file)), o); err != nil {
		t.Fatalf("restore: %v", err)
	}
	db, err := Open(t.Context(), url, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	return db
}

// content returns every row of a backup as a text, by table, in an order of its own, and the last
// numbers.
func content(t *testing.T, file []byte) map[string][]string {
	t.Helper()
	b, err := newBackupReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]string)
	var table string
	_, err = b.each(backupVisitor{
		table: func(of backupTable) error {
			table = of.Name
			all[table] = []string{strings.Join(of.Columns, " ")}
			return nil
		},
		row: func(cells []cell) error {
			var row strings.Builder
			for _, c := range cells {
				switch c.is {
				case cellNumber:
					fmt.Fprintf(&row, "%d ", c.number)
				case cellNull:
					row.WriteString("null ")
				default:
					fmt.Fprintf(&row, "%c%q ", c.is, c.bytes)
				}
			}
			all[table] = append(all[table], row.String())
			return nil
		},
		number: func(n backupNumber) error {
			all["last numbers"] = append(all["last numbers"], fmt.Sprint(n))
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range all {
		slices.Sort(rows)
	}
	return all
}

// sameContent fails where two backups hold other rows.
func sameContent(t *testing.T, what string, got, want []byte) {
	t.Helper()
	a, b := content(t, got), content(t, want)
	for _, table := range slices.Sorted(maps.Keys(b)) {
		if !slices.Equal(a[table], b[table]) {
			t.Errorf("%s: %s holds\n%.2000s\nwant\n%.2000s", what, table, strings.Join(a[table], "\n"), strings.Join(b[table], "\n"))
		}
	}
	if len(a) != len(b) {
		t.Errorf("%s: %d tables, want %d", what, len(a), len(b))
	}
}

// filler fills the tables of a schema with rows, whatever tables there are.
type filler struct {
	*tx
	random *rand.Rand
	kinds  map[string]map[string]string // what the columns of a table hold on PostgreSQL
	rows   map[string][]map[string]any
}

// fillTables gives every table of an SQLite database rows: all sorts of values, and references to
// rows that are there.
func fillTables(t *testing.T, db *DB, kinds map[string]map[string]string) {
	t.Helper()
	tables, err := knownTables()
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(x directory.Tx) error {
		f := &filler{tx: x.(*tx), random: rand.New(rand.NewPCG(1, 2)), kinds: kinds, rows: make(map[string][]map[string]any)}
		for _, table := range tables {
			for range 40 { // more than a statement inserts
				if err := f.add(table); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// add inserts a row.
func (f *filler) add(table string) error {
	row := make(map[string]any)
	var columns []string
	err := f.each("read columns", `SELECT name, "notnull" OR pk > 0 FROM pragma_table_info($1)`, []any{table}, func(r scanner) error {
		var name string
		var must bool
		if err := r.Scan(&name, &must); err != nil {
			return err
		}
		columns = append(columns, name)
		if row[name] = f.value(f.kinds[table][name]); !must && f.random.IntN(3) == 0 {
			row[name] = nil
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := f.refer(table, row); err != nil {
		return err
	}
	var values []any
	for _, c := range columns {
		values = append(values, row[c])
	}
	text := fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) ON CONFLICT DO NOTHING", table, strings.Join(columns, ", "), placeholders(len(columns)))
	n, err := f.exec("fill "+table, text, values...)
	if n > 0 {
		f.rows[table] = append(f.rows[table], row)
	}
	return err
}

// value returns a random value.
func (f *filler) value(holds string) any {
	switch holds {
	case "numbers":
		return f.random.Int64() >> (20 + f.random.IntN(30))
	case "booleans":
		return f.random.IntN(2) == 1
	case "uuids":
		return uid(uuid.Must(uuid.NewRandom()).String())
	case "bytes":
		return digest(strings.Repeat(fmt.Sprintf("%016x", f.random.Uint64()), f.random.IntN(4)+1))
	}
	return strings.Repeat("Grüße, 'O''Brien'\n\"\\N\" \u2028 "+fmt.Sprint(f.random.Uint64()), f.random.IntN(3)+1)
}

// refer sets the columns that refer to other rows: to those of one row where several columns do.
func (f *filler) refer(table string, row map[string]any) error {
	type reference struct {
		id       int64
		to       string
		from, of string
	}
	all, err := collect(f.tx, "read references", `SELECT id, "table", "from", "to" FROM pragma_foreign_key_list($1) ORDER BY id DESC, seq`,
		[]any{table}, func(r scanner) (x reference, err error) { return x, r.Scan(&x.id, &x.to, &x.from, &x.of) })
	if err != nil {
		return err
	}
	picked := make(map[int64]map[string]any)
	for _, x := range all {
		if picked[x.id] == nil {
			among := f.rows[x.to]
			if x.to == "organizations" {
				among = among[:1] // so that rows of every table can refer to one another
			}
			if len(among) == 0 {
				return fmt.Errorf("%s refers to %s, which has no row for it: is it later in the migrations?", table, x.to)
			}
			picked[x.id] = among[f.random.IntN(len(among))]
		}
		if row[x.from] != nil || x.from == "organization" {
			row[x.from] = picked[x.id][x.of]
		}
	}
	return nil
}

// postgresKinds returns what the columns of all tables hold. It fails where the database has a
// table that the migrations do not make, or the other way round.
func postgresKinds(t *testing.T, db *DB) map[string]map[string]string {
	t.Helper()
	kinds := make(map[string]map[string]string)
	known, err := knownTables()
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(x directory.Tx) error {
		there, err := collect(x.(*tx), "list tables", `SELECT table_name FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose%' ORDER BY table_name`, nil,
			func(r scanner) (name string, err error) { return name, r.Scan(&name) })
		if err != nil {
			return err
		}
		if want := slices.Sorted(slices.Values(known)); !slices.Equal(there, want) {
			t.Errorf("a backup holds the tables %v, and the database has %v", want, there)
		}
		for _, table := range known {
			columns, err := x.(*tx).columns(table)
			if err != nil {
				return err
			}
			kinds[table] = make(map[string]string)
			for _, c := range columns {
				kinds[table][c.name] = c.holds
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

func TestABackupOfEachEngineIsRestoredIntoEach(t *testing.T) {
	t.Parallel()
	sqlite := func() string { return "sqlite:" + filepath.Join(t.TempDir(), "roster.db") }
	empty, err := Open(t.Context(), pgtest.URL(t), Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close(context.WithoutCancel(t.Context()))
	first := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	fillTables(t, first, postgresKinds(t, empty))
	file := backupOf(t, first)
	if c, err := VerifyBackup(bytes.NewReader(file), int64(len(file))); err != nil || c.Tables == 0 || c.Rows < int64(33*c.Tables) || c.Release != "v1" || c.Engine != "sqlite" {
		t.Errorf("verified: %d tables, %d rows, %+v, %v", c.Tables, c.Rows, c.BackupHead, err)
	}
	sameContent(t, "SQLite to SQLite", backupOf(t, restored(t, sqlite(), file)), file)
	second := restored(t, pgtest.URL(t), file)
	again := backupOf(t, second)
	sameContent(t, "SQLite to PostgreSQL", again, file)
	sameContent(t, "PostgreSQL to PostgreSQL", backupOf(t, restored(t, pgtest.URL(t), again)), file)
	third := restored(t, sqlite(), again)
	sameContent(t, "PostgreSQL to SQLite", backupOf(t, third), file)
	for _, db := range []*DB{second, third} {
		countsOn(t, db)
	}
}

// countsOn fails if a restored store assigns a number that the backup has.
func countsOn(t *testing.T, db *DB) {
	t.Helper()
	err := db.Update(t.Context(), func(x directory.Tx) error {
		var number int64
		t := x.(*tx)
		before, counted, err := t.lastNumber("organizations")
		if err != nil || !counted {
			return errors.Join(err, errors.New("organizations are not counted"))
		}
		_, err = t.one("insert", `INSERT INTO organizations (id, slug, name, time_zone, default_country, strong_passwords, version, policy_version, created_at)
			VALUES ($1, 'next', '', '', '', FALSE, 1, 1, 0) RETURNING number`, []any{uid(uuid.Must(uuid.NewRandom()).String())}, &number)
		if err == nil && number != before+1 {
			err = fmt.Errorf("the number after %d is %d", before, number)
		}
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", db.Engine(), err)
	}
}

func TestABackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "roster.db"), "PostgreSQL": pgtest.URL(t)} {
		db, err := Open(t.Context(), url, Options{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		change := func(value string) {
			err := db.Update(t.Context(), func(tx directory.Tx) error {
				if err := tx.PutSetting("value", value); err != nil {
					return err
				}
				_, err := tx.TakeLease("office", value, directory.Lease{})
				if err == nil {
					_, err = tx.BeatLease("office", 1)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		change("first")
		var file bytes.Buffer
		out, err := newBackupWriter(&file)
		if err := errors.Join(err, out.json('H', BackupHead{})); err != nil {
			t.Fatal(err)
		}
		err = db.backend.snapshot(t.Context(), func(x *tx, alive func() error) error {
			for _, table := range []string{"settings", "leases"} {
				columns, err := x.columns(table)
				if err != nil {
					return err
				}
				if err := x.backupTable(out, table, columns, alive); err != nil {
					return err
				}
				change("second") // while the backup is made
			}
			return nil
		})
		if err := errors.Join(err, out.end(), db.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
		all := content(t, file.Bytes())
		if got := fmt.Sprint(all["settings"][1:], all["leases"][1:]); got != `[s"value" s"first" ] [s"office" s"first" 1 1 ]` {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAFileThatIsNoWholeBackupIsRefused(t *testing.T) {
	t.Parallel()
	file := backupOf(t, openTest(t, filepath.Join(t.TempDir(), "roster.db")))
	changed := func(change func(b []byte) []byte) []byte { return change(bytes.Clone(file)) }
	flip := func(at int) []byte {
		return changed(func(b []byte) []byte { b[at] ^= 4; return b })
	}
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"an empty file":              {nil, "is no backup"},
		"another file":               {bytes.Repeat([]byte("x"), 5000), "is no backup"},
		"the start only":             {file[:20], "is cut off"},
		"without its last byte":      {file[:len(file)-1], "is cut off or damaged"},
		"without its last line":      {file[:len(file)-backupEnd], "is cut off or damaged"},
		"half of it":                 {file[:len(file)/2], "is cut off or damaged"},
		"a byte in the middle":       {flip(len(file) / 2), "checksum does not fit"},
		"a byte of the checksum":     {flip(len(file) - 5), "checksum does not fit"},
		"another format":             {changed(func(b []byte) []byte { b[len(backupMagic)] = '2'; return b }), "another format"},
		"a schema that is not known": {newer(t), "has schema 99 of release v9"},
	} {
		path := filepath.Join(t.TempDir(), "roster.db")
		_, err := Restore(t.Context(), "sqlite:"+path, bytes.NewReader(c.file), int64(len(c.file)), Options{})
		if err == nil || !strings.Contains(err.Error(), c.says) || roster.KindOf(err) != roster.Invalid {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		nothingIn(t, name, filepath.Dir(path))
	}
	for at := range file { // no byte can change unnoticed
		if at%7 == 0 {
			if _, err := VerifyBackup(bytes.NewReader(flip(at)), int64(len(file))); err == nil {
				t.Errorf("byte %d can change", at)
			}
		}
	}
}

// newer returns a backup of a newer release without any table.
func newer(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	b, err := newBackupWriter(&file)
	if err := errors.Join(err, b.json('H', BackupHead{Release: "v9", Schema: 99}), b.end()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// nothingIn fails if the folder holds a file.
func nothingIn(t *testing.T, when, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("%s: left %v, %v", when, entries, err)
	}
}

// breaking is a file whose reading fails once it was read so often.
type breaking struct {
	io.ReaderAt
	left int
}

func (b *breaking) ReadAt(p []byte, at int64) (int, error) {
	if b.left--; b.left < 0 {
		return 0, errors.New("the disk is gone")
	}
	return b.ReaderAt.ReadAt(p, at)
}

func TestARestoreThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	for i := range 300 {
		if err := db.Update(t.Context(), func(tx directory.Tx) error {
			return tx.PutSetting(fmt.Sprint(i), fmt.Sprint(rand.Int64(), rand.Int64(), rand.Int64(), rand.Int64()))
		}); err != nil {
			t.Fatal(err)
		}
	}
	file := backupOf(t, db)
	count := &breaking{bytes.NewReader(file), 1 << 30}
	if _, err := VerifyBackup(count, int64(len(file))); err != nil {
		t.Fatal(err)
	}
	reads := 1<<30 - count.left
	postgres := pgtest.URL(t)
	dir := t.TempDir()
	for _, url := range []string{"sqlite:" + filepath.Join(dir, "roster.db"), postgres} {
		_, err := Restore(t.Context(), url, &breaking{bytes.NewReader(file), reads + 1}, int64(len(file)), Options{Logger: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), "the disk is gone") {
			t.Errorf("%.8s: %v", url, err)
		}
	}
	nothingIn(t, "after a failure", dir)
	sameContent(t, "the next try", backupOf(t, restored(t, postgres, file)), file)
	if err := os.WriteFile(filepath.Join(dir, "roster.db"+restoring), []byte("half"), 0o600); err != nil { // by a kill
		t.Fatal(err)
	}
	sameContent(t, "after a kill", backupOf(t, restored(t, "sqlite:"+filepath.Join(dir, "roster.db"), file)), file)
	for _, url := range []string{"sqlite:" + filepath.Join(dir, "roster.db"), postgres} {
		_, err := Restore(t.Context(), url, bytes.NewReader(file), int64(len(file)), Options{Logger: slog.New(slog.DiscardHandler)})
		if roster.KindOf(err) != roster.Conflict {
			t.Errorf("into a database that is not empty: %v", err)
		}
	}
}

func TestARestoreOnAFullDiskSaysSo(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	err := db.Update(t.Context(), func(tx directory.Tx) error { return tx.PutSetting("large", strings.Repeat("x", 16<<20)) })
	if err != nil {
		t.Fatal(err)
	}
	file := backupOf(t, db)
	dir := smallDisk(t)
	_, err = Restore(t.Context(), "sqlite:"+filepath.Join(dir, "roster.db"), bytes.NewReader(file), int64(len(file)), Options{})
	var e *roster.Error
	if !errors.As(err, &e) || e.Detail != "the disk is full" {
		t.Errorf("got %v", err)
	}
	nothingIn(t, "after that", dir)
}
