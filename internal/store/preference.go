package store

import (
	"cmp"
	"slices"

	"roster"
)

// sortPreferences sorts preferences by the fixed order of their types, and the services of each by
// theirs.
func sortPreferences(prefs []roster.Preference) {
	slices.SortStableFunc(prefs, func(a, b roster.Preference) int {
		return cmp.Compare(slices.Index(roster.NotificationTypes[:], a.Type), slices.Index(roster.NotificationTypes[:], b.Type))
	})
	for _, p := range prefs {
		slices.SortFunc(p.Services, func(a, b roster.Service) int {
			return cmp.Compare(slices.Index(roster.Services[:], a), slices.Index(roster.Services[:], b))
		})
	}
}

// DefaultPreferences implements directory.UserTx.
func (t *tx) DefaultPreferences(org roster.OrganizationID, groups []roster.GroupID) ([]roster.Preference, error) {
	return t.defaultPreferences(org, append([]roster.GroupID{""}, groups...))
}

// GroupDefaultPreferences implements directory.UserTx.
func (t *tx) GroupDefaultPreferences(org roster.OrganizationID, group roster.GroupID) ([]roster.Preference, error) {
	return t.defaultPreferences(org, []roster.GroupID{group})
}

// defaultPreferences returns the union of the owners' preferences: groups, or "" for the
// organization.
func (t *tx) defaultPreferences(org roster.OrganizationID, owners []roster.GroupID) ([]roster.Preference, error) {
	const text = `SELECT type, services FROM default_preferences WHERE organization_id = $1 AND group_id IN ($*)`
	joined := make(map[roster.NotificationType][]roster.Service)
	for some := range slices.Chunk(owners, maxList) {
		args, n := listArgs(string(org), some, func(id roster.GroupID) any { return string(id) })
		err := t.each("read default preferences", t.texts.list(text, 2, n), args, func(r scanner) error {
			var kind roster.NotificationType
			var services string
			err := r.Scan((*string)(&kind), &services)
			joined[kind] = join(joined[kind], parseServices(services))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var prefs []roster.Preference
	for kind, services := range joined {
		prefs = append(prefs, roster.Preference{Type: kind, Services: services})
	}
	sortPreferences(prefs)
	return prefs, nil
}

// join returns the services that are in a or b, in their fixed order.
func join(a, b []roster.Service) []roster.Service {
	var both []roster.Service
	for _, s := range roster.Services {
		if slices.Contains(a, s) || slices.Contains(b, s) {
			both = append(both, s)
		}
	}
	return both
}

// SetDefaultPreferences implements directory.UserTx.
func (t *tx) SetDefaultPreferences(org roster.OrganizationID, group roster.GroupID, prefs []roster.Preference) error {
	const remove = `DELETE FROM default_preferences WHERE organization_id = $1 AND group_id = $2`
	if _, err := t.exec("clear default preferences", remove, string(org), string(group)); err != nil {
		return err
	}
	const insert = `INSERT INTO default_preferences (organization_id, group_id, type, services) VALUES`
	var rows []any
	for _, p := range prefs {
		rows = append(rows, string(org), string(group), string(p.Type), serviceText(p.Services))
	}
	return t.insertRows("set default preferences", insert, 4, rows)
}
