package app

import (
	"os"
	"runtime"
	"runtime/debug"
)

// gcPercent lets the heap grow to three times what lives before it is collected: a request leaves
// some 20 kB of garbage beside a few MiB that live, so that the usual doubling collects all the
// time.
const gcPercent = 200

// tune sets the runtime for a server. One thread more than there are cores may run Go code: a
// password's hash is some 40 ms of work in one piece, and without it one of few cores' queues
// stands still so long. The number of hashes at a time was settled before and does not count it.
// Whoever sets the runtime's own variables knows better.
func tune() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
