package graze

import (
	"maps"
	"strings"
)

// words are Graze's names, in one family of calls, for what has another name here.
type words map[string]string

// The families. What is displayName here is fullname of a user, and name of everything else.
var (
	userWords = words{
		"id":            "user_id",
		"userName":      "username",
		"displayName":   "fullname",
		"emails":        "email",
		"primaryGroup":  "primary_group",
		"groups":        "primary_group", // Graze names one group only
		"joinedAt":      "joined",
		"phoneNumbers":  "contact_num",
		"sessionExpiry": "session_expiry",
	}
	userChangeWords = userWords.but("id", "uid") // as updateUser has it

	teamWords = words{
		"id":          "team_id",
		"displayName": "name",
		"members":     "users",
		"alertFilter": "alert_filter",
		"sigFilter":   "sig_filter",
		"landingPage": "landing_page",
	}
	serviceWords = words{"id": "service_id", "service": "service_name"} // of getTeamsForService

	realmWords = words{
		"displayName":                "name",
		"configuration.roles":        "configuration.defaultRoles",
		"configuration.teams":        "configuration.defaultTeams",
		"configuration.primaryGroup": "configuration.defaultGroup",
	}
)

// but returns the words with another one for a field.
func (n words) but(field, word string) words {
	others := maps.Clone(n)
	others[field] = word
	return others
}

// argument returns Graze's name for a canonical attribute path: the longest beginning that has one
// decides.
func (n words) argument(path string) string {
	for end := len(path); end > 0; end = strings.LastIndexAny(path[:end], ".[") {
		if name, ok := n[path[:end]]; ok {
			return name + path[end:]
		}
	}
	return path
}
