package api

import (
	"context"
	"iter"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/directory"
)

// checkPermission is a permission on a check group, as the API shows it.
type checkPermission struct {
	ID          roster.CheckPermissionID `json:"id" format:"uuid" doc:"The entry's id."`
	User        *namedUser               `json:"user" doc:"The user that it is for; null if it is for a group."`
	Group       *groupLink               `json:"group" doc:"The group whose members it is for; null if it is for a user."`
	AccessLevel roster.AccessLevel       `json:"accessLevel" doc:"What they may do with the checks."`
	Notify      bool                     `json:"notify" doc:"Whether they are notified of the checks' events."`
	CreatedAt   time.Time                `json:"createdAt" doc:"When it was created."`
}

// TransformSchema implements [huma.SchemaTransformer]: some members may be null.
func (checkPermission) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, name := range []string{"user", "group"} {
		s.Properties[name] = orNull(s.Properties[name])
	}
	return s
}

// newCheckPermission is the body that sets a permission on a check group, for a user or a group.
type newCheckPermission struct {
	User        optional[reference] `json:"user,omitzero" doc:"The user that it is for, by id or userName. Either this or group."`
	Group       optional[reference] `json:"group,omitzero" doc:"The group whose members it is for, by id or name."`
	AccessLevel roster.AccessLevel  `json:"accessLevel" doc:"What they may do with the checks."`
	Notify      optional[bool]      `json:"notify,omitzero" doc:"Whether they are notified of the checks' events; by default false."`
}

// The requests about permissions on check groups.
type (
	listCheckPermissions struct {
		Named
		Page
	}
	putCheckPermission struct {
		Named
		sent[newCheckPermission]
	}
	deleteCheckPermission struct {
		Named
		PermissionID string `path:"permissionId" example:"019aa1f0-7a80-7b72-9c85-3d6f1b4e2a66" doc:"The entry's id."`
	}
)

// checkPermissions registers the calls about permissions on check groups.
func (a *api) checkPermissions(d *directory.Directory) {
	const tag, path = "Check groups", "/check-groups/{id}/permissions"
	shown := showCheckPermission(exampleCheckPermission)
	listRoute(a, operation{
		id: "listCheckGroupPermissions", call: "GET " + path, tag: tag, summary: "List a check group's permissions",
		description: "The permissions on the group's checks, besides those from roles and access levels, and who is notified.",
		answer:      listed[checkPermission]{Items: []checkPermission{shown}},
	}, listing[roster.CheckPermission, roster.CheckPermissionID]{
		key: func(p roster.CheckPermission) roster.CheckPermissionID { return p.ID }, show: func(p roster.CheckPermission) any { return showCheckPermission(p) },
	}, func(_ roster.Actor, q *listCheckPermissions, after *roster.CheckPermissionID) (directory.CheckPermissionList, error) {
		return directory.CheckPermissionList{CheckGroup: q.ref(), After: orZero(after)}, nil
	}, func(ctx context.Context, by roster.Actor, in directory.CheckPermissionList) (iter.Seq2[roster.CheckPermission, error], error) {
		// A missing check group must be NotFound, not an empty list.
		if _, err := d.GetCheckGroup(ctx, by, roster.CheckGroupID(in.CheckGroup.ID)); err != nil {
			return nil, err
		}
		return d.ListCheckPermissions(ctx, by, in)
	})
	route(a, operation{
		id: "putCheckGroupPermission", call: "PUT " + path, tag: tag, summary: "Set a permission on a check group",
		description: "Creates or changes the entry of a user or a group.",
		original:    permissionOriginal(d),
		request:     newCheckPermission{User: value(reference("ann@example.com")), AccessLevel: roster.LevelEditor, Notify: value(true)}, answer: shown,
	}, func(_ roster.Actor, q *putCheckPermission) (directory.NewCheckPermission, error) {
		return directory.NewCheckPermission{
			CheckGroup: roster.CheckGroupID(q.ID), User: refTo(q.doc.User.Value), Group: refTo(q.doc.Group.Value),
			AccessLevel: q.doc.AccessLevel, Notify: q.doc.Notify.Value, Faults: q.faults,
		}, nil
	}, d.PutCheckPermission, func(_ *putCheckPermission, p roster.CheckPermission) answer {
		return answer{body: showCheckPermission(p)}
	})
	route(a, operation{
		id: "deleteCheckGroupPermission", call: "DELETE " + path + "/{permissionId}", tag: tag, status: 204,
		summary: "Delete a permission on a check group", description: "Deletes the entry.",
	}, func(_ roster.Actor, q *deleteCheckPermission) (directory.CheckPermissionSelector, error) {
		return directory.CheckPermissionSelector{CheckGroup: roster.CheckGroupID(q.ID), ID: roster.CheckPermissionID(q.PermissionID)}, nil
	}, d.DeleteCheckPermission, func(*deleteCheckPermission, roster.CheckPermission) answer { return answer{} })
}

func showCheckPermission(p roster.CheckPermission) checkPermission {
	shown := checkPermission{ID: p.ID, AccessLevel: p.AccessLevel, Notify: p.Notify, CreatedAt: p.CreatedAt}
	if p.User.ID != "" {
		shown.User = &namedUser{p.User.ID, p.User.Name}
	}
	if p.Group.ID != "" {
		link := groupLink(p.Group)
		shown.Group = &link
	}
	return shown
}

// permissionOriginal returns the entry whose id is in the body: the body may be a copy of that
// entry.
func permissionOriginal(d *directory.Directory) original {
	return func(ctx context.Context, c *call) (any, error) {
		entries, err := d.ListCheckPermissions(ctx, c.by, directory.CheckPermissionList{CheckGroup: roster.Ref{ID: c.request.PathValue("id")}})
		if err != nil {
			return nil, err
		}
		for p, err := range entries {
			if err != nil {
				return nil, err
			}
			if string(p.ID) == c.body.Get("id").Text {
				return showCheckPermission(p), nil
			}
		}
		return nil, nil
	}
}
