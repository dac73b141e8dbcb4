package realm

import (
	"maps"
	"slices"

	"roster"
	"roster/internal/directory"
)

// Provision returns the user that the identity becomes under the settings. For roles, teams and
// groups, a mapped value replaces the default (as Graze documents for roles). Several groups of the
// directory may be mapped to one name, which counts once. Of several groups the first by name is
// the primary one, and the others are memberships. The ExternalID is the identity's subject.
//
// The caller decides whether such a user exists already, and whether the settings allow to make
// one.
func Provision(c LDAPConfig, id Identity) directory.NewUser {
	groups := mapped(c.GroupMap, id.Groups)
	if len(groups) == 0 && c.DefaultGroup != "" {
		groups = []string{c.DefaultGroup}
	}
	u := directory.NewUser{
		UserName:      id.UserName,
		DisplayName:   id.DisplayName,
		Email:         id.Email,
		ExternalID:    id.Subject,
		External:      true,
		Roles:         refs(mapped(c.RoleMap, id.Groups), c.DefaultRoles),
		Teams:         refs(mapped(c.TeamMap, id.Groups), c.DefaultTeams),
		TimeZone:      id.TimeZone,
		ContactNumber: id.ContactNumber,
	}
	if len(groups) > 0 {
		u.PrimaryGroup = roster.Ref{Name: groups[0]}
		u.Groups = refs(groups[1:], nil)
	}
	if id.Department != "" {
		u.Department = roster.Ref{Name: id.Department}
	}
	return u
}

// mapped returns the names that the groups are mapped to, sorted, each once. Keys are
// case-sensitive (Graze's documentation, SAML and LDAP mappings).
func mapped(m map[string]string, groups []string) []string {
	var names []string
	for _, g := range groups {
		if to, ok := m[g]; ok {
			names = append(names, to)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// refs returns references to the names, or to the others if there are none.
func refs(names, otherwise []string) []roster.Ref {
	if len(names) == 0 {
		names = otherwise
	}
	var list []roster.Ref
	for _, name := range names {
		list = append(list, roster.Ref{Name: name})
	}
	return list
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
