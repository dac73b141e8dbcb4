package control

import (
	"roster"
	"roster/internal/directory"
)

// subject picks the record that a call is about. Its name stands for an id too, so that the verb answers
// NotFound where there is none, and not that an argument is wrong.
func (n Name) subject() roster.Ref {
	ref := n.ref()
	if ref.ID == "" {
		ref.ID = ref.Name
	}
	return ref
}

func groupNamed(kind roster.GroupKind) func(Name) directory.GroupSelector {
	return func(n Name) directory.GroupSelector { return directory.GroupSelector{Kind: kind, Ref: n.subject()} }
}

func (n Name) deletion() directory.Deletion { return directory.Deletion{Ref: n.subject()} }

// given is a Set of what a change names.
func given[T any](value *T) roster.Set[T] {
	if value == nil {
		return roster.Set[T]{}
	}
	return roster.Some(*value)
}

func givenList(words []string) roster.Set[[]string] {
	if words == nil {
		return roster.Set[[]string]{}
	}
	return roster.Some(words)
}

func givenReferences(words []string) roster.Set[[]roster.Ref] {
	if words == nil {
		return roster.Set[[]roster.Ref]{}
	}
	return roster.Some(references(words))
}

func givenReference(word *string) roster.Set[roster.Ref] {
	if word == nil {
		return roster.Set[roster.Ref]{}
	}
	return roster.Some(optional(*word))
}

func (c UserChange) verb() directory.UserChange {
	in := directory.UserChange{
		User: c.User.selector(), DisplayName: given(c.DisplayName), Email: given(c.Email), Active: given(c.Active),
		Roles: givenReferences(c.Roles), Groups: givenReferences(c.Groups), Teams: givenReferences(c.Teams),
		PrimaryGroup: givenReference(c.PrimaryGroup), Department: givenReference(c.Department),
		TimeZone: given(c.TimeZone), ContactNumber: given(c.PhoneNumber), SessionExpiry: given(c.SessionExpiryMinutes),
	}
	in.LevelGroups = givenReferences(c.LevelGroups)
	if c.RoleGrants != nil {
		in.RoleGrants = roster.Some(roleGrants(c.RoleGrants))
	}
	if c.AccessLevel != "" {
		in.AccessLevel = roster.Some(c.AccessLevel)
	}
	if in.SessionExpiry.Present && in.SessionExpiry.Value == 0 {
		in.SessionExpiry = roster.Null[int]()
	}
	return in
}

func groupChange(kind roster.GroupKind) func(GroupChange) directory.GroupChange {
	return func(c GroupChange) directory.GroupChange {
		return directory.GroupChange{
			Group: groupNamed(kind)(c.Group), Name: given(c.Name), Description: given(c.Description),
			Members: givenReferences(c.Members), AddMembers: references(c.AddMembers), RemoveMembers: references(c.RemoveMembers),
		}
	}
}

func (c RoleChange) verb() directory.RoleChange {
	return directory.RoleChange{
		Role: c.Role.subject(), Name: given(c.Name), Description: given(c.Description), Permissions: givenList(c.Permissions),
	}
}
