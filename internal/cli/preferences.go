package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"roster"
	"roster/client"
)

// noService is how a type is written that nobody is told of.
const noService = "none"

type preferencesShow struct {
	Group string `placeholder:"NAME" help:"Show what a member of this group gets: the organization's default joined with the group's."`
	listing
}

// Help returns the examples.
func (preferencesShow) Help() string {
	return `Examples:

    roster preferences show
    roster preferences show --group Network --json`
}

// Run shows the matrix.
func (c preferencesShow) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		var p client.Preferences
		var err error
		if c.Group == "" {
			p, err = l.DefaultPreferences.Get(sh.ctx)
		} else {
			p, err = l.Groups.JoinedPreferences(sh.ctx, c.Group)
		}
		if err != nil {
			return knownGroup(c.Group, err)
		}
		return c.printPreferences(sh, l, p)
	})
}

// knownGroup makes an error that says that there is no such group one that says where those are
// that there are.
func knownGroup(name string, err error) error {
	return subject{Subject: name}.known(groups.name, err)
}

type preferencesSet struct {
	Group  string   `placeholder:"NAME" help:"Set what this group adds to the organization's default."`
	Matrix []string `arg:"" name:"type=services" help:"A type and its services: failures=email,sms. No service: warnings=none."`
	Delay  []string `placeholder:"TYPE.SERVICE=MINUTES" help:"Use a service only if nobody has acknowledged after so many minutes. May be repeated."`
	listing
}

// Help returns the examples.
func (preferencesSet) Help() string {
	return `Replaces the whole default: a type you do not name notifies nobody, but pages then are as failures. Existing users keep their preferences.

The types are: ` + join(roster.NotificationTypes[:]) + `. The services are: ` + join(roster.Services[:]) + `.

Examples:

    roster preferences set failures=email
    roster preferences set --group Network failures=email,sms warnings=email digest=none
    roster preferences set failures=email pages=push,call --delay pages.call=5`
}

func (preferencesSet) fields() map[string]string {
	fields := map[string]string{"delays": "--delay"}
	for _, kind := range roster.NotificationTypes {
		fields["delays."+string(kind)] = "--delay " + string(kind)
		for _, service := range roster.Services {
			cell := string(kind) + "." + string(service)
			fields["delays."+cell] = "--delay " + cell
		}
	}
	for _, kind := range roster.NotificationTypes {
		fields[string(kind)] = "the services of " + string(kind)
	}
	return fields
}

// Run sets the matrix and shows it.
func (c preferencesSet) Run(sh *shell) error {
	var in client.Preferences
	for _, text := range c.Matrix {
		if err := setPreference(&in, text); err != nil {
			return err
		}
	}
	for _, text := range c.Delay {
		if err := setDelay(&in, text); err != nil {
			return err
		}
	}
	return c.make(sh, func(l link) error {
		var p client.Preferences
		var err error
		if c.Group == "" {
			p, err = l.DefaultPreferences.Replace(sh.ctx, in)
		} else {
			p, err = l.Groups.ReplaceDefaultPreferences(sh.ctx, c.Group, in)
		}
		if err != nil {
			return knownGroup(c.Group, err)
		}
		return c.printPreferences(sh, l, p)
	})
}

// servicesOf returns the place of the services of each type in preferences, in the order of the
// types.
func servicesOf(p *client.Preferences) [len(roster.NotificationTypes)]*[]client.Service {
	return [...]*[]client.Service{&p.Failures, &p.Warnings, &p.Unmatched, &p.Digest, &p.Pages}
}

// setPreference reads "failures=email,sms" into preferences.
func setPreference(p *client.Preferences, text string) error {
	kind, words, found := strings.Cut(text, "=")
	if !found {
		return usageError{fmt.Sprintf("%q must have the form TYPE=SERVICE,SERVICE, such as failures=email,sms", text)}
	}
	i := slices.Index(roster.NotificationTypes[:], roster.NotificationType(kind))
	if i < 0 {
		return usageError{fmt.Sprintf("%q names no type; the types are %s", text, join(roster.NotificationTypes[:]))}
	}
	services := servicesOf(p)[i]
	if *services != nil {
		return usageError{fmt.Sprintf("%q names a type twice", text)}
	}
	*services = []client.Service{}
	if words == "" || words == noService {
		return nil
	}
	for word := range strings.SplitSeq(words, ",") {
		*services = append(*services, client.Service(strings.TrimSpace(word)))
	}
	return nil
}

// setDelay reads "failures.sms=5" into preferences.
func setDelay(p *client.Preferences, text string) error {
	cell, number, _ := strings.Cut(text, "=")
	kind, service, found := strings.Cut(cell, ".")
	minutes, err := strconv.Atoi(number)
	if !found || err != nil {
		return usageError{fmt.Sprintf("%q must have the form TYPE.SERVICE=MINUTES, such as failures.sms=5", text)}
	}
	if p.Delays == nil {
		p.Delays = client.Delays{}
	}
	if p.Delays[kind] == nil {
		p.Delays[kind] = map[client.Service]int{}
	}
	p.Delays[kind][client.Service(service)] = minutes
	return nil
}

// servicesText lists the services of a type for a person, each with its delay; "" for none.
func servicesText(p client.Preferences, kind roster.NotificationType, services []client.Service) string {
	texts := make([]string, len(services))
	for i, s := range services {
		texts[i] = string(s)
		if minutes := p.Delays[string(kind)][s]; minutes > 0 {
			texts[i] += fmt.Sprintf(" after %d min", minutes)
		}
	}
	return strings.Join(texts, ", ")
}

// printPreferences prints a line for each type.
func (c listing) printPreferences(sh *shell, l link, p client.Preferences) error {
	if c.JSON {
		return sh.printAnswer(l)
	}
	t := newTable(sh, "TYPE", "SERVICES")
	for i, services := range servicesOf(&p) {
		kind, none := roster.NotificationTypes[i], noService
		if kind == roster.TypePages && *services == nil {
			none = "as failures"
		}
		t.row(string(kind), cmp.Or(servicesText(p, kind, *services), none))
	}
	return t.end()
}
