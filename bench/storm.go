package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	stormCallers = 64

	// stormLead is how long sign-ins have been arriving before anything else is measured: the queue at
	// the hashes is full by then.
	stormLead = time.Second
)

// measureStorms measures what reads and creates keep of their rate while sign-ins wait for a hash.
func (b *bench) measureStorms(ctx context.Context, s *site) error {
	for _, m := range []struct {
		work   string
		script func(int) script
	}{
		{"getUsers by id, API token, while 64 sign-ins wait for a hash", s.readByToken()},
		{"create without password, while 64 sign-ins wait for a hash", s.createByToken(false)},
	} {
		if err := b.measureStorm(ctx, s, m.work, m.script); err != nil {
			return err
		}
	}
	return nil
}

// measureStorm measures the same load undisturbed and then disturbed.
func (b *bench) measureStorm(ctx context.Context, s *site, work string, script func(int) script) error {
	if !strings.Contains(work, b.only) {
		return nil
	}
	b.say(s.store, work)
	calm := load{s.process, 64, b.window, script}
	undisturbed, err := calm.run(ctx)
	if err != nil {
		return err
	}
	before := s.people.madeUp()
	disturbed, signed, err := meanwhile(ctx, calm,
		load{s.process, stormCallers, stormLead + b.window + b.window/warmUp, s.signInFirst}, manner{})
	if err != nil {
		return err
	}
	r := row{work: work, callers: calm.callers, againstText: "the same undisturbed", base: undisturbed.rate()}
	b.aimStorm(&r)
	r.take(disturbed)
	r.cpu = 0 // the server worked for the sign-ins too
	r.blame(undisturbed)
	r.blame(signed)
	r.notes = append(r.notes, describeSignIns(signed, s.people.madeUp()-before))
	b.put(s, r)
	return s.forgetLog()
}

// meanwhile runs a load while another one disturbs it, and returns what both came to.
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

// describeSignIns says how the sign-ins of a storm fared.
func describeSignIns(r *result, strangers int64) string {
	text := fmt.Sprintf("sign-ins: %d hashed, slowest %s; %d answered 503, slowest %s",
		r.latency.total, milliseconds(r.latency.most), r.refusal.total, milliseconds(r.refusal.most))
	if strangers > 0 {
		text += fmt.Sprintf("; %d with names that nobody has", strangers)
	}
	return text
}
