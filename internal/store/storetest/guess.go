package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"roster/internal/directory"
)

// errFull undoes a transaction in which a count was full.
var errFull = errors.New("full")

// reserve counts a try under each key, and reports the keys that were full.
func (f *fixture) reserve(at time.Time, guesses ...directory.Guess) (reserved, full []directory.Guess) {
	f.Helper()
	err := f.store.Update(f.Context(), func(tx directory.Tx) (err error) {
		reserved, full, err = tx.ReserveGuesses(guesses, at)
		if err == nil && len(full) > 0 {
			return errFull
		}
		return err
	})
	if err != nil && !errors.Is(err, errFull) {
		f.Fatal(err)
	}
	return reserved, full
}

// guess is a try under a key of this test's own.
func (f *fixture) guess(key string, most int) directory.Guess {
	return directory.Guess{Key: Hash(string(f.org) + key), Most: most}
}

var guesses = []sentence{
	{text: "a count takes so many guesses in a window, and then a new window begins", test: func(f *fixture) {
		g := f.guess("ada", 3)
		for i := range 3 {
			got, full := f.reserve(f.now.Add(time.Duration(i)*time.Minute), g)
			same(f, full, nil)
			same(f, got, []directory.Guess{{Key: g.Key, Since: f.now}})
		}
		last := f.now.Add(directory.GuessWindow - time.Microsecond)
		got, full := f.reserve(last, g)
		same(f, got, nil)
		same(f, full, []directory.Guess{{Key: g.Key, Most: g.Most, Since: f.now}})
		next := f.now.Add(directory.GuessWindow)
		got, _ = f.reserve(next, g)
		same(f, got, []directory.Guess{{Key: g.Key, Since: next}})
	}},
	{text: "where one count is full none is raised", test: func(f *fixture) {
		narrow, wide := f.guess("narrow", 1), f.guess("wide", 2)
		f.reserve(f.now, narrow, wide)
		_, full := f.reserve(f.now, wide, narrow)
		same(f, full, []directory.Guess{{Key: narrow.Key, Most: 1, Since: f.now}})
		_, full = f.reserve(f.now, wide)
		same(f, full, nil)
		_, full = f.reserve(f.now, wide, narrow)
		same(f, len(full), 2)
	}},
	{text: "a refund makes room in its own window only", test: func(f *fixture) {
		g := f.guess("ada", 1)
		first, _ := f.reserve(f.now, g)
		refund := func(of []directory.Guess) {
			f.update(func(tx directory.Tx) error { return tx.RefundGuesses(of) })
		}
		refund(first)
		later := f.now.Add(time.Minute)
		second, full := f.reserve(later, g)
		same(f, full, nil)
		same(f, second[0].Since, later) // nothing was counted: a new window begins
		refund(first)                   // its window is over
		_, full = f.reserve(later, g)
		same(f, len(full), 1)
	}},
	{text: "a clock that was set back closes nothing for longer than a window", test: func(f *fixture) {
		g := f.guess("ada", 1)
		f.reserve(f.now.Add(25*time.Hour), g)
		_, full := f.reserve(f.now, g)
		same(f, full, nil)
		_, full = f.reserve(f.now, g)
		same(f, len(full), 1)
	}},
	{text: "of many guesses at once no more than fit are reserved", test: func(f *fixture) {
		name := f.guess("ada", 5)
		var let atomic.Int64
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				if _, full := f.reserve(f.now, f.guess(string(rune('a'+i)), 1), name); len(full) == 0 {
					let.Add(1)
				}
			})
		}
		wg.Wait()
		same(f, let.Load(), 5)
	}},
	{text: "counts whose window is over are deleted, a few at a time", alone: true, test: func(f *fixture) {
		for i := range 5 {
			f.reserve(f.now.Add(time.Duration(i)*time.Minute), f.guess(string(rune('a'+i)), 1))
		}
		at := f.now.Add(directory.GuessWindow + 2*time.Minute)
		for _, want := range []int{2, 1, 0} {
			same(f, write(f, func(tx directory.Tx) (int, error) { return tx.DeleteGuesses(at, 2) }), want)
		}
	}},
}
