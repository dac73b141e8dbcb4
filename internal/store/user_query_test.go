package store

import (
	"maps"
	"slices"
	"testing"

	"roster/internal/directory"
)

func TestTheStoreComparesWhatTheDirectorySaysItDoes(t *testing.T) {
	t.Parallel()
	var stored, indexed []string
	for name, a := range directory.UserAttributes {
		if a.Stored != directory.Unstored {
			stored = append(stored, name)
		}
		if a.Stored == directory.Indexed {
			indexed = append(indexed, name)
		}
	}
	slices.Sort(stored)
	slices.Sort(indexed)
	if got := slices.Sorted(maps.Keys(comparedOfUsers)); !slices.Equal(got, stored) {
		t.Errorf("the store compares %v, want %v", got, stored)
	}
	if got := slices.Sorted(maps.Keys(indexedOfUsers)); !slices.Equal(got, indexed) {
		t.Errorf("an index finds %v, want %v", got, indexed)
	}
}
