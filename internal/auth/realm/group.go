package realm

import (
	"context"
	"errors"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"roster/internal/directory"
)

// Bounds of the groups of one person.
const (
	maxGroups = 1000
	// groupsAtOnce is the number of groups whose parents one search asks for.
	groupsAtOnce = 50
)

var errManyGroups = errors.New("the person is in more groups than can be read; roles could be missing")

// groups returns the names of the person's groups, sorted. It follows nested groups as many levels
// as the settings say and visits each group once, even in cycles. An incomplete list is an error,
// because roles would be missing without notice.
func (l *LDAP) groups(ctx context.Context, c *conn, person *ldap.Entry, typed string) ([]string, error) {
	members := []string{person.DN}
	if l.config.namesUsers() {
		members = []string{l.config.userName(person, typed)}
	}
	seen := map[string]bool{}
	var names []string
	for level := 0; level <= l.config.NestedGroups && len(members) > 0; level++ {
		var above []string
		for some := range slices.Chunk(members, groupsAtOnce) {
			found, more, err := l.groupsOf(ctx, c, some)
			if err != nil {
				return nil, err
			}
			for _, g := range found {
				if key := directory.Fold(g.DN); !seen[key] {
					seen[key] = true
					above = append(above, g.DN)
					names = append(names, firstGood(g, l.config.GroupNameAttribute, readable))
				}
			}
			if more || len(seen) > maxGroups {
				return nil, errManyGroups
			}
		}
		members = above
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(s string) bool { return s == "" }), nil
}

// groupsOf returns the groups that have at least one of the members.
func (l *LDAP) groupsOf(ctx context.Context, c *conn, members []string) (groups []*ldap.Entry, more bool, err error) {
	return c.search(ctx, query{
		base: l.config.GroupBaseDN, scope: ldap.ScopeWholeSubtree, filter: l.config.memberFilter(members),
		limit: maxGroups, attributes: []string{l.config.GroupNameAttribute},
	})
}
