package cli

import (
	"fmt"
	"slices"
	"strings"

	"roster"
	"roster/internal/control"
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

func (preferencesShow) fields() map[string]string { return map[string]string{"group": "--group"} }

// Run shows the matrix.
func (c preferencesShow) Run(sh *shell) error {
	return c.use(sh, func(client *control.Client) error {
		p, err := control.ShowPreferences.Do(sh.ctx, client, control.PreferencesOf{Group: c.Group})
		if err != nil {
			return err
		}
		return c.printPreferences(sh, p)
	})
}

type preferencesSet struct {
	Group  string   `placeholder:"NAME" help:"Set what this group adds to the organization's default."`
	Matrix []string `arg:"" name:"type=services" help:"A type and its services: failures=email,sms. No service: warnings=none."`
	listing
}

// Help returns the examples.
func (preferencesSet) Help() string {
	return `Replaces the whole default: of a type that is not named, nobody is told. Users who are there already keep what they have.

The types are: ` + join(roster.NotificationTypes[:]) + `. The services are: ` + join(roster.Services[:]) + `.

Examples:

    roster preferences set failures=email
    roster preferences set --group Network failures=email,sms warnings=email digest=none`
}

func (preferencesSet) fields() map[string]string {
	return map[string]string{
		"group": "--group", "preferences": "TYPE=SERVICES", "preferences.type": "the type", "preferences.services": "a service",
	}
}

// Run sets the matrix and shows it.
func (c preferencesSet) Run(sh *shell) error {
	in := control.Preferences{PreferencesOf: control.PreferencesOf{Group: c.Group}}
	for _, text := range c.Matrix {
		pref, err := parsePreference(text)
		if err != nil {
			return err
		}
		in.Preferences = append(in.Preferences, pref)
	}
	return c.make(sh, func(client *control.Client) error {
		p, err := control.SetPreferences.Do(sh.ctx, client, in)
		if err != nil {
			return err
		}
		return c.printPreferences(sh, p)
	})
}

// parsePreference reads "failures=email,sms".
func parsePreference(text string) (control.Preference, error) {
	kind, services, found := strings.Cut(text, "=")
	if !found {
		return control.Preference{}, usageError{fmt.Sprintf("%q must have the form TYPE=SERVICE,SERVICE, such as failures=email,sms", text)}
	}
	p := control.Preference{Type: roster.NotificationType(kind), Services: []roster.Service{}}
	if services == "" || services == noService {
		return p, nil
	}
	for service := range strings.SplitSeq(services, ",") {
		p.Services = append(p.Services, roster.Service(strings.TrimSpace(service)))
	}
	return p, nil
}

// printPreferences prints a line for each type.
func (c listing) printPreferences(sh *shell, p control.Preferences) error {
	if c.JSON {
		return sh.printJSON(p)
	}
	t := newTable(sh, "TYPE", "SERVICES")
	for _, kind := range roster.NotificationTypes {
		services := noService
		i := slices.IndexFunc(p.Preferences, func(p control.Preference) bool { return p.Type == kind })
		if i >= 0 && len(p.Preferences[i].Services) > 0 {
			services = join(p.Preferences[i].Services)
		}
		t.row(string(kind), services)
	}
	return t.end()
}
