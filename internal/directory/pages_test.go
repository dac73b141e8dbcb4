package directory

import (
	"slices"
	"testing"
)

func TestAListMayBeRangedOverMoreThanOnce(t *testing.T) {
	t.Parallel()
	const n = 2*pageSize + 1
	numbers := pages(0, 0, func(after, limit int) (page []int, err error) {
		for i := after + 1; i <= min(after+limit, n); i++ {
			page = append(page, i)
		}
		return page, nil
	}, func(i int) int { return i })
	for range 2 {
		var got []int
		for i, err := range numbers {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, i)
		}
		if len(got) != n || !slices.IsSorted(got) {
			t.Errorf("%d numbers, want %d", len(got), n)
		}
	}
}
