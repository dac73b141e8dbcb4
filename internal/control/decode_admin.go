package control

import (
	"roster"
	"roster/internal/directory"
)

func (n NewOrganization) verb() directory.NewOrganization {
	return directory.NewOrganization{Slug: n.Slug, Name: n.Name}
}

func firstSlug(Empty) directory.AfterSlug { return "" }

func (a ServerAdmin) verb() directory.ServerAdmin {
	return directory.ServerAdmin{User: a.User.selector(), May: a.May}
}

func (u UserName) deletion() directory.UserDeletion {
	return directory.UserDeletion{User: u.selector()}
}

func (c SettingsChange) verb() directory.SettingsChange {
	return directory.SettingsChange{
		Name: orDefault(c.Name), TimeZone: orDefault(c.TimeZone), DefaultCountry: orDefault(c.DefaultCountry),
		StrongPasswords: given(c.StrongPasswords),
	}
}

// orDefault is a Set of what a change names, where "" is the default.
func orDefault(value *string) roster.Set[string] {
	if value != nil && *value == "" {
		return roster.Null[string]()
	}
	return given(value)
}

func (l JobList) verb() directory.JobList { return directory.JobList{State: l.State} }

func (j JobName) verb() roster.JobID { return roster.FoldID(j.ID) }

func roleGrants(grants []RoleGrant) []directory.RoleGrant {
	var out []directory.RoleGrant
	for _, g := range grants {
		out = append(out, directory.RoleGrant{Role: optional(g.Role), Groups: references(g.Groups)})
	}
	return out
}
