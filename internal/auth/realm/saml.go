package realm

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"roster"
)

// Defaults of a SAML realm (Graze's documentation, createSecurityRealm).
const (
	defaultUserName = "$username"
	defaultEmail    = "$email"
	defaultFullName = "$firstname $lastname"

	// DefaultLifetime is how long ago the person may have signed in at the identity provider.
	DefaultLifetime = 60 * time.Minute

	maxLifetime = 365 * 24 * 60 // minutes
	maxURL      = 2048          // bytes
)

// SAML holds the validated settings of a SAML realm.
type SAML struct {
	// MetadataURL is the address of the identity provider's metadata, "" if the metadata itself was
	// given. With an address, Metadata is zero: the caller must fetch it and read it with
	// [ParseMetadata].
	MetadataURL string
	Metadata    Metadata

	DefaultRoles []string // never empty
	DefaultTeams []string
	DefaultGroup string

	// ExistingUserMappingField is stored and returned but has no effect. An existing user is linked
	// by signing in again or by an administrator, never by email or name alone (DECISIONS 11).
	ExistingUserMappingField string

	// Templates of attributes: $name stands for the value of the attribute in the assertion.
	UserName string
	Email    string
	FullName string

	// MaximumAuthenticationLifetime is given in minutes (our choice: Graze documents no unit).
	MaximumAuthenticationLifetime time.Duration
}

// ParseSAML reads the configuration of a SAML realm and returns everything that is wrong with it.
// The configuration is a JSON object as for createSecurityRealm and updateSecurityRealm
// (spec/graze.md, "Security realms"). A fault's field is "configuration." and the name of the
// property. Unknown properties are ignored. A property that has a default may be missing or null.
func ParseSAML(raw json.RawMessage, now time.Time) (SAML, roster.Faults) {
	p := properties{}
	if err := json.Unmarshal(raw, &p.all); err != nil || p.all == nil {
		p.faults.Add(configuration, "must be a JSON object")
		return SAML{}, p.faults
	}
	s := SAML{
		DefaultRoles: p.names("defaultRoles", nil),
		DefaultTeams: p.names("defaultTeams", []string{roster.FirstTeam}),
		DefaultGroup: p.group("defaultGroup"),

		ExistingUserMappingField: p.text("existingUserMappingField", "username"),

		UserName: p.template("username", defaultUserName),
		Email:    p.template("email", defaultEmail),
		FullName: p.template("fullname", defaultFullName),

		MaximumAuthenticationLifetime: p.minutes("maximumAuthenticationLifetime", DefaultLifetime),
	}
	if len(s.DefaultRoles) == 0 {
		p.missing("defaultRoles", "is required: at least one role")
	}
	if s.DefaultGroup == "" {
		p.missing("defaultGroup", "is required")
	}
	switch s.ExistingUserMappingField {
	case "username", "email", "fullname", "contact_num":
	default:
		p.missing("existingUserMappingField", "must be username, email, fullname or contact_num")
	}
	p.metadata(&s, now)
	return s, p.faults
}

// metadata reads the metadata or its address.
func (p *properties) metadata(s *SAML, now time.Time) {
	s.MetadataURL = p.text("idpMetadataUrl", "")
	text := p.text("idpMetadata", "")
	switch {
	case text != "" && s.MetadataURL != "":
		p.missing("idpMetadata", "and idpMetadataUrl must not both be set")
	case text != "":
		var f roster.Faults
		s.Metadata, f = ParseMetadata([]byte(text), now)
		for _, fault := range f {
			p.add("idpMetadata", fault.Detail)
		}
	case s.MetadataURL != "":
		if !isWebAddress(s.MetadataURL) {
			p.missing("idpMetadataUrl", "must be an absolute http or https address, without a user name in it")
		}
	case !p.wrong("idpMetadata") && !p.wrong("idpMetadataUrl"):
		p.add("idpMetadata", "is required, or idpMetadataUrl")
	}
}

// isWebAddress reports whether the text is an absolute http or https address.
func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && len(text) <= maxURL
}

// configuration is the field that holds the properties.
const configuration = "configuration"

func property(name string) string { return fmt.Sprintf("%s.%s", configuration, name) }
