package directory

import (
	"context"
	"iter"
	"slices"

	"roster"
)

// CheckPermissionList says which entries ListCheckPermissions returns. References that are zero do
// not restrict; a user is named by id or by userName or, as Email, by address.
type CheckPermissionList struct {
	After      roster.CheckPermissionID
	CheckGroup roster.Ref
	User       roster.Ref
	UserEmail  string
	Group      roster.Ref
	Counting
}

// ListCheckPermissions returns the entries on check groups that the actor may see: on the check
// groups that it sees, those for users and groups that it sees, and those that give something to
// itself. A reference that names nothing finds nothing. An error ends the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListCheckPermissions(ctx context.Context, by roster.Actor, in CheckPermissionList) (iter.Seq2[roster.CheckPermission, error], error) {
	if err := allow(by, ActPermissionRead); err != nil {
		return nil, err
	}
	if !isName(string(in.After)) || !isReference(in.UserEmail) {
		return noRecords[roster.CheckPermission](), nil
	}
	return listOf(ctx, d, part[roster.CheckPermissionID]{After: in.After}, in.Counting, func(tx Tx, p part[roster.CheckPermissionID]) (none Rows[roster.CheckPermission], err error) {
		q, found, err := in.query(tx, by)
		if err != nil || !found {
			return none, err
		}
		q.Scope, q.After, q.Limit, q.Count = checkScope(by), p.After, p.Limit, p.Count
		return tx.CheckPermissions(by.OrganizationID, q)
	}, func(p roster.CheckPermission) roster.CheckPermissionID { return p.ID }), nil
}

// query finds what the list's references name; found is false where one names nothing.
func (in CheckPermissionList) query(tx Tx, by roster.Actor) (q CheckPermissionQuery, found bool, err error) {
	if !in.CheckGroup.IsZero() {
		g, found, err := findCheckGroup(tx, by.OrganizationID, in.CheckGroup, checkScope(by))
		if err != nil || !found {
			return q, false, err
		}
		q.CheckGroup = g.ID
	}
	if !in.Group.IsZero() {
		groups, err := tx.FindGroups(by.OrganizationID, roster.KindGroup, findable([]roster.Ref{in.Group}))
		if err != nil || groups[0].ID == "" {
			return q, false, err
		}
		q.Group = groups[0].ID
	}
	if !in.User.IsZero() {
		users, err := tx.FindUsers(by.OrganizationID, findable([]roster.Ref{in.User}))
		if err != nil || users[0].ID == "" {
			return q, false, err
		}
		q.Users = []roster.UserID{users[0].ID}
	}
	if in.UserEmail != "" {
		rows, err := tx.Users(by.OrganizationID, UserQuery{Where: hasEmail(in.UserEmail), Limit: MaxPage}, 0)
		if err != nil {
			return q, false, err
		}
		q.Users = withEmail(rows.Users, q.Users)
	}
	return q, q.Users == nil || len(q.Users) > 0, nil
}

// withEmail returns the ids of users, but only those among the ids, where there are any.
func withEmail(users []roster.User, among []roster.UserID) []roster.UserID {
	ids := []roster.UserID{}
	for _, u := range users {
		if among == nil || slices.Contains(among, u.ID) {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// NewCheckPermission is an entry on a check group, for a user or for a group: one of both.
type NewCheckPermission struct {
	CheckGroup  roster.CheckGroupID
	User        roster.Ref
	Group       roster.Ref // of KindGroup
	AccessLevel roster.AccessLevel
	Notify      bool
	Faults      roster.Faults // those the face found already
}

// PutCheckPermission makes the entry of a user or group on a check group, or changes the one there
// is. Who makes it must hold, for the organization, what the level holds, and what the entry held
// before (DECISIONS 9).
//
// Errors: Unauthenticated, Forbidden, NotFound, Invalid, Unavailable.
func (d *Directory) PutCheckPermission(ctx context.Context, by roster.Actor, in NewCheckPermission) (roster.CheckPermission, error) {
	if err := allow(by, ActPermissionSet); err != nil {
		return roster.CheckPermission{}, err
	}
	faults := in.validate()
	return update(ctx, d, func(tx Tx) (roster.CheckPermission, error) {
		g, err := d.ownCheckGroup(tx, by, in.CheckGroup, 0)
		if err != nil {
			return roster.CheckPermission{}, err
		}
		p, err := in.entry(tx, by, slices.Clone(faults))
		if err != nil {
			return p, err
		}
		now := d.now()
		p.ID, p.CheckGroup, p.CreatedAt = roster.CheckPermissionID(newID()), linkCheckGroup(g), now
		before, err := replacedEntry(tx, by, p)
		if err != nil {
			return p, err
		}
		same := before != nil && before.AccessLevel == p.AccessLevel && before.Notify == p.Notify
		if same && seesAll(by, ActPermissionRead) { // it is sent back as it was read
			return *before, nil
		}
		if before != nil {
			err = d.mayGrant(by, grantsOf(before.AccessLevel, nil, nil))
		}
		if err == nil {
			err = d.mayGrant(by, grantsOf(p.AccessLevel, nil, nil))
		}
		if err != nil {
			return p, err
		}
		if same {
			return *before, nil
		}
		if p, err = tx.PutCheckPermission(by.OrganizationID, p); err != nil {
			return p, err
		}
		details := any(created{auditEntry(p)})
		if before != nil {
			details = changed{Before: auditEntry(*before), After: auditEntry(p)}
		}
		return p, d.audit(tx, by, now, change{ActPermissionSet, string(g.ID), g.Name, details})
	})
}

// entryLevels are the levels that an entry can have.
var entryLevels = roster.AccessLevels[1:] // custom gives nothing

// validate returns every fault that shows without looking at the store, those of the face first.
func (in NewCheckPermission) validate() roster.Faults {
	var f roster.Faults
	if in.User.IsZero() == in.Group.IsZero() {
		f.Add("user", "or group is required, and not both")
	}
	if !slices.Contains(entryLevels, in.AccessLevel) {
		f.Add("accessLevel", "must be one of: "+list(entryLevels))
	}
	return joinFaults(in.Faults, f)
}

// entry finds whom the entry is for.
func (in NewCheckPermission) entry(tx Tx, by roster.Actor, f roster.Faults) (roster.CheckPermission, error) {
	p := roster.CheckPermission{AccessLevel: in.AccessLevel, Notify: in.Notify}
	if !in.User.IsZero() {
		users, err := tx.FindUsers(by.OrganizationID, findable([]roster.Ref{in.User}))
		if err != nil {
			return p, err
		}
		if p.User = users[0]; p.User.ID == "" {
			addOnce(&f, "user", "names no user: "+shorten(in.User.String()))
		}
	}
	if !in.Group.IsZero() {
		groups, err := tx.FindGroups(by.OrganizationID, roster.KindGroup, findable([]roster.Ref{in.Group}))
		if err != nil {
			return p, err
		}
		if p.Group = linkGroup(groups[0]); p.Group.ID == "" || isShipped(groups[0]) {
			noteUnknown(&f, by, "group", string(roster.KindGroup), in.Group)
		}
	}
	return p, f.Err()
}

// replacedEntry returns the entry that another one would change, nil if there is none.
func replacedEntry(tx Tx, by roster.Actor, p roster.CheckPermission) (*roster.CheckPermission, error) {
	q := CheckPermissionQuery{CheckGroup: p.CheckGroup.ID, Group: p.Group.ID, Limit: 1}
	if p.User.ID != "" {
		q.Users = []roster.UserID{p.User.ID}
	}
	there, err := tx.CheckPermissions(by.OrganizationID, q)
	if p, found := there.First(); found && err == nil {
		return &p, nil
	}
	return nil, err
}

// auditedEntry is what the audit keeps of an entry on a check group.
type auditedEntry struct {
	ID          roster.CheckPermissionID `json:"id"`
	User        string                   `json:"user,omitempty"`
	Group       string                   `json:"group,omitempty"`
	AccessLevel roster.AccessLevel       `json:"accessLevel"`
	Notify      bool                     `json:"notify"`
}

func auditEntry(p roster.CheckPermission) auditedEntry {
	return auditedEntry{ID: p.ID, User: p.User.Name, Group: p.Group.Name, AccessLevel: p.AccessLevel, Notify: p.Notify}
}

// CheckPermissionSelector picks an entry on a check group.
type CheckPermissionSelector struct {
	CheckGroup roster.CheckGroupID
	ID         roster.CheckPermissionID
}

// DeleteCheckPermission deletes an entry.
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (d *Directory) DeleteCheckPermission(ctx context.Context, by roster.Actor, in CheckPermissionSelector) (roster.CheckPermission, error) {
	if err := allow(by, ActPermissionDelete); err != nil {
		return roster.CheckPermission{}, err
	}
	return update(ctx, d, func(tx Tx) (roster.CheckPermission, error) {
		none := roster.CheckPermission{}
		g, err := d.ownCheckGroup(tx, by, in.CheckGroup, 0)
		if err != nil {
			return none, err
		}
		var there Rows[roster.CheckPermission]
		if in.ID != "" && isName(string(in.ID)) {
			there, err = tx.CheckPermissions(by.OrganizationID, CheckPermissionQuery{CheckGroup: g.ID, ID: in.ID, Limit: 1})
		}
		if err != nil {
			return none, err
		}
		p, found := there.First()
		if !found {
			return none, &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no entry on this check group"}
		}
		if err := d.mayGrant(by, grantsOf(p.AccessLevel, nil, nil)); err != nil {
			return p, err
		}
		if err := tx.DeleteCheckPermission(by.OrganizationID, p.ID); err != nil {
			return p, err
		}
		return p, d.audit(tx, by, d.now(), change{ActPermissionDelete, string(g.ID), g.Name, removedRecord{auditEntry(p)}})
	})
}
