package directory

import "roster"

// SearchTx reads and changes the index of words by which users are found.
type SearchTx interface {
	// UsersByWord returns who has a word that begins with the prefix, by ascending word and number,
	// after a place: at most limit rows. Somebody with two such words comes twice. Only those come who
	// also have a word with each prefix of also. The store reads all places of these first, so each of
	// them must be few, see CountWords.
	UsersByWord(org roster.OrganizationID, prefix string, also []string, after WordPlace, limit int) ([]WordPlace, error)

	// CountWords counts the places of words that begin with the prefix. It looks at most places.
	CountWords(org roster.OrganizationID, prefix string, most int) (WordCount, error)

	// UserNames returns those users of the numbers that are there, with their number and what their
	// words are made of, in any order: of at most MaxPage.
	UserNames(org roster.OrganizationID, numbers []int64) ([]roster.User, error)

	// InsertWords and DeleteWords change by which words users are found. A word that is there already,
	// or is not, stays so.
	InsertWords(org roster.OrganizationID, words []WordPlace) error
	DeleteWords(org roster.OrganizationID, words []WordPlace) error
}

// WordCount is how many places were counted, and how far apart their users' numbers lie. Where
// users lie far apart few have such a word.
type WordCount struct {
	Places int
	Spread int64
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
