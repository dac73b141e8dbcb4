// Package directory holds the verbs of Roster: everything that can be done to the nouns of package
// roster, with every rule about it. A face is a dialect, the pages or the command line. It decodes
// a request, calls one verb of [Directory], and encodes the result.
//
// Every verb has one shape,
//
//	func (d *Directory) CreateUser(ctx context.Context, by roster.Actor, in NewUser) (
//		CreatedUser, error)
//
// and the same steps: ask the policy; clean and validate the input, and report all faults at once;
// prepare (hash, ids, time) without writing; run one Update transaction; return. Rows, audit entry
// and queued jobs are written together. A verb sends nothing itself.
//
// The package does no I/O of its own. It declares what it needs in the files port*.go; other
// packages implement that. It knows no HTTP, no SQL and no dialect.
package directory
