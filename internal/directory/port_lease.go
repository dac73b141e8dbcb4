package directory

// Lease says who holds an office of which there is one on all servers, such as the sweeper's.
type Lease struct {
	Holder string // the server, for people
	Epoch  int64  // rises with each holder
	Beat   int64  // rises while the holder lives
}

// LeaseTx decides which server holds an office. It compares no times: clocks of servers differ.
type LeaseTx interface {
	// Lease returns how the office stands.
	Lease(name string) (l Lease, found bool, err error)
	// TakeLease gives the office to a holder, in the next epoch, and reports whether it did: only if
	// the office still stands as the caller has seen it. The zero Lease stands for an office that
	// nobody has held yet.
	TakeLease(name, holder string, seen Lease) (bool, error)
	// BeatLease shows that the holder of the epoch lives. It reports false where the epoch is over.
	BeatLease(name string, epoch int64) (bool, error)
	// HoldLease keeps the epoch from ending before this transaction does. It reports false where the
	// epoch is over.
	HoldLease(name string, epoch int64) (bool, error)
}
