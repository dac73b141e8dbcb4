package directory

// A noun has one query: a struct that says which of its records are picked (Where and what else
// there is), in what order, after which place, how many at most, and whether all of them are
// counted. One method of the store answers it.

// Rows are the records that a query finds: a page of those it picks.
type Rows[T any] struct {
	Records []T
	Total   Total // of all pages, where the query has Count
}

// First returns the first record, if there is one.
func (r Rows[T]) First() (record T, found bool) {
	if len(r.Records) > 0 {
		record, found = r.Records[0], true
	}
	return record, found
}

// Total is how many records there are on all pages of a list: at most about MaxExamined are
// counted.
type Total struct {
	N       int
	AtLeast bool // there may be more
}

// ListOrder is the order of a list of records that have a number and a name, and the place where
// the list begins. The zero order is by ascending number, from the first one.
type ListOrder struct {
	ByName     bool // by the folded name, of which an index is in order; else by number
	Descending bool
	After      Place // only records that come later; of a place the part counts that the order is by, zero: from the beginning
}

// after returns the order from another place on.
func (o ListOrder) after(place Place) ListOrder {
	o.After = place
	return o
}

// PlaceOf returns the place of a record, in whatever order.
func PlaceOf(name string, number int64) Place { return Place{Key: Fold(name), Number: number} }
