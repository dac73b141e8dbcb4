package store

import (
	"cmp"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"roster/internal/directory"
)

var updateDescription = flag.Bool("update", false, "write the tables in docs/schema.md anew")

// describedTable is a table as docs/schema.md shows it.
type describedTable struct {
	name, purpose, key string
	references         []string // "groups (group_number)"
	indexes            []describedIndex
}

type describedIndex struct {
	name, columns string
	unique        bool
	serves        []string // methods of directory.Tx
}

// TestTheDescriptionOfTheSchemaIsThatOfTheMigrations holds the generated part of docs/schema.md,
// and that every index serves a query or keeps something unique. With -update it writes that part.
func TestTheDescriptionOfTheSchemaIsThatOfTheMigrations(t *testing.T) {
	t.Parallel()
	const path, begin, end = "../../docs/schema.md", "<!-- generated: go test ./internal/store -run Schema -update -->\n", "<!-- end -->\n"
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	tables := describeTables(t, db)
	for _, table := range tables {
		for _, i := range table.indexes {
			if !i.unique && len(i.serves) == 0 {
				t.Errorf("the index %s serves no query", i.name)
			}
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found1 := strings.Cut(string(file), begin)
	_, after, found2 := strings.Cut(rest, end)
	if !found1 || !found2 {
		t.Fatalf("%s has no generated part", path)
	}
	want := before + begin + picture(tables) + end + after
	if *updateDescription {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(file) {
		t.Errorf("%s differs from the migrations; run go test ./internal/store -run Schema -update", path)
	}
}

// describeTables describes the tables in the order of the migrations.
func describeTables(t *testing.T, db *DB) []describedTable {
	t.Helper()
	var tables []describedTable
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`((?:-- [^\n]*\n)+)CREATE TABLE (\w+)`).FindAllStringSubmatch(string(text), -1) {
			purpose, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimPrefix(m[1], "-- "), "\n-- ", " "), ". ")
			tables = append(tables, describedTable{name: m[2], purpose: strings.TrimSuffix(strings.TrimSpace(purpose), ".")})
		}
	}
	err = db.View(t.Context(), func(x directory.Tx) error {
		for i := range tables {
			if err := describeTable(x.(*tx), &tables[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	addQueries(t, db, tables)
	return tables
}

// describeTable reads from SQLite's own tables what a table has.
func describeTable(t *tx, table *describedTable) error {
	strs := func(text string, args ...any) ([]string, error) {
		return collect(t, "describe", text, args, func(r scanner) (s string, err error) { return s, r.Scan(&s) })
	}
	key, err := strs(`SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk`, table.name)
	if err != nil {
		return err
	}
	table.key = strings.Join(key, ", ")
	table.references, err = strs(`SELECT "table" || ' (' || "from" || ')' FROM pragma_foreign_key_list($1)
		WHERE "from" <> 'organization' OR "table" = 'organizations' ORDER BY id DESC`, table.name)
	if err != nil {
		return err
	}
	indexes, err := strs(`SELECT name || ' ' || "unique" FROM pragma_index_list($1) WHERE origin = 'c' ORDER BY seq DESC`, table.name)
	for _, found := range indexes {
		name, unique, _ := strings.Cut(found, " ")
		columns, err := strs(`SELECT name FROM pragma_index_info($1) ORDER BY seqno`, name)
		if err != nil {
			return err
		}
		table.indexes = append(table.indexes, describedIndex{
			name: name, columns: strings.Join(columns, ", "), unique: unique == "1",
		})
	}
	return err
}

// addQueries adds to each index the methods of directory.Tx whose statements use it, by SQLite's
// plan.
func addQueries(t *testing.T, db *DB, tables []describedTable) {
	t.Helper()
	recorded := recordEveryQuery(t, db)
	err := db.View(t.Context(), func(x directory.Tx) error {
		for _, text := range recorded.texts {
			err := x.(*tx).each("explain", "EXPLAIN QUERY PLAN "+text, recorded.args[text], func(r scanner) error {
				var id, parent, unused int64
				var detail string
				err := r.Scan(&id, &parent, &unused, &detail)
				if i := indexIn(detail, text, tables); i != nil {
					i.serves = append(i.serves, slices.Collect(maps.Keys(recorded.methods[text]))...)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		for i := range table.indexes {
			slices.Sort(table.indexes[i].serves)
			table.indexes[i].serves = slices.Compact(table.indexes[i].serves)
		}
	}
}

// recordEveryQuery returns every statement that the store puts.
func recordEveryQuery(t *testing.T, db *DB) *recorder {
	t.Helper()
	recorded := &recorder{}
	err := db.Update(t.Context(), func(x directory.Tx) error {
		recorded.runner = x.(*tx).run
		x.(*tx).run = recorded
		everyQuery(x)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return recorded
}

// indexIn returns the index that a line of the plan of a statement uses, nil if there is none. An
// insert's plan also has searches of the tables that refer to its own, which are only made for
// deferred foreign keys.
func indexIn(detail, text string, tables []describedTable) *describedIndex {
	into, isInsert := strings.CutPrefix(text, "INSERT INTO ")
	into, _, _ = strings.Cut(into, " ")
	for _, table := range tables {
		refers := func(r string) bool { return strings.HasPrefix(r, into+" ") }
		if isInsert && slices.ContainsFunc(table.references, refers) {
			continue
		}
		for i, index := range table.indexes {
			if strings.HasSuffix(strings.Split(detail, " (")[0], "INDEX "+index.name) {
				return &table.indexes[i]
			}
		}
	}
	return nil
}

// picture is the generated part: how tables refer to one another, and a row for each.
func picture(tables []describedTable) string {
	var b strings.Builder
	b.WriteString("```mermaid\nerDiagram\n")
	for _, table := range tables {
		for _, r := range table.references {
			to, column, _ := strings.Cut(strings.TrimSuffix(r, ")"), " (")
			fmt.Fprintf(&b, "    %s ||--o{ %s : %s\n", to, table.name, column)
		}
	}
	b.WriteString("```\n\n| table | purpose | key | refers to | indexes: what they serve |\n| --- | --- | --- | --- | --- |\n")
	for _, table := range tables {
		var indexes []string
		for _, i := range table.indexes {
			what := strings.Join(i.serves, ", ")
			if i.unique {
				what = strings.Join(slices.DeleteFunc([]string{"unique", what}, func(s string) bool { return s == "" }), "; ")
			}
			indexes = append(indexes, fmt.Sprintf("`%s` (%s): %s", i.name, i.columns, what))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", table.name, table.purpose, table.key,
			cmp.Or(strings.Join(table.references, ", "), "-"), cmp.Or(strings.Join(indexes, "<br>"), "-"))
	}
	return b.String()
}
