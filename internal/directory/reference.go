package directory

import (
	"fmt"
	"slices"
	"strings"

	"roster"
)

// resolved holds the records that the references of a NewUser name.
type resolved struct {
	roles       []roster.Role
	grants      []roster.RoleGrant // further roles
	permissions map[roster.RoleID]roster.Permissions
	levelGroups []roster.GroupID
	groups      []roster.Group // of both kinds, the primary group among them
	primary     roster.GroupLink
	department  roster.DepartmentLink
	realm       roster.RealmID
}

// resolve looks up the references of in. It adds a fault for each that names no record that the
// actor may use in the action. held are the roles that the user has already.
func resolve(tx Tx, by roster.Actor, act Action, in NewUser, held []roster.RoleGrant, f *roster.Faults) (resolved, error) {
	var r resolved
	var err error
	if r.roles, err = resolveRoles(tx, by, in.Roles, f); err != nil {
		return r, err
	}
	if err := r.resolveScopes(tx, by, act, in, held, f); err != nil {
		return r, err
	}
	for _, part := range []struct {
		kind  roster.GroupKind
		field string
		refs  []roster.Ref
	}{
		{roster.KindGroup, "groups", in.Groups},
		{roster.KindTeam, "teams", in.Teams},
	} {
		groups, err := resolveGroups(tx, by, act, part.kind, part.field, part.refs, f)
		if err != nil {
			return r, err
		}
		r.groups = append(r.groups, groups...)
	}
	if !in.PrimaryGroup.IsZero() {
		groups, err := resolveGroups(tx, by, act, roster.KindGroup, "primaryGroup", []roster.Ref{in.PrimaryGroup}, f)
		if err != nil {
			return r, err
		}
		if len(groups) == 1 && !isShipped(groups[0]) {
			r.primary = linkGroup(groups[0])
			r.groups = append(r.groups, groups[0])
		}
	}
	r.groups = distinct(r.groups, func(g roster.Group) roster.GroupID { return g.ID })
	if err := r.resolveRealm(tx, by, in.Realm, f); err != nil {
		return r, err
	}
	return r, r.resolveDepartment(tx, by, in.Department, f)
}

func (r *resolved) resolveRealm(tx Tx, by roster.Actor, ref roster.Ref, f *roster.Faults) error {
	if ref.IsZero() {
		return nil
	}
	realm, err := findRealm(tx, by, ref)
	switch {
	case err == nil:
		r.realm = realm.ID
	case roster.KindOf(err) == roster.NotFound, roster.KindOf(err) == roster.Invalid:
		addOnce(f, "realm", "names no realm: "+shorten(ref.String()))
	default:
		return err
	}
	return nil
}

// groupField returns a function from a group to the argument that names it: primaryGroup for the
// primary group, unless the request names other groups too.
func groupField(r resolved, groups []roster.Ref) func(roster.GroupLink) string {
	return func(g roster.GroupLink) string {
		if g.ID == r.primary.ID && len(groups) == 0 {
			return "primaryGroup"
		}
		return "groups"
	}
}

func (r *resolved) resolveDepartment(tx Tx, by roster.Actor, ref roster.Ref, f *roster.Faults) error {
	if ref.IsZero() {
		return nil
	}
	dep, err := tx.FindDepartment(by.OrganizationID, findable([]roster.Ref{ref})[0])
	if err != nil {
		return err
	}
	if dep.ID == "" {
		noteUnknown(f, by, "department", "department", ref)
	}
	r.department = roster.DepartmentLink{ID: dep.ID, Number: dep.Number, Name: dep.Name}
	return nil
}

func resolveRoles(tx Tx, by roster.Actor, refs []roster.Ref, f *roster.Faults) ([]roster.Role, error) {
	found, err := findRoles(tx, by, refs, func(i int) string { return fmt.Sprintf("roles[%d]", i) }, f)
	found = slices.DeleteFunc(found, func(r roster.Role) bool { return r.ID == "" })
	return distinct(found, func(r roster.Role) roster.RoleID { return r.ID }), err
}

// findRoles finds roles, with a zero role for each unknown one, which it adds as a fault. field
// returns the name of the i-th reference in faults.
func findRoles(tx Tx, by roster.Actor, refs []roster.Ref, field func(int) string, f *roster.Faults) ([]roster.Role, error) {
	if len(refs) == 0 || len(refs) > MaxReferences {
		return nil, nil
	}
	found, err := tx.FindRoles(by.OrganizationID, findable(refs))
	for i, role := range found {
		if role.ID == "" {
			noteUnknown(f, by, field(i), "role", refs[i])
		}
	}
	return found, err
}

// resolveScopes finds the roles in RoleGrants, and the groups that these and the access level are
// for.
func (r *resolved) resolveScopes(tx Tx, by roster.Actor, act Action, in NewUser, held []roster.RoleGrant, f *roster.Faults) error {
	r.permissions = make(map[roster.RoleID]roster.Permissions, len(r.roles))
	for _, role := range r.roles {
		r.permissions[role.ID] = role.Permissions
	}
	var err error
	r.levelGroups, err = findScope(tx, by, act, in.LevelGroups, func(i int) string { return fmt.Sprintf("accessLevelGroups[%d]", i) }, f)
	if err != nil {
		return err
	}
	r.levelGroups = sortedGroups(r.levelGroups)
	if len(in.RoleGrants) == 0 || referencesIn(in.RoleGrants) > MaxReferences {
		return nil
	}
	roles, err := findRoles(tx, by, grantedRoles(in.RoleGrants), func(i int) string { return fmt.Sprintf("roleGrants[%d].role", i) }, f)
	if err != nil {
		return err
	}
	var refs []roster.Ref
	var fields []string // of refs
	for i, g := range in.RoleGrants {
		for j := range g.Groups {
			fields = append(fields, fmt.Sprintf("roleGrants[%d].groups[%d]", i, j))
		}
		refs = append(refs, g.Groups...)
	}
	groups, err := findScope(tx, by, act, refs, func(i int) string { return fields[i] }, f)
	if err != nil || len(groups) < len(refs) {
		return err
	}
	_, orgWide := scopeOf(by, act)
	for i, role := range roles {
		n := len(in.RoleGrants[i].Groups)
		holdsOrgWide := slices.ContainsFunc(held, func(h roster.RoleGrant) bool { return h.ID == role.ID && len(h.Groups) == 0 })
		if n == 0 && !orgWide && !holdsOrgWide {
			addOnce(f, fmt.Sprintf("roleGrants[%d].groups", i), "is required: this credential is limited to groups")
		}
		if slices.ContainsFunc(r.roles, func(named roster.Role) bool { return named.ID == role.ID }) {
			addOnce(f, fmt.Sprintf("roleGrants[%d].role", i), "is among roles, too; name it in one place")
		}
		r.permissions[role.ID] = role.Permissions
		r.grants = addRole(r.grants, roster.RoleGrant{RoleLink: linkRole(role), Groups: groups[:n]})
		groups = groups[n:]
	}
	return nil
}

func grantedRoles(grants []RoleGrant) []roster.Ref {
	refs := make([]roster.Ref, len(grants))
	for i, g := range grants {
		refs[i] = g.Role
	}
	return refs
}

// findScope finds the groups that something is granted for, in the order of the references. A list
// that is too long yields none: validateRefs has added the fault.
func findScope(tx Tx, by roster.Actor, act Action, refs []roster.Ref, field func(int) string, f *roster.Faults) ([]roster.GroupID, error) {
	groups, err := findGroups(tx, by, act, roster.KindGroup, refs, field, f)
	var ids []roster.GroupID
	for i, g := range groups {
		if isShipped(g) { // the shipped group has no members
			noteUnknown(f, by, field(i), string(roster.KindGroup), refs[i])
		}
		ids = append(ids, g.ID)
	}
	return ids, err
}

// resolveGroups finds groups of one kind. A group outside the actor's scope counts as unknown.
func resolveGroups(tx Tx, by roster.Actor, act Action, kind roster.GroupKind, field string, refs []roster.Ref, f *roster.Faults) ([]roster.Group, error) {
	groups, err := findGroups(tx, by, act, kind, refs, func(i int) string {
		if field == "primaryGroup" {
			return field
		}
		return fmt.Sprintf("%s[%d]", field, i)
	}, f)
	return slices.DeleteFunc(groups, func(g roster.Group) bool { return g.ID == "" }), err
}

// findGroups is resolveGroups with a zero group for each unknown one, which it adds as a fault.
// field returns the name of the i-th reference in faults.
func findGroups(tx Tx, by roster.Actor, act Action, kind roster.GroupKind, refs []roster.Ref, field func(int) string, f *roster.Faults) ([]roster.Group, error) {
	if len(refs) == 0 || len(refs) > MaxReferences {
		return nil, nil
	}
	found, err := tx.FindGroups(by.OrganizationID, kind, findable(refs))
	if err != nil {
		return nil, err
	}
	scope, orgWide := scopeOf(by, act)
	for i, g := range found {
		if g.ID == "" || !orgWide && !slices.Contains(scope, g.ID) && !isShipped(g) {
			noteUnknownTo(orgWide, f, by, field(i), string(kind), refs[i])
			found[i] = roster.Group{}
		}
	}
	return found, nil
}

// findable returns references that are safe to look up. Ids have their normal form. Text that no id
// or no name can hold is removed, because an engine may refuse even to search for it. Text may be
// impossible as an id and possible as a name.
func findable(refs []roster.Ref) []roster.Ref {
	safe := refs
	for i, ref := range refs {
		cleaned := ref
		cleaned.ID = roster.FoldID(Visible(ref.ID))
		if !isName(cleaned.ID) {
			cleaned.ID = ""
		}
		if !isReference(ref.Name) {
			cleaned = roster.Ref{}
		}
		if cleaned == ref {
			continue
		}
		if &safe[0] == &refs[0] {
			safe = slices.Clone(refs)
		}
		safe[i] = cleaned
	}
	return safe
}

// noteUnknown adds the fault that a reference names nothing, unless the field has a fault already.
// It adds the command that creates the record, except for the native API, which has a call for
// that.
func noteUnknown(f *roster.Faults, by roster.Actor, field, noun string, ref roster.Ref) {
	noteUnknownTo(true, f, by, field, noun, ref)
}

// noteUnknownTo is noteUnknown for an actor who may not see every such record. The record may
// exist, so no command is shown unless the actor is not limited.
func noteUnknownTo(orgWide bool, f *roster.Faults, by roster.Actor, field, noun string, ref roster.Ref) {
	if f.Has(field) {
		return
	}
	ref.Name = strings.TrimSpace(ref.Name)
	detail := fmt.Sprintf("names no %s: %s", noun, shorten(ref.String()))
	if orgWide && ref.Name != "" && by.Face != roster.FaceAPI {
		detail += fmt.Sprintf(" (make it with: roster %s create --name %s)", noun, quoteShell(shorten(ref.Name)))
	}
	f.Add(field, detail)
}

// shorten shortens a name for a message, to 80 characters.
func shorten(name string) string {
	const most = 80
	if r := []rune(name); len(r) > most {
		return string(r[:most]) + "…"
	}
	return name
}

// quoteShell quotes a word for a POSIX shell.
func quoteShell(word string) string {
	plain := func(r rune) bool {
		return r == '-' || r == '_' || r == '.' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) && word[0] != '-' {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// distinct drops later records with the id of an earlier one.
func distinct[T any, I comparable](records []T, id func(T) I) []T {
	seen := make(map[I]bool, len(records))
	out := records[:0:0]
	for _, r := range records {
		if !seen[id(r)] {
			seen[id(r)] = true
			out = append(out, r)
		}
	}
	return out
}

func linkGroup(g roster.Group) roster.GroupLink {
	return roster.GroupLink{ID: g.ID, Number: g.Number, Name: g.Name}
}

func linkRole(r roster.Role) roster.RoleLink {
	return roster.RoleLink{ID: r.ID, Number: r.Number, Name: r.Name}
}
