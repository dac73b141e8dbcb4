package app

import "syscall"

// umask sets the mask with which files are made and returns the one before.
func umask(mask int) int { return syscall.Umask(mask) }
