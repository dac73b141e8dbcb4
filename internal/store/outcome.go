package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// settleTimeout is how long settle asks for the outcome of a COMMIT that got no answer. It is
// longer than idleTimeout, after which the server undoes a transaction whose COMMIT never arrived.
const settleTimeout = idleTimeout + 5*time.Second

// The answers of pg_xact_status about a transaction (PostgreSQL documentation, "Transaction ID and
// Snapshot Information Functions"). For one too old to be known it returns null.
const (
	outcomeCommitted = "committed"
	outcomeAborted   = "aborted"
	outcomeOpen      = "in progress"
)

const (
	// askOutcome reads how transaction $1 of the server's incarnation $2 ended. It returns '' if
	// that is unknown.
	askOutcome = "SELECT COALESCE(CASE WHEN (" + readIncarnation + ") = $2 THEN pg_xact_status($1::text::xid8) END, '')"

	// readIncarnation reads a value that identifies the server's incarnation: the start of its
	// statistics. It stays the same until the server crashes or a standby replaces it. A transaction id
	// means something within one incarnation only: after a crash another transaction may get the id of
	// one that was being committed.
	readIncarnation = "SELECT stats_reset::text FROM pg_stat_bgwriter"
)

// incarnationOf returns the incarnation of the server that a new connection leads to. No connection
// outlives it, so once is enough.
func incarnationOf(ctx context.Context, conn *pgconn.PgConn) (string, error) {
	results, err := conn.Exec(ctx, readIncarnation).ReadAll()
	if err != nil {
		return "", fmt.Errorf("read when the server's statistics begin: %w", err)
	}
	if len(results) != 1 || len(results[0].Rows) != 1 {
		return "", errors.New("the server does not say when its statistics begin")
	}
	return string(results[0].Rows[0][0]), nil
}

// settle finds out how a transaction ended whose COMMIT failed with err. It returns nil if the
// transaction is committed. If nothing of it remains, it returns the fault with an error. Otherwise
// the outcome is unknown, and the returned zero fault prevents a retry.
func (db *postgresDB) settle(ctx context.Context, run *pipeline, err error) (fault, error) {
	outcome := outcomeAborted
	if !isRefusal(err) {
		outcome = db.outcome(ctx, run)
	}
	switch outcome {
	case outcomeCommitted:
		return fault{}, nil
	case outcomeAborted:
		f := db.engine.fault(err)
		return f, explain(f, "commit", err)
	}
	const detail = "the connection to the database was lost while the change was saved, and it is not known whether it was done; " +
		"check before you repeat it"
	return fault{}, outcomeUnknown(detail, fmt.Errorf("commit: %w", err))
}

// isRefusal reports whether the server answered COMMIT by undoing the transaction. A fatal error is
// no such answer: the server may send one after it has committed.
func isRefusal(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.SeverityUnlocalized == "ERROR"
}

// outcome asks the server on another connection how a transaction ended. It repeats the question
// until there is an answer. It returns "" if there is none within settleFor.
func (db *postgresDB) outcome(ctx context.Context, run *pipeline) string {
	const slowest = 8 // the attempt from which on the pauses stop growing
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), db.settleFor)
	defer cancel()
	for n := 1; ; n = min(n+1, slowest) {
		outcome, err := db.ask(ctx, run)
		if err == nil && outcome != outcomeOpen {
			return outcome
		}
		if pause(ctx, n) != nil {
			return ""
		}
	}
}

// ask asks once how a transaction ended. It returns "" if the server does not know. It asks on a
// connection of its own, because the pool may have no other than the broken one.
func (db *postgresDB) ask(ctx context.Context, run *pipeline) (outcome string, err error) {
	ctx, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	conn, err := connectPostgres(ctx, db.reads.config, db.work)
	if err == nil {
		defer conn.close()
		args := []any{run.id, run.conn.incarnation}
		err = conn.do(ctx, acquireTimeout, askOutcome, args, func(r scanner) error { return r.Scan(&outcome) })
	}
	if err != nil {
		return "", fmt.Errorf("ask for the outcome of a transaction: %w", err)
	}
	return outcome, nil
}
