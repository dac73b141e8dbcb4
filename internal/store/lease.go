package store

import "roster/internal/directory"

// Lease implements directory.LeaseTx.
func (t *tx) Lease(name string) (l directory.Lease, found bool, err error) {
	const text = `SELECT holder, epoch, beat FROM leases WHERE name = $1`
	found, err = t.one("read lease", text, []any{name}, &l.Holder, &l.Epoch, &l.Beat)
	return l, found, err
}

// TakeLease implements directory.LeaseTx.
func (t *tx) TakeLease(name, holder string, seen directory.Lease) (bool, error) {
	const (
		first = `INSERT INTO leases (name, holder, epoch, beat) VALUES ($1, $2, 1, 0) ON CONFLICT (name) DO NOTHING`
		next  = `UPDATE leases SET holder = $2, epoch = epoch + 1, beat = 0 WHERE name = $1 AND epoch = $3 AND beat = $4`
	)
	if seen.Epoch == 0 {
		n, err := t.exec("take first lease", first, name, holder)
		return n > 0, err
	}
	n, err := t.exec("take lease", next, name, holder, seen.Epoch, seen.Beat)
	return n > 0, err
}

// BeatLease implements directory.LeaseTx.
func (t *tx) BeatLease(name string, epoch int64) (bool, error) {
	const text = `UPDATE leases SET beat = beat + 1 WHERE name = $1 AND epoch = $2`
	n, err := t.exec("beat lease", text, name, epoch)
	return n > 0, err
}

// HoldLease implements directory.LeaseTx. On SQLite it only compares: there is one writer.
func (t *tx) HoldLease(name string, epoch int64) (bool, error) {
	text := `SELECT epoch FROM leases WHERE name = $1 AND epoch = $2` + t.engine.forUpdate
	return t.one("hold lease", text, []any{name, epoch}, &epoch)
}
