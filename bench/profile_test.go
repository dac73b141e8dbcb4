package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"roster/internal/cli"
)

// BenchmarkServer runs the whole server in this process, so that a profile shows where its time and
// memory go: go test -run xxx -bench Server/read -cpuprofile cpu.out ./bench. The generator is in
// the profile too; leave it out with pprof's -focus='net/http.*serve|store.*writer'.
func BenchmarkServer(b *testing.B) {
	for _, c := range []struct {
		name   string
		script func(*site) func(int) script
	}{
		{"create", func(s *site) func(int) script { return s.createByToken(false) }},
		{"create and welcome", func(s *site) func(int) script { return s.createByToken(true) }},
		{"read by token", (*site).readByToken},
		{"read by Basic", (*site).readByBasic},
		{"read by session", (*site).readBySession},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := openHere(b)
			exchangeAll(b, s, c.script(s))
		})
	}
}

// openHere starts the server in this process, on an empty folder, and furnishes it.
func openHere(b *testing.B) *site {
	b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	data := b.TempDir()
	log, err := os.Create(os.DevNull)
	if err != nil {
		b.Fatal(err)
	}
	out, said := io.Pipe()
	var server sync.WaitGroup
	server.Go(func() {
		code := cli.Run(ctx, "bench", []string{"serve", "--data", data, "--http", "127.0.0.1:0"}, strings.NewReader(""), said, log)
		said.CloseWithError(fmt.Errorf("it ended with %d", code))
	})
	b.Cleanup(func() { stop(); server.Wait(); _ = log.Close() })
	address, err := readAddress(ctx, out, bannerAddress)
	if err != nil {
		b.Fatal(err)
	}
	s := &site{process: &process{address: address, id: os.Getpid()}, store: storeSQLite}
	s.cli = func(ctx context.Context, input string, args ...string) (string, error) {
		var out, complaint strings.Builder
		if code := cli.Run(ctx, "bench", append(args, "--data", data), strings.NewReader(input), &out, &complaint); code != 0 {
			return "", fmt.Errorf("%v ended with %d: %s", args, code, complaint.String())
		}
		return strings.TrimSpace(out.String()), nil
	}
	if err := s.furnish(ctx); err != nil {
		b.Fatal(err)
	}
	return s
}

// exchangeAll sends b.N requests over 64 connections.
func exchangeAll(b *testing.B, s *site, script func(int) script) {
	b.Helper()
	const callers = 64
	var work sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	before := cpuTimeOf(os.Getpid())
	for i := range callers {
		work.Go(func() {
			c := caller{address: s.address, script: script(i), to: time.Now().Add(time.Hour)}
			if err := c.connect(b.Context()); err != nil {
				b.Error(err)
				return
			}
			defer c.hangUp()
			var buf []byte
			for n := i; n < b.N; n += callers {
				buf = c.script.next(buf[:0])
				if a, err := c.conn.exchange(buf); err != nil || c.script.check(a) != accepted {
					b.Errorf("%d %.200s %v", a.status, a.body, err)
					return
				}
			}
		})
	}
	work.Wait()
	b.ReportMetric(float64((cpuTimeOf(os.Getpid())-before)/time.Microsecond)/float64(b.N), "cpu-µs/op")
}
