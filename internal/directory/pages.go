package directory

import "iter"

// pageSize is how many records a list loads at a time: enough to make a page's queries cheap beside
// its rows, few enough to keep memory flat.
const pageSize = 500

// firstPage is how many it loads first where nobody said how many are wanted: who reads a page of
// the usual 100, and looks whether there is another, causes no more. The next ones grow to
// pageSize.
const firstPage = 128

// pages strings keyset pages together: at most limit records, all of them where it is 0.
func pages[T any, K any](after K, limit int, read func(after K, limit int) ([]T, error), key func(T) K) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		after := after // each range begins anew
		next := firstPage
		for left := limit; limit == 0 || left > 0; {
			size := next
			next = min(2*next, pageSize)
			if limit > 0 {
				size = min(pageSize, left)
			}
			page, err := read(after, size)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, record := range page {
				if !yield(record, nil) {
					return
				}
				after = key(record)
			}
			if left -= len(page); len(page) < size {
				return
			}
		}
	}
}

// inPages is pages for records that have a number and a name: all of them.
func inPages[T any](o ListOrder, read func(o ListOrder, limit int) ([]T, error), place func(T) Place) iter.Seq2[T, error] {
	return pages(o.After, 0, func(after Place, limit int) ([]T, error) {
		return read(ListOrder{o.ByName, o.Descending, after}, limit)
	}, place)
}
