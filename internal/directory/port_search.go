package directory

import "roster"

// SearchTx finds users by words, and in other orders than that of their numbers.
type SearchTx interface {
	// UsersInOrder returns the users that q picks, in its order: the cost is that of a page, however many users
	// there are, but where a scope is narrower than the organization and the order is not by number.
	UsersInOrder(org roster.OrganizationID, q OrderedQuery, with With) ([]roster.User, error)

	// UsersByWord returns who has a word that begins with the prefix, by ascending word and number, after a
	// place: at most limit rows. Somebody with two such words comes twice.
	UsersByWord(org roster.OrganizationID, prefix string, after WordPlace, limit int) ([]WordPlace, error)

	// UsersByNumbers returns those users of the numbers that are there, by ascending number: of at most MaxPage.
	UsersByNumbers(org roster.OrganizationID, numbers []int64, with With) ([]roster.User, error)

	// InsertWords and DeleteWords change by which words users are found. A word that is there already, or is
	// not, stays so.
	InsertWords(org roster.OrganizationID, words []WordPlace) error
	DeleteWords(org roster.OrganizationID, words []WordPlace) error

	// UsersEverywhere returns users of every organization, by ascending number: for work in the background.
	UsersEverywhere(afterNumber int64, limit int) ([]roster.User, error)
}

// UserOrder is what a list of users is ordered by.
type UserOrder string

// The orders. Users of one email or displayName are in the order of their numbers; all of it is reversed in a descending order.
const (
	OrderNumber      UserOrder = "number"
	OrderUserName    UserOrder = "userName"
	OrderDisplayName UserOrder = "displayName"
	OrderEmail       UserOrder = "email"
)

// Place is a place in an ordered list: the key of its order (a folded userName or email, the [SortKey] of a displayName, or the word that was found) and the
// number.
type Place struct {
	Key    string
	Number int64
}

// UserPlace is a place in an ordered list of users.
type UserPlace = Place

// WordPlace is a word of a user. It is also a place in a search.
type WordPlace = Place

// OrderedQuery picks users in an order. Zero fields do not restrict.
type OrderedQuery struct {
	Order      UserOrder // "" for OrderNumber
	Descending bool
	After      *UserPlace       // only users who come later; nil: from the first one
	Limit      int              // 1 to MaxPage
	InGroups   []roster.GroupID // users who are members of at least one; nil: all users, empty: none
	ID         roster.UserID
	UserKey    string // the folded userName
	EmailKey   string // the folded primary email
	ExternalID string
}
