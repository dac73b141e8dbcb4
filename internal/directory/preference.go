package directory

import (
	"fmt"
	"slices"
	"strings"

	"roster"
)

// PreferenceDelay is the delay of a service for a type of notification.
type PreferenceDelay struct {
	Type    roster.NotificationType
	Service roster.Service
	Minutes int // 0 to [roster.MaxDelay]; 0: none
}

// SortPreferences returns preferences in their one form: sorted, each service once, without types
// that have no services. An empty one of pages stays: it is not as failures then.
func SortPreferences(prefs []roster.Preference) []roster.Preference {
	var sorted []roster.Preference
	for _, kind := range roster.NotificationTypes {
		i := slices.IndexFunc(prefs, func(p roster.Preference) bool { return p.Type == kind })
		if i < 0 || len(prefs[i].Services) == 0 && kind != roster.TypePages {
			continue
		}
		p := roster.Preference{Type: kind}
		for _, s := range roster.Services {
			if !slices.Contains(prefs[i].Services, s) {
				continue
			}
			p.Services = append(p.Services, s)
			if n := delayOf(prefs[i], s); n > 0 {
				p.Delays = append(p.Delays, roster.Delay{Service: s, Minutes: n})
			}
		}
		sorted = append(sorted, p)
	}
	return sorted
}

// delayOf returns the delay of a service, in minutes; 0 for none.
func delayOf(p roster.Preference, s roster.Service) int {
	if i := slices.IndexFunc(p.Delays, func(d roster.Delay) bool { return d.Service == s }); i >= 0 {
		return p.Delays[i].Minutes
	}
	return 0
}

// JoinPreferences returns preferences with the services of both. A service that both have gets the
// shorter delay.
func JoinPreferences(a, b []roster.Preference) []roster.Preference {
	joined := slices.Clone(a)
	for _, p := range b {
		i := slices.IndexFunc(joined, func(old roster.Preference) bool { return old.Type == p.Type })
		if i < 0 {
			joined = append(joined, p)
			continue
		}
		old := joined[i]
		both := roster.Preference{Type: p.Type, Services: slices.Concat(old.Services, p.Services)}
		for _, d := range slices.Concat(old.Delays, p.Delays) {
			inOld, inNew := slices.Contains(old.Services, d.Service), slices.Contains(p.Services, d.Service)
			if inOld && inNew {
				d.Minutes = min(delayOf(old, d.Service), delayOf(p, d.Service))
			}
			both.Delays = append(both.Delays, d)
		}
		joined[i] = both
	}
	return SortPreferences(joined)
}

// preferenceChange is what changes of preferences.
type preferenceChange struct {
	services  []roster.Preference // of the types that it names; nil services of pages remove its preference
	delays    []PreferenceDelay
	published bool // services name only published ones: the others stay
}

// changePreferences returns preferences after a change. A service that stays keeps its delay, if
// the change does not name it. It adds a fault for each delay of a service that its type lacks.
func changePreferences(old []roster.Preference, c preferenceChange, f *roster.Faults) []roster.Preference {
	changed := slices.Clone(old)
	for _, p := range c.services {
		i := slices.IndexFunc(changed, func(old roster.Preference) bool { return old.Type == p.Type })
		p.Delays = nil
		if i >= 0 {
			p.Delays = changed[i].Delays
			if c.published {
				p.Services = slices.Concat(p.Services, unpublished(changed[i].Services))
			}
			changed = slices.Delete(slices.Clone(changed), i, i+1)
		}
		if p.Services != nil || p.Type != roster.TypePages {
			changed = append(changed, p)
		}
	}
	for _, d := range c.delays {
		i := slices.IndexFunc(changed, func(p roster.Preference) bool { return p.Type == d.Type })
		if i < 0 || !slices.Contains(changed[i].Services, d.Service) {
			if d.Minutes != 0 {
				addOnce(f, delayField(d), fmt.Sprintf("is for a service that %s does not name", d.Type))
			}
			continue
		}
		others := slices.DeleteFunc(slices.Clone(changed[i].Delays), func(old roster.Delay) bool { return old.Service == d.Service })
		changed[i].Delays = append(others, roster.Delay{Service: d.Service, Minutes: d.Minutes})
	}
	return SortPreferences(changed)
}

// unpublished returns the services that no vendor knows.
func unpublished(services []roster.Service) []roster.Service {
	return slices.DeleteFunc(slices.Clone(services), func(s roster.Service) bool { return slices.Contains(roster.PublishedServices, s) })
}

// delayField names a delay in faults.
func delayField(d PreferenceDelay) string {
	return fmt.Sprintf("delays.%s.%s", d.Type, d.Service)
}

// validateDelays adds the faults that a list of delays has, whatever services the types have.
func validateDelays(f *roster.Faults, delays []PreferenceDelay) {
	for _, d := range delays {
		switch field := delayField(d); {
		case !slices.Contains(roster.NotificationTypes[:], d.Type) || !slices.Contains(roster.Services[:], d.Service):
			addOnce(f, "delays", "must be of a type and a service that there are")
		case d.Minutes < 0 || d.Minutes > roster.MaxDelay:
			addOnce(f, field, fmt.Sprintf("must be a whole number of minutes from 0 to %d", roster.MaxDelay))
		}
	}
}

// samePreferences reports whether preferences are equal in their one form.
func samePreferences(a, b []roster.Preference) bool {
	return slices.EqualFunc(SortPreferences(a), SortPreferences(b), func(a, b roster.Preference) bool {
		return a.Type == b.Type && slices.Equal(a.Services, b.Services) && slices.Equal(a.Delays, b.Delays)
	})
}

// cleanPreferences returns preferences that list each service once, in a fixed order. A list with
// an unknown service stays as it is, so that the fault names the right index.
func cleanPreferences(sent []roster.Preference) []roster.Preference {
	prefs := slices.Clone(sent)
	for i, p := range prefs {
		if p.Services == nil || slices.ContainsFunc(p.Services, func(s roster.Service) bool { return !slices.Contains(roster.Services[:], s) }) {
			continue
		}
		prefs[i].Services = slices.DeleteFunc(slices.Clone(roster.Services[:]), func(s roster.Service) bool { return !slices.Contains(p.Services, s) })
	}
	return prefs
}

// validatePreferences adds a fault for each unknown type or service, and for each type that is
// listed twice.
func validatePreferences(f *roster.Faults, prefs []roster.Preference) {
	seen := map[roster.NotificationType]bool{}
	for i, p := range prefs {
		field := fmt.Sprintf("preferences[%d]", i)
		switch {
		case f.Has(field) || f.Has(field+".type"):
		case !slices.Contains(roster.NotificationTypes[:], p.Type):
			f.Add(field+".type", "must be one of: "+list(roster.NotificationTypes[:]))
		case seen[p.Type]:
			f.Add(field+".type", fmt.Sprintf("names %q a second time", p.Type))
		}
		seen[p.Type] = true
		for j, service := range p.Services {
			if !slices.Contains(roster.Services[:], service) {
				addOnce(f, fmt.Sprintf("%s.services[%d]", field, j), "must be one of: "+list(roster.Services[:]))
			}
		}
	}
}

// list joins words with commas, for a message.
func list[T ~string](words []T) string {
	text := make([]string, len(words))
	for i, w := range words {
		text[i] = string(w)
	}
	return strings.Join(text, ", ")
}

// AddressKey returns the key of an address of a service, by which it is compared and found; "" for
// one that is a secret.
func AddressKey(service roster.Service, address string) string {
	switch service {
	case roster.ServiceEmail:
		return Fold(address)
	case roster.ServiceSMS:
		return address // a number in E.164
	}
	return ""
}
