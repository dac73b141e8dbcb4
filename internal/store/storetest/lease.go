package storetest

import (
	"sync"
	"sync/atomic"

	"roster/internal/directory"
)

// office is the name of a lease of the fixture's own.
func (f *fixture) office() string { return "office of " + string(f.org) }

func (f *fixture) take(holder string, seen directory.Lease) bool {
	f.Helper()
	return write(f, func(tx directory.Tx) (bool, error) { return tx.TakeLease(f.office(), holder, seen) })
}

func (f *fixture) lease() directory.Lease {
	f.Helper()
	return read(f, func(tx directory.Tx) (directory.Lease, error) {
		l, _, err := tx.Lease(f.office())
		return l, err
	})
}

func (f *fixture) beat(epoch int64) bool {
	f.Helper()
	return write(f, func(tx directory.Tx) (bool, error) { return tx.BeatLease(f.office(), epoch) })
}

func (f *fixture) holds(epoch int64) bool {
	f.Helper()
	return write(f, func(tx directory.Tx) (bool, error) { return tx.HoldLease(f.office(), epoch) })
}

var leases = []sentence{
	{text: "an office that nobody has held is taken once", test: func(f *fixture) {
		same(f, f.lease(), directory.Lease{})
		same(f, f.holds(0), false)
		same(f, f.beat(0), false)
		same(f, f.take("a", directory.Lease{}), true)
		same(f, f.take("b", directory.Lease{}), false)
		same(f, f.lease(), directory.Lease{Holder: "a", Epoch: 1})
	}},
	{text: "an office is taken only from who was seen, at the beat that was seen", test: func(f *fixture) {
		f.take("a", directory.Lease{})
		seen := f.lease()
		same(f, f.beat(1), true)
		same(f, f.take("b", seen), false)
		seen = f.lease()
		same(f, seen, directory.Lease{Holder: "a", Epoch: 1, Beat: 1})
		same(f, f.take("b", seen), true)
		same(f, f.lease(), directory.Lease{Holder: "b", Epoch: 2})
		same(f, f.take("c", seen), false)
	}},
	{text: "who has lost an office neither beats nor holds it", test: func(f *fixture) {
		f.take("a", directory.Lease{})
		same(f, f.holds(1), true)
		f.take("b", f.lease())
		same(f, f.beat(1), false)
		same(f, f.holds(1), false)
		same(f, f.holds(2), true)
		same(f, f.beat(2), true)
	}},
	{text: "an office does not end while a transaction holds it", test: func(f *fixture) {
		f.take("a", directory.Lease{})
		seen := f.lease()
		var taken atomic.Bool
		var taking sync.WaitGroup
		started := make(chan struct{})
		var once sync.Once
		f.update(func(tx directory.Tx) error {
			held, err := tx.HoldLease(f.office(), 1)
			if err != nil || !held {
				f.Errorf("held %v, %v", held, err)
				return err
			}
			once.Do(func() {
				taking.Go(func() {
					close(started)
					err := f.store.Update(f.Context(), func(tx directory.Tx) error {
						ok, err := tx.TakeLease(f.office(), "b", seen)
						taken.Store(ok)
						return err
					})
					if err != nil {
						f.Errorf("take: %v", err)
					}
				})
			})
			<-started
			for range 20 { // journeys, in which another transaction would have had its turn
				l, _, err := tx.Lease(f.office())
				if err != nil || l.Epoch != 1 || taken.Load() {
					f.Errorf("while it is held: %+v, taken %v, %v", l, taken.Load(), err)
					return err
				}
			}
			return nil
		})
		taking.Wait()
		same(f, taken.Load(), true)
		same(f, f.lease(), directory.Lease{Holder: "b", Epoch: 2})
	}},
}
