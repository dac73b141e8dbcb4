package directory

import (
	"regexp"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a static binary on a bare machine knows the zones too

	"roster"
)

// labelZone matches the long labels of Graze's user interface, and captures the IANA name: "(GMT
// 00:00) Europe/London - Greenwich Mean Time".
var labelZone = regexp.MustCompile(`^\(GMT[^)]*\) ([A-Za-z0-9_+/-]+)(?: - .*)?$`)

// knownZones caches names of zones that were loaded. Only IANA names get in, so their number bounds
// it.
var knownZones sync.Map

// Zone returns the IANA name of a user's time zone: the text itself, or the name in its label.
// SYSTEM and "" mean the organization's zone, and return "". It returns false for an unknown zone.
func Zone(text string) (name string, ok bool) {
	if text == "" || text == roster.SystemTimeZone {
		return "", true
	}
	if m := labelZone.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	if _, seen := knownZones.Load(text); seen {
		return text, true
	}
	if text == "Local" || len(text) > 64 || strings.ContainsRune(text, '.') {
		return "", false
	}
	if _, err := time.LoadLocation(text); err != nil {
		return "", false
	}
	knownZones.Store(text, struct{}{})
	return text, true
}
