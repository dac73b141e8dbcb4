package store

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"roster"
	"roster/internal/directory"
)

// preferences scans stored preferences; "" becomes nil.
type preferences struct{ to *[]roster.Preference }

func (p preferences) scanText(text string) (err error) {
	*p.to, err = parsePreferences(text)
	return err
}

// preferenceText returns the stored form of preferences: the types with blanks between, each with
// its services and their delays in minutes, such as "failures=email,sms+5 digest=email". Equal
// preferences have equal texts.
func preferenceText(prefs []roster.Preference) string {
	var b strings.Builder
	for i, p := range directory.SortPreferences(prefs) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(p.Type) + "=")
		for j, s := range p.Services {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString(string(s))
			if d := slices.IndexFunc(p.Delays, func(d roster.Delay) bool { return d.Service == s }); d >= 0 {
				b.WriteString("+" + strconv.Itoa(p.Delays[d].Minutes))
			}
		}
	}
	return b.String()
}

// errPreferences is the error for a text that is no stored form of preferences.
var errPreferences = errors.New("the stored preferences are not in their form")

// parsePreferences reverses preferenceText. It refuses every other text.
func parsePreferences(text string) ([]roster.Preference, error) {
	var prefs []roster.Preference
	for word := range strings.FieldsSeq(text) {
		kind, services, _ := strings.Cut(word, "=")
		p := roster.Preference{Type: roster.NotificationType(kind)}
		for service := range strings.SplitSeq(services, ",") {
			name, delay, delayed := strings.Cut(service, "+")
			if delayed {
				minutes, err := strconv.Atoi(delay)
				if err != nil || minutes > roster.MaxDelay {
					return nil, errPreferences
				}
				p.Delays = append(p.Delays, roster.Delay{Service: roster.Service(name), Minutes: minutes})
			}
			if services != "" {
				p.Services = append(p.Services, roster.Service(name))
			}
		}
		prefs = append(prefs, p)
	}
	if preferenceText(prefs) != text {
		return nil, errPreferences
	}
	return prefs, nil
}

// chose reports whether preferences have a service for the type.
func chose(prefs []roster.Preference, kind roster.NotificationType) bool {
	return slices.ContainsFunc(prefs, func(p roster.Preference) bool { return p.Type == kind && len(p.Services) > 0 })
}

// UsersWanting implements directory.UserTx. The columns are as in the conditions of the partial
// indexes.
func (t *tx) UsersWanting(org roster.OrganizationID, kind roster.NotificationType, after int64, n int) ([]int64, error) {
	const text = `SELECT number FROM users WHERE organization = $1 AND number > $2 AND active AND `
	column, known := map[roster.NotificationType]string{roster.TypeUnmatched: "wants_unmatched", roster.TypeDigest: "wants_digest"}[kind]
	if !known {
		return nil, errors.New("no index knows who wants " + string(kind))
	}
	return collect(t, "find who wants notifications", text+column+` ORDER BY number LIMIT $3`,
		[]any{t.org(org), after, limit(n, directory.MaxPage)}, func(r scanner) (number int64, err error) { return number, r.Scan(&number) })
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
func (t *tx) defaultPreferences(org roster.OrganizationID, own bool, groups []roster.GroupID) (joined []roster.Preference, err error) {
	const text = `SELECT preferences FROM default_preferences WHERE organization = $1 AND group_number IN
	(SELECT number FROM groups WHERE organization = $1 AND id IN ($*) UNION ALL SELECT 0 WHERE $2)`
	owners := append([]roster.GroupID{""}, groups...) // a list has a value; this one is nobody's
	for some := range slices.Chunk(owners, maxList) {
		args, n := listArgs(t.org(org), some, func(id roster.GroupID) any { return uid(id) })
		args = slices.Insert(args, 1, any(own))
		err := t.each("read default preferences", t.texts.list(text, 3, n), args, func(r scanner) error {
			var prefs []roster.Preference
			err := r.Scan(preferences{&prefs})
			joined = directory.JoinPreferences(joined, prefs)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return joined, nil
}

// SetDefaultPreferences implements directory.UserTx.
func (t *tx) SetDefaultPreferences(org roster.OrganizationID, group roster.GroupID, prefs []roster.Preference) error {
	// The number of the group $2, or 0 for the organization itself.
	const text = `INSERT INTO default_preferences (organization, group_number, preferences)
	VALUES ($1, CASE WHEN $3 THEN 0 ELSE (SELECT number FROM groups WHERE organization = $1 AND id = $2) END, $4)
	ON CONFLICT (organization, group_number) DO UPDATE SET preferences = excluded.preferences`
	return t.put("set default preferences", text, t.org(org), uid(group), group == "", preferenceText(prefs))
}
