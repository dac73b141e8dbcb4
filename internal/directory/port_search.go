package directory

import "roster"

// SearchTx reads and changes the index of words by which users are found.
type SearchTx interface {
	// UsersByWord returns who has a word that begins with the prefix, by ascending word and number,
	// after a place: at most limit rows. Somebody with two such words comes twice.
	UsersByWord(org roster.OrganizationID, prefix string, after WordPlace, limit int) ([]WordPlace, error)

	// InsertWords and DeleteWords change by which words users are found. A word that is there already,
	// or is not, stays so.
	InsertWords(org roster.OrganizationID, words []WordPlace) error
	DeleteWords(org roster.OrganizationID, words []WordPlace) error
}

// UserOrder is what a list of users is ordered by.
type UserOrder string

// The orders. Users of one email or displayName are in the order of their numbers; all of it is
// reversed in a descending order.
const (
	OrderNumber      UserOrder = "number"
	OrderUserName    UserOrder = "userName"
	OrderDisplayName UserOrder = "displayName"
	OrderEmail       UserOrder = "email"
)

// Place is a place in an ordered list: the key of its order (a folded userName or email, the
// [SortKey] of a displayName, or the word that was found) and the number.
type Place struct {
	Key    string
	Number int64
}

// UserPlace is a place in an ordered list of users.
type UserPlace = Place

// WordPlace is a word of a user. It is also a place in a search.
type WordPlace = Place
