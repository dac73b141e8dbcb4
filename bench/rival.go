package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// Names of other servers that are measured in the same run, if their binaries are at hand.
const (
	pocketBase = "PocketBase"
	slapd      = "slapd"
)

// The work of other servers that aims refer to.
const (
	rivalCreate       = "create, cheapest hash"
	rivalHashedCreate = "create with password"
	rivalGet          = "get by id"
	rivalSignIn       = "sign-in"
)

// errNotAtHand is the error if the binary of another server is not installed.
var errNotAtHand = errors.New("not at hand")

// rivalKey names a measurement of another server among the controls.
func rivalKey(who, work string, callers int) key { return key{who + ": " + work, callers} }

// measureRivals measures other servers once each. A server that is not at hand, or fails, is
// skipped: aims then refer to its record.
func (b *bench) measureRivals(ctx context.Context) {
	for _, rival := range []struct {
		name    string
		measure func(*bench, context.Context) error
	}{
		{pocketBase, (*bench).measurePocketBase},
		{slapd, (*bench).measureSlapd},
	} {
		err := rival.measure(b, ctx)
		if err != nil && ctx.Err() == nil {
			b.say(rival.name, fmt.Sprintf("is not measured: %v", err))
		}
	}
}

// putRival adds a rate of another server to the table, and to what aims compare with.
func (b *bench) putRival(who, work string, res *result, callers int) {
	r := row{work: work, callers: callers, store: who, pass: len(b.passes) - 1}
	r.take(res)
	b.rows = append(b.rows, r)
	if r.complaint == "" {
		b.rivals[rivalKey(who, work, callers)] = sample{rate: r.value}
	}
}

// putRivalState adds how long another server took to start, and the memory that it holds idle.
func (b *bench) putRivalState(who string, p *process) error {
	m, err := memoryOf(p.id)
	if err != nil {
		return err
	}
	b.rows = append(b.rows,
		row{work: "start, first", store: who, value: float64(p.ready) / float64(time.Millisecond), unit: millis},
		row{work: "memory, idle after the start", store: who, value: float64(m.resident) / (1 << 20), unit: mebibytes})
	return nil
}

// wanted reports whether a measurement of another server is requested: with the first that aims
// compare with it.
func (b *bench) wanted(work string) bool {
	return b.only == "" || strings.Contains(b.only, "create") && strings.Contains(work, "create")
}

// ifMeasured returns the aim against another server if that was measured in this run.
func (b *bench) ifMeasured(o record, factor float64, held string) []aim {
	if _, measured := b.rivals[rivalKey(o.who, o.work, o.callers)]; !measured {
		return nil
	}
	return []aim{o.times(factor, held)}
}

// freeAddress returns an address of this machine on which nothing listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
