package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"roster"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// embedded returns the migrations of this binary.
func embedded() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name is a constant
	}
	return files
}

// migrate brings the schema up to date with the files and returns its version. Migrations only add,
// so a binary older than the schema keeps working and changes nothing here.
func migrate(ctx context.Context, db *sql.DB, e *engine, files fs.FS, with ...goose.ProviderOption) (int64, error) {
	with = append(with, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	provider, err := goose.NewProvider(e.dialect, db, rendered{FS: files, markers: e.markers}, with...)
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	if err := validateSchema(ctx, db); err != nil {
		return 0, err
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return version, nil
}

// validateSchema refuses a database of a build from before the schema began anew: its migrations
// count as applied, though its tables are others.
func validateSchema(ctx context.Context, db *sql.DB) error {
	var number int64
	err := db.QueryRowContext(ctx, "SELECT number FROM organizations LIMIT 1").Scan(&number)
	if err == nil || errors.Is(err, sql.ErrNoRows) || ctx.Err() != nil {
		return nil
	}
	const detail = "is a database of an early build, which this one cannot read: start with an empty database or data folder"
	return &roster.Error{Kind: roster.Invalid, Field: "store", Detail: detail, Err: err}
}

// rendered is a file system of templates. A file read from it has its markers replaced, so that one
// text of each migration serves both engines.
type rendered struct {
	fs.FS
	markers *strings.Replacer
}

// Open opens a file and replaces its markers.
func (r rendered) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return f, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return &renderedFile{Reader: bytes.NewReader([]byte(r.markers.Replace(string(text)))), info: info}, nil
}

// renderedFile is an open file of a rendered file system.
type renderedFile struct {
	*bytes.Reader
	info fs.FileInfo
}

// Stat describes the template: its size is not that of the rendered text.
func (f *renderedFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close does nothing: the text is in memory.
func (f *renderedFile) Close() error { return nil }
