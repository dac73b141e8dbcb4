package directory

import (
	"time"

	"roster"
)

// CheckTx reads and changes checks, check groups, the entries on these, and events.
type CheckTx interface {
	// InsertCheck returns the number that the check got. Groups and Teams are stored by id. The
	// check's state is stored with it.
	InsertCheck(c roster.Check, key, aliasKey string) (number int64, err error) // Conflict(displayName, emailAlias)
	// UpdateCheck writes what may change of a check, but for its state.
	UpdateCheck(c roster.Check, key, aliasKey string) error // NotFound, Conflict(displayName, emailAlias)
	// DeleteCheck frees the check's name and alias, and deletes its state; its events and alerts
	// stay.
	DeleteCheck(org roster.OrganizationID, id roster.CheckID, at time.Time) error // NotFound
	// Checks returns the checks that q picks, in its order.
	Checks(org roster.OrganizationID, q CheckQuery) (Rows[roster.Check], error)
	// CheckIDs returns the ids of the checks that q picks, in its order. It does not count.
	CheckIDs(org roster.OrganizationID, q CheckQuery) ([]roster.CheckID, error)
	// CheckVersions returns what is another once a check is made, changed in its version, or
	// deleted.
	CheckVersions(org roster.OrganizationID) (CheckVersions, error)
	// ProgramSize returns the size of the regular expressions of all checks but one.
	ProgramSize(org roster.OrganizationID, besides roster.CheckID) (int64, error)
	// CheckCounts counts the checks of the scope by state and by the status of the last event, ""
	// before the first.
	CheckCounts(org roster.OrganizationID, scope *CheckScope) ([]CheckCount, error)

	InsertCheckGroup(g roster.CheckGroup, key string) (number int64, err error) // Conflict(displayName)
	UpdateCheckGroup(g roster.CheckGroup, key string) error                     // NotFound, Conflict(displayName)
	// DeleteCheckGroup frees the name; its checks are in no check group any more, and its entries
	// are gone.
	DeleteCheckGroup(org roster.OrganizationID, id roster.CheckGroupID, at time.Time) error // NotFound
	// CheckGroups returns the check groups that q picks, in its order, with how many checks of the
	// scope they have.
	CheckGroups(org roster.OrganizationID, q CheckGroupQuery) (Rows[roster.CheckGroup], error)

	// PutCheckPermission stores an entry, or changes the one that its user or group has on the
	// check group; it returns the entry as it is then.
	PutCheckPermission(org roster.OrganizationID, p roster.CheckPermission) (roster.CheckPermission, error)
	DeleteCheckPermission(org roster.OrganizationID, id roster.CheckPermissionID) error // NotFound
	// CheckPermissions returns the entries that q picks, by ascending id.
	CheckPermissions(org roster.OrganizationID, q CheckPermissionQuery) (Rows[roster.CheckPermission], error)
	// CheckAccess returns what entries give a user, also those of its groups: the highest level for
	// each check group. One that gives nothing is left out.
	CheckAccess(org roster.OrganizationID, user roster.UserID) (map[roster.CheckGroupID]roster.AccessLevel, error)

	// UserCheckGrants returns what entries give users, by number: their own and those of each of
	// their groups. GroupCheckGrants returns what entries give the members of groups. One that
	// gives nothing is left out.
	UserCheckGrants(org roster.OrganizationID, users []int64) ([]CheckGrant, error)
	GroupCheckGrants(org roster.OrganizationID, groups []roster.GroupID) ([]CheckGrant, error)

	// InsertEvent stores an event. Its id sorts as it came.
	InsertEvent(e roster.Event) error
	// Events returns the events that q picks, by descending id.
	Events(org roster.OrganizationID, q EventQuery) ([]roster.Event, error)
	// DeleteEvents deletes up to limit events that came before one, of every organization, and
	// returns how many.
	DeleteEvents(before roster.EventID, limit int) (int, error)
	// CountUsers returns how many users there are, in at least one of the groups (nil: in the
	// organization). Its cost grows with their number; it is for overviews.
	CountUsers(org roster.OrganizationID, groups []roster.GroupID) (int64, error)
}

// CheckCount is how many checks have a state and a status.
type CheckCount struct {
	State  roster.State
	Status roster.Status // of the last event; "" before the first
	N      int64
}

// CheckVersions tells states of an organization's checks apart. Numbers and versions only rise, and
// no number is used again: so no two states have all three in common.
type CheckVersions struct {
	Checks     int64 // how many there are
	LastNumber int64
	Versions   int64 // the sum
}

// CheckGrant is what an entry gives on a check group.
type CheckGrant struct {
	CheckGroup  roster.CheckGroupID
	User        int64          // the number of the user who gets it; 0 where it was asked for groups
	Group       roster.GroupID // whose members have it; "" for an entry of a user
	AccessLevel roster.AccessLevel
}

// CheckScope limits what somebody sees of checks: a check is seen that names one of the groups (of
// either kind), or is in a check group on which the user, or one of its groups, has an entry with
// the level readonly or more. nil sees all, the zero one nothing.
type CheckScope struct {
	Groups []roster.GroupID
	User   roster.UserID
}

// CheckQuery picks checks. Zero fields do not restrict.
type CheckQuery struct {
	Where      Condition        // on indexed attributes
	Among      []roster.CheckID // one of these, MaxPage at most; nil: any, empty: none
	CheckGroup roster.CheckGroupID
	Scope      *CheckScope
	Order      ListOrder
	Limit      int  // 1 to MaxPage
	Count      bool // fill Total
	Told       bool // load Groups and Teams
}

// CheckGroupQuery picks check groups. Zero fields do not restrict.
type CheckGroupQuery struct {
	Where Condition   // on indexed attributes
	Scope *CheckScope // those with such an entry, and those that have a check which is seen
	Order ListOrder
	Limit int  // 1 to MaxPage
	Count bool // fill Total
}

// CheckPermissionQuery picks entries on check groups. Zero fields do not restrict.
type CheckPermissionQuery struct {
	ID         roster.CheckPermissionID
	CheckGroup roster.CheckGroupID
	Users      []roster.UserID // for one of these, MaxPage at most; nil: any, empty: none
	Group      roster.GroupID
	// Those on check groups in the scope that are for one of its groups or for a member of one, for
	// its user or for a group of that user.
	Scope *CheckScope
	After roster.CheckPermissionID // only greater ids
	Limit int                      // 1 to MaxPage
	Count bool                     // fill Total
}

// MaxEventChecks is how many checks one EventQuery names at most.
const MaxEventChecks = 64

// EventQuery picks events, the newest first. Zero fields do not restrict. It does not count: who
// sees which events is no question that one statement answers.
type EventQuery struct {
	Since     roster.EventID   // only those that came then or later
	Among     []roster.EventID // one of these; nil: any, empty: none
	Checks    []roster.CheckID // those of one of these, MaxEventChecks at most; nil: any, empty: none
	Unmatched bool             // only those that no check claimed; Checks is not looked at
	Body      bool             // load Body and Reason
	After     roster.EventID   // only those that come later in the list: that came earlier
	Limit     int              // 1 to MaxPage
}
