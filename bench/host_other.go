//go:build !linux

package main

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// dieWithParent does nothing: only Linux supports it.
func dieWithParent() *syscall.SysProcAttr { return nil }

// syncData waits until the file is on the device.
func syncData(f *os.File) error { return f.Sync() }

// memory is the RAM of a process, in bytes.
type memory struct{ resident, own int64 }

// memoryOf returns an error: memory is measured on Linux only.
func memoryOf(int) (memory, error) { return memory{}, errors.New("memory is measured on Linux only") }

// cpuTimeOf returns 0: it is measured on Linux only.
func cpuTimeOf(int) time.Duration { return 0 }

// cpuModel returns "".
func cpuModel() string { return "" }
