package app

import (
	"os"
	"runtime"
	"runtime/debug"
)

// gcPercent lets the heap grow to three times the live data before a collection. A request leaves
// some 20 kB of garbage beside a few MiB of live data, so doubling would collect all the time.
const gcPercent = 200

// tune sets the runtime for a server. One thread more than there are cores may run Go code: a
// password hash is some 40 ms of work in one piece, and on few cores it would block a core's queue
// that long. The number of concurrent hashes was chosen before and does not count this thread. The
// runtime's own environment variables have priority.
func tune() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if limit := heapLimit(os.DirFS("/")); limit > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}
