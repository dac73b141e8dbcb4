package store

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
)

// files are the files of an open SQLite database. What is committed after somebody has removed or
// replaced one of them is lost when the process ends, so that the writer looks before each commit,
// and a reader before it opens a connection. The look costs less than a hundredth of the flush that
// a commit waits for.
type files struct {
	logger *slog.Logger

	mu            sync.Mutex
	database, log knownFile
	missed        bool // the logger has been told
}

// knownFile is a file as it was when it was opened.
type knownFile struct {
	path  string
	id    fileID
	grows bool  // it never becomes shorter
	size  int64 // the last one, in bytes
}

// fileID tells files apart, whatever their names are; the zero fileID is no file.
type fileID struct{ device, inode uint64 }

func newFiles(path string, logger *slog.Logger) *files {
	return &files{database: knownFile{path: path, grows: true}, log: knownFile{path: path + "-wal"}, logger: logger}
}

// identify returns which file a path names, and its size in bytes.
func identify(path string) (fileID, int64, error) {
	var info syscall.Stat_t
	if err := syscall.Stat(path, &info); err != nil {
		return fileID{}, 0, err
	}
	return fileID{uint64(info.Dev), info.Ino}, info.Size, nil
}

// note takes the file as it is for the one that was opened.
func (f *knownFile) note() (err error) {
	f.id, f.size, err = identify(f.path)
	return err
}

// same returns an error where the path does not name the file that was opened.
func (f *knownFile) same() error {
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

// note takes the files as they are for those that were opened.
func (f *files) note() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(f.database.note(), f.log.note())
}

// validate returns an error while the files are not those that were opened. Errors: Unavailable.
func (f *files) validate() error { return f.look(&f.database, &f.log) }

// validateDatabase is check without the log, which SQLite removes with the last connection.
func (f *files) validateDatabase() error { return f.look(&f.database) }

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
			f.logger.Error("the database's files were removed, replaced or cut short under the running server: nothing is changed any more; "+
				"put them back, or stop the server, restore a backup and start it again", "err", err)
		}
		return moved(err)
	}
	f.missed = false
	return nil
}
