package auth

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

func TestWhatWasReadIsKeptUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	var generation atomic.Uint64
	r := newReadings[int](func() (uint64, bool) { return generation.Load(), true })
	reads := 0
	get := func(key string) int {
		v, err := r.get(key, func() (int, error) { reads++; return reads, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i, want := range []int{1, 1, 2, 1} {
		if key := []string{"a", "a", "b", "a"}[i]; get(key) != want {
			t.Errorf("call %d: what was read is not kept, or not by key", i)
		}
	}
	r.change("a", func(v *int) { *v = 10 })
	r.change("nobody", func(v *int) { *v = 10 })
	if get("a") != 10 {
		t.Error("what was altered is not kept")
	}
	generation.Add(1)
	if get("a") != 3 || get("b") != 4 {
		t.Error("what was read before a change is still kept")
	}
}

func TestAReadingThatAChangeOvertookIsNotKept(t *testing.T) {
	t.Parallel()
	var generation atomic.Uint64
	r := newReadings[string](func() (uint64, bool) { return generation.Load(), true })
	_, _ = r.get("a", func() (string, error) { generation.Add(1); return "old", nil })
	if v, _ := r.get("a", func() (string, error) { return "new", nil }); v != "new" {
		t.Errorf("got %q", v)
	}
	r.put(0, "a", "older still")
	if v, _ := r.get("a", func() (string, error) { return "again", nil }); v != "new" {
		t.Errorf("got %q after a late reading", v)
	}
}

func TestNothingIsKeptWithoutAGenerationNorOfAnError(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		r := newReadings[int](func() (uint64, bool) { return 0, known })
		reads := 0
		for range 3 {
			_, _ = r.get("a", func() (int, error) {
				reads++
				if known {
					return 0, errors.New("not now")
				}
				return 1, nil
			})
		}
		if reads != 3 {
			t.Errorf("known %v: %d reads, want 3", known, reads)
		}
	}
}

func TestReadingsAreBounded(t *testing.T) {
	t.Parallel()
	r := newReadings[int](func() (uint64, bool) { return 0, true })
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range maxReadings {
				_, _ = r.get(strconv.Itoa(w*maxReadings+i), func() (int, error) { return i, nil })
			}
		})
	}
	wg.Wait()
	if len(r.kept) > maxReadings {
		t.Errorf("%d are kept", len(r.kept))
	}
}
