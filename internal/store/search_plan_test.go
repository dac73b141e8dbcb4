package store

import (
	"path/filepath"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

// TestWhoeverIsNarrowedDownIsNotLookedForInTheWholeOrganization holds that a query with a value, or
// with groups, finds users by these, and then sorts, instead of walking the index of the order.
func TestWhoeverIsNarrowedDownIsNotLookedForInTheWholeOrganization(t *testing.T) {
	t.Parallel()
	db := openTest(t, filepath.Join(t.TempDir(), "roster.db"))
	place := directory.UserPlace{Key: "k", Number: 1}
	err := db.View(t.Context(), func(x directory.Tx) error {
		for name, q := range map[string]directory.UserQuery{
			"id": {Where: directory.Is("id", anID)}, "userName": {Where: directory.Is("userName", "u")}, "email": {Where: directory.Is("email", "e")}, "externalId": {Where: directory.Is("externalId", "x")},
			"number": {Where: directory.Is("number", int64(7))},
			"groups": {Among: []roster.GroupID{anID, otherID}}, "many groups": {Among: make([]roster.GroupID, maxPages+1)}, "email and group": {Where: directory.Is("email", "e"), Among: []roster.GroupID{anID}},
		} {
			for _, q.Order = range []directory.UserOrder{"", directory.OrderUserName, directory.OrderDisplayName, directory.OrderEmail} {
				for _, q.After = range []*directory.UserPlace{nil, &place} {
					text, args, err := usersText(1, q)
					if err != nil {
						return err
					}
					err = x.(*tx).each("explain", "EXPLAIN QUERY PLAN "+text, args, func(r scanner) error {
						var id, parent, unused int64
						var detail string
						err := r.Scan(&id, &parent, &unused, &detail)
						if strings.HasPrefix(detail, "SEARCH u ") && strings.Count(detail, "=?") < 2 && !strings.Contains(detail, "(rowid=?)") {
							t.Errorf("%s in the order %q: %s", name, q.Order, detail)
						}
						return err
					})
					if err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
