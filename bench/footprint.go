package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// measureFirstStart measures starts that make the schema and the shipped records. It skips
// PostgreSQL, where each start would need a new database.
func (b *bench) measureFirstStart(ctx context.Context, l launch, store string) error {
	if l.database != "" {
		return nil
	}
	return b.measureStart(ctx, l, store, "start, first on an empty folder", true)
}

// measureStart measures the time from exec to readiness several times. For first starts it removes
// the data folder before and after each.
func (b *bench) measureStart(ctx context.Context, l launch, store, work string, first bool) error {
	b.say(store, work)
	times := make([]time.Duration, b.starts)
	for i := range times {
		p, err := l.serve(ctx)
		if err != nil {
			return err
		}
		times[i] = p.ready
		if err := p.stop(); err != nil {
			return err
		}
		if !first {
			continue
		}
		if err := os.RemoveAll(l.data); err != nil {
			return fmt.Errorf("remove data folder: %w", err)
		}
	}
	slices.Sort(times)
	b.rows = append(b.rows, row{
		work: work, store: store, pass: len(b.passes) - 1,
		value: float64(times[len(times)/2]) / float64(time.Millisecond), unit: millis,
		aims:  []aim{atMost(60, "ms", heldStart)},
		notes: []string{fmt.Sprintf("%s to %s in %d", milliseconds(times[0]), milliseconds(times[len(times)-1]), len(times))},
	})
	return nil
}

// measureMemory reads how much RAM the server holds after a while.
func (b *bench) measureMemory(ctx context.Context, s *site, work string, after time.Duration, aimed bool) error {
	b.say(s.store, work)
	pause(ctx, after)
	if err := ctx.Err(); err != nil {
		return err
	}
	m, err := memoryOf(s.id)
	if err != nil {
		return err
	}
	const mib = 1 << 20
	r := row{
		work: work, value: float64(m.resident) / mib, unit: mebibytes,
		notes: []string{fmt.Sprintf("%.1f MiB of it not mapped from files", float64(m.own)/mib)},
	}
	if aimed {
		r.aims = []aim{atMost(30, "MiB", heldMemory)}
	}
	b.put(s, r)
	return nil
}
