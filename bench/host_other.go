//go:build !linux

package main

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// dieWithParent does nothing here: only Linux can do that.
func dieWithParent() *syscall.SysProcAttr { return nil }

// syncData waits until the file is on the device.
func syncData(f *os.File) error { return f.Sync() }

// memory is what a process holds in RAM, in bytes.
type memory struct{ resident, own int64 }

// memoryOf says that it is not known here.
func memoryOf(int) (memory, error) { return memory{}, errors.New("memory is measured on Linux only") }

// cpuTimeOf says that it is not known here.
func cpuTimeOf(int) time.Duration { return 0 }

// cpuModel returns the processor's name, "" where it is not known.
func cpuModel() string { return "" }
