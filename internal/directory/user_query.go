package directory

import "roster"

// UserQuery picks users of an organization. The zero query picks all of them, by ascending number.
type UserQuery struct {
	// Where is what the users must be. Where it holds, among the conditions that must all be true, an
	// equality of an [Indexed] attribute or a [OneOf] of numbers, an index finds the users. Else the
	// store looks at Limit users in the order, and returns those of whom Where is true.
	Where      Condition
	Among      []roster.GroupID // members of at least one; nil: all users, empty: none. Where is then nothing but indexed
	Order      UserOrder        // "" for OrderNumber
	Descending bool
	After      *UserPlace // only users who come later; nil: from the first one
	Limit      int        // 1 to MaxPage
	Count      bool       // fill Total; not together with Among

	// Everywhere picks users of every organization, by number: for work in the background. The
	// organization must then be "", and of the other fields only After and Limit count.
	Everywhere bool
}

// UserRows is what a [UserQuery] finds.
type UserRows struct {
	Users    []roster.User
	Next     *UserPlace // where the next users begin, nil at the end
	Examined int        // how many users the store looked at
	Total    Total
}

// hasEmail returns the condition that users have a primary email. An address that nobody sees is
// nobody's.
func hasEmail(address string) Condition {
	if key := Fold(address); key != "" {
		return Is("email", key)
	}
	return never
}

// usersByNumbers returns those users of the numbers that are there, by ascending number: of at most
// MaxPage.
func usersByNumbers(tx Tx, org roster.OrganizationID, numbers []int64, with With) ([]roster.User, error) {
	q := UserQuery{Where: Condition{Op: OneOf, Attribute: "number", Value: numbers}, Limit: MaxPage}
	rows, err := tx.Users(org, q, with)
	return rows.Users, err
}

// usersEverywhere returns users of every organization, by ascending number.
func usersEverywhere(tx Tx, after int64, limit int) ([]roster.User, error) {
	rows, err := tx.Users("", UserQuery{Everywhere: true, After: &UserPlace{Number: after}, Limit: limit}, 0)
	return rows.Users, err
}
