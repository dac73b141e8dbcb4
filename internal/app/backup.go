package app

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"roster"
	"roster/internal/auth"
	"roster/internal/config"
	"roster/internal/store"
)

// backup writes a backup of the store.
func (a *App) backup(ctx context.Context, w io.Writer) error {
	return a.store.Backup(ctx, w, a.config.Version)
}

// BackupContent is what a backup holds.
type BackupContent = store.BackupContent

// VerifyBackup reads the whole of a backup of the size, and says what it holds. Errors: those of
// [store.VerifyBackup].
func VerifyBackup(f io.ReaderAt, size int64) (BackupContent, error) {
	return store.VerifyBackup(f, size)
}

// KeyFit says whether the server's key belongs to a backup.
type KeyFit uint8

// The answers.
const (
	KeyFits    KeyFit = iota
	KeyMissing        // there is no key yet
	KeyDiffers        // the key is that of another directory
)

// Restore makes the database of the settings from a backup of the size. The data folder is made
// where it is not there. No server may use it. It returns whether the key there belongs to the
// backup: without that key the server does not start.
//
// Errors: those of [store.Restore]; [ErrLocked].
func Restore(ctx context.Context, s config.Serve, key string, f io.ReaderAt, size int64) (c BackupContent, fits KeyFit, err error) {
	if c, err = store.VerifyBackup(f, size); err != nil { // before anything is made
		return c, 0, err
	}
	url := s.Database
	if url == "" {
		if err := prepareFolder(s.Data, s.Demo); err != nil {
			return c, 0, err
		}
		unlock, err := lock(s.Data)
		if err != nil {
			return c, 0, err
		}
		defer func() { _ = unlock() }()
		path := filepath.Join(s.Data, databaseFile)
		if hasContent(path) {
			return c, 0, &roster.Error{Kind: roster.Conflict, Detail: path + " is there: a backup is restored into an empty data folder only"}
		}
		url = "sqlite:" + path
	}
	if c, err = store.Restore(ctx, url, f, size, store.Options{}); err != nil {
		return c, 0, err
	}
	fits, err = keyFit(s.Data, key, c)
	return c, fits, err
}

// keyFit compares the key of the folder or the environment with the backup's.
func keyFit(dir, env string, c BackupContent) (KeyFit, error) {
	if env == "" && !hasContent(filepath.Join(dir, auth.KeyFile)) {
		return KeyMissing, nil
	}
	keys, err := auth.LoadKeys(dir, env)
	if err != nil {
		return 0, fmt.Errorf("the backup is restored, and the key cannot be read: %w", err)
	}
	if keyMark(keys) != c.Settings[keyCheck] {
		return KeyDiffers, nil
	}
	return KeyFits, nil
}
