package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	stormCallers = 64

	// stormLead is how long the disturbing load runs before the measurement, so that its queue is
	// full.
	stormLead = time.Second
)

// measureStorms measures how much of their rate reads and creates keep while sign-ins wait for
// hashes.
func (b *bench) measureStorms(ctx context.Context, s *site) error {
	for _, m := range []struct {
		work   string
		script func(int) script
	}{
		{"getUsers by id, API token, while 64 sign-ins wait for a hash", s.readByToken()},
		{"create without password, while 64 sign-ins wait for a hash", s.createByToken(false)},
	} {
		before := s.people.madeUp()
		if err := b.measureDisturbed(ctx, s, storm{
			work: m.work, calm: m.script, callers: stormCallers, disturb: s.signInFirst,
			describe: func(r *result) string { return describeSignIns(r, s.people.madeUp()-before) },
		}); err != nil {
			return err
		}
	}
	return nil
}

// storm is a load and another load that disturbs it.
type storm struct {
	work     string
	calm     func(int) script
	callers  int // of the disturbing load
	disturb  func(int) script
	describe func(*result) string // of the disturbing load
}

// measureDisturbed measures a load alone and then disturbed.
func (b *bench) measureDisturbed(ctx context.Context, s *site, m storm) error {
	if !strings.Contains(m.work, b.only) {
		return nil
	}
	b.say(s.store, m.work)
	calm := load{s.process, stormCallers, b.window, m.calm}
	undisturbed, err := calm.run(ctx)
	if err != nil {
		return err
	}
	disturbed, other, err := meanwhile(ctx, calm,
		load{s.process, m.callers, stormLead + b.window + b.window/warmUp, m.disturb}, manner{})
	if err != nil {
		return err
	}
	r := row{work: m.work, callers: calm.callers, againstText: "the same undisturbed", base: undisturbed.rate()}
	b.aimStorm(&r)
	r.take(disturbed)
	r.cpu = 0 // the server worked for the others too
	r.blame(undisturbed)
	r.blame(other)
	r.notes = append(r.notes, m.describe(other))
	b.put(s, r)
	return s.forgetLog()
}

// meanwhile runs a load while another one disturbs it, and returns both results.
func meanwhile(ctx context.Context, calm, storm load, m manner) (disturbed, disturbing *result, err error) {
	type outcome struct {
		result *result
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		r, err := storm.runAs(ctx, m)
		done <- outcome{r, err}
	}()
	pause(ctx, stormLead)
	disturbed, err = calm.run(ctx)
	stormed := <-done
	if err == nil {
		err = stormed.err
	}
	return disturbed, stormed.result, err
}

// describeSignIns describes the sign-ins of a storm.
func describeSignIns(r *result, strangers int64) string {
	text := fmt.Sprintf("sign-ins: %d hashed, slowest %s; %d answered 503, slowest %s",
		r.latency.total, milliseconds(r.latency.most), r.refusal.total, milliseconds(r.refusal.most))
	if strangers > 0 {
		text += fmt.Sprintf("; %d with names that nobody has", strangers)
	}
	return text
}
