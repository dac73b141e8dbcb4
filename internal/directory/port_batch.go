package directory

import "roster"

// BatchTx does for many records what other methods do for one, at a fraction of the price.
type BatchTx interface {
	// InsertUsers stores users: what InsertUser does for each. It returns their numbers in the order of
	// the rows, 0 for a user whose name is taken, of whom nothing is stored.
	InsertUsers(rows []NewUserRow) (numbers []int64, err error)

	// TakenNames returns those of the folded userNames that a user has, and TakenEmails those of the
	// folded addresses that are a user's userName or primary email. All keys are of one organization,
	// and none is "".
	TakenNames(org roster.OrganizationID, keys []string) (map[string]bool, error)
	TakenEmails(org roster.OrganizationID, keys []string) (map[string]bool, error)

	// InsertAudits and EnqueueAll store audit entries and jobs, as InsertAudit and Enqueue do.
	InsertAudits(entries []roster.AuditEntry) error
	EnqueueAll(jobs []roster.Job) error

	// TakeRetry deletes what is remembered under a key, and returns it: of two callers one finds it.
	TakeRetry(org roster.OrganizationID, key string) (r Retry, found bool, err error)
}
