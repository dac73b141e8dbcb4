package watch

import (
	"fmt"

	"roster"
)

// Names are what people call those whom a decision is about.
type Names struct {
	Who       string // the person or group channel
	InPlaceOf string // whom a stand-in stands in for
	TimeZone  string // the reader's, an IANA name
}

// serviceNames says how people call the services.
var serviceNames = map[roster.Service]string{
	roster.ServiceEmail: "email", roster.ServiceSMS: "SMS", roster.ServicePush: "push", roster.ServicePushbullet: "Pushbullet",
	roster.ServicePushover: "Pushover", roster.ServiceCall: "phone call",
}

// Sentence returns a decision in words: "Ann is told by email: they chose this service." A time is
// shown in the reader's zone, with its name.
func Sentence(d roster.Decision, n Names) string {
	by := ""
	if d.Service != "" {
		name, known := serviceNames[d.Service]
		if !known {
			name = string(d.Service) // of a group channel
		}
		by = " by " + name
	}
	if n.InPlaceOf != "" {
		by += " in place of " + n.InPlaceOf
	}
	why := d.Reason.Text()
	if d.WasFailing {
		why += ", and the alert ended before they could be told"
	}
	if d.Flapping {
		why += ", and hear no more until the check stops changing so often"
	}
	switch d.Outcome {
	case roster.OutcomeSend:
		return fmt.Sprintf("%s is told%s: %s.", n.Who, by, why)
	case roster.OutcomeHold:
		until := d.Until.In(zone(n.TimeZone)).Format("Mon 2 Jan 15:04:05 MST")
		return fmt.Sprintf("%s is not told%s before %s: %s.", n.Who, by, until, why)
	default:
		return fmt.Sprintf("%s is not told%s: %s.", n.Who, by, why)
	}
}
