package binary_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"roster/test/binary"
)

// together sends requests all at once, each over an open connection, and returns the answers in the
// same order.
func together(t *testing.T, w *world, requests []request) []answer {
	t.Helper()
	answers := make([]answer, len(requests))
	var opened, sent sync.WaitGroup
	opened.Add(len(requests))
	start := make(chan struct{})
	for i, r := range requests {
		sent.Go(func() {
			_, err := send(t.Context(), w.Client(), request{url: w.HTTP + "/livez"})
			opened.Done()
			if <-start; err == nil {
				answers[i], err = send(t.Context(), w.Client(), r)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	opened.Wait()
	close(start)
	sent.Wait()
	return answers
}

// tally counts answers by status.
func tally(answers []answer) map[int]int {
	n := map[int]int{}
	for _, a := range answers {
		n[a.status]++
	}
	return n
}

// times returns n requests.
func times(n int, one func(i int) request) []request {
	all := make([]request, n)
	for i := range all {
		all[i] = one(i)
	}
	return all
}

const crowd = 64 // callers at once

func TestOfCallersWhoWantOneNameOneGetsIt(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, e, binary.Options{})
			db := w.database(t)
			for _, c := range []struct {
				name    string
				request func(i int) request
				refused int // status of the callers who come too late
			}{
				{"graze.race@load.example", func(i int) request {
					r := grazeRequest(w, "graze.race@load.example", "")
					r.body = strings.Replace(r.body, `"fullname":"Load"`, fmt.Sprintf(`"fullname":"Load %d"`, i), 1)
					return r
				}, 400},
				{"welcome.race@load.example", func(i int) request {
					r := welcomeRequest(w, "welcome.race@load.example")
					r.body = strings.Replace(r.body, `"name":"Load"`, fmt.Sprintf(`"name":"Load %d"`, i), 1)
					return r
				}, 409},
				{"graze.MixedCase@load.example", func(i int) request {
					name := []string{"graze.MixedCase@load.example", "GRAZE.mixedcase@LOAD.example"}[i%2]
					r := grazeRequest(w, name, "")
					r.body = strings.Replace(r.body, `"fullname":"Load"`, fmt.Sprintf(`"fullname":"Load %d"`, i), 1)
					return r
				}, 400},
			} {
				got := tally(together(t, w, times(crowd, c.request)))
				if got[200] != 1 || got[c.refused] != crowd-1 {
					t.Errorf("%d creates of %s, all different, are answered %v", crowd, c.name, got)
				}
			}
			if n := count(t, db, "SELECT COUNT(*) FROM users WHERE email_key LIKE '%@load.example'"); n != 3 {
				t.Errorf("there are %d users instead of 3", n)
			}
			checkWhole(t, db)
		})
	}
}

func TestOfTwoDialectsThatWantOneNameOneGetsIt(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, e, binary.Options{})
			const name = "both@load.example"
			answers := together(t, w, times(crowd, func(i int) request {
				if i%2 == 0 {
					return welcomeRequest(w, name)
				}
				return grazeRequest(w, name, "")
			}))
			byDialect := [2]map[int]int{{}, {}}
			for i, a := range answers {
				byDialect[i%2][a.status]++
			}
			central, graze := byDialect[0], byDialect[1]
			first := central[200] == crowd/2 && graze[400] == crowd/2
			second := graze[200] == crowd/2 && central[409] == crowd/2
			if !first && !second {
				t.Errorf("CheckCentral's callers got %v, Graze's %v: one side should have got it", central, graze)
			}
			if n := count(t, w.database(t), "SELECT COUNT(*) FROM users WHERE email = $1", name); n != 1 {
				t.Errorf("there are %d users", n)
			}
		})
	}
}

const retries = 50 // of one create, all at once

func TestParallelRetriesMakeOneUserAndOneWelcomeEmail(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			box := openMailbox(t)
			w := newWorld(t, e, binary.Options{Args: box.settings()})
			db := w.database(t)
			const name = "welcome.retried@load.example"
			checkAlike(t, together(t, w, times(retries, func(int) request { return welcomeRequest(w, name) })))
			checkAlike(t, together(t, w, times(retries, func(int) request {
				return grazeRequest(w, "graze.password.retried@load.example", "the same for all")
			})))
			binary.Until(t, "all mail is sent", func() bool {
				return count(t, db, "SELECT COUNT(*) FROM jobs WHERE state <> 'done'") == 0
			})
			if n := len(box.to(name)); n != 1 {
				t.Errorf("%d welcome emails were sent", n)
			}
			if n := count(t, db, "SELECT COUNT(*) FROM users WHERE user_name IN ($1, 'graze.password.retried@load.example')", name); n != 2 {
				t.Errorf("there are %d users instead of 2", n)
			}
			checkWhole(t, db)
		})
	}
}

// checkAlike verifies that all got the same good answer.
func checkAlike(t *testing.T, answers []answer) {
	t.Helper()
	for _, a := range answers {
		if a.status != 200 || a.body != answers[0].body {
			t.Fatalf("of equal creates one was answered %d %s, another %d %s", answers[0].status, answers[0].body, a.status, a.body)
		}
	}
}
