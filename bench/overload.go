package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

const (
	// floodConnections is how many connections of one address try names that nobody has.
	floodConnections = 64

	// floodAddress is their address: another one of this machine.
	floodAddress = "127.0.0.2"

	// othersSigningIn is how many others sign in meanwhile.
	othersSigningIn = 8
)

// measureOverload measures what is left of hashing while more ask for it than can have it.
func (b *bench) measureOverload(ctx context.Context, s *site) error {
	if err := b.measureImpatient(ctx, s); err != nil {
		return err
	}
	return b.measureFlood(ctx, s)
}

// measureImpatient measures creates by callers who ask again at once when they are told to wait.
func (b *bench) measureImpatient(ctx context.Context, s *site) error {
	const work = "create with password, while refused callers never wait"
	if !strings.Contains(work, b.only) {
		return nil
	}
	few := 0.0
	for _, callers := range []int{8, 64, 256} {
		b.say(s.store, fmt.Sprintf("%s, %d", work, callers))
		res, err := load{s.process, callers, b.window, s.createWithPassword}.runAs(ctx, manner{impatient: true})
		if err != nil {
			return err
		}
		r := row{work: work, callers: callers}
		r.take(res)
		if few == 0 {
			few = r.value
		} else {
			r.againstText, r.base = "the same, 8 callers", few
			r.aims = []aim{atLeast(0.8, heldRash)}
		}
		b.put(s, r)
		if err := s.forgetLog(); err != nil {
			return err
		}
	}
	return nil
}

// measureFlood measures sign-ins while connections of another address try names that nobody has.
func (b *bench) measureFlood(ctx context.Context, s *site) error {
	const work = "authenticate, while 64 connections of another address guess"
	if !strings.Contains(work, b.only) {
		return nil
	}
	b.say(s.store, work)
	signIns := load{s.process, othersSigningIn, b.window, s.signInFirst}
	undisturbed, err := signIns.run(ctx)
	if err != nil {
		return err
	}
	disturbed, siege, err := meanwhile(ctx, signIns,
		load{s.process, floodConnections, stormLead + b.window + b.window/warmUp, s.guess}, manner{impatient: true, from: floodAddress})
	if err != nil {
		return err
	}
	r := row{work: work, callers: othersSigningIn, againstText: "the same undisturbed", base: undisturbed.rate()}
	r.aims = []aim{atLeast(0.4, heldSiege), noneRefused(disturbed)}
	r.take(disturbed)
	r.cpu = 0 // the server worked for the others too
	r.blame(undisturbed)
	r.blame(siege)
	r.notes = append(r.notes, fmt.Sprintf("guesses: %d answered 401, %d answered 429 or 503",
		siege.latency.total, siege.refusal.total))
	b.put(s, r)
	return s.forgetLog()
}

// guess tries a name that nobody has, each time another.
func (s *site) guess(int) script {
	return script{
		next: func(buf []byte) []byte {
			credential := fmt.Sprintf("nobody-%d:a guess", s.number())
			header := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(credential))
			return append(buf, get("/graze/v1/getUserInfo?username=admin", header)...)
		},
		check: func(a answer) outcome {
			switch a.status {
			case http.StatusUnauthorized:
				return accepted
			case http.StatusServiceUnavailable, http.StatusTooManyRequests:
				return refused
			default:
				return wrong
			}
		},
	}
}
