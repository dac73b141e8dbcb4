package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFile is held by the one process that owns a data folder.
const lockFile = "roster.lock"

// ErrLocked means that another process owns the data folder.
var ErrLocked = errors.New("another roster is using this data folder")

// lock locks the data folder for this process. The kernel unlocks it whenever the process ends.
func lock(dir string) (release func() error, err error) {
	path := filepath.Join(dir, lockFile)
	if err := validateType(path, 0); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		if _, statErr := os.Stat(path); statErr != nil {
			path = dir // it could not be made
		}
		return nil, inaccessible(path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: %s", ErrLocked, dir)
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return f.Close, nil
}

// IsLocked reports whether a process owns the data folder. It makes nothing there.
func IsLocked(dir string) bool {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close() // which gives the lock back
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
