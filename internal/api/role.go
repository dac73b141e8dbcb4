package api

import (
	"roster"
	"roster/internal/directory"
)

// role is a role as it is shown.
type role struct {
	ID          roster.RoleID    `json:"id" format:"uuid" doc:"The role's id."`
	Number      int64            `json:"number" doc:"Its number, unique in the organization."`
	DisplayName string           `json:"displayName" doc:"Its name, unique without regard to case."`
	Description string           `json:"description" doc:"What it is for."`
	Permissions []permissionName `json:"permissions" doc:"The names of its permissions, as GET /permissions has them."`
	Shipped     bool             `json:"shipped" doc:"Whether it came with Roster: such a role can be neither changed nor deleted."`
	Version     int64            `json:"version" doc:"Rises by one with every change."`
}

// newRole is a role to be made.
type newRole struct {
	DisplayName string                     `json:"displayName" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
	Description optional[string]           `json:"description,omitzero" maxLength:"1000" doc:"What it is for."`
	Permissions optional[[]permissionName] `json:"permissions,omitzero" maxItems:"100" doc:"The names of its permissions. Nobody gives more than they hold."`
}

// roleChange is what is to change of a role.
type roleChange struct {
	DisplayName optional[string]           `json:"displayName,omitzero" nullable:"false" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
	Description optional[string]           `json:"description,omitzero" maxLength:"1000" doc:"What it is for."`
	Permissions optional[[]permissionName] `json:"permissions,omitzero" maxItems:"100" doc:"The names of all its permissions. Nobody gives or takes more than they hold."`
}

// permission is a permission as it is shown.
type permission struct {
	Name        permissionName `json:"name" doc:"Its name."`
	Description string         `json:"description" doc:"What it allows."`
}

// permissions is the body of the list of permissions, which has one page.
type permissions struct {
	Items []permission `json:"items" doc:"The permissions, in their fixed order."`
}

// The requests about roles.
type (
	listRoles struct {
		Page
		Filter
		Sort
	}
	readRole struct {
		Named
		View
	}
	createRole struct {
		Once
		sent[newRole]
	}
	changeRole struct {
		Named
		Precondition
		sent[roleChange]
	}
	deleteRole struct {
		Named
		Precondition
	}
)

// roles registers the calls about roles and permissions.
func (a *api) roles(d *directory.Directory) {
	const tag, all, one = "Roles", "/roles", "/roles/{id}"
	shown := showRole(exampleRole)
	listRoute(a, operation{
		id: "listRoles", call: "GET " + all, tag: tag, summary: "List roles",
		description: "The roles.", answer: listed[role]{Items: []role{shown}},
	}, listing[roster.Role, directory.Place]{
		key: func(r roster.Role) directory.Place { return directory.PlaceOf(r.Name, r.Number) }, show: func(r roster.Role) any { return showRole(r) }, attributes: directory.RoleAttributes,
	}, func(_ roster.Actor, q *listRoles, after *directory.Place) (directory.RoleList, error) {
		return directory.RoleList{Order: q.order(after)}, nil
	}, d.ListRoles)
	route(a, operation{
		id: "createRole", call: "POST " + all, tag: tag, status: 201, summary: "Make a role",
		description: "Makes a role. Its maker must hold what it holds.", answer: shown,
		request: newRole{DisplayName: "Service desk", Permissions: value([]permissionName{"read_directory", "acknowledge"})},
	}, func(_ roster.Actor, q *createRole) (in directory.NewRole, err error) {
		in = directory.NewRole{
			Name: q.doc.DisplayName, Description: q.doc.Description.Value, Permissions: asTexts(q.doc.Permissions.Value), Faults: q.faults,
		}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, d.CreateRole, func(_ *createRole, r roster.Role) answer {
		return answer{body: showRole(r), version: r.Version, location: all + "/" + string(r.ID)}
	})
	route(a, operation{
		id: "getRole", call: "GET " + one, tag: tag, summary: "Read a role", description: "One role.", answer: shown,
	}, func(_ roster.Actor, q *readRole) (roster.Ref, error) {
		return q.ref(), nil
	}, d.GetRole, func(_ *readRole, r roster.Role) answer {
		return answer{body: showRole(r), version: r.Version}
	})
	a.roleChanges(d, shown)
	route(a, operation{
		id: "listPermissions", call: "GET /permissions", tag: tag, summary: "List permissions",
		description: "Every permission that there is, with what it allows, on one page.",
		answer:      permissions{Items: []permission{{Name: "read_directory", Description: "Sees users, groups, checks and what happened to them."}}},
	}, func(_ roster.Actor, _ *struct{}) (directory.None, error) {
		return directory.None{}, nil
	}, d.ListPermissions, func(_ *struct{}, all []directory.NamedPermission) answer {
		body := permissions{Items: make([]permission, len(all))}
		for i, p := range all {
			body.Items[i] = permission{permissionName(p.Name), p.Description}
		}
		return answer{body: body}
	})
}

// roleChanges registers the calls that change what is there.
func (a *api) roleChanges(d *directory.Directory, shown role) {
	const tag, one = "Roles", "/roles/{id}"
	route(a, operation{
		id: "updateRole", call: "PATCH " + one, tag: tag, fails: []int{409}, summary: "Change a role",
		description: "Changes what the merge patch names. Whoever changes a role must hold what it held and what it will hold.",
		request:     roleChange{Description: value("Sees everything and acknowledges")}, answer: shown,
	}, func(_ roster.Actor, q *changeRole) (in directory.RoleChange, err error) {
		in = directory.RoleChange{
			Role: q.ref(), Name: q.doc.DisplayName.Set, Description: q.doc.Description.Set,
			Permissions: as(q.doc.Permissions, asTexts), Faults: q.faults,
		}
		in.IfVersion = q.version()
		return in, nil
	}, d.UpdateRole, func(_ *changeRole, r roster.Role) answer {
		return answer{body: showRole(r), version: r.Version}
	})
	route(a, operation{
		id: "deleteRole", call: "DELETE " + one, tag: tag, status: 204, fails: []int{409, 422}, summary: "Delete a role",
		description: "Deletes a role that did not ship with Roster and that nobody has.",
	}, func(_ roster.Actor, q *deleteRole) (in directory.Deletion, err error) {
		in.Ref = q.ref()
		in.IfVersion = q.version()
		return in, nil
	}, d.DeleteRole, func(*deleteRole, roster.Role) answer { return answer{} })
}

// asTexts returns the names as the verbs take them.
func asTexts(names []permissionName) []string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return texts
}

func showRole(r roster.Role) role {
	return role{
		ID: r.ID, Number: r.Number, DisplayName: r.Name, Description: r.Description, Permissions: namesOf[permissionName](r.Permissions),
		Shipped: r.Shipped, Version: r.Version,
	}
}
