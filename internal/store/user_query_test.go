package store

import (
	"maps"
	"slices"
	"testing"

	"roster/internal/directory"
)

// TestAnIndexServesWhatTheDirectorySaysItDoes holds the attributes of the nouns of which the store
// compares only such.
func TestAnIndexServesWhatTheDirectorySaysItDoes(t *testing.T) {
	t.Parallel()
	indexedAre(t, "group", directory.GroupAttributes, comparedOfGroups)
	indexedAre(t, "team", directory.TeamAttributes, comparedOfGroups)
	indexedAre(t, "check", directory.CheckAttributes, comparedOfChecks)
	indexedAre(t, "check group", directory.CheckGroupAttributes, comparedOfCheckGroups)
	indexedAre(t, "organization", directory.OrganizationAttributes, comparedOfOrganizations)
	indexedAre(t, "department", directory.DepartmentAttributes, comparedOfDepartments)
	indexedAre(t, "role", directory.RoleAttributes, comparedOfRoles)
	indexedAre(t, "audit entry", directory.AuditAttributes, comparedOfAudit)
}

func indexedAre[T any](t *testing.T, noun string, all directory.Attributes[T], compared sqlAttributes) {
	t.Helper()
	for name, a := range all {
		if _, known := compared[name]; known != (a.Stored == directory.Indexed) || a.Stored == directory.Comparable {
			t.Errorf("%s of a %s is stored as %d, and the store knows it: %v", name, noun, a.Stored, known)
		}
	}
}

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
