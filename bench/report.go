package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// passes are the controls, measured again and again in the course of a run.
type passes []map[key]sample

// around returns the mean rate of a control in the pass before a row and in the one after, or in the
// one that there is. It is 0 where there is neither.
func (p passes) around(k key, before int) float64 {
	var sum, n float64
	for i := before; i <= before+1 && i < len(p); i++ {
		if s, ok := p[i][k]; ok {
			sum += s.rate
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// all returns the samples of a control in the order of the passes.
func (p passes) all(k key) []sample {
	var list []sample
	for _, pass := range p {
		if s, ok := pass[k]; ok {
			list = append(list, s)
		}
	}
	return list
}

// report writes the table with its heading and explanations.
func (b *bench) report(w io.Writer, now time.Time) error {
	t := &table{
		heading: []string{"work", "store", "callers", "measured", "p50", "p99", "against", "ratio", "aims", "notes"},
		right:   []bool{false, false, true, true, true, true, false, true, false, false},
	}
	for _, c := range b.controls {
		b.controlLine(t, c)
	}
	var held []string
	for i := range b.rows {
		held = append(held, b.rowLine(t, &b.rows[i])...)
	}
	if _, err := fmt.Fprintf(w, "# Measurements\n\n%s\n\n", b.circumstances(now)); err != nil {
		return err
	}
	if err := t.write(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, legend+explanations(held))
	return err
}

const legend = `
Controls come first; their notes have each pass. Every other row stands against the mean of its control before and after it.
A server's figure under "aims" was recorded in November 2026 on a machine of two cores, and is scaled by what its control gives here.
For creates by one caller no other server's figure is on record. Aims for creates and reads without a hash are those of the embedded database.
`

// circumstances says when, on what and how it was measured; nothing that names the machine.
func (b *bench) circumstances(now time.Time) string {
	cpu := cpuModel()
	if cpu == "" {
		cpu = runtime.GOARCH
	}
	return fmt.Sprintf("%s, %s, %s, %d cores; %s a measurement, server and generator on the same cores, over loopback.",
		now.UTC().Format(time.DateOnly), runtime.Version(), cpu, runtime.NumCPU(), b.window)
}

func (b *bench) controlLine(t *table, c control) {
	samples := b.passes.all(c.key())
	if len(samples) == 0 {
		return
	}
	rates := make([]string, len(samples))
	for i, s := range samples {
		rates[i] = thousands(s.rate)
	}
	slices.SortFunc(samples, func(x, y sample) int { return int(x.rate - y.rate) })
	middle := samples[len(samples)/2]
	t.add("control: "+c.name, "", fmt.Sprint(c.callers), thousands(middle.rate)+"/s",
		latency(middle.p50), latency(middle.p99), "", "", "", strings.Join(rates, ", "))
}

// rowLine adds a row and returns what holds back the aims that it missed.
func (b *bench) rowLine(t *table, r *row) (held []string) {
	against := r.againstText
	if against == "" && r.against.name != "" {
		r.base = b.passes.around(r.against, r.pass)
		against = fmt.Sprintf("%s, %d", r.against.name, r.against.callers)
	}
	ratio := ""
	if r.base > 0 {
		ratio = fmt.Sprintf("%.2f", r.ratio())
	}
	var aims []string
	for _, a := range r.aims {
		got, met := a.reach(r, b.passes)
		verdict := "met"
		switch {
		case r.complaint != "":
			verdict = "void"
		case !met:
			verdict = "**missed**"
			held = append(held, fmt.Sprintf("- %s (%s), %s: %s instead. %s", r.work, where(r), a.text, got, a.held))
		}
		aims = append(aims, fmt.Sprintf("%s: %s %s", a.text, verdict, got))
	}
	callers, p50, p99 := "", "", ""
	if r.callers > 0 {
		callers, p50, p99 = fmt.Sprint(r.callers), latency(r.p50), latency(r.p99)
	}
	t.add(r.work, r.store, callers, measured(r), p50, p99, against, ratio, strings.Join(aims, "; "), strings.Join(r.notes, "; "))
	return held
}

// latency is a cell, empty where nothing was measured.
func latency(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return milliseconds(d)
}

func where(r *row) string {
	switch {
	case r.store == "":
		return "the binary"
	case r.callers > 0:
		return fmt.Sprintf("%s, %d callers", r.store, r.callers)
	default:
		return r.store
	}
}

func measured(r *row) string {
	switch r.unit {
	case millis:
		return fmt.Sprintf("%.1f ms", r.value)
	case mebibytes:
		return fmt.Sprintf("%.1f MiB", r.value)
	default:
		return thousands(r.value) + "/s"
	}
}

// explanations says what holds back what was missed.
func explanations(held []string) string {
	if len(held) == 0 {
		return "\nEvery aim was met.\n"
	}
	return "\nWhat holds it back:\n\n" + strings.Join(held, "\n") + "\n"
}
