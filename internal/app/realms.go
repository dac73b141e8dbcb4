package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"

	"go.yaml.in/yaml/v3"

	"roster"
	"roster/internal/auth"
	"roster/internal/auth/realm"
	"roster/internal/directory"
	"roster/internal/outbound"
)

// maxRealms bounds the realms that one server asks, and maxRealmFile the file that declares them.
const (
	maxRealms    = 32
	maxRealmFile = 1 << 20 // bytes
)

// openRealms reads the LDAP realms that the configuration declares.
func (a *App) openRealms(context.Context) error {
	name := a.config.Settings.LDAPFile
	if name == "" {
		return nil
	}
	configs, err := readRealms(name)
	if err != nil {
		return err
	}
	for _, c := range configs {
		for _, warning := range c.Warnings() {
			a.log.Warn("realm", "name", c.Name, "warning", warning)
		}
		l, err := realm.NewLDAP(c, a.now)
		if err != nil {
			return fmt.Errorf("%s, realm %q: %w", name, c.Name, err)
		}
		a.ldap = append(a.ldap, l)
	}
	return nil
}

// readRealms reads the file: a list of realms under the key ldap. Whatever it does not understand is an
// error.
func readRealms(name string) ([]realm.LDAPConfig, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--ldap-file: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRealmFile+1))
	if err != nil || len(text) > maxRealmFile {
		return nil, fmt.Errorf("--ldap-file: %s cannot be read, or is longer than %d bytes: %w", name, maxRealmFile, err)
	}
	var file struct {
		LDAP []realm.LDAPConfig `yaml:"ldap"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("--ldap-file: %s: %w", name, err)
	}
	if len(file.LDAP) == 0 || len(file.LDAP) > maxRealms {
		return nil, fmt.Errorf("--ldap-file: %s must declare 1 to %d realms, as a list under the key ldap", name, maxRealms)
	}
	seen := map[string]bool{}
	for i, c := range file.LDAP {
		if faults := c.Validate(); len(faults) > 0 {
			return nil, fmt.Errorf("%s, realm %d: %w", name, i+1, faults)
		}
		if key := organizationOf(c) + "/" + directory.Fold(c.Name); seen[key] {
			return nil, fmt.Errorf("%s: two realms of one organization are called %q", name, c.Name)
		} else {
			seen[key] = true
		}
	}
	return file.LDAP, nil
}

// organizationOf returns the slug of the organization whose people a realm proves.
func organizationOf(c realm.LDAPConfig) string {
	return cmp.Or(c.Organization, roster.DefaultOrganization)
}

// warnOfRealms tells the operator of realms that prove nobody yet.
func (a *App) warnOfRealms() {
	for _, l := range a.ldap {
		if slug := organizationOf(l.Config()); a.organization(slug) == "" {
			a.log.Warn("the organization of a realm is not there; nobody is asked for by this realm until it is made", "realm", l.Name(), "organization", slug)
		}
	}
}

// organization returns the id of the organization with the slug, "" if there is none. A slug stays what it is, so
// that what was found once need not be read again.
func (a *App) organization(slug string) roster.OrganizationID {
	if id, ok := a.slugs.Load(slug); ok {
		return id.(roster.OrganizationID)
	}
	o, err := a.directory.GetOrganization(context.Background(), a.system(a.org.ID), roster.Ref{Name: slug})
	if err != nil {
		return ""
	}
	a.slugs.Store(slug, o.ID)
	return o.ID
}

// realmsOf returns the declared realms of an organization.
func (a *App) realmsOf(org roster.OrganizationID) []*realm.LDAP {
	var own []*realm.LDAP
	for _, l := range a.ldap {
		if org != "" && a.organization(organizationOf(l.Config())) == org {
			own = append(own, l)
		}
	}
	return own
}

// realms is the declared realms as the authenticator and the verbs see them.
type realms struct{ app *App }

// Serves implements [auth.Realms]: a realm proves its own users, those who wait for one, and, unless it
// has predefined users only, names that are unknown. All of it ends at the realm's organization.
func (r realms) Serves(org roster.OrganizationID, id string) bool {
	switch id {
	case "":
		return slices.ContainsFunc(r.app.realmsOf(org), func(l *realm.LDAP) bool { return !l.Config().PredefinedUser })
	case roster.RealmExternal:
		return len(r.app.realmsOf(org)) > 0
	default:
		return r.app.realmName(org, id) != ""
	}
}

// Prove implements [auth.Realms]: it asks the account's own realm, or each in turn for somebody who has
// none yet. Those of other organizations are not asked. Where nobody is let in, the realms that were not
// asked get a decoy, so that all names cost the same.
func (r realms) Prove(ctx context.Context, p auth.Proof) (auth.Judgement, error) {
	asked, others := r.asked(p)
	judgement, away := auth.Wrong, error(nil)
	for _, l := range asked {
		if judgement == auth.Right {
			others = append(others, l)
			continue
		}
		id, err := ask(ctx, l, p)
		switch {
		case err == nil && !p.JudgeOnly:
			return auth.Right, r.app.admit(ctx, p, l, id)
		case err == nil:
			judgement = auth.Right
		case roster.KindOf(err) != roster.Unauthenticated:
			judgement, away = auth.Unknown, err // another realm may know the name
		}
	}
	if err := decoys(ctx, others); err != nil {
		away = err
	}
	return judgement, away
}

// asked splits the organization's realms into those that may know the account, and the others.
func (r realms) asked(p auth.Proof) (asked, others []*realm.LDAP) {
	own := r.app.realmName(p.OrganizationID, p.Realm)
	for _, l := range r.app.realmsOf(p.OrganizationID) {
		if own != "" && l.Name() != own || p.Realm == "" && l.Config().PredefinedUser {
			others = append(others, l)
		} else {
			asked = append(asked, l)
		}
	}
	return asked, others
}

// ask puts the proof to one realm.
func ask(ctx context.Context, l *realm.LDAP, p auth.Proof) (realm.Identity, error) {
	if p.JudgeOnly {
		return realm.Identity{}, l.Judge(ctx, p.UserName, p.Password)
	}
	return l.Authenticate(ctx, p.UserName, p.Password)
}

// Decoy implements [auth.Realms].
func (r realms) Decoy(ctx context.Context, org roster.OrganizationID) error {
	return decoys(ctx, r.app.realmsOf(org))
}

// decoys makes a decoy at each of the realms, and returns the last error.
func decoys(ctx context.Context, list []*realm.LDAP) (away error) {
	for _, l := range list {
		if err := l.Decoy(ctx); err != nil {
			away = err
		}
	}
	return away
}

// admit lets somebody in whom a realm has proved.
func (a *App) admit(ctx context.Context, p auth.Proof, l *realm.LDAP, id realm.Identity) error {
	by := a.system(p.OrganizationID)
	by.Face, by.Name, by.Address, by.RequestID = roster.FaceRealm, l.Name(), p.Attempt.Address, p.Attempt.RequestID
	in := directory.ProvenUser{Realm: l.Name(), Predefined: l.Config().PredefinedUser, User: realm.Provision(l.Config(), id)}
	if len(id.Dropped) > 0 {
		a.log.WarnContext(ctx, "the directory has values that no user can hold; they are left out",
			"realm", l.Name(), "user", in.User.UserName, "attributes", id.Dropped)
	}
	_, err := a.directory.AdmitUser(ctx, by, in)
	return err
}

// recordedRealm is the record of a declared realm.
type recordedRealm struct {
	organization roster.OrganizationID
	id           string
}

// realmName returns the name of the organization's declared realm with the id, "" if there is none. Records of realms
// are few and never change their name.
func (a *App) realmName(org roster.OrganizationID, id string) string {
	if id == "" || id == roster.RealmExternal || id == roster.RealmDB {
		return ""
	}
	if name, ok := a.realmNames.Load(recordedRealm{org, id}); ok {
		return name.(string)
	}
	list, err := a.directory.ListRealms(context.Background(), a.system(org), directory.RealmList{Kind: roster.RealmLDAP})
	if err != nil {
		return ""
	}
	for r, err := range list {
		if err != nil {
			return ""
		}
		a.realmNames.Store(recordedRealm{org, string(r.ID)}, r.Name)
	}
	name, _ := a.realmNames.Load(recordedRealm{org, id})
	text, _ := name.(string)
	return text
}

// samlRealms judges configurations of SAML realms for the verbs.
type samlRealms struct {
	app    *App
	client *http.Client
}

// realmChecks returns who judges realms: what the configuration brings, for tests, or the real thing.
func (a *App) realmChecks() directory.Realms {
	if a.config.Realms != nil {
		return a.config.Realms
	}
	return samlRealms{app: a, client: outbound.Client(outbound.Options{})}
}

// ValidateSAML implements [directory.Realms]. Metadata that is only named is fetched, through the guard.
func (s samlRealms) ValidateSAML(ctx context.Context, configuration json.RawMessage) roster.Faults {
	saml, faults := realm.ParseSAML(configuration, s.app.now())
	if len(faults) > 0 || saml.MetadataURL == "" {
		return faults
	}
	const field = "configuration.idpMetadataUrl"
	text, err := outbound.Get(ctx, s.client, saml.MetadataURL)
	if err != nil {
		for _, e := range roster.All(err) {
			faults.Add(field, "cannot be fetched: "+e.Detail)
		}
		return faults
	}
	_, wrong := realm.ParseMetadata(text, s.app.now())
	for _, e := range wrong {
		faults.Add(field, "leads to metadata that "+e.Detail)
	}
	return faults
}
