package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
	_ "modernc.org/sqlite" // the driver that Roster uses
)

// Names of the controls, as the table shows them.
const (
	controlSync     = "4 KiB write + fdatasync"
	controlHash     = "Argon2id 19 MiB t=2 p=1, one core"
	controlHashes   = "Argon2id 19 MiB t=2 p=1, all cores"
	controlRow      = "SQLite FULL, one row a commit"
	controlRows     = "SQLite FULL, 1,000 rows a commit (rows)"
	controlModel    = "minimal durable model"
	controlGet      = "bare net/http JSON GET"
	controlPost     = "bare net/http JSON POST"
	controlPostgres = "PostgreSQL single-row INSERT"
)

// control is work that shows what the machine can do.
type control struct {
	name    string
	callers int
	measure func(ctx context.Context, window time.Duration) (sample, error)
}

func (c control) key() key { return key{c.name, c.callers} }

// key identifies a control with its number of callers.
type key struct {
	name    string
	callers int
}

// sample is one measurement of a control.
type sample struct {
	rate     float64 // per second
	p50, p99 time.Duration
	cpu      time.Duration // of the server, for each answer; 0 without a server
}

func sampleOf(r *result) sample {
	return sample{r.rate(), r.latency.quantile(0.50), r.latency.quantile(0.99), r.cpuEach()}
}

// machineControls lists the controls that need only the machine.
func (b *bench) machineControls() []control {
	list := []control{
		{controlSync, 1, b.measureSync},
		{controlHash, 1, hashing(1)},
		{controlHashes, runtime.NumCPU(), hashing(runtime.NumCPU())},
		{controlRow, 1, b.measureRow},
		{controlRows, 1, b.measureRows},
	}
	for _, callers := range []int{1, 8, 64} {
		list = append(list, control{controlModel, callers, b.serving(callers, modelCommand, modelScript)})
	}
	return append(list,
		control{controlGet, 64, b.serving(64, echoCommand, echoGet)},
		control{controlPost, 64, b.serving(64, echoCommand, echoPost)},
	)
}

// repeat repeats a step during the window.
func repeat(ctx context.Context, window time.Duration, step func(n int) error) (sample, error) {
	var h histogram
	begin := time.Now()
	for n := 0; ; n++ {
		start := time.Now()
		if elapsed := start.Sub(begin); elapsed >= window {
			return sample{rate: float64(n) / elapsed.Seconds(), p50: h.quantile(0.50), p99: h.quantile(0.99)}, nil
		}
		if err := ctx.Err(); err != nil {
			return sample{}, err
		}
		if err := step(n); err != nil {
			return sample{}, err
		}
		h.add(time.Since(start))
	}
}

// measureSync writes 4 KiB into allocated parts of a file, and waits for the device each time.
func (b *bench) measureSync(ctx context.Context, window time.Duration) (sample, error) {
	const page, pages = 4 << 10, 1024
	f, err := os.CreateTemp(b.work, "sync-")
	if err != nil {
		return sample{}, fmt.Errorf("measure fdatasync: %w", err)
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }()
	if _, err := f.Write(make([]byte, page*pages)); err != nil {
		return sample{}, fmt.Errorf("measure fdatasync: %w", err)
	}
	if err := f.Sync(); err != nil {
		return sample{}, fmt.Errorf("measure fdatasync: %w", err)
	}
	block := make([]byte, page)
	return repeat(ctx, window, func(n int) error {
		block[0] = byte(n)
		if _, err := f.WriteAt(block, int64(n%pages)*page); err != nil {
			return err
		}
		return syncData(f)
	})
}

// hashing returns a control with so many workers, which hash passwords at the OWASP setting (OWASP
// Password Storage Cheat Sheet: m=19 MiB, t=2, p=1).
func hashing(workers int) func(context.Context, time.Duration) (sample, error) {
	return func(ctx context.Context, window time.Duration) (sample, error) {
		samples := make([]sample, workers)
		var work sync.WaitGroup
		for i := range samples {
			work.Go(func() {
				salt := make([]byte, 16)
				samples[i], _ = repeat(ctx, window, func(n int) error {
					salt[0] = byte(n)
					argon2.IDKey([]byte("correct horse battery staple"), salt, 2, 19<<10, 1, 32)
					return nil
				})
			})
		}
		work.Wait()
		sum := samples[0]
		for _, s := range samples[1:] {
			sum.rate += s.rate
			sum.p99 = max(sum.p99, s.p99)
		}
		return sum, ctx.Err()
	}
}

// measureRow inserts rows into a table with two unique indexes, each in a transaction of its own.
func (b *bench) measureRow(ctx context.Context, window time.Duration) (sample, error) {
	dir, err := os.MkdirTemp(b.work, "row-")
	if err != nil {
		return sample{}, fmt.Errorf("measure SQLite: %w", err)
	}
	defer os.RemoveAll(dir)
	db, err := openModelStore(filepath.Join(dir, "row.db"))
	if err != nil {
		return sample{}, err
	}
	defer db.Close()
	insert, err := db.PrepareContext(ctx, modelInsert)
	if err != nil {
		return sample{}, fmt.Errorf("measure SQLite: %w", err)
	}
	defer insert.Close()
	return repeat(ctx, window, func(n int) error {
		name := fmt.Sprintf("user-%d", n)
		var id int64
		err := insert.QueryRowContext(ctx, name, name+"@example.org", "Some Body").Scan(&id)
		if err == sql.ErrNoRows {
			return fmt.Errorf("row %d was there", n)
		}
		return err
	})
}

// measureRows inserts the same rows, 1,000 in a transaction. The rate is of rows, the latencies are
// of commits.
func (b *bench) measureRows(ctx context.Context, window time.Duration) (sample, error) {
	dir, err := os.MkdirTemp(b.work, "rows-")
	if err != nil {
		return sample{}, fmt.Errorf("measure SQLite: %w", err)
	}
	defer os.RemoveAll(dir)
	db, err := openModelStore(filepath.Join(dir, "rows.db"))
	if err != nil {
		return sample{}, err
	}
	defer db.Close()
	s, err := repeat(ctx, window, func(n int) error { return insertRows(ctx, db, n) })
	s.rate *= batchSize
	return s, err
}

// insertRows inserts the n-th thousand of rows in one transaction.
func insertRows(ctx context.Context, db *sql.DB, n int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it does nothing after the commit
	insert, err := tx.PrepareContext(ctx, modelInsertMany)
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range batchSize {
		name := fmt.Sprintf("user-%d", n*batchSize+i)
		if _, err := insert.ExecContext(ctx, name, name+"@example.org", "Some Body"); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// serving returns a control that is a server: this program again, in a process of its own, like the
// binary that is measured.
func (b *bench) serving(callers int, command string, script func(caller int) script) func(context.Context, time.Duration) (sample, error) {
	return func(ctx context.Context, window time.Duration) (sample, error) {
		dir, err := os.MkdirTemp(b.work, command+"-")
		if err != nil {
			return sample{}, fmt.Errorf("measure %s: %w", command, err)
		}
		defer os.RemoveAll(dir)
		cmd := exec.CommandContext(ctx, b.self, command, dir)
		cmd.Stderr = os.Stderr
		p, err := start(ctx, cmd, firstWord, "/readyz")
		if err != nil {
			return sample{}, err
		}
		r, err := load{p, callers, window, script}.run(ctx)
		if stopped := p.stop(); err == nil {
			err = stopped
		}
		if err != nil {
			return sample{}, err
		}
		if r.wrong > 0 {
			return sample{}, fmt.Errorf("measure %s: %d wrong answers: %s", command, r.wrong, r.complaint)
		}
		return sampleOf(r), nil
	}
}
