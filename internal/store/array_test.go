package store

import (
	"slices"
	"strings"
	"testing"

	"roster/internal/directory"
)

// TestArraysAreReadByPostgreSQLAsTheirValues sends a column of each kind, and reads each value as a
// text.
func TestArraysAreReadByPostgreSQLAsTheirValues(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{})
	long := strings.Repeat("ä", 70_000)
	rows := [][]any{
		{int64(-1), "", nullable("n"), true, leastUUID, digest("00ff"), nil},
		{7, `{"a",\b,NULL}'`, nullable(""), false, uid(""), digest(""), int64(5)},
		{int64(1) << 62, long, nullable("NULL"), true, uid("0196F0A1-6190-7c98-8aab-de8d9cabb009"), digest("g"), nil},
	}
	want := []string{
		`-1|:|:n|t|00000000-0000-0000-0000-000000000000|\x00ff|-`,
		`7|:{"a",\b,NULL}'|-|f|-|\x|5`,
		`4611686018427387904|:` + long + `|:NULL|t|0196f0a1-6190-7c98-8aab-de8d9cabb009|-|-`,
	}
	const row = `concat_ws('|', $1::text, ':' || $2, COALESCE(':' || $3, '-'), left($4::text, 1), COALESCE($5::text, '-'), COALESCE($6::text, '-'), COALESCE($7::text, '-'))`
	var got []string
	err := db.View(t.Context(), func(x directory.Tx) error {
		tx := x.(*tx)
		text, args := tx.rows("VALUES", row, slices.Concat(rows...))
		return tx.each("test", text, args, func(r scanner) error {
			var value string
			err := r.Scan(&value)
			got = append(got, value)
			return err
		})
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %.300q (%v), want %.300q", got, err, want)
	}
}

func TestAnArrayOfSeveralTypesIsRefused(t *testing.T) {
	t.Parallel()
	db := openPostgresTest(t, Options{})
	err := db.View(t.Context(), func(x directory.Tx) error {
		tx := x.(*tx)
		text, args := tx.rows("VALUES", "$1", []any{"a", int64(1)})
		return tx.each("test", text, args, func(scanner) error { return nil })
	})
	if err == nil {
		t.Error("it was taken")
	}
}
