package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Names of the stores.
const (
	storeSQLite   = "SQLite"
	storePostgres = "PostgreSQL"
)

// bench is one run.
type bench struct {
	binary string // the binary to measure
	self   string // this program, which also runs the controls
	work   string // a folder on the disk to measure

	window  time.Duration // of a measurement
	control time.Duration // of a control
	settle  time.Duration // after the start, before memory is read
	idle    time.Duration // after the load, before memory is read again
	starts  int           // starts to measure; their median is shown
	only    string        // measure only loads whose name contains this

	progress io.Writer
	begin    time.Time
	controls []control
	insert   control // of PostgreSQL
	passes   passes
	rows     []row
	rivals   map[key]sample // of other servers in this run; they stand in every pass
}

// run measures everything, with the controls before, between and after. After an error the rows
// hold everything measured before.
func (b *bench) run(ctx context.Context) error {
	b.begin = time.Now()
	b.controls = b.machineControls()
	if err := b.measureBinary(); err != nil {
		return err
	}
	if err := b.measureControls(ctx); err != nil {
		return err
	}
	b.measureRivals(ctx)
	sqlite := launch{binary: b.binary, data: filepath.Join(b.work, "sqlite")}
	if err := b.measureStore(ctx, sqlite, storeSQLite); err != nil {
		return err
	}
	if err := b.measureGrowth(ctx, b.growthLaunch(sqlite), storeSQLite); err != nil {
		return err
	}
	pg, err := startPostgres(ctx)
	if err != nil {
		b.say(storePostgres, fmt.Sprintf("is not measured: %v", err))
		return b.measureControls(ctx)
	}
	defer pg.stop()
	return b.measurePostgres(ctx, pg)
}

// measurePostgres measures on a cluster, and adds its control.
func (b *bench) measurePostgres(ctx context.Context, pg *postgres) error {
	b.insert = pg.control()
	b.controls = append(b.controls, b.insert)
	if err := b.measureControls(ctx); err != nil {
		return err
	}
	l := launch{binary: b.binary, data: filepath.Join(b.work, "postgres"), database: pg.roster, key: newKey()}
	if err := b.measureStore(ctx, l, storePostgres); err != nil {
		return err
	}
	grown := b.growthLaunch(l)
	grown.database = pg.growth
	if err := b.measureGrowth(ctx, grown, storePostgres); err != nil {
		return err
	}
	return b.measureControls(ctx)
}

// measureControls measures the controls once more.
func (b *bench) measureControls(ctx context.Context) error {
	pass := maps.Clone(b.rivals)
	for _, c := range b.controls {
		b.say("control", fmt.Sprintf("%s, %d", c.name, c.callers))
		s, err := c.measure(ctx, b.control)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		pass[c.key()] = s
	}
	b.passes = append(b.passes, pass)
	return nil
}

// measureStore measures the binary on a new store.
func (b *bench) measureStore(ctx context.Context, l launch, store string) error {
	if err := b.measureFirstStart(ctx, l, store); err != nil {
		return err
	}
	s, err := openSite(ctx, l, store)
	if err != nil {
		return err
	}
	defer func() { _ = s.stop() }() // after an error; a second stop does nothing
	if err := b.measureMemory(ctx, s, "memory, idle after the start", b.settle, true); err != nil {
		return err
	}
	if err := s.furnish(ctx); err != nil {
		return err
	}
	for _, measure := range []func(context.Context, *site) error{
		b.measureCreates, b.measureSignIn, b.measureReads, b.measureStorms, b.measureEvents, b.measureOverload,
	} {
		if err := measure(ctx, s); err != nil {
			return err
		}
	}
	if err := b.measureMemory(ctx, s, "memory, after the load", 0, false); err != nil {
		return err
	}
	if err := b.measureMemory(ctx, s, "memory, "+b.idle.String()+" after the load", b.idle, false); err != nil {
		return err
	}
	if err := s.stop(); err != nil {
		return err
	}
	return b.measureStart(ctx, l, store, "start, with what the load left", false)
}

// drive runs a load on the site and adds its row to the table.
func (b *bench) drive(ctx context.Context, s *site, r row, script func(int) script) error {
	if !strings.Contains(r.work, b.only) {
		return nil
	}
	b.say(s.store, fmt.Sprintf("%s, %d", r.work, r.callers))
	res, err := load{s.process, r.callers, b.window, script}.run(ctx)
	if err != nil {
		return err
	}
	r.take(res)
	b.put(s, r)
	return s.forgetLog()
}

// put adds a row.
func (b *bench) put(s *site, r row) {
	r.store, r.pass = s.store, len(b.passes)-1
	b.rows = append(b.rows, r)
}

// note adds a note to the last row.
func (b *bench) note(text string) {
	last := &b.rows[len(b.rows)-1]
	last.notes = append(last.notes, text)
}

// say prints what is being measured.
func (b *bench) say(where, what string) {
	fmt.Fprintf(b.progress, "%6.1fs  %-10s  %s\n", time.Since(b.begin).Seconds(), where, what)
}

// measureBinary measures the size of the file.
func (b *bench) measureBinary() error {
	info, err := os.Stat(b.binary)
	if err != nil {
		return fmt.Errorf("%w: build it with: make build", err)
	}
	b.rows = append(b.rows, row{
		work: "size of the binary", value: float64(info.Size()) / (1 << 20), unit: mebibytes,
		aims: []aim{atMost(35, "MiB", heldBinary)},
	})
	return nil
}
