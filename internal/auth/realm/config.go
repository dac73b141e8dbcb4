package realm

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// How the entry of a person is found.
const (
	Direct = "direct" // its DN is made from the user name
	Lookup = "lookup" // it is searched for
)

// Bounds and defaults of settings.
const (
	// DefaultTimeout is that of a connection and of an answer. Graze's own is 30 s; a person at a
	// sign-in page, and everybody in line behind, should know sooner that the directory is away.
	DefaultTimeout = 5 * time.Second

	minTimeout = 100 * time.Millisecond
	maxTimeout = time.Minute

	maxURLs        = 16
	maxNested      = 10   // levels of groups in groups
	maxMapped      = 1000 // entries of one map of groups
	maxSecretBytes = 4096 // of the file that holds the system's password
	maxCABytes     = 1 << 20
)

// userNameMark stands for the name that somebody typed, in a template or filter.
const userNameMark = "{userName}"

// Attributes of a user that an attribute of an entry can become, by Graze's names.
const (
	toUserName   = "username"
	toFullName   = "fullname"
	toEmail      = "email"
	toContactNum = "contact_num"
	toTimeZone   = "timezone"
	toDepartment = "department"
)

// LDAPConfig holds the settings of one LDAP realm, as the configuration file declares it. Their
// names are those of the public record of Graze, with underscores. The zero value of a setting
// stands for its default.
type LDAPConfig struct {
	Name         string `yaml:"name"`
	Organization string `yaml:"organization"` // slug of whose people it proves; default: the default organization

	// URLs are the servers, ldap:// or ldaps://, in the order in which they are tried.
	URLs               []string `yaml:"urls"`
	StartTLS           bool     `yaml:"start_tls"`            // begin in the clear and must become TLS (RFC 4511 §4.14); with ldap:// only
	CAFile             string   `yaml:"ca_file"`              // PEM; default: the system's
	InsecureSkipVerify bool     `yaml:"insecure_skip_verify"` // any certificate will do
	AllowPlaintext     bool     `yaml:"allow_plaintext"`      // passwords may travel to another machine in the clear

	ConnectionTimeout time.Duration `yaml:"connection_timeout"` // until a connection is ready, TLS included; default DefaultTimeout
	ReadTimeout       time.Duration `yaml:"read_timeout"`       // for one answer; default DefaultTimeout

	ResolutionType string `yaml:"resolution_type"`  // Direct or Lookup; default Lookup
	UserDNTemplate string `yaml:"user_dn_template"` // Direct: uid={userName},ou=people,dc=example,dc=com

	SystemUser            string `yaml:"system_user"` // who searches; "" searches as nobody, and with Direct as the person
	SystemPassword        Secret `yaml:"system_password"`
	SystemPasswordFile    string `yaml:"system_password_file"`
	BaseDN                string `yaml:"base_dn"`                 // Lookup: where people are
	AttributeSearchFilter string `yaml:"attribute_search_filter"` // Lookup: default (uid={userName})

	// AttributeMap says which attribute of an entry becomes which of a user: username, fullname,
	// email, contact_num, timezone, department. Default: uid, cn, mail and telephoneNumber become
	// the first four.
	AttributeMap map[string]string `yaml:"attribute_map"`

	GroupBaseDN        string `yaml:"group_base_dn"`        // where groups are; "" asks for none
	MemberAttribute    string `yaml:"member_attribute"`     // default member; memberUid holds user names in place of DNs
	GroupNameAttribute string `yaml:"group_name_attribute"` // default cn
	GroupFilter        string `yaml:"group_filter"`         // what else a group must match
	NestedGroups       int    `yaml:"nested_groups"`        // levels of groups in groups that are followed, 0 to 10

	// PredefinedUser makes no users: who signs in must be one already, and stays as it is.
	PredefinedUser bool `yaml:"predefined_user"`

	DefaultRoles []string `yaml:"default_roles"` // of who gets none by RoleMap
	DefaultTeams []string `yaml:"default_teams"` // of who gets none by TeamMap
	DefaultGroup string   `yaml:"default_group"` // of who gets none by GroupMap

	// The maps lead from the name of a group in the directory to one of ours. Cases count.
	RoleMap  map[string]string `yaml:"role_map"`
	TeamMap  map[string]string `yaml:"team_map"`
	GroupMap map[string]string `yaml:"group_map"`
}

// settled returns the settings with the defaults in place of what is not set.
func (c LDAPConfig) settled() LDAPConfig {
	text := func(s *string, otherwise string) {
		if *s == "" {
			*s = otherwise
		}
	}
	text(&c.ResolutionType, Lookup)
	text(&c.MemberAttribute, "member")
	text(&c.GroupNameAttribute, "cn")
	if c.ResolutionType == Lookup {
		text(&c.AttributeSearchFilter, "(uid="+userNameMark+")")
	}
	if c.ConnectionTimeout == 0 {
		c.ConnectionTimeout = DefaultTimeout
	}
	if c.ReadTimeout == 0 {
		c.ReadTimeout = DefaultTimeout
	}
	if c.AttributeMap == nil {
		c.AttributeMap = map[string]string{
			"uid": toUserName, "cn": toFullName, "mail": toEmail, "telephoneNumber": toContactNum,
		}
	}
	return c
}

// hidden stands where a secret is not shown.
const hidden = "[hidden]"

// Secret is text that nothing prints.
type Secret string

func (s Secret) shown() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format prints that there is a secret, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.shown()) }

// LogValue logs that there is a secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.shown()) }

// MarshalText writes that there is a secret, into JSON and YAML too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.shown()), nil }
