package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// maxLifetime is the longest that a token can be given; a longer one is a mistake, or never.
const maxLifetime = 100 * 365 * 24 * time.Hour

// lifetime is how long something is good: a whole number and a unit, "90d". 0 is for ever.
type lifetime time.Duration

var lifetimeForm = regexp.MustCompile(`^([0-9]{1,9})(m|h|d|w)$`)

// UnmarshalText reads the form of the command line.
func (l *lifetime) UnmarshalText(text []byte) error {
	parts := lifetimeForm.FindSubmatch(text)
	if parts == nil {
		return fmt.Errorf("must be a whole number of minutes, hours, days or weeks, such as 12h, 90d or 52w")
	}
	n, err := strconv.ParseInt(string(parts[1]), 10, 64)
	if err != nil {
		return err
	}
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[string(parts[2])]
	if n < 1 || n > int64(maxLifetime/unit) {
		return fmt.Errorf("must be more than 0 and at most 36500d; leave it out for no end")
	}
	*l = lifetime(time.Duration(n) * unit)
	return nil
}
