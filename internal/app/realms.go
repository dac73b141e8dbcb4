package app

import (
	"context"

	"roster/internal/auth/realm"
	"roster/internal/directory"
	"roster/internal/outbound"
)

// openRealms opens the LDAP realms that the configuration declares.
func (a *App) openRealms(context.Context) (err error) {
	a.ldap, err = realm.Open(a.config.Settings.LDAPFile, a.log, a.now)
	return err
}

// validator returns the validator of SAML realms: Config.Realms if a test set it, else the real
// one.
func (a *App) validator() directory.Realms {
	if a.config.Realms != nil {
		return a.config.Realms
	}
	client := outbound.Client(outbound.Options{})
	fetch := func(ctx context.Context, url string) ([]byte, error) { return outbound.Get(ctx, client, url) }
	return realm.SAMLValidator{Fetch: fetch, Now: a.now}
}
