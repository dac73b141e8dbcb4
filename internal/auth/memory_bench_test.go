package auth

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

// processorTime returns what the process has used.
func processorTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkHashes compares hashes through the gate, of 8 callers, with those of x/crypto alone, at
// two at a time. Both work beside a live heap of 8 MiB with pointers, as a server has.
func BenchmarkHashes(b *testing.B) {
	live := make([][]byte, 1<<16)
	for i := range live {
		live[i] = make([]byte, 100)
	}
	h := newHasher(time.Now, 2)
	salt := make([]byte, 16)
	for name, c := range map[string]struct {
		callers int
		hash    func(n int64)
	}{
		"x/crypto alone": {2, func(n int64) {
			argon2.IDKey(strconv.AppendInt(nil, n, 10), salt, 2, hashMemory, 1, 32)
		}},
		"through the gate": {8, func(n int64) {
			if _, err := h.hashFor(context.Background(), "", strconv.FormatInt(n, 10)); err != nil {
				b.Error(err)
			}
		}},
	} {
		b.Run(name, func(b *testing.B) {
			var n atomic.Int64
			var work sync.WaitGroup
			begin := processorTime()
			for range c.callers {
				work.Go(func() {
					for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
						c.hash(i)
					}
				})
			}
			work.Wait()
			b.ReportMetric(float64(processorTime()-begin)/float64(b.N)/1e6, "cpu-ms/op")
		})
	}
	if len(live) == 0 {
		b.Error("live must stay")
	}
}
