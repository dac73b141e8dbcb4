package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// dieWithParent makes a child end with this program in any case.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// syncData is fdatasync(2): it waits until the data, and the metadata needed to find it, is on the
// device.
func syncData(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }

// memory is the RAM of a process, in bytes.
type memory struct {
	resident int64 // VmRSS
	own      int64 // RssAnon: without mapped files, which the system can reclaim
}

// memoryOf reads /proc/PID/status (proc_pid_status(5)).
func memoryOf(pid int) (memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return memory{}, fmt.Errorf("read memory: %w", err)
	}
	return memory{resident: kibibytes(text, "VmRSS"), own: kibibytes(text, "RssAnon")}, nil
}

func kibibytes(status []byte, name string) int64 {
	for line := range strings.Lines(string(status)) {
		value, found := strings.CutPrefix(line, name+":")
		if !found {
			continue
		}
		n, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
		return n << 10
	}
	return 0
}

// tick is the unit of times in /proc: USER_HZ, which is 100 on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// cpuTimeOf returns the processor time of a process, user and system; 0 if not known.
func cpuTimeOf(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	return cpuTimeIn(string(text))
}

// cpuTimeIn reads /proc/PID/stat (proc_pid_stat(5)). The process name in brackets may contain
// anything, brackets too; utime and stime are the 12th and 13th field after it.
func cpuTimeIn(stat string) time.Duration {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick
}

// cpuModel returns the processor's name, "" if not known.
func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
