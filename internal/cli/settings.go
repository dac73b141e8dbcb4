package cli

import (
	"cmp"

	"roster/client"
)

type settingsShow struct{ listing }

// Help returns the examples.
func (settingsShow) Help() string {
	return `Examples:

    roster settings show
    roster settings show --organization acme --json`
}

// Run shows the settings.
func (c settingsShow) Run(sh *shell) error {
	return c.use(sh, func(l link) error {
		s, err := l.Settings(sh.ctx)
		if err != nil {
			return err
		}
		return c.print(sh, l, s)
	})
}

// print prints settings.
func (c listing) print(sh *shell, l link, s client.Settings) error {
	if c.JSON {
		return sh.printAnswer(l)
	}
	found, err := l.Overview(sh.ctx)
	if err != nil {
		return err
	}
	t := newTable(sh, "SETTING", "VALUE")
	t.row("organization", found.Organization.Slug)
	t.row("displayName", s.DisplayName)
	t.row("timezone", cmp.Or(s.Timezone, "UTC"))
	t.row("default country", s.DefaultCountry)
	t.row("strong passwords", yesNo(s.StrongPasswords))
	return t.end()
}

type settingsSet struct {
	Name            *string `placeholder:"TEXT" help:"The name of the organization that people see; empty for its slug."`
	Timezone        *string `placeholder:"ZONE" help:"The time zone for dates and users without one, such as Europe/London. Empty for UTC."`
	DefaultCountry  *string `placeholder:"CODE" help:"The country of phone numbers without a country code: two letters, such as GB. Empty for the server's."`
	StrongPasswords *bool   `negatable:"" help:"Require strong passwords from provisioning too, not only from people who choose their own."`
	listing
}

// Help returns the examples.
func (settingsSet) Help() string {
	return `What you do not give stays as it is.

Examples:

    roster settings set --timezone Europe/Berlin --default-country DE
    roster settings set --organization acme --strong-passwords
    roster settings set --no-strong-passwords --default-country ''`
}

func (settingsSet) fields() map[string]string {
	return map[string]string{
		"displayName": "--name", "timezone": "--timezone", "defaultCountry": "--default-country", "strongPasswords": "--strong-passwords",
	}
}

// Run changes the settings.
func (c settingsSet) Run(sh *shell) error {
	in := client.SettingsChange{
		DisplayName: given(c.Name), Timezone: given(c.Timezone), DefaultCountry: given(c.DefaultCountry),
	}
	if c.StrongPasswords != nil {
		in.StrongPasswords = client.Set(*c.StrongPasswords)
	}
	if err := changesSomething(in, "settings set"); err != nil {
		return err
	}
	return c.use(sh, func(l link) error {
		s, err := l.UpdateSettings(sh.ctx, in)
		if err != nil {
			return err
		}
		return c.print(sh, l, s)
	})
}
