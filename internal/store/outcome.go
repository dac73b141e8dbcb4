package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// settleTimeout is how long the outcome of a COMMIT without an answer is asked for. It is longer
// than idleTimeout, after which the server itself undoes a transaction whose COMMIT never arrived.
const settleTimeout = idleTimeout + 5*time.Second

// What pg_xact_status says of a transaction (PostgreSQL documentation, "Transaction ID and Snapshot
// Information Functions"). It says null of one that is too old to be known.
const (
	outcomeCommitted = "committed"
	outcomeAborted   = "aborted"
	outcomeOpen      = "in progress"
)

const (
	// askOutcome reads how the transaction $1 of the server's life $2 ended: null where that is not
	// known.
	askOutcome = "SELECT CASE WHEN (" + readLife + ") = $2 THEN pg_xact_status($1::text::xid8) END"

	// readLife reads what is the same for as long as the server neither crashes nor is replaced by a
	// standby: its statistics begin anew then. A transaction's id has its meaning within one life only.
	// After a crash another transaction may get the id of one that was being committed.
	readLife = "SELECT stats_reset::text FROM pg_stat_bgwriter"
)

// lifeKey is where a connection keeps the life of its server.
const lifeKey = "roster.life"

// noteLife reads the life of the server to which a new connection leads. The connection does not
// outlive it, so once is enough.
func noteLife(ctx context.Context, c *pgx.Conn) error {
	var life string
	if err := c.QueryRow(ctx, readLife, pgx.QueryExecModeSimpleProtocol).Scan(&life); err != nil { // one journey
		return fmt.Errorf("read when the server's statistics begin: %w", err)
	}
	c.PgConn().CustomData()[lifeKey] = life
	return nil
}

// lifeOf returns the life of the server to which a connection leads.
func lifeOf(c *pgx.Conn) string {
	life, _ := c.PgConn().CustomData()[lifeKey].(string)
	return life
}

// settle finds out how a transaction ended whose COMMIT failed with err. It returns nil if the
// transaction is committed. It returns the fault where nothing of the transaction remains.
// Otherwise nobody knows, and the fault is such that nothing is tried again.
func (db *postgresDB) settle(ctx context.Context, run *pipeline, err error) (fault, error) {
	if run.id == "" { // it only read, and everything was read by then
		return fault{}, nil
	}
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
		"look before you repeat it"
	return fault{}, unsure(detail, fmt.Errorf("commit: %w", err))
}

// isRefusal reports whether the server answered COMMIT by undoing the transaction. A fatal error is
// no such answer: the server may send one after it has committed.
func isRefusal(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.SeverityUnlocalized == "ERROR"
}

// outcome asks the server on another connection how a transaction ended. It asks until there is an
// answer or the time is over, and returns "" where there is none.
func (db *postgresDB) outcome(ctx context.Context, run *pipeline) string {
	const slowest = 8 // the attempt after which the pauses grow no longer
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

// ask asks once how a transaction ended. It returns "" where the server does not know.
func (db *postgresDB) ask(ctx context.Context, run *pipeline) (string, error) {
	var outcome sql.NullString
	if err := db.pool.QueryRowContext(ctx, askOutcome, run.id, run.life).Scan(&outcome); err != nil {
		return "", fmt.Errorf("ask for the outcome of a transaction: %w", err)
	}
	return outcome.String, nil
}
