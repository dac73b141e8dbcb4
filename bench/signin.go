package main

import (
	"context"
	"fmt"
	"net/http"
)

const (
	signInTarget = "/graze/v1/authenticate?username=user-##########&password=secret-##########"
	signedIn     = `{"auth_token":"`
)

// signInFirst signs in people for the first time, so that each costs a hash. It does not repeat a
// refused one.
func (s *site) signInFirst(int) script {
	t := newTemplate(get(signInTarget))
	var n int64
	return script{
		next: func(buf []byte) []byte {
			n = s.people.next()
			return t.fill(buf, n)
		},
		check: func(a answer) outcome {
			if n > firstStranger {
				return expectStranger(a)
			}
			o := expect(a, signedIn)
			switch o {
			case accepted:
				s.people.signedIn(n)
			case refused:
				s.people.join(n)
			}
			return o
		},
	}
}

// expectStranger judges the answer to an unknown name.
func expectStranger(a answer) outcome {
	if a.status == http.StatusUnauthorized {
		return accepted
	}
	if o := expect(a, signedIn); o == refused {
		return o
	}
	return wrong
}

// signInAgain signs in people who have signed in before: no hash, but a session on disk each time.
func (s *site) signInAgain() func(int) script {
	t, known := newTemplate(get(signInTarget)), s.people.known()
	return func(caller int) script {
		at := caller
		next := func() int64 {
			at++
			return known[at%len(known)]
		}
		return numberedScript(t, next, signedIn)
	}
}

// measureSignIn measures authenticate, first and repeated.
func (b *bench) measureSignIn(ctx context.Context, s *site) error {
	before := s.people.madeUp()
	first := row{work: "authenticate, first time (a hash each)", callers: 8, against: hashControl(8)}
	if err := b.drive(ctx, s, first, s.signInFirst); err != nil {
		return err
	}
	if n := s.people.madeUp() - before; n > 0 {
		b.note(fmt.Sprintf("%d with names that nobody has", n))
	}
	if len(s.people.known()) == 0 {
		return nil // the others were not measured, or failed
	}
	again := row{work: "authenticate, again (cached; a session on disk each)", callers: 64, against: b.createControl(s, 64)}
	return b.drive(ctx, s, again, s.signInAgain())
}
