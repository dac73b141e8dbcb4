package roster

// Urgency says how hard people are woken by the failures of a check.
type Urgency string

// The urgencies.
const (
	UrgencyPage  Urgency = "page"  // at any time
	UrgencyHours Urgency = "hours" // within support hours
	UrgencyLog   Urgency = "log"   // not at all: the digest and the dashboard show it
)

// Urgencies lists the urgencies, the most urgent first.
var Urgencies = [...]Urgency{UrgencyPage, UrgencyHours, UrgencyLog}
