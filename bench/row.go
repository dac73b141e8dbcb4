package main

import (
	"fmt"
	"strings"
	"time"
)

// row is one measurement and its control.
type row struct {
	work    string
	store   string // "SQLite", "PostgreSQL", "" for none
	callers int    // 0 if nobody calls

	value    float64 // what was measured: a rate a second, milliseconds, or MiB
	unit     unit
	p50, p99 time.Duration
	cpu      time.Duration // of the server, for each answer
	slowest  time.Duration // of accepted answers
	turnedBy time.Duration // time within which 99 % of the refusals were answered; 0 for none

	against     key     // the control, unless againstText names something else
	againstText string  // the source of base
	base        float64 // the control's rate, mean of before and after
	pass        int     // of the controls before it; the next one is after it

	aims      []aim
	notes     []string
	complaint string // the first wrong answer: the row proves nothing
}

// unit is the unit of a row's value.
type unit uint8

// The units. The zero unit is a rate.
const (
	perSecond unit = iota
	millis
	mebibytes
)

// take copies the result of a load.
func (r *row) take(res *result) {
	r.value, r.unit = res.rate(), perSecond
	r.p50, r.p99 = res.latency.quantile(0.50), res.latency.quantile(0.99)
	r.slowest, r.cpu = res.latency.most, res.cpuEach()
	r.blame(res)
	if res.refusal.total > 0 {
		r.turnedBy = res.refusal.quantile(0.99)
		r.notes = append(r.notes, fmt.Sprintf("%d answered 503, 99 %% of them within %s; slowest accepted %s",
			res.refusal.total, milliseconds(r.turnedBy), milliseconds(r.slowest)))
	}
}

// blame records wrong answers.
func (r *row) blame(res *result) {
	if res.wrong == 0 {
		return
	}
	if r.complaint == "" {
		r.complaint = res.complaint
	}
	r.notes = append(r.notes, fmt.Sprintf("**%d wrong answers**, the first: %s", res.wrong, res.complaint))
}

// ratio returns the value as a share of the control's, 0 without a control.
func (r *row) ratio() float64 {
	if r.base == 0 {
		return 0
	}
	return r.value / r.base
}

// title returns the row's name outside of the table.
func (r *row) title() string {
	parts := []string{r.work}
	if r.store != "" {
		parts = append(parts, r.store)
	}
	if r.callers > 0 {
		parts = append(parts, fmt.Sprintf("%d callers", r.callers))
	}
	return strings.Join(parts, ", ")
}

// measured returns the value with its unit.
func (r *row) measured() string {
	switch r.unit {
	case millis:
		return fmt.Sprintf("%.1f ms", r.value)
	case mebibytes:
		return fmt.Sprintf("%.1f MiB", r.value)
	default:
		return thousands(r.value) + "/s"
	}
}

// latency returns a cell, empty if nothing was measured.
func latency(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return milliseconds(d)
}

// micros returns a cell, empty if nothing was measured.
func micros(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return thousands(float64(d)/float64(time.Microsecond)) + " µs"
}

// hashControl returns the control for so many callers who need hashes.
func hashControl(callers int) key {
	if callers == 1 {
		return key{controlHash, 1}
	}
	return hashesKey()
}

func milliseconds(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms >= 100:
		return fmt.Sprintf("%.0f ms", ms)
	case ms >= 10:
		return fmt.Sprintf("%.1f ms", ms)
	default:
		return fmt.Sprintf("%.2f ms", ms)
	}
}
