package store

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
)

// files are the files of an open SQLite database. What is committed after somebody has removed or replaced
// one of them is lost when the process ends, so that the writer looks before each commit, and a reader
// before it opens a connection. The look costs less than a hundredth of the flush that a commit waits for.
type files struct {
	logger *slog.Logger

	mu            sync.Mutex
	database, log knownFile
	missed        bool // the logger has been told
}

// knownFile is a file as it was when it was opened.
type knownFile struct {
	path string
	id   fileID
}

// fileID tells files apart, whatever their names are; the zero fileID is no file.
type fileID struct{ device, inode uint64 }

func newFiles(path string, logger *slog.Logger) *files {
	return &files{database: knownFile{path: path}, log: knownFile{path: path + "-wal"}, logger: logger}
}

// identify returns which file a path names.
func identify(path string) (fileID, error) {
	var info syscall.Stat_t
	if err := syscall.Stat(path, &info); err != nil {
		return fileID{}, err
	}
	return fileID{uint64(info.Dev), info.Ino}, nil
}

// note takes the file as it is for the one that was opened.
func (f *knownFile) note() (err error) {
	f.id, err = identify(f.path)
	return err
}

// same returns an error where the path does not name the file that was opened.
func (f *knownFile) same() error {
	id, err := identify(f.path)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", f.path, err)
	case id != f.id:
		return fmt.Errorf("%s is another file than the one that was opened", f.path)
	}
	return nil
}

// note takes the files as they are for those that were opened.
func (f *files) note() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(f.database.note(), f.log.note())
}

// check returns an error while the files are not those that were opened. Errors: Unavailable.
func (f *files) check() error { return f.look(&f.database, &f.log) }

// checkDatabase is check without the log, which SQLite removes with the last connection.
func (f *files) checkDatabase() error { return f.look(&f.database) }

// look looks at some of the files. The first time that one is another it tells the logger.
func (f *files) look(at ...*knownFile) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, file := range at {
		err := file.same()
		if err == nil {
			continue
		}
		if !f.missed {
			f.missed = true
			f.logger.Error("the database's files were removed or replaced under the running server: nothing is changed any more; "+
				"put them back, or stop the server, restore a backup and start it again", "err", err)
		}
		return moved(err)
	}
	f.missed = false
	return nil
}
