package main

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestATableIsAligned(t *testing.T) {
	t.Parallel()
	tab := table{heading: []string{"work", "rate"}, right: []bool{false, true}}
	tab.add("≥ a|b", "1")
	tab.add("something longer\nthan that", "12,345/s")
	var b strings.Builder
	if err := tab.write(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines:\n%s", len(lines), b.String())
	}
	for _, line := range lines {
		if utf8.RuneCountInString(line) != utf8.RuneCountInString(lines[0]) || strings.Count(line, "|") != 3 {
			t.Errorf("out of line: %q", line)
		}
	}
}

func TestNumbersAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{
		0: "0", 1.234: "1.23", 44.52: "44.5", 999.6: "1,000", 12345: "12,345", 1234567: "1,234,567", 123: "123",
	} {
		if got := thousands(n); got != want {
			t.Errorf("%g: %q, want %q", n, got, want)
		}
	}
}

// judge makes a report of one row between two passes of one control, whose mean is 1,000 a second.
func judge(t *testing.T, r row) string {
	t.Helper()
	k := key{controlGet, 64}
	r.against, r.work, r.store, r.callers = k, "a read", storeSQLite, 64
	b := bench{
		controls: []control{{name: k.name, callers: k.callers}},
		passes:   passes{{k: {rate: 900}}, {k: {rate: 1100}}, {k: {rate: 5000}}},
		rows:     []row{r}, window: time.Second,
	}
	var text strings.Builder
	if err := b.report(&text, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestARowIsJudgedByTheControlsAroundIt(t *testing.T) {
	t.Parallel()
	const why = "It has reasons."
	for _, c := range []struct {
		name       string
		row        row
		want, lack []string
	}{
		{
			"met",
			row{value: 500, aims: []aim{atLeast(0.5, why)}},
			[]string{"met: ratio ≥ 0.5 (0.50)", "Every aim was met."},
			[]string{why},
		},
		{
			"missed",
			row{value: 499, aims: []aim{atLeast(0.5, why)}},
			[]string{"**missed**: ratio ≥ 0.5 (0.50)", "What holds it back", why},
			[]string{"Every aim was met."},
		},
		{
			"a latency",
			row{value: 1, p99: 31 * time.Millisecond, aims: []aim{latencyWithin("p99", func(r *row) time.Duration { return r.p99 }, 30*time.Millisecond, why)}},
			[]string{"**missed**: p99 ≤ 30ms (31.0 ms)", why},
			nil,
		},
		{
			"void, since answers were wrong",
			row{value: 2000, complaint: "500", aims: []aim{atLeast(0.5, why)}},
			[]string{"void: ratio ≥ 0.5"},
			[]string{"met:"},
		},
		{
			"by the record of another server, scaled to this machine",
			row{value: 2 * 4_585 * 1000 / bareThen, aims: []aim{gotifyGet.times(1.9, why), gotifyGet.times(2.1, why)}},
			[]string{"met: ≥ 1.9 × Gotify (2.0)", "**missed**: ≥ 2.1 × Gotify (2.0)"},
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := judge(t, c.row)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("there is no %q in\n%s", want, got)
				}
			}
			for _, lack := range c.lack {
				if strings.Contains(got, lack) {
					t.Errorf("there is %q in\n%s", lack, got)
				}
			}
		})
	}
}

func TestAMachineThatIsNotAtRestIsSaidToBe(t *testing.T) {
	t.Parallel()
	a, b := key{"a", 1}, key{"b", 1}
	calm := passes{{a: {rate: 100}, b: {rate: 5}}, {a: {rate: 120}}}
	if got := calm.variation(); got != "" {
		t.Errorf("of a calm machine it says %q", got)
	}
	restless := passes{{a: {rate: 100}, b: {rate: 5}}, {a: {rate: 120}, b: {rate: 10}}}
	if got := restless.variation(); !strings.Contains(got, `"b" varied by a factor of 2.0`) {
		t.Errorf("of a restless machine it says %q", got)
	}
}

func TestTheBannersAddressIsFound(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"  HTTP    http://127.0.0.1:8080/":            "127.0.0.1:8080",
		"  HTTPS   https://127.0.0.1:8443/":           "",
		"Roster 1.0":                                  "",
		"  http://127.0.0.1:8080/set-password/secret": "",
	} {
		if got := bannerAddress(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
