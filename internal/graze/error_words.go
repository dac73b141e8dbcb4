package graze

import (
	"maps"
	"strings"
)

// words maps canonical names to Graze's names, in one family of calls.
type words map[string]string

// The families of calls. Our displayName is Graze's fullname for a user, and name for everything
// else.
var (
	userWords = words{
		"id":            "user_id",
		"userName":      "username",
		"displayName":   "fullname",
		"emails":        "email",
		"primaryGroup":  "primary_group",
		"groups":        "primary_group", // Graze has one group only
		"joinedAt":      "joined",
		"phoneNumbers":  "contact_num",
		"sessionExpiry": "session_expiry",
	}
	userChangeWords = userWords.but("id", "uid") // as in updateUser

	teamWords = words{
		"id":          "team_id",
		"displayName": "name",
		"members":     "users",
		"alertFilter": "alert_filter",
		"sigFilter":   "sig_filter",
		"landingPage": "landing_page",
	}
	serviceWords = words{"id": "service_id", "service": "service_name"} // in getTeamsForService

	realmWords = words{
		"displayName":                "name",
		"configuration.roles":        "configuration.defaultRoles",
		"configuration.teams":        "configuration.defaultTeams",
		"configuration.primaryGroup": "configuration.defaultGroup",
	}
)

// but returns the words with another word for a field.
func (n words) but(field, word string) words {
	others := maps.Clone(n)
	others[field] = word
	return others
}

// argument returns Graze's name for a canonical attribute path. The longest known beginning of the
// path decides.
func (n words) argument(path string) string {
	for end := len(path); end > 0; end = strings.LastIndexAny(path[:end], ".[") {
		if name, ok := n[path[:end]]; ok {
			return name + path[end:]
		}
	}
	return path
}
