package api

import (
	"context"
	"iter"
	"slices"
	"sort"

	"roster/internal/directory"

	"roster"
)

// inputAfter is the input of a verb that returns all records at once, and the place to start after.
type inputAfter[In any] struct {
	in    In
	after string // key of the last record before; "" for the beginning
	directory.Counting
}

// asList turns a verb that returns all of its few records at once into one that listRoute can use.
// It sorts them by key.
func asList[In, T any](verb func(context.Context, roster.Actor, In) ([]T, error), key func(T) string) func(context.Context, roster.Actor, inputAfter[In]) (iter.Seq2[T, error], error) {
	return func(ctx context.Context, by roster.Actor, in inputAfter[In]) (iter.Seq2[T, error], error) {
		all, err := verb(ctx, by, in.in)
		if err != nil {
			return nil, err
		}
		if in.Total != nil {
			*in.Total = directory.Total{N: len(all)}
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
