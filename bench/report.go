package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// passes holds the controls, which are measured several times during a run.
type passes []map[key]sample

// around returns the mean rate of a control in the passes before and after a row, or in the only
// one of them. It is 0 if there is none.
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

// maxUnrest is the greatest ratio of a control's fastest to its slowest pass on an idle machine.
const maxUnrest = 1.3

// variation says so where a control varied too much for the ratios to mean much, "" where none did.
func (p passes) variation() string {
	var worst float64
	var which key
	for k := range p.keys() {
		rates := make([]float64, 0, len(p))
		for _, s := range p.all(k) {
			rates = append(rates, s.rate)
		}
		if times := slices.Max(rates) / slices.Min(rates); times > worst {
			worst, which = times, k
		}
	}
	if worst <= maxUnrest {
		return ""
	}
	return fmt.Sprintf("\n**The machine was not at rest: between passes %q varied by a factor of %.1f. "+
		"Ratios and verdicts are no better than that.**\n", which.name, worst)
}

// keys returns every control that was measured.
func (p passes) keys() map[key]bool {
	keys := make(map[key]bool)
	for _, pass := range p {
		for k := range pass {
			keys[k] = true
		}
	}
	return keys
}

// report writes the table, with its heading before and notes and explanations after it.
func (b *bench) report(w io.Writer, now time.Time) error {
	t := &table{
		heading: []string{"work", "store", "callers", "measured", "p50", "p99", "cpu each", "against", "ratio", "aim"},
		right:   []bool{false, false, true, true, true, true, true, false, true, false},
	}
	for _, c := range b.controls {
		b.controlLine(t, c)
	}
	var missed []miss
	for i := range b.rows {
		missed = append(missed, b.rowLine(t, &b.rows[i])...)
	}
	if _, err := fmt.Fprintf(w, "# Measurements\n\n%s\n%s\n", b.circumstances(now), b.passes.variation()); err != nil {
		return err
	}
	if err := t.write(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, legend+explanations(missed)+b.notes())
	return err
}

const legend = `
"cpu each" is the processor time of the server, not of PostgreSQL, for each answer: it depends on what else runs far less than
the rates do. Controls come first, with what each pass of the run gave. Every other row stands against the mean of its control just before
and just after it. A server named in an aim is measured in the same run where its binary is at hand: PocketBase if the variable
ROSTER_BENCH_POCKETBASE names it, slapd if it is installed. Otherwise the aim stands against a record of November 2026 on a
machine of two cores, scaled by what its control gives here.
`

// circumstances returns when, on what and how it was measured. It does not name the machine.
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
	slices.SortFunc(samples, func(x, y sample) int { return cmp.Compare(x.rate, y.rate) })
	middle := samples[len(samples)/2]
	t.add("control: "+c.name, "", fmt.Sprint(c.callers), thousands(middle.rate)+"/s",
		latency(middle.p50), latency(middle.p99), micros(middle.cpu), "", "", "passes: "+strings.Join(rates, " · "))
}

// miss is an aim that was not reached.
type miss struct{ what, held string }

// rowLine adds a row, with a line for each of its aims, and returns those that it missed.
func (b *bench) rowLine(t *table, r *row) (missed []miss) {
	against := r.againstText
	if against == "" && r.against.name != "" {
		r.base = b.passes.around(r.against, r.pass)
		against = fmt.Sprintf("%s, %d", r.against.name, r.against.callers)
	}
	ratio, callers := "", ""
	if r.base > 0 {
		ratio = fmt.Sprintf("%.2f", r.ratio())
	}
	if r.callers > 0 {
		callers = fmt.Sprint(r.callers)
	}
	cells := []string{r.work, r.store, callers, r.measured(), latency(r.p50), latency(r.p99), micros(r.cpu), against, ratio, ""}
	if len(r.aims) == 0 {
		t.add(cells...)
	}
	for _, a := range r.aims {
		got, met := a.reach(r, b.passes)
		verdict := "met"
		switch {
		case r.complaint != "":
			verdict = "void"
		case !met:
			verdict = "**missed**"
			missed = append(missed, miss{fmt.Sprintf("%s: %s instead of %s", r.title(), got, a.text), a.limitedBy})
		}
		cells[len(cells)-1] = fmt.Sprintf("%s: %s (%s)", verdict, a.text, got)
		t.add(cells...)
		cells = make([]string, len(cells))
	}
	return missed
}

// explanations returns the causes of missed aims, each once.
func explanations(missed []miss) string {
	if len(missed) == 0 {
		return "\nEvery aim was met.\n"
	}
	var b strings.Builder
	b.WriteString("\n## What holds it back\n")
	var told []string
	for _, first := range missed {
		if slices.Contains(told, first.held) {
			continue
		}
		told = append(told, first.held)
		b.WriteString("\n" + first.held + "\n\n")
		for _, m := range missed {
			if m.held == first.held {
				b.WriteString("- " + m.what + "\n")
			}
		}
	}
	return b.String()
}

// notes returns the other observations.
func (b *bench) notes() string {
	var text strings.Builder
	for _, r := range b.rows {
		if len(r.notes) > 0 {
			fmt.Fprintf(&text, "- %s: %s\n", r.title(), strings.Join(r.notes, "; "))
		}
	}
	if text.Len() == 0 {
		return ""
	}
	return "\n## Notes\n\n" + text.String()
}
