package directory

import (
	"context"

	"roster"
)

// holders finds the record that has a name, by the field that is in conflict.
type holders map[string]func(Tx) (roster.Holder, error)

// nameHolder returns err with the record that is in the way, where err is a Conflict that an index
// found and the actor may see every record of the kind. It returns any other error as it is.
func (d *Directory) nameHolder(ctx context.Context, by roster.Actor, read Action, find holders, err error) error {
	all := roster.All(err)
	if len(all) != 1 || all[0].Kind != roster.Conflict || all[0].Holder != (roster.Holder{}) || find[all[0].Field] == nil {
		return err
	}
	if allow(by, read) != nil {
		return err
	}
	if _, orgWide := scopeOf(by, read); !orgWide {
		return err
	}
	holder, findErr := view(ctx, d, find[all[0].Field])
	if findErr != nil || holder.ID == "" {
		return err // the record has gone since
	}
	held := *all[0]
	held.Holder = holder
	return &held
}

func groupHolder(by roster.Actor, kind roster.GroupKind, name string) holders {
	return holders{"displayName": func(tx Tx) (roster.Holder, error) {
		found, err := tx.FindGroups(by.OrganizationID, kind, []roster.Ref{{Name: name}})
		if err != nil || isShipped(found[0]) {
			return roster.Holder{}, err
		}
		return roster.Holder{ID: string(found[0].ID), Number: found[0].Number}, nil
	}}
}

func departmentHolder(by roster.Actor, name string) holders {
	return holders{"displayName": func(tx Tx) (roster.Holder, error) {
		dep, err := tx.FindDepartment(by.OrganizationID, roster.Ref{Name: name})
		return roster.Holder{ID: string(dep.ID), Number: dep.Number}, err
	}}
}

func roleHolder(by roster.Actor, name string) holders {
	return holders{"displayName": func(tx Tx) (roster.Holder, error) {
		found, err := tx.FindRoles(by.OrganizationID, []roster.Ref{{Name: name}})
		if err != nil {
			return roster.Holder{}, err
		}
		return roster.Holder{ID: string(found[0].ID), Number: found[0].Number}, nil
	}}
}

func realmHolder(by roster.Actor, name string) holders {
	return holders{"displayName": func(tx Tx) (roster.Holder, error) {
		r, _, err := tx.FindRealm(by.OrganizationID, Fold(name))
		return roster.Holder{ID: string(r.ID)}, err
	}}
}

func tokenHolder(by roster.Actor, name string) holders {
	return holders{"name": func(tx Tx) (roster.Holder, error) {
		t, err := tx.FindToken(by.OrganizationID, roster.Ref{Name: name})
		return roster.Holder{ID: string(t.ID)}, err
	}}
}

func organizationHolder(slug string) holders {
	return holders{"slug": func(tx Tx) (roster.Holder, error) {
		o, err := tx.OrganizationBySlug(slug)
		return roster.Holder{ID: string(o.ID)}, err
	}}
}

func checkGroupHolder(by roster.Actor, name string) holders {
	return holders{"displayName": func(tx Tx) (roster.Holder, error) {
		found, err := tx.CheckGroups(by.OrganizationID, CheckGroupQuery{Where: Is("displayName", Fold(name)), Limit: 1})
		g, _ := found.First()
		return roster.Holder{ID: string(g.ID), Number: g.Number}, err
	}}
}

func checkHolder(by roster.Actor, in CheckFields) holders {
	find := func(q CheckQuery) func(Tx) (roster.Holder, error) {
		q.Limit = 1
		return func(tx Tx) (roster.Holder, error) {
			found, err := tx.Checks(by.OrganizationID, q)
			c, _ := found.First()
			return roster.Holder{ID: string(c.ID), Number: c.Number}, err
		}
	}
	return holders{
		"displayName": find(CheckQuery{Where: Is("displayName", Fold(in.Name.Value))}),
		"emailAlias":  find(CheckQuery{Where: Is("emailAlias", Fold(in.EmailAlias.Value))}),
	}
}
