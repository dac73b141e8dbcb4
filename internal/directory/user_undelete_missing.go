package directory

import (
	"slices"

	"roster"
)

// dropMissing takes out of the document what has been deleted since, and returns the names of that.
// What was granted for groups that are all gone is dropped: it must not become a grant for the
// organization.
func (doc *deletedDocument) dropMissing(tx Tx) (missing []string, err error) {
	u := &doc.User
	there, err := doc.present(tx)
	if err != nil {
		return nil, err
	}
	kept := func(links []roster.GroupLink, kind string) []roster.GroupLink {
		return slices.DeleteFunc(slices.Clone(links), func(g roster.GroupLink) bool {
			if !there.groups[g.ID] {
				missing = append(missing, kind+" "+g.Name)
			}
			return !there.groups[g.ID]
		})
	}
	u.Groups, u.Teams = kept(u.Groups, "group"), kept(u.Teams, "team")
	if !there.groups[u.PrimaryGroup.ID] {
		u.PrimaryGroup = roster.GroupLink{}
	}
	var roles []roster.RoleGrant
	for _, role := range u.Roles {
		groups, lost := there.scope(role.Groups)
		if lost || !there.roles[role.ID] {
			missing = append(missing, "role "+role.Name)
			continue
		}
		role.Groups = groups
		roles = append(roles, role)
	}
	u.Roles = roles
	groups, lost := there.scope(u.LevelGroups)
	if u.LevelGroups = groups; lost {
		missing = append(missing, "access level "+string(u.AccessLevel))
		u.AccessLevel = roster.LevelCustom
	}
	more, err := doc.dropMissingRecords(tx)
	return append(missing, more...), err
}

// presentRecords are the records that a document names and that are still there.
type presentRecords struct {
	groups map[roster.GroupID]bool
	roles  map[roster.RoleID]bool
}

// scope returns those groups of a grant that are still there, and whether all of them are gone.
func (p presentRecords) scope(groups []roster.GroupID) (kept []roster.GroupID, lost bool) {
	kept = slices.DeleteFunc(slices.Clone(groups), func(g roster.GroupID) bool { return !p.groups[g] })
	return kept, len(kept) == 0 && len(groups) > 0
}

// present looks up the groups, teams and roles of the document.
func (doc *deletedDocument) present(tx Tx) (presentRecords, error) {
	var refs NamedRefs
	u := doc.User
	for _, g := range u.Groups {
		refs.Groups = append(refs.Groups, roster.Ref{ID: string(g.ID)})
	}
	for _, g := range u.Teams {
		refs.Teams = append(refs.Teams, roster.Ref{ID: string(g.ID)})
	}
	scopes := [][]roster.GroupID{u.LevelGroups}
	for _, role := range u.Roles {
		refs.Roles = append(refs.Roles, roster.Ref{ID: string(role.ID)})
		scopes = append(scopes, role.Groups)
	}
	for _, id := range slices.Concat(scopes...) {
		refs.Groups = append(refs.Groups, roster.Ref{ID: string(id)})
	}
	found, err := tx.FindNamed(u.OrganizationID, refs)
	there := presentRecords{make(map[roster.GroupID]bool), make(map[roster.RoleID]bool)}
	for _, g := range slices.Concat(found.Groups, found.Teams) {
		there.groups[g.ID] = g.ID != ""
	}
	for _, r := range found.Roles {
		there.roles[r.ID] = r.ID != ""
	}
	return there, err
}

// dropMissingRecords is dropMissing for the department, the realm and the entries on check groups.
func (doc *deletedDocument) dropMissingRecords(tx Tx) (missing []string, err error) {
	u := &doc.User
	if u.Department.ID != "" {
		found, err := tx.FindDepartment(u.OrganizationID, roster.Ref{ID: string(u.Department.ID)})
		if err != nil {
			return nil, err
		}
		if found.ID == "" {
			missing = append(missing, "department "+u.Department.Name)
			u.Department = roster.DepartmentLink{}
		}
	}
	var entries []roster.CheckPermission
	for _, entry := range doc.Entries {
		found, err := tx.CheckGroups(u.OrganizationID, CheckGroupQuery{Where: Is("id", string(entry.CheckGroup.ID)), Limit: 1})
		if err != nil {
			return nil, err
		}
		if _, there := found.First(); there {
			entries = append(entries, entry)
		} else {
			missing = append(missing, "entry on check group "+entry.CheckGroup.Name)
		}
	}
	doc.Entries = entries
	return missing, nil
}
