package realm

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// maxRealms bounds the realms that one server asks, and maxRealmFile the file that declares them.
const (
	maxRealms    = 32
	maxRealmFile = 1 << 20 // bytes
)

// Open returns the LDAP realms that a file declares. It opens no connection yet and logs the
// warnings about each. The name "" stands for no file: there are no realms then. Errors name the
// file, and are for the operator.
func Open(file string, log *slog.Logger, now func() time.Time) ([]*LDAP, error) {
	if file == "" {
		return nil, nil
	}
	configs, err := readConfigs(file)
	if err != nil {
		return nil, err
	}
	var opened []*LDAP
	for _, c := range configs {
		for _, warning := range c.Warnings() {
			log.Warn("realm", "name", c.Name, "warning", warning)
		}
		l, err := NewLDAP(c, now)
		if err != nil {
			return nil, fmt.Errorf("%s, realm %q: %w", file, c.Name, err)
		}
		opened = append(opened, l)
	}
	return opened, nil
}

// readConfigs reads the file: a list of realms under the key ldap. Unknown keys are errors.
func readConfigs(name string) ([]LDAPConfig, error) {
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
		LDAP []LDAPConfig `yaml:"ldap"`
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
		key := organizationOf(c) + "/" + directory.Fold(c.Name)
		if seen[key] {
			return nil, fmt.Errorf("%s: two realms of one organization are called %q", name, c.Name)
		}
		seen[key] = true
	}
	return file.LDAP, nil
}

// organizationOf returns the slug of the organization that a realm belongs to.
func organizationOf(c LDAPConfig) string {
	return cmp.Or(c.Organization, roster.DefaultOrganization)
}

// DeclaredOptions holds what [NewDeclared] needs. All fields are required.
type DeclaredOptions struct {
	Realms    []*LDAP // of [Open]; the caller closes them
	Directory *directory.Directory
	Log       *slog.Logger

	// Actor returns the actor that reads and makes records in an organization. It must be Roster
	// itself.
	Actor func(roster.OrganizationID) roster.Actor
}

// Declared answers for the realms that the configuration declares. It implements [auth.Realms]:
// each realm signs in people of its own organization only. It is safe for concurrent use.
type Declared struct {
	o     DeclaredOptions
	names sync.Map // names of realms, by recordedRealm
	slugs sync.Map // ids of the organizations that realms name, by slug
}

// NewDeclared returns the realms, joined with the directory whose users they sign in.
func NewDeclared(o DeclaredOptions) *Declared { return &Declared{o: o} }

// WarnOfMissingOrganizations logs the realms whose organization does not exist. Such a realm signs
// nobody in.
func (d *Declared) WarnOfMissingOrganizations() {
	for _, l := range d.o.Realms {
		if slug := organizationOf(l.Config()); d.organization(slug) == "" {
			d.o.Log.Warn("the realm signs nobody in until its organization is made", "realm", l.Name(), "organization", slug)
		}
	}
}

// organization returns the id of the organization with the slug, "" if there is none. A slug never
// changes, so an id that was found once is not read again.
func (d *Declared) organization(slug string) roster.OrganizationID {
	if id, ok := d.slugs.Load(slug); ok {
		return id.(roster.OrganizationID)
	}
	o, err := d.o.Directory.GetOrganization(context.Background(), d.o.Actor(""), roster.Ref{Name: slug})
	if err != nil {
		return ""
	}
	d.slugs.Store(slug, o.ID)
	return o.ID
}

// realmsOf returns the declared realms realmsOf an organization.
func (d *Declared) realmsOf(org roster.OrganizationID) []*LDAP {
	var own []*LDAP
	for _, l := range d.o.Realms {
		if org != "" && d.organization(organizationOf(l.Config())) == org {
			own = append(own, l)
		}
	}
	return own
}

// Serves implements [auth.Realms]. A realm signs in its own users and users who wait for a realm.
// Unless it takes predefined users only, it signs in unknown names, too.
func (d *Declared) Serves(org roster.OrganizationID, id string) bool {
	switch id {
	case "":
		return slices.ContainsFunc(d.realmsOf(org), func(l *LDAP) bool { return !l.Config().PredefinedUser })
	case roster.RealmExternal:
		return len(d.realmsOf(org)) > 0
	default:
		return d.Name(org, id) != ""
	}
}

// recordedRealm is the record of a declared realm.
type recordedRealm struct {
	organization roster.OrganizationID
	id           string
}

// Name returns the name of the organization's declared realm with the id, "" if there is none.
// Realms are few and never change their name, so names are kept.
func (d *Declared) Name(org roster.OrganizationID, id string) string {
	if id == "" || id == roster.RealmExternal || id == roster.RealmDB {
		return ""
	}
	if name, ok := d.names.Load(recordedRealm{org, id}); ok {
		return name.(string)
	}
	list, err := d.o.Directory.ListRealms(context.Background(), d.o.Actor(org), directory.RealmList{Kind: roster.RealmLDAP})
	if err != nil {
		return ""
	}
	for r, err := range list {
		if err != nil {
			return ""
		}
		d.names.Store(recordedRealm{org, string(r.ID)}, r.Name)
	}
	name, _ := d.names.Load(recordedRealm{org, id})
	text, _ := name.(string)
	return text
}

// Prove implements [auth.Realms]. It asks the account's own realm, or each realm of the
// organization in turn if the account has none yet. If nobody is signed in, the realms that were
// not asked get a decoy, so that all names cost the same.
func (d *Declared) Prove(ctx context.Context, p auth.Proof) (auth.Judgement, error) {
	asked, others := d.split(p)
	judgement, away := auth.Wrong, error(nil)
	for _, l := range asked {
		if judgement == auth.Right {
			others = append(others, l)
			continue
		}
		id, err := l.prove(ctx, p)
		switch {
		case err == nil && !p.JudgeOnly:
			return auth.Right, d.admit(ctx, p, l, id)
		case err == nil:
			judgement = auth.Right
		case roster.KindOf(err) != roster.Unauthenticated:
			judgement, away = auth.Unknown, err // another realm may know the name
		}
	}
	if err := sendDecoys(ctx, others); err != nil {
		away = err
	}
	return judgement, away
}

// split separates the organization's realms that may know the account from the others.
func (d *Declared) split(p auth.Proof) (asked, others []*LDAP) {
	own := d.Name(p.OrganizationID, p.Realm)
	for _, l := range d.realmsOf(p.OrganizationID) {
		if own != "" && l.Name() != own || p.Realm == "" && l.Config().PredefinedUser {
			others = append(others, l)
		} else {
			asked = append(asked, l)
		}
	}
	return asked, others
}

// prove asks the realm about the name and the password.
func (l *LDAP) prove(ctx context.Context, p auth.Proof) (Identity, error) {
	if p.JudgeOnly {
		return Identity{}, l.Judge(ctx, p.UserName, p.Password)
	}
	return l.Authenticate(ctx, p.UserName, p.Password)
}

// Decoy implements [auth.Realms].
func (d *Declared) Decoy(ctx context.Context, org roster.OrganizationID) error {
	return sendDecoys(ctx, d.realmsOf(org))
}

// sendDecoys sends a decoy to each of the realms, and returns the last error.
func sendDecoys(ctx context.Context, list []*LDAP) (last error) {
	for _, l := range list {
		if err := l.Decoy(ctx); err != nil {
			last = err
		}
	}
	return last
}

// admit makes the person whom a realm has proved a user, or finds the user that the person is.
func (d *Declared) admit(ctx context.Context, p auth.Proof, l *LDAP, id Identity) error {
	by := d.o.Actor(p.OrganizationID)
	by.Face, by.Name, by.Address, by.RequestID = roster.FaceRealm, l.Name(), p.Attempt.Address, p.Attempt.RequestID
	in := directory.ProvenUser{Realm: l.Name(), Predefined: l.Config().PredefinedUser, User: Provision(l.Config(), id)}
	if len(id.Dropped) > 0 {
		d.o.Log.WarnContext(ctx, "the directory has values that no user can hold; they are left out",
			"realm", l.Name(), "user", in.User.UserName, "attributes", id.Dropped)
	}
	_, err := d.o.Directory.AdmitUser(ctx, by, in)
	return err
}
