package directory

import "iter"

// pageSize is how many records a list loads at a time. Larger pages would hardly be cheaper a row,
// and would take more memory.
const pageSize = 500

// firstPage is how many records a list without a limit loads first. A caller who reads a usual page
// of 100, and looks whether there are more, loads no more than that. Later pages grow to pageSize.
const firstPage = 128

// pages joins keyset pages to one sequence of at most limit records; 0 means all.
func pages[T any, K any](after K, limit int, read func(after K, limit int) ([]T, error), key func(T) K) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		after := after // each range starts at the beginning
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

// inPages is pages without a limit, for records that have a number and a name.
func inPages[T any](o ListOrder, read func(o ListOrder, limit int) ([]T, error), place func(T) Place) iter.Seq2[T, error] {
	return pages(o.After, 0, func(after Place, limit int) ([]T, error) {
		return read(ListOrder{o.ByName, o.Descending, after}, limit)
	}, place)
}
