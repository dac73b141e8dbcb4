package directory

import (
	"context"
	"iter"
)

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

// part is the part of a list that a query reads.
type part[K any] struct {
	After K
	Limit int
	Count bool
}

// listOf is pages for what a query of the store finds. read puts the query for a part. The total of
// the list is counted along with the first part, where counting asks for it.
func listOf[T, K any](ctx context.Context, d *Directory, from part[K], counting Counting, read func(Tx, part[K]) (Rows[T], error), key func(T) K) iter.Seq2[T, error] {
	from.Count = counting.Total != nil
	return pages(from.After, from.Limit, func(after K, limit int) ([]T, error) {
		rows, err := view(ctx, d, func(tx Tx) (Rows[T], error) { return read(tx, part[K]{after, limit, from.Count}) })
		if err == nil && from.Count {
			*counting.Total, from.Count = rows.Total, false
		}
		return rows.Records, err
	}, key)
}

// Counting is embedded in the inputs of verbs that list records.
type Counting struct {
	// Total gets how many records the whole list has, wherever it begins; nil: nobody asks. It is set
	// before the first record comes.
	Total *Total
}

// CountInto sets Total.
func (c *Counting) CountInto(total *Total) { c.Total = total }
