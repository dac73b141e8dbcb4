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
	return t.defaultPreferences(org, true, groups)
}

// GroupDefaultPreferences implements directory.UserTx.
func (t *tx) GroupDefaultPreferences(org roster.OrganizationID, group roster.GroupID) ([]roster.Preference, error) {
	return t.defaultPreferences(org, group == "", []roster.GroupID{group})
}

// defaultPreferences returns the union of the preferences of groups, and of the organization's own
// if own is true.
func (t *tx) defaultPreferences(org roster.OrganizationID, own bool, groups []roster.GroupID) ([]roster.Preference, error) {
	const text = `SELECT type, services FROM default_preferences WHERE organization = $1 AND group_number IN
	(SELECT number FROM groups WHERE organization = $1 AND id IN ($*) UNION ALL SELECT 0 WHERE $2)`
	owners := append([]roster.GroupID{""}, groups...) // a list has a value; this one is nobody's
	joined := make(map[roster.NotificationType][]roster.Service)
	for some := range slices.Chunk(owners, maxList) {
		args, n := listArgs(t.org(org), some, func(id roster.GroupID) any { return uid(id) })
		args = slices.Insert(args, 1, any(own))
		err := t.each("read default preferences", t.texts.list(text, 3, n), args, func(r scanner) error {
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
	// The number of the group $2, or 0 for the organization itself.
	const (
		of     = `CASE WHEN $3 THEN 0 ELSE (SELECT number FROM groups WHERE organization = $1 AND id = $2) END`
		remove = `DELETE FROM default_preferences WHERE organization = $1 AND group_number = ` + of
	)
	if _, err := t.exec("clear default preferences", remove, t.org(org), uid(group), group == ""); err != nil {
		return err
	}
	const insert = `INSERT INTO default_preferences (organization, group_number, type, services) VALUES`
	var rows []any
	for _, p := range prefs {
		rows = append(rows, t.org(org), uid(group), group == "", string(p.Type), serviceText(p.Services))
	}
	return t.insertRows("set default preferences", insert, "$1,"+of+",$4,$5", rows)
}
