// Package directory holds the verbs of Roster: everything that can be done to the nouns of package
// roster, with every rule about it. Faces (dialects, pages, the command line) decode a request,
// call one verb of [Directory], and encode what it returns.
//
// Every verb has one shape,
//
//	func (s *Service) CreateUser(ctx context.Context, by roster.Actor, in NewUser) (CreatedUser, error)
//
// and one body: ask the policy, clean and validate (all faults at once), prepare (hash, ids, time;
// no writes), one Update transaction, return. Rows, audit entry and queued jobs are written
// together; a verb sends nothing itself.
//
// The package does no I/O of its own: what it needs is declared in port.go and implemented outside.
// It knows no HTTP, no SQL and no dialect.
package directory
