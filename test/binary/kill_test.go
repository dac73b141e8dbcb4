package binary_test

import (
	"context"
	"database/sql"
	"testing"

	"roster/test/binary"
)

// killRounds returns how many users each round makes before it kills the server in the middle of
// its work. There are 20 rounds in the long form and 7 otherwise.
func killRounds() []int64 {
	step := 3
	if long() {
		step = 1
	}
	var more []int64
	for round := 0; round < 20; round += step {
		more = append(more, int64(1+round*round/2))
	}
	return more
}

func TestNothingAcknowledgedIsLostByKill(t *testing.T) {
	t.Parallel()
	tested := []engine{sqlite()}
	if long() {
		tested = engines()
	}
	for _, e := range tested {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, e, binary.Options{})
			l, db := newLoad(w), w.database(t)
			kills := killRounds()
			for round, more := range kills {
				l.killedAfter(t, more, crew(12, 3))
				w.Again()
				l.checkAnswers(t)
				l.checkAcknowledged(t)
				l.repeatUnanswered(t)
				l.checkAnswers(t)
				checkWhole(t, db)
				if t.Failed() {
					t.Fatalf("after %d kills", round+1)
				}
			}
			l.checkAcknowledged(t)
			checkPassword(t, l)
			if e.name == sqlite().name {
				checkFile(t, db)
			}
			checkChain(t, w, db)
			t.Logf("%d kills, %d users", len(kills), l.acked.Load())
		})
	}
}

// killedAfter lets callers work until so many more users were acknowledged, and then kills the
// server.
func (l *load) killedAfter(t *testing.T, more int64, callers []kind) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	before := l.acked.Load()
	wait := l.run(ctx, callers)
	binary.Until(t, "enough users are made", func() bool { return l.acked.Load() >= before+more })
	l.world.Kill()
	stop()
	wait()
}

// checkPassword repeats creates with a password. Such a repeat gets the first answer only if the
// password is the stored one.
func checkPassword(t *testing.T, l *load) {
	t.Helper()
	for name, c := range l.made {
		if c.kind.name != secured.name {
			continue
		}
		if a := ask(t, l.world.Client(), c.kind.request(l.world, name)); a.body != c.answer.body {
			t.Errorf("%s was made as %s; the same create is answered %s", name, c.answer.body, a.body)
		}
		return
	}
	t.Error("nobody was made with a password")
}

// checkChain asks the command line whether the audit is whole, with every entry sealed or waiting
// for its seal.
func checkChain(t *testing.T, w *world, db *sql.DB) {
	t.Helper()
	verified := decode[struct {
		Intact           bool
		Sealed, Unsealed int
		Reason           string
	}](t, w.Must("", "audit", "verify", "--json"))
	if all := count(t, db, "SELECT COUNT(*) FROM audit_entries"); verified.Sealed+verified.Unsealed != all || !verified.Intact {
		t.Errorf("of %d audit entries verify finds %+v", all, verified)
	}
}

func TestCallersWhoHangUpHurtNobody(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, e, binary.Options{})
			l := newLoad(w)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			wait := l.run(ctx, crew(8, 16))
			binary.Until(t, "enough users are made", func() bool { return l.acked.Load() >= 300 })
			stop()
			wait()
			for name, c := range l.made {
				if !c.kind.impolite && !c.acked && c.answer.status != 503 { // a caller who is asked to come again may do so
					t.Errorf("%s, whose caller stayed, got %d %s, %v", name, c.answer.status, c.answer.body, c.err)
				}
			}
			l.checkAcknowledged(t)
			checkWhole(t, w.database(t))
		})
	}
}
