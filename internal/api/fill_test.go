package api

import (
	"context"
	"errors"
	"testing"

	"roster/internal/directory"
	"roster/internal/filter"
)

func TestNoRecordIsComparedOnceTheCallerHasLeft(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	asked := 0
	all := directory.Attributes[int64]{"n": {
		Attribute: filter.Attribute{Type: filter.Number}, Class: directory.Numbers,
		Values: func(n int64) []any {
			if asked++; asked == 3 {
				leave()
			}
			return []any{n}
		},
	}}
	condition, err := filter.Parse("n gt 1000")
	if err != nil {
		t.Fatal(err)
	}
	l := listing[int64, int64]{key: func(n int64) int64 { return n }, attributes: all.Folded()}
	err = l.fill(ctx, newPage(&call{condition: condition}, 10), func(yield func(int64, error) bool) {
		for n := range int64(100) {
			if !yield(n, nil) {
				return
			}
		}
	})
	if !errors.Is(err, context.Canceled) || asked != 3 {
		t.Errorf("%d are compared, %v", asked, err)
	}
}
