package realm

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"roster"
)

// What a SAML realm has where its configuration says nothing (public record of Graze,
// createSecurityRealm).
const (
	defaultUserName = "$username"
	defaultEmail    = "$email"
	defaultFullName = "$firstname $lastname"

	// DefaultLifetime is how long ago the person may have signed in at the identity provider.
	DefaultLifetime = 60 * time.Minute

	maxLifetime = 365 * 24 * 60 // minutes
	maxURL      = 2048          // bytes
)

// SAML holds the settings of a SAML realm, checked.
type SAML struct {
	// MetadataURL is where the identity provider's metadata is; "" where it was given itself. Then
	// Metadata is zero, until the caller has fetched it and read it with [ParseMetadata].
	MetadataURL string
	Metadata    Metadata

	DefaultRoles []string // never empty
	DefaultTeams []string
	DefaultGroup string

	// ExistingUserMappingField is kept and returned. No existing user is matched by it: one is
	// linked by its own re-authentication or by an administrator, never by email or name alone
	// (DECISIONS 11).
	ExistingUserMappingField string

	// Templates of attributes: $name stands for the value of the attribute in the assertion.
	UserName string
	Email    string
	FullName string

	// MaximumAuthenticationLifetime is given in minutes (ours: no unit is on record).
	MaximumAuthenticationLifetime time.Duration
}

// ParseSAML reads the configuration of a SAML realm, a JSON object as createSecurityRealm and
// updateSecurityRealm have it (spec/graze.md, "Security realms"), and returns everything that is
// wrong with it. The field of a fault is "configuration.", and the name of the property. Unknown
// properties are ignored. A property that has a default may be left out or null.
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

// metadata reads where the metadata is, or the metadata.
func (p *properties) metadata(s *SAML, now time.Time) {
	s.MetadataURL = p.text("idpMetadataUrl", "")
	text := p.text("idpMetadata", "")
	switch {
	case text != "" && s.MetadataURL != "":
		p.missing("idpMetadata", "and idpMetadataUrl exclude each other; leave one out")
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

// isWebAddress reports whether the text is an absolute address on the web.
func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && len(text) <= maxURL
}

// configuration is the field that holds the properties.
const configuration = "configuration"

func property(name string) string { return fmt.Sprintf("%s.%s", configuration, name) }
