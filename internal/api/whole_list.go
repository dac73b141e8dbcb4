package api

import (
	"context"
	"iter"
	"slices"
	"sort"

	"roster"
)

// inputAfter is a part of what a verb returns at once: the records behind a place.
type inputAfter[In any] struct {
	in    In
	after string // "" for the beginning
}

// asList makes of a verb that returns few records at once one for lists. Key is their order.
func asList[In, T any](verb func(context.Context, roster.Actor, In) ([]T, error), key func(T) string) func(context.Context, roster.Actor, inputAfter[In]) (iter.Seq2[T, error], error) {
	return func(ctx context.Context, by roster.Actor, in inputAfter[In]) (iter.Seq2[T, error], error) {
		all, err := verb(ctx, by, in.in)
		if err != nil {
			return nil, err
		}
		all = slices.Clone(all)
		sort.Slice(all, func(i, j int) bool { return key(all[i]) < key(all[j]) })
		return func(yield func(T, error) bool) {
			for _, record := range all {
				if key(record) > in.after && !yield(record, nil) {
					return
				}
			}
		}, nil
	}
}
