package cli

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"roster"
)

// validateOwner keeps the superuser from opening another user's data folder: what it would write
// there belonged to it, and the server could not open its own database any more.
func validateOwner(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return nil // it is not there yet, or opening it says what is wrong
	}
	stat, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return nil
	}
	return mayWrite(os.Geteuid(), int(stat.Uid), dir)
}

// mayWrite refuses the superuser where somebody else owns the folder.
func mayWrite(me, owner int, dir string) error {
	if me != 0 || owner == 0 {
		return nil
	}
	name := "'#" + strconv.Itoa(owner) + "'" // as sudo takes a number, quoted for the shell
	if u, err := user.LookupId(strconv.Itoa(owner)); err == nil {
		name = u.Username
	}
	return &roster.Error{
		Kind:   roster.Forbidden,
		Detail: fmt.Sprintf("%s belongs to another user, and no server runs on it; run the command as that user: sudo -u %s roster …", dir, name),
	}
}
