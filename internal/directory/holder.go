package directory

import (
	"context"

	"roster"
)

// holders finds the record that has a name, by the field that is in conflict.
type holders map[string]func(Tx) (roster.Holder, error)

// heldBy gives a Conflict that an index found the record that is in the way, where the actor sees every record of the
// kind. It takes what a transaction returned; whatever else that is passes.
func heldBy[T any](ctx context.Context, s *Service, by roster.Actor, read Action, find holders) func(T, error) (T, error) {
	return func(out T, err error) (T, error) {
		all := roster.All(err)
		if len(all) != 1 || all[0].Kind != roster.Conflict || all[0].Holder != (roster.Holder{}) || find[all[0].Field] == nil {
			return out, err
		}
		if allow(by, read) != nil {
			return out, err
		}
		if _, everywhere := scopeOf(by, read); !everywhere {
			return out, err
		}
		holder, findErr := view(ctx, s, find[all[0].Field])
		if findErr != nil || holder.ID == "" {
			return out, err // it went in the meantime: the conflict is what was
		}
		held := *all[0]
		held.Holder = holder
		return out, &held
	}
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
		d, err := tx.FindDepartment(by.OrganizationID, roster.Ref{Name: name})
		return roster.Holder{ID: string(d.ID), Number: d.Number}, err
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
		found, err := tx.CheckGroups(by.OrganizationID, CheckGroupQuery{NameKey: Fold(name), Limit: 1})
		if err != nil || len(found) == 0 {
			return roster.Holder{}, err
		}
		return roster.Holder{ID: string(found[0].ID), Number: found[0].Number}, nil
	}}
}

func checkHolder(by roster.Actor, in CheckFields) holders {
	find := func(q CheckQuery) func(Tx) (roster.Holder, error) {
		q.Limit = 1
		return func(tx Tx) (roster.Holder, error) {
			found, err := tx.Checks(by.OrganizationID, q)
			if err != nil || len(found) == 0 {
				return roster.Holder{}, err
			}
			return roster.Holder{ID: string(found[0].ID), Number: found[0].Number}, nil
		}
	}
	return holders{
		"displayName": find(CheckQuery{NameKey: Fold(in.Name.Value)}),
		"emailAlias":  find(CheckQuery{AliasKey: Fold(in.EmailAlias.Value)}),
	}
}
