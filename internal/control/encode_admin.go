package control

import (
	"roster"
	"roster/internal/directory"
)

func showOrganization(o roster.Organization) Organization {
	return Organization{ID: o.ID, Slug: o.Slug, Name: o.Name, CreatedAt: o.CreatedAt}
}

func showCreatedOrganization(base func() string) func(directory.CreatedOrganization) CreatedOrganization {
	return func(o directory.CreatedOrganization) CreatedOrganization {
		return CreatedOrganization{
			Organization: showOrganization(o.Organization), URL: base() + "/o/" + o.Slug, AdminLink: showLink(base)(o.AdminLink),
		}
	}
}

func showSettings(o roster.Organization) Settings {
	return Settings{
		Organization: o.Slug, Name: o.Name, TimeZone: o.Settings.TimeZone,
		DefaultCountry: o.Settings.DefaultCountry, StrongPasswords: o.Settings.StrongPasswords,
	}
}

func showJob(j roster.Job) Job {
	return Job{
		ID: j.ID, Lane: j.Lane, Kind: j.Kind, State: j.State, Attempts: j.Attempts, RunAt: j.RunAt,
		Reason: j.Reason, CreatedAt: j.CreatedAt,
	}
}

// showScope shows the groups for which something is granted: by name those that the user is in, others by id.
func showScope(u roster.User, scope []roster.GroupID) []string {
	known := make(map[roster.GroupID]string, len(u.Groups)+len(u.Teams))
	for _, links := range [][]roster.GroupLink{u.Groups, u.Teams} {
		for _, g := range links {
			known[g.ID] = g.Name
		}
	}
	var out []string
	for _, id := range scope {
		name := known[id]
		if name == "" {
			name = string(id)
		}
		out = append(out, name)
	}
	return out
}

// showRoleGrants shows those of a user's roles that are for groups only.
func showRoleGrants(u roster.User) []RoleGrant {
	var out []RoleGrant
	for _, r := range u.Roles {
		if len(r.Groups) > 0 {
			out = append(out, RoleGrant{Role: r.Name, Groups: showScope(u, r.Groups)})
		}
	}
	return out
}
