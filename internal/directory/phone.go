package directory

import (
	"strings"

	"roster/internal/phone"
)

// smsNumber returns a phone number in E.164, or the fault of a number that SMS cannot reach.
// country is the default country of numbers without one.
func smsNumber(number, country string) (e164, fault string) {
	n, ok := phone.Parse(number, country)
	switch {
	case !ok:
		return "", "must be a phone number with its country, such as +44 20 7946 0958"
	case n.Extended || strings.Contains(number, "/"): // a second number, or an extension, follows
		return "", "must be one phone number without an extension, which no SMS can reach"
	default:
		return n.E164, ""
	}
}
