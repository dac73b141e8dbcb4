package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"roster"
	"roster/internal/auth"
)

// demoMark is the file that marks a data folder as a demonstration's, with known passwords.
const demoMark = "DEMO"

// prepareFolder makes the data folder, and keeps demonstrations and real use apart (DECISIONS 22).
func prepareFolder(dir string, demo bool) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return inaccessible(dir, err)
	}
	_, err := os.Stat(filepath.Join(dir, demoMark))
	marked := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return inaccessible(dir, err)
	}
	switch {
	case marked && !demo:
		return fmt.Errorf("%s belongs to a demonstration, whose passwords everybody knows; choose another folder with --data, or start with --demo", dir)
	case marked || !demo:
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, databaseFile)); err == nil {
		return fmt.Errorf("%s is in real use; a demonstration needs a folder of its own: choose it with --data, or leave out --demo", dir)
	}
	const text = "This folder belongs to a demonstration of Roster. Its passwords are known to everybody.\n"
	if err := os.WriteFile(filepath.Join(dir, demoMark), []byte(text), 0o600); err != nil {
		return inaccessible(dir, err)
	}
	return nil
}

// validateFiles returns an error if this account cannot use the existing files of the data folder.
// The folder must be locked: opening the files would make SQLite lose its locks.
func validateFiles(dir string) error {
	for _, file := range []struct {
		name string
		flag int
	}{
		{databaseFile, os.O_RDWR},
		{databaseFile + "-wal", os.O_RDWR},
		{databaseFile + "-shm", os.O_RDWR},
		{auth.KeyFile, os.O_RDONLY},
	} {
		path := filepath.Join(dir, file.name)
		if err := validateType(path, 0); err != nil {
			return err
		}
		f, err := os.OpenFile(path, file.flag, 0)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return inaccessible(path, err)
		default:
			_ = f.Close() // it was only opened for the test
		}
	}
	return validateType(filepath.Join(dir, SocketFile), fs.ModeSocket)
}

// validateType refuses anything of another type in the place of a file, usually a folder.
func validateType(path string, want fs.FileMode) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Type() == want {
		return nil // opening it will show the error
	}
	is := "not a file"
	switch {
	case info.IsDir():
		is = "a folder"
	case want == fs.ModeSocket:
		is = "not a socket"
	}
	return &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf(
		"%[1]s is %[2]s, and Roster keeps a file of its own under that name; move it away: mv '%[1]s' '%[1]s.old'", path, is)}
}

// inaccessible explains why this account cannot use a file or folder, and which command repairs it.
// It returns errors that are not about permission unchanged.
func inaccessible(path string, err error) error {
	fault := &roster.Error{Kind: roster.Invalid, Err: err}
	account := accountName(uint32(os.Geteuid()))
	there := path // or the nearest folder above it
	info, statErr := os.Stat(there)
	for ; statErr != nil && there != filepath.Dir(there); info, statErr = os.Stat(there) {
		there = filepath.Dir(there)
	}
	switch {
	case errors.Is(err, syscall.EROFS):
		fault.Detail = fmt.Sprintf("%s cannot be written: its disk is mounted read-only; mount it for writing, or choose another folder with --data", path)
		return fault
	case !errors.Is(err, fs.ErrPermission) || statErr != nil:
		return err
	}
	owner := account
	if stat, known := info.Sys().(*syscall.Stat_t); known {
		owner = accountName(stat.Uid)
	}
	subject := "it"
	if there != path {
		subject = there
	}
	fault.Detail = fmt.Sprintf("%s cannot be used by the account %s: %s belongs to %s (%v)", path, account, subject, owner, info.Mode())
	switch {
	case there != path:
		fault.Detail += fmt.Sprintf("; make it: sudo install -d -m 700 -o %s '%s'", account, path)
	case owner == account:
		fault.Detail += fmt.Sprintf("; allow it: chmod u+rwX '%s'", path)
	default:
		fault.Detail += fmt.Sprintf("; give it to the account: sudo chown %[1]s '%[2]s', or run this as %[3]s: sudo -u %[3]s roster …", account, path, owner)
	}
	return fault
}

// accountName returns the name of a user, or the number if it has none.
func accountName(uid uint32) string {
	number := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(number); err == nil {
		return u.Username
	}
	return number
}

// freeBytes returns how much this account may still write to the folder's disk; -1 if not known.
func freeBytes(dir string) int64 {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return -1
	}
	return int64(disk.Bavail) * int64(disk.Bsize)
}
