package control

import (
	"time"

	"roster"
	"roster/internal/directory"
)

func showToken(t roster.Token) Token {
	return Token{
		ID: t.ID, Name: t.Name, Access: t.Access, User: t.UserName, Groups: names(t.Groups),
		ErrorsAs200: t.ErrorsAs200, CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, RevokedAt: t.RevokedAt,
		LastUsedAt: t.LastUsedAt, LastUsedFrom: t.LastUsedFrom,
	}
}

func showCreatedToken(t directory.CreatedToken) CreatedToken {
	return CreatedToken{Token: showToken(t.Token), Secret: t.Secret}
}

func showSummary(u roster.User) UserSummary {
	return UserSummary{
		ID: u.ID, Number: u.Number, UserName: u.UserName, DisplayName: u.DisplayName, Email: u.Email,
		Active: u.Active, AccessLevel: u.AccessLevel, Realm: u.Realm, HasPassword: u.HasPassword,
	}
}

func showUser(u roster.User) User {
	out := User{
		UserSummary: showSummary(u), LevelGroups: showScope(u, u.LevelGroups), RoleGrants: showRoleGrants(u),
		Roles: names(u.Roles), Groups: names(u.Groups), Teams: names(u.Teams),
		PrimaryGroup: u.PrimaryGroup.Name, Department: u.Department.Name,
		TimeZone: u.TimeZone, PhoneNumber: u.ContactNumber,
		SessionExpiryMinutes: int(u.SessionExpiry / time.Minute),
		Preferences:          showMatrix(u.Preferences),
		JoinedAt:             u.JoinedAt, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
	}
	for _, m := range u.ContactMethods {
		out.ContactMethods = append(out.ContactMethods, ContactMethod{
			Service: m.Service, Address: m.Address, ConfirmedAt: m.ConfirmedAt,
		})
	}
	return out
}

func showCreatedUser(u directory.CreatedUser) User { return showUser(u.User) }

// showLink shows the link that a browser opens. The secret is in its path, where the outermost handler
// of the server expects and hides it (DECISIONS 17).
func showLink(base func() string) func(directory.IssuedLink) SetUpLink {
	return func(l directory.IssuedLink) SetUpLink {
		return SetUpLink{User: l.User.UserName, Link: base() + "/set-password/" + l.Secret, ExpiresAt: l.ExpiresAt}
	}
}

func showGroup(g roster.Group) Group {
	return Group{GroupSummary: showGroupSummary(g), Members: g.MemberCount, CreatedAt: g.CreatedAt}
}

func showGroupSummary(g roster.Group) GroupSummary {
	return GroupSummary{ID: g.ID, Number: g.Number, Name: g.Name, Description: g.Description}
}

func showDetails(g roster.Group) GroupDetails {
	out := GroupDetails{GroupSummary: showGroupSummary(g), Active: g.Active, CreatedAt: g.CreatedAt}
	if len(g.Routing.Services) > 0 {
		out.Services = names(g.Routing.Services)
	}
	return out
}

func showView(v directory.TeamView) GroupDetails { return showDetails(v.Group) }

func showMember(u roster.UserLink) Member {
	return Member{ID: u.ID, Number: u.Number, UserName: u.Name}
}

func showRealm(r roster.Realm) Realm {
	return Realm{ID: r.ID, Name: r.Name, Kind: r.Kind, Active: r.Active, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

func showDepartment(dep roster.Department) Department {
	return Department{ID: dep.ID, Number: dep.Number, Name: dep.Name}
}

func showRole(r roster.Role) Role {
	return Role{
		ID: r.ID, Number: r.Number, Name: r.Name, Description: r.Description,
		Permissions: r.Permissions.Names(), Shipped: r.Shipped,
	}
}

func showMatrix(prefs []roster.Preference) []Preference {
	out := make([]Preference, len(prefs))
	for i, p := range prefs {
		out[i] = Preference{Type: p.Type, Services: append([]roster.Service{}, p.Services...)} // never null
	}
	return out
}

func showPreferences(d directory.Defaults) Preferences {
	of := d.Group.Name
	if of == "" {
		of = d.Group.ID
	}
	return Preferences{PreferencesOf: PreferencesOf{Group: of}, Preferences: showMatrix(d.Preferences)}
}

func showAuditEntry(e roster.AuditEntry) AuditEntry {
	return AuditEntry{
		ID: e.ID, Seq: e.Seq, At: e.At, ActorKind: e.ActorKind, Actor: e.Actor, ActorName: e.ActorName,
		Face: e.Face, Address: e.Address, RequestID: e.RequestID, Action: e.Action,
		Target: e.Target, TargetName: e.TargetName, Hash: e.Hash, Details: e.Details,
	}
}

func showVerified(v directory.VerifiedAudit) VerifiedAudit {
	return VerifiedAudit{Sealed: v.Sealed, Erased: v.Erased, Bad: v.Bad, Reason: v.Reason}
}

func showStatus(d directory.Status, server Server) Status {
	out := Status{
		Server: server, Organization: d.Organization.Slug, AdminReady: d.AdminReady,
		Jobs: make([]JobCount, len(d.Jobs)),
	}
	for i, j := range d.Jobs {
		out.Jobs[i] = JobCount{Lane: j.Lane, Waiting: j.Waiting, Running: j.Running, Buried: j.Buried}
	}
	return out
}

// names returns the names of linked records, never nil: in JSON a list is a list.
func names[L interface{ String() string }](links []L) []string {
	out := make([]string, len(links))
	for i, l := range links {
		out[i] = l.String()
	}
	return out
}
