package auth

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"roster/internal/premise"
)

// get returns the kept value of the key, or reads and keeps it.
func get[V any](t *testing.T, r *readings[V], key string, read func() (V, error)) (V, error) {
	if v, found, _ := r.peek(t.Context(), key); found {
		return v, nil
	}
	return r.fetch(key, read)
}

func TestWithoutAGenerationARequestReliesOnItsPremise(t *testing.T) {
	t.Parallel()
	r := newReadings[int](func() (uint64, bool) { return 0, false })
	_, _ = r.fetch("a", func() (int, error) { return 7, nil })
	ctx, basis := premise.With(t.Context())
	if v, found, assumed := r.peek(ctx, "a"); v != 7 || !found || !assumed {
		t.Errorf("got %d, found %v, assumed %v", v, found, assumed)
	}
	basis.Renew()
	if _, found, _ := r.peek(ctx, "a"); found {
		t.Error("a request that must read anew got what is kept")
	}
}

func TestWhatWasReadIsKeptUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	var generation atomic.Uint64
	r := newReadings[int](func() (uint64, bool) { return generation.Load(), true })
	reads := 0
	read := func(key string) int {
		v, err := get(t, r, key, func() (int, error) { reads++; return reads, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i, want := range []int{1, 1, 2, 1} {
		if key := []string{"a", "a", "b", "a"}[i]; read(key) != want {
			t.Errorf("call %d: what was read is not kept, or not by key", i)
		}
	}
	r.change("a", func(v *int) { *v = 10 })
	r.change("nobody", func(v *int) { *v = 10 })
	if read("a") != 10 {
		t.Error("what was altered is not kept")
	}
	generation.Add(1)
	if read("a") != 3 || read("b") != 4 {
		t.Error("what was read before a change is still kept")
	}
}

func TestAReadingThatAChangeOvertookIsNotKept(t *testing.T) {
	t.Parallel()
	var generation atomic.Uint64
	r := newReadings[string](func() (uint64, bool) { return generation.Load(), true })
	_, _ = get(t, r, "a", func() (string, error) { generation.Add(1); return "old", nil })
	if v, _ := get(t, r, "a", func() (string, error) { return "new", nil }); v != "new" {
		t.Errorf("got %q", v)
	}
	r.put(0, "a", "older still")
	if v, _ := get(t, r, "a", func() (string, error) { return "again", nil }); v != "new" {
		t.Errorf("got %q after a late reading", v)
	}
}

func TestNothingIsKeptWithoutAGenerationNorOfAnError(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		r := newReadings[int](func() (uint64, bool) { return 0, known })
		reads := 0
		for range 3 {
			_, _ = get(t, r, "a", func() (int, error) {
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
				_, _ = get(t, r, strconv.Itoa(w*maxReadings+i), func() (int, error) { return i, nil })
			}
		})
	}
	wg.Wait()
	if len(r.kept) > maxReadings {
		t.Errorf("%d are kept", len(r.kept))
	}
}
