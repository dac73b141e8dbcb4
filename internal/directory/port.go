package directory

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"roster/internal/premise"

	"roster"
)

// Store keeps the directory. Its methods return *roster.Error for every failure that a caller can
// act on.
type Store interface {
	// View runs fn on a consistent snapshot that it cannot change.
	View(ctx context.Context, fn func(Tx) error) error

	// Update runs fn in a transaction and returns nil only when what it wrote is on disk. fn may run
	// more than once, so it must set what it returns anew each time, and after a call on the Tx has
	// failed it must return (PostgreSQL answers nothing more then). fn runs under the store's own
	// context, not under ctx: a caller who leaves in the middle must not undo its neighbours in the
	// same commit. A caller whose ctx ends before its turn is skipped.
	Update(ctx context.Context, fn func(Tx) error) error
}

// UpdateFunc is [Store].Update, or one that adds a condition to each transaction.
type UpdateFunc func(ctx context.Context, fn func(Tx) error) error

// Tx is one transaction. It takes no context, so that a caller's cannot get in. It is good until fn
// returns, in fn's goroutine.
//
// Every method is bound to an organization by an argument or by the record, so that no query
// crosses; those that find a credential by its hash return the organization.
type Tx interface {
	OrganizationTx
	UserTx
	DeletionTx
	GroupTx
	CredentialTx
	AuditTx
	JobTx
	RetryTx
	GuessTx
	SettingTx
	LeaseTx
	RealmTx
	LockTx
	SearchTx
	NameTx
	BatchTx
	CheckTx
	AlertTx
}

// OrganizationTx reads and makes organizations.
type OrganizationTx interface {
	OrganizationBySlug(slug string) (roster.Organization, error)            // NotFound
	InsertOrganization(o roster.Organization) error                         // Conflict(slug)
	OrganizationByID(id roster.OrganizationID) (roster.Organization, error) // NotFound
	// Organizations returns the organizations that q picks, by ascending slug.
	Organizations(q OrganizationQuery) (Rows[roster.Organization], error)
	// UpdateOrganization writes name, settings and version.
	UpdateOrganization(o roster.Organization) error // NotFound
}

// OrganizationQuery picks organizations. Zero fields do not restrict.
type OrganizationQuery struct {
	Where Condition // on indexed attributes
	After string    // only greater slugs
	Limit int       // 1 to MaxPage
	Count bool      // fill Total
}

// UserTx reads and changes users.
type UserTx interface {
	// InsertUser stores the user's own columns, and its Roles, LevelGroups, Groups, Teams and
	// ContactMethods as given (ids only; PrimaryGroup too must be among Groups by then). It returns the
	// number. Errors: Conflict(userName).
	InsertUser(u NewUserRow) (number int64, err error)

	// UpdateUser writes every column of a user's own, but for the password, and replaces the rows of
	// the parts. u holds what is to be, with the new version. Errors: NotFound, Conflict(userName).
	UpdateUser(u NewUserRow, parts With) error

	// DeleteUser frees the user's name and ends what it was: roles, memberships, contact methods,
	// preferences, sessions, links and entries on check groups are gone, its tokens are revoked. The
	// row stays for what refers to it.
	DeleteUser(org roster.OrganizationID, number int64, at time.Time) error // NotFound

	// SetServerAdmin says whether the user may make organizations, and raises its version.
	SetServerAdmin(org roster.OrganizationID, id roster.UserID, may bool, at time.Time) error // NotFound

	// RemoveContactMethod deletes a contact method of a user, through the face, and reports whether it
	// was there. That of the primary email is never there.
	RemoveContactMethod(org roster.OrganizationID, user roster.UserID, id roster.ContactMethodID, by roster.Face) (bool, error)

	// LockUser keeps other transactions from changing the user until this one ends. Errors: NotFound.
	LockUser(org roster.OrganizationID, sel UserSelector) error

	// OtherAdministrators reports whether, besides the user, somebody active holds the access level
	// administrator or one of the roles for the organization.
	OtherAdministrators(org roster.OrganizationID, besides roster.UserID, roles []roster.RoleID) (bool, error)

	// User returns the one user that sel picks. Errors: NotFound.
	User(org roster.OrganizationID, sel UserSelector, with With) (roster.User, error)

	// Users returns the users that q picks, in its order, and where the next of them begin. The cost is
	// that of a page, however many users there are; only an order other than by number costs more where
	// Among or an indexed attribute picks users.
	Users(org roster.OrganizationID, q UserQuery, with With) (UserRows, error)

	// UserCreatedBy returns the id and the time of creation of the user with the key, if the create
	// with the fingerprint made it.
	UserCreatedBy(org roster.OrganizationID, userKey, fingerprint string) (made UserCreation, found bool, err error)

	// EmailHolder returns another user whose userName or primary email has the key, if there is one.
	EmailHolder(org roster.OrganizationID, key string, besides roster.UserID) (holder roster.Holder, found bool, err error)

	// SetPassword stores a hash and raises the user's credential version, not the version: a password
	// is not an administered attribute.
	SetPassword(org roster.OrganizationID, id roster.UserID, hash roster.PasswordHash, at time.Time) error

	// AddContactMethod stores another contact method of a user, set through the face; one of the same
	// service and address stays as it is.
	AddContactMethod(org roster.OrganizationID, id roster.UserID, c roster.ContactMethod, by roster.Face) error

	// ConfirmContactMethod marks the user's methods of the service and address as confirmed, where
	// they are not yet.
	ConfirmContactMethod(org roster.OrganizationID, id roster.UserID, service roster.Service, address string, at time.Time) error

	// UsersWanting returns the numbers of active users who chose a service for the type, which is
	// TypeUnmatched or TypeDigest, in ascending order: a page of at most limit after a number. Whoever
	// notifies them asks for it; who of them may see what, it decides itself.
	UsersWanting(org roster.OrganizationID, kind roster.NotificationType, after int64, limit int) ([]int64, error)

	// UsersWithAddress returns the numbers of users who have an address for email or SMS, as primary
	// email or as contact method, confirmed or not, in ascending order: a page of at most limit after a
	// number. Whoever gets a reply from the address asks for it.
	UsersWithAddress(org roster.OrganizationID, service roster.Service, address string, after int64, limit int) ([]int64, error)

	// DefaultPreferences returns the default matrix of the organization joined with those of the
	// groups.
	DefaultPreferences(org roster.OrganizationID, groups []roster.GroupID) ([]roster.Preference, error)

	// GroupDefaultPreferences returns the default matrix of the group alone.
	GroupDefaultPreferences(org roster.OrganizationID, group roster.GroupID) ([]roster.Preference, error)

	// SetDefaultPreferences replaces the default matrix of the organization (group "") or of a group.
	SetDefaultPreferences(org roster.OrganizationID, group roster.GroupID, prefs []roster.Preference) error
}

// NewUserRow is a user to be stored.
type NewUserRow struct {
	roster.User
	UserKey         string // Fold of UserName; "" once deleted
	EmailKey        string // Fold of Email
	PasswordHash    roster.PasswordHash
	TimeZoneUnknown bool // the zone's text is not understood

	Fingerprint string // of the create, in hex; "" if it cannot be repeated
	EmailClaim  string // the EmailKey, if no other user may claim it; "" for none
}

// UserCreation says which user a create made, and when.
type UserCreation struct {
	ID        roster.UserID
	CreatedAt time.Time
}

// UserSelector picks one user: by the first of its fields that is set.
type UserSelector struct {
	ID       roster.UserID
	Number   int64
	UserName string // compared without regard to case
	Email    string // the primary address; the verbs turn it into an id (Conflict where several users have it)
}

// MaxPage is the greatest number of records that one query returns.
const MaxPage = 1000

// With says what is loaded along with a user.
type With uint8

// The parts that can be loaded along. Each costs one query for a whole page.
const (
	WithRoles With = 1 << iota // and the groups that the level is granted for
	WithGroups
	WithTeams
	WithReach // contact methods
)

// GroupTx reads and changes groups, teams, departments and roles.
type GroupTx interface {
	// InsertGroup returns the number that the group got; g.Number is taken if it is set.
	// Routing.Services are stored by id.
	InsertGroup(g roster.Group, key string) (number int64, err error) // Conflict(displayName)
	// UpdateGroup writes what may change of a group, its services too.
	UpdateGroup(g roster.Group, key string) error // NotFound, Conflict(displayName)
	// DeleteGroup frees the group's name and number of members. Whoever had it as primary group has
	// none.
	DeleteGroup(org roster.OrganizationID, id roster.GroupID, at time.Time) error // NotFound
	InsertDepartment(dep roster.Department, key string) (number int64, err error) // Conflict(displayName)
	UpdateDepartment(dep roster.Department, key string) error                     // NotFound, Conflict(displayName)
	// DeleteDepartment frees the department's name; nobody belongs to it any more.
	DeleteDepartment(org roster.OrganizationID, id roster.DepartmentID, at time.Time) error // NotFound
	InsertRole(r roster.Role, key string) (number int64, err error)                         // Conflict(displayName)
	UpdateRole(r roster.Role, key string) error                                             // NotFound, Conflict(displayName)
	// DeleteRole frees the role's name. It reports false, and changes nothing, while a user has the
	// role.
	DeleteRole(org roster.OrganizationID, id roster.RoleID) (bool, error)
	InsertService(s roster.BusinessService, key string) (number int64, err error) // Conflict(displayName)

	// The Find methods resolve references: the result has the length of refs, with a zero record
	// where nothing was found.
	FindGroups(org roster.OrganizationID, kind roster.GroupKind, refs []roster.Ref) ([]roster.Group, error)
	// FindNamed is FindGroups for both kinds, and FindRoles, together: in one journey.
	FindNamed(org roster.OrganizationID, refs NamedRefs) (NamedRecords, error)
	FindDepartment(org roster.OrganizationID, ref roster.Ref) (roster.Department, error)
	FindRoles(org roster.OrganizationID, refs []roster.Ref) ([]roster.Role, error)
	FindServices(org roster.OrganizationID, refs []roster.Ref) ([]roster.BusinessService, error)
	FindUsers(org roster.OrganizationID, refs []roster.Ref) ([]roster.UserLink, error)

	// Groups returns the groups that q picks, in its order; MemberCount is counted, and services are
	// loaded, if asked for.
	Groups(org roster.OrganizationID, q GroupQuery) (Rows[roster.Group], error)
	Departments(org roster.OrganizationID, q DepartmentQuery) (Rows[roster.Department], error)
	Roles(org roster.OrganizationID, q RoleQuery) (Rows[roster.Role], error)
	// Members returns the members that q picks, by ascending number.
	Members(org roster.OrganizationID, q MemberQuery) (Rows[roster.UserLink], error)

	// MembersAmong returns those of the users, by number, who are members of at least one of the
	// groups, by ascending number.
	MembersAmong(org roster.OrganizationID, groups []roster.GroupID, users []int64) ([]int64, error)
	// GrantedFor returns users, by ascending number, to whom something is granted for the group: a
	// role, their access level, or a token that is not revoked. It is a page of at most limit. No face
	// shows them, so they have no query.
	GrantedFor(org roster.OrganizationID, id roster.GroupID, afterNumber int64, limit int) ([]int64, error)
	// AddMembers and RemoveMembers change memberships by the users' numbers, and raise the version of
	// those users. Who is a member already, or is none, stays so. Whoever loses a primary group has
	// none.
	AddMembers(org roster.OrganizationID, id roster.GroupID, users []int64, at time.Time) error
	RemoveMembers(org roster.OrganizationID, id roster.GroupID, users []int64, at time.Time) error
}

// NamedRefs are references of several kinds.
type NamedRefs struct{ Groups, Teams, Roles []roster.Ref }

// NamedRecords are what [NamedRefs] name, in the same order.
type NamedRecords struct {
	Groups, Teams []roster.Group
	Roles         []roster.Role
}

// GroupQuery picks groups of one kind. Zero fields do not restrict.
type GroupQuery struct {
	Kind            roster.GroupKind         // always set
	Where           Condition                // on indexed attributes
	Among           []roster.GroupID         // nil: all, empty: none
	BusinessService roster.BusinessServiceID // groups with this service
	Order           ListOrder
	Limit           int  // 1 to MaxPage
	Count           bool // fill Total
	CountMembers    bool // fill MemberCount
	Services        bool // load Routing.Services
}

// DepartmentQuery picks departments. Zero fields do not restrict.
type DepartmentQuery struct {
	Where Condition // on indexed attributes
	Order ListOrder
	Limit int  // 1 to MaxPage
	Count bool // fill Total
}

// RoleQuery picks roles. Zero fields do not restrict.
type RoleQuery struct {
	Where Condition // on indexed attributes
	Order ListOrder
	Limit int  // 1 to MaxPage
	Count bool // fill Total
}

// MemberQuery picks members of one group.
type MemberQuery struct {
	Group roster.GroupID // always set
	After int64          // only greater numbers
	Limit int            // 1 to MaxPage
	Count bool           // fill Total
}

// CredentialTx reads and changes what proves identity. Secrets are named by hash.
type CredentialTx interface {
	// AccountByName returns the account with the user key. Errors: NotFound.
	AccountByName(org roster.OrganizationID, userKey string) (roster.Account, error)
	// AccountByID returns the account of the user. Errors: NotFound.
	AccountByID(org roster.OrganizationID, id roster.UserID) (roster.Account, error)

	// AccountsByNumbers returns the accounts of users, by ascending number. Users who are not there are
	// left out.
	AccountsByNumbers(org roster.OrganizationID, numbers []int64) ([]roster.Account, error)

	// SessionByHash returns the session whose token has the hash, and its user's account, whether it is
	// still good or not. Errors: NotFound.
	SessionByHash(hash string) (roster.Session, roster.Account, error)
	// InsertSession stores a session; the oldest of the user beyond max are deleted.
	InsertSession(s roster.Session, hash string, max int) error
	TouchSession(id roster.SessionID, at time.Time) error
	DeleteSessions(org roster.OrganizationID, id roster.UserID) error
	// Sessions returns the sessions that q picks, by ascending id: the oldest first.
	Sessions(org roster.OrganizationID, q SessionQuery) (Rows[roster.Session], error)
	// DeleteSession reports whether the user had the session.
	DeleteSession(org roster.OrganizationID, user roster.UserID, id roster.SessionID) (bool, error)
	// DeleteDeadSessions deletes up to limit sessions that were over at a time, and returns how many.
	DeleteDeadSessions(at time.Time, limit int) (int, error)

	// TokenByHash returns the token whose secret has the hash, good or not, and the account of its user
	// (zero for a token of the organization). Errors: NotFound.
	TokenByHash(hash string) (roster.Token, roster.Account, error)
	InsertToken(t roster.Token, key, hash string) error                         // Conflict(name)
	Tokens(org roster.OrganizationID, q TokenQuery) (Rows[roster.Token], error) // by ascending id
	HasToken(org roster.OrganizationID, user roster.UserID) (bool, error)       // whether the user has one that is not revoked
	FindToken(org roster.OrganizationID, ref roster.Ref) (roster.Token, error)  // by id or name, not revoked. NotFound
	RevokeToken(org roster.OrganizationID, id roster.TokenID, at time.Time) error
	TouchTokens(uses []roster.TokenUse) error

	// InsertLink stores a link; earlier ones of the user for the same purpose are deleted.
	InsertLink(l roster.Link, hash string) error
	// LinkByHash returns the link whose secret has the hash, good or not. Errors: NotFound.
	LinkByHash(hash string) (roster.Link, error)
	// DeleteLinks deletes the links of a user for a purpose; for "" those for every purpose.
	DeleteLinks(org roster.OrganizationID, user roster.UserID, purpose roster.LinkPurpose) error

	// AccessVersions returns the versions that a caller's rights depend on: that of the organization's
	// policy, and of the user with the number, 0 if there is none.
	AccessVersions(org roster.OrganizationID, user int64) (premise.Versions, error)
	// StillHolds reports whether what is remembered of a caller still holds.
	StillHolds(r premise.Remembered) (bool, error)

	// KnowAddress remembers that the user name signed in from the address at a time.
	KnowAddress(org roster.OrganizationID, userKey, address string, at time.Time) error
	// AddressKnownSince reports whether it did so since a time.
	AddressKnownSince(org roster.OrganizationID, userKey, address string, since time.Time) (bool, error)
}

// SessionQuery picks the sessions of one user.
type SessionQuery struct {
	User  roster.UserID    // always set
	Open  time.Time        // only those that are not over then
	After roster.SessionID // only greater ids
	Limit int              // 1 to MaxPage
	Count bool             // fill Total
}

// TokenQuery picks tokens. Zero fields do not restrict.
type TokenQuery struct {
	Revoked bool           // revoked ones, too
	After   roster.TokenID // only greater ids
	Limit   int            // 1 to MaxPage
	Count   bool           // fill Total
}

// AuditTx writes and reads the audit.
type AuditTx interface {
	InsertAudit(e roster.AuditEntry) error
	// AuditEntries returns the entries that q picks, in its order.
	AuditEntries(org roster.OrganizationID, q AuditQuery) (Rows[roster.AuditEntry], error)
	// AuditEntriesAmong returns those of the ids that there are, in no order.
	AuditEntriesAmong(org roster.OrganizationID, ids []roster.AuditID) ([]roster.AuditEntry, error)
	// AuditIDs returns up to limit ids of entries after one and up to another, ascending.
	AuditIDs(org roster.OrganizationID, after, through roster.AuditID, limit int) ([]roster.AuditID, error)

	// AuditWaiting returns up to limit organizations whose next entry to be sealed in order was made
	// before a time, after an organization in an order of its own.
	AuditWaiting(before time.Time, after roster.OrganizationID, limit int) ([]roster.OrganizationID, error)
	// AuditSeals returns the seals that q picks, in its order.
	AuditSeals(org roster.OrganizationID, q AuditSealQuery) ([]roster.AuditSeal, error)
	// InsertAuditSeal stores a seal. Errors: Conflict(number) where somebody else sealed first.
	InsertAuditSeal(s roster.AuditSeal) error

	// EraseAuditTarget erases the target's side of all entries about a record.
	EraseAuditTarget(org roster.OrganizationID, target string) error
	// EraseAuditActors reads up to limit entries after one by ascending id, and erases the actor's side
	// of those whose actor is in the set. It returns the last entry read, "" if none is left.
	EraseAuditActors(org roster.OrganizationID, actors map[string]bool, after roster.AuditID, limit int) (last roster.AuditID, err error)
}

// AuditQuery picks audit entries. Zero fields do not restrict.
type AuditQuery struct {
	Where Condition // on indexed attributes
	Order AuditOrder
	Limit int  // 1 to MaxPage
	Count bool // fill Total
}

// AuditOrder is the order of a list of audit entries by id, and the place where the list begins.
type AuditOrder struct {
	Descending bool
	After      roster.AuditID // only entries that come later
}

// AuditSealQuery picks seals by number. Zero fields do not restrict.
type AuditSealQuery struct {
	Descending bool
	After      int64 // only seals that come later in the order
	Limit      int   // 1 to MaxPage
}

// JobTx queues work, and does the queue's bookkeeping.
type JobTx interface {
	// Enqueue stores a job. If an unfinished job has its key, that one stays the only job, takes the
	// payload, and
	//
	//   - is due at j.RunAt if it waits for its first attempt and would be due later. One that waits
	//     after an attempt that failed keeps its time;
	//   - is marked again if it runs. Once this run has ended it is ready for j.RunAt, as a new job
	//     is, instead of done or buried. A retry, or a claim after the lease ran out, that begins at
	//     that time or later is that run.
	//
	// A worker that claims the job after this transaction sees what the transaction wrote.
	Enqueue(j roster.Job) error
	// RescheduleJob makes the unfinished job with the key due at a time, earlier or later, from its
	// first attempt. One that runs is marked again for that time. It reports whether there was one.
	RescheduleJob(org roster.OrganizationID, key string, runAt time.Time) (bool, error)
	// WithdrawJob ends the unfinished job with the key as withdrawn. One that runs ends with this run,
	// however that ends. It reports whether there was one.
	WithdrawJob(org roster.OrganizationID, key string, at time.Time) (bool, error)
	// ClaimJobs takes up to limit jobs of the lane that are due, or whose lease has run out, and
	// leases them until a time. Attempts and Claim count this claim.
	ClaimJobs(lane roster.Lane, now, leaseUntil time.Time, limit int) ([]roster.Job, error)
	// FinishJob, RetryJob and BuryJob end a claim. They report false, and change nothing, where the
	// claim is no longer the job's latest: the lease ran out and somebody else has it.
	FinishJob(id roster.JobID, claim int, at time.Time) (bool, error)
	RetryJob(id roster.JobID, claim int, at, runAt time.Time, reason string) (bool, error)
	BuryJob(id roster.JobID, claim int, at time.Time, reason string) (bool, error)
	JobCounts() ([]roster.JobCounts, error)
	// Jobs returns the organization's jobs that q picks, by ascending id.
	Jobs(org roster.OrganizationID, q JobQuery) (Rows[roster.Job], error)
	// ReviveJob makes a buried job ready again, with no attempt made.
	ReviveJob(org roster.OrganizationID, id roster.JobID, at time.Time) (roster.Job, error) // NotFound where no such job is buried
	// Stranded reports whether a job of the lane waits because a clock was set back. lease is how long
	// a claim may last. See [MaxJobWait] for how long a job may wait.
	Stranded(lane roster.Lane, now time.Time, lease time.Duration) (bool, error)
	// HastenJobs makes up to limit such jobs due, and returns how many.
	HastenJobs(lane roster.Lane, now time.Time, lease time.Duration, limit int) (int, error)
	// NextRun returns when the lane's next job is due; the zero time if there is none.
	NextRun(lane roster.Lane) (time.Time, error)
	// DeleteDoneJobs deletes up to limit jobs that were done or withdrawn before a time, and returns
	// how many.
	DeleteDoneJobs(before time.Time, limit int) (int, error)
}

// JobQuery picks jobs that are neither done nor withdrawn. Zero fields do not restrict.
type JobQuery struct {
	State roster.JobState // of buried ones an index finds each, of others the unfinished ones are looked through
	After roster.JobID    // only greater ids
	Limit int             // 1 to MaxPage
	Count bool            // fill Total
}

const (
	// MaxJobWait is how long a job waits at most after an attempt. A job also waits while it is
	// claimed, until its lease ends, and before its first attempt, if it was queued for a later time.
	// Nothing else makes a job wait, so one that is due further ahead waits because a clock was set
	// back.
	MaxJobWait = 24 * time.Hour

	// ClockSlack is by how much the clocks of two servers may differ without anybody taking it for a
	// clock that was set.
	ClockSlack = time.Minute
)

// Retry remembers the answer to a create, so that a repeat gets it again (DECISIONS 20).
type Retry struct {
	OrganizationID roster.OrganizationID
	Key            string // HMAC over scope and input
	ResourceID     string
	Version        int64  // of the resource as it was made
	Fingerprint    string // HMAC of the input, where the key is the caller's own; "" where the key has it
	CreatedAt      time.Time
}

// RetryTx remembers creates.
type RetryTx interface {
	// InsertRetry reports whether it stored r: false where the key is taken.
	InsertRetry(r Retry) (bool, error)
	Retry(org roster.OrganizationID, key string) (r Retry, found bool, err error)
	DeleteRetry(org roster.OrganizationID, key string) error
	// DeleteRetries deletes up to limit that were made before a time, and returns how many.
	DeleteRetries(before time.Time, limit int) (int, error)
}

// GuessWindow is how long failed sign-ins are counted, from the first one (DECISIONS 16).
const GuessWindow = 15 * time.Minute

// Guess is one more try under a count, such as that of a name or of an address.
type Guess struct {
	Key   string    // of the count: an HMAC, so that it gives no name away
	Most  int       // tries that a window takes; always the same for a key
	Since time.Time // when the count's window began
}

// GuessTx counts failed sign-ins where several servers share a database.
type GuessTx interface {
	// ReserveGuesses counts a try under each key and returns the guesses with Since. A window that is
	// over begins anew. Where counts are full it returns these instead, with Since; the caller must
	// then let the transaction fail, so that nothing stays counted.
	ReserveGuesses(guesses []Guess, at time.Time) (reserved, full []Guess, err error)
	// RefundGuesses takes back what was reserved, in windows that are not over.
	RefundGuesses(guesses []Guess) error
	// DeleteGuesses deletes up to limit counts whose window is over at a time, and returns how many.
	DeleteGuesses(at time.Time, limit int) (int, error)
}

// RealmTx reads and changes realms. Keys are folded names.
type RealmTx interface {
	InsertRealm(r roster.Realm, key string) error // Conflict(displayName)
	UpdateRealm(r roster.Realm) error             // NotFound
	FindRealm(org roster.OrganizationID, key string) (r roster.Realm, found bool, err error)
	RealmByID(org roster.OrganizationID, id roster.RealmID) (roster.Realm, error) // NotFound
	Realms(org roster.OrganizationID, q RealmQuery) (Rows[roster.Realm], error)   // by ascending key
}

// RealmQuery picks realms. Zero fields do not restrict.
type RealmQuery struct {
	Where Condition // on comparable attributes: an organization has few realms
	After string    // only greater keys
	Limit int       // 1 to MaxPage
	Count bool      // fill Total
}

// SettingTx keeps what the server must remember about itself.
type SettingTx interface {
	Setting(name string) (value string, found bool, err error)
	// PutSetting stores a value.
	PutSetting(name, value string) error
}

// Passwords hashes and verifies. Both wait for a place at the hash gate.
type Passwords interface {
	// Ask returns the error with which a hash for the actor would be refused at once, because too many
	// wait. It is asked before anything is looked up. Errors: Unavailable, caused by ErrCrowded.
	Ask(ctx context.Context, by roster.Actor) error
	// Hash returns the PHC string of a password, with a salt of its own.
	// Errors: Invalid(password) where it must be strong and is not, Unavailable.
	Hash(ctx context.Context, by roster.Actor, p NewHash) (roster.PasswordHash, error)
	// Verify reports whether the password is the one behind the hash of a user. Without a hash it is
	// not, at the same cost. Errors: Unavailable.
	Verify(ctx context.Context, by roster.Actor, of roster.UserID, hash roster.PasswordHash, password string) (bool, error)
	// ValidateStrength judges a password that must be strong, without hashing it.
	// Errors: Invalid(password), Unavailable.
	ValidateStrength(ctx context.Context, by roster.Actor, p NewHash) error
}

// ErrCrowded is the cause of the Unavailable with which a hash is refused because too many wait for
// one.
var ErrCrowded = errors.New("too many wait for a hash")

// NewHash is a password to be hashed.
type NewHash struct {
	Password string

	// Share names the one create that equal calls repeat: those in flight together with the same Share
	// and Password get the same hash for the price of one. "": nothing is shared.
	Share string

	Strong bool     // it must not be easy to guess
	About  []string // words that a strong one must not stand on, such as the person's names
}

// Realms judges the configurations of realms.
type Realms interface {
	// ValidateSAML returns every fault of a SAML realm's configuration; fields begin with
	// "configuration".
	ValidateSAML(ctx context.Context, configuration json.RawMessage) roster.Faults
}

// Secrets mints and hashes what proves identity without a password.
type Secrets interface {
	Token() string             // of an API token
	Session() string           // of a session: 32 hex digits, as Graze has it
	Link() string              // of a link
	Hash(secret string) string // what is stored of each: its SHA-256 in hex
}
