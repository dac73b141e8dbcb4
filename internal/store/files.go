package store

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
)

// files are the files of an open SQLite database. After somebody removes or replaces one of them,
// later commits are lost when the process ends. So the writer validates them before each commit,
// and a reader before it opens a connection. This costs less than a hundredth of the flush that a
// commit waits for.
type files struct {
	logger *slog.Logger

	mu            sync.Mutex
	database, log knownFile
	reported      bool // the current problem has been logged
}

// knownFile is a file as it was when it was opened.
type knownFile struct {
	path  string
	id    fileID
	grows bool  // the file never becomes shorter
	size  int64 // last known size, in bytes
}

// fileID identifies a file whatever its name is. The zero fileID is no file.
type fileID struct{ device, inode uint64 }

func newFiles(path string, logger *slog.Logger) *files {
	return &files{database: knownFile{path: path, grows: true}, log: knownFile{path: path + "-wal"}, logger: logger}
}

// identify returns the identity of the file at a path, and its size in bytes.
func identify(path string) (fileID, int64, error) {
	var info syscall.Stat_t
	if err := syscall.Stat(path, &info); err != nil {
		return fileID{}, 0, err
	}
	return fileID{uint64(info.Dev), info.Ino}, info.Size, nil
}

// note remembers the file's current identity and size as those of the opened file.
func (f *knownFile) note() (err error) {
	f.id, f.size, err = identify(f.path)
	return err
}

// validate returns an error if the path does not name the opened file, or if a file that only grows
// became shorter.
func (f *knownFile) validate() error {
	id, size, err := identify(f.path)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", f.path, err)
	case id != f.id:
		return fmt.Errorf("%s is another file than the one that was opened", f.path)
	case f.grows && size < f.size:
		return fmt.Errorf("%s was cut from %d bytes to %d", f.path, f.size, size)
	}
	f.size = size
	return nil
}

// note remembers the current files as the opened ones.
func (f *files) note() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(f.database.note(), f.log.note())
}

// validate returns an error while the files are not the ones that were opened. Errors: Unavailable.
func (f *files) validate() error { return f.validateFiles(&f.database, &f.log) }

// validateDatabase is validate without the log, which SQLite removes with the last connection.
func (f *files) validateDatabase() error { return f.validateFiles(&f.database) }

// validateFiles validates some of the files. It logs the first problem, and again after the files
// were right in between.
func (f *files) validateFiles(at ...*knownFile) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, file := range at {
		err := file.validate()
		if err == nil {
			continue
		}
		if !f.reported {
			f.reported = true
			f.logger.Error("the database's files were removed, replaced or cut short under the running server, which now refuses changes; "+
				"put them back, or stop the server, restore a backup and start it again", "err", err)
		}
		return moved(err)
	}
	f.reported = false
	return nil
}
