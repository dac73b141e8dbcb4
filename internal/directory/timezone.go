package directory

import (
	"regexp"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a static binary on a bare machine knows the zones too

	"roster"
)

// labelZone finds the IANA name in the long label of Graze's own user interface,
// "(GMT 00:00) Europe/London - Greenwich Mean Time".
var labelZone = regexp.MustCompile(`^\(GMT[^)]*\) ([A-Za-z0-9_+/-]+)(?: - .*)?$`)

// knownZones caches names that were loaded once. It is bounded by the number of IANA names, because
// nothing else gets in.
var knownZones sync.Map

// Zone returns the IANA name that a user's time zone means: the text itself or the name in its
// label. It returns false for text that means none; SYSTEM and "" mean the organization's zone and
// return "".
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
