package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

const (
	// migrationLockTimeout is how long a migration waits for a table in use. Callers that come for
	// the table after it wait as long. It is shorter than PostgreSQL's deadlock_timeout of one
	// second. So if a migration and a running server wait for each other, the migration fails
	// first.
	migrationLockTimeout = 500 * time.Millisecond

	// migrationTries is how often a migration is tried. With the pauses that takes about five
	// minutes.
	migrationTries = 40

	// The pause between two tries: the first one, then doubled each time up to the longest.
	firstMigrationPause   = 250 * time.Millisecond
	longestMigrationPause = 8 * time.Second

	// migrationLockWait is how long a process waits for another process that migrates, in seconds.
	migrationLockWait = 300
)

// migratePostgres migrates on a connection of its own, without a time limit. Only one process at a
// time migrates, but others may use the database meanwhile. A migration that meets a lock of theirs
// is rolled back as a whole and tried again.
//
// Errors: Unavailable if the database cannot be reached, or if the tables stay in use for all
// tries.
func migratePostgres(ctx context.Context, config pgx.ConnConfig, e *engine, files fs.FS, log *slog.Logger, with ...goose.ProviderOption) error {
	config.RuntimeParams = maps.Clone(config.RuntimeParams)
	config.RuntimeParams["lock_timeout"] = strconv.FormatInt(migrationLockTimeout.Milliseconds(), 10)
	pool := stdlib.OpenDB(config)
	defer pool.Close()
	if err := pool.PingContext(ctx); err != nil {
		where := net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
		return notNow("the database at "+where+" cannot be reached", fmt.Errorf("connect: %w", err))
	}
	for n, wait := 1, firstMigrationPause; ; n, wait = n+1, min(2*wait, longestMigrationPause) {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, migrationLockWait))
		if err != nil {
			return fmt.Errorf("lock migrations: %w", err)
		}
		_, err = migrate(ctx, pool, e, files, append(slices.Clone(with), goose.WithSessionLocker(locker))...)
		if err == nil {
			return nil
		}
		if !isLockConflict(err) {
			return explain(e.fault(err), "open database", err)
		}
		if n == migrationTries {
			const detail = "the schema cannot be updated because its tables are always in use; " +
				"start this server at a quieter time, or stop the other servers meanwhile"
			return notNow(detail, fmt.Errorf("open database: %w", err))
		}
		log.WarnContext(ctx, "a migration met other transactions and will be tried again", "try", n, "of", migrationTries, "in", wait, "err", err)
		select {
		case <-time.After(wait/2 + rand.N(wait/2)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// isLockConflict reports whether a migration failed because other transactions used its tables.
func isLockConflict(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "55P03", "40P01", "40001": // lock_not_available, deadlock_detected, serialization_failure
		return true
	}
	return false
}
