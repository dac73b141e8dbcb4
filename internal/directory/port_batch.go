package directory

import "roster"

// BatchTx does for many records what other methods do for one, at a much lower cost.
type BatchTx interface {
	// InsertUsers stores users, like InsertUser for each. It returns their numbers in the order of the
	// rows. A user whose name is taken is not stored, and gets the number 0.
	InsertUsers(rows []NewUserRow) (numbers []int64, err error)

	// TakenNames returns those of the folded userNames that users have. TakenEmails returns those of
	// the folded addresses that are the userName or primary email of a user. All keys are of one
	// organization, and none is "".
	TakenNames(org roster.OrganizationID, keys []string) (map[string]bool, error)
	TakenEmails(org roster.OrganizationID, keys []string) (map[string]bool, error)

	// InsertAudits and EnqueueAll store audit entries and jobs, as InsertAudit and Enqueue do. Of jobs
	// with the same key the first is stored.
	InsertAudits(entries []roster.AuditEntry) error
	EnqueueAll(jobs []roster.Job) error

	// TakeRetry deletes the record under a key, and returns it. Of two concurrent callers one finds
	// it.
	TakeRetry(org roster.OrganizationID, key string) (r Retry, found bool, err error)
}
