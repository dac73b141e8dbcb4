package realm

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Ways to find a person's entry.
const (
	Direct = "direct" // its DN is made from the user name
	Lookup = "lookup" // it is searched for
)

// Bounds and defaults of settings.
const (
	// DefaultTimeout bounds a connection and an answer. Graze's default is 30 s. People at a
	// sign-in page should know sooner that the directory is down.
	DefaultTimeout = 5 * time.Second

	minTimeout = 100 * time.Millisecond
	maxTimeout = time.Minute

	maxURLs        = 16
	maxNested      = 10   // levels of groups in groups
	maxMapped      = 1000 // entries of one map of groups
	maxSecretBytes = 4096 // of the file that holds the system's password
	maxCABytes     = 1 << 20
)

// userNameMark stands for the typed name in a template or filter.
const userNameMark = "{userName}"

// Attributes of a user to which an entry's attribute can be mapped, by Graze's names.
const (
	toUserName   = "username"
	toFullName   = "fullname"
	toEmail      = "email"
	toContactNum = "contact_num"
	toTimeZone   = "timezone"
	toDepartment = "department"
)

// LDAPConfig holds the settings of one LDAP realm, as the configuration file declares it. The names
// are those of Graze's documentation, with underscores. A zero setting means its default.
type LDAPConfig struct {
	Name         string `yaml:"name"`
	Organization string `yaml:"organization"` // slug of the organization whose people it signs in; default: the default organization

	// URLs are the servers, ldap:// or ldaps://, in the order of preference.
	URLs               []string `yaml:"urls"`
	StartTLS           bool     `yaml:"start_tls"`            // begin unencrypted and require TLS (RFC 4511 §4.14); with ldap:// only
	CAFile             string   `yaml:"ca_file"`              // PEM; default: the system's
	InsecureSkipVerify bool     `yaml:"insecure_skip_verify"` // accept any certificate
	AllowPlaintext     bool     `yaml:"allow_plaintext"`      // passwords may travel to another machine unencrypted

	ConnectionTimeout time.Duration `yaml:"connection_timeout"` // for opening a connection, TLS included; default DefaultTimeout
	ReadTimeout       time.Duration `yaml:"read_timeout"`       // for one answer; default DefaultTimeout

	ResolutionType string `yaml:"resolution_type"`  // Direct or Lookup; default Lookup
	UserDNTemplate string `yaml:"user_dn_template"` // Direct: uid={userName},ou=people,dc=example,dc=com

	SystemUser            string `yaml:"system_user"` // DN that searches; "" searches anonymously, and with Direct as the person
	SystemPassword        Secret `yaml:"system_password"`
	SystemPasswordFile    string `yaml:"system_password_file"`
	BaseDN                string `yaml:"base_dn"`                 // Lookup: where people are
	AttributeSearchFilter string `yaml:"attribute_search_filter"` // Lookup: default (uid={userName})

	// AttributeMap maps attributes of an entry to attributes of a user: username, fullname, email,
	// contact_num, timezone, department. By default uid, cn, mail and telephoneNumber are mapped to
	// the first four.
	AttributeMap map[string]string `yaml:"attribute_map"`

	GroupBaseDN        string `yaml:"group_base_dn"`        // where groups are; "" looks up no groups
	MemberAttribute    string `yaml:"member_attribute"`     // default member; memberUid holds user names instead of DNs
	GroupNameAttribute string `yaml:"group_name_attribute"` // default cn
	GroupFilter        string `yaml:"group_filter"`         // a further condition on groups
	NestedGroups       int    `yaml:"nested_groups"`        // levels of nested groups to follow, 0 to 10

	// PredefinedUser makes no users: only existing users can sign in, and they are not changed.
	PredefinedUser bool `yaml:"predefined_user"`

	DefaultRoles []string `yaml:"default_roles"` // for people without a role by RoleMap
	DefaultTeams []string `yaml:"default_teams"` // for people without a team by TeamMap
	DefaultGroup string   `yaml:"default_group"` // for people without a group by GroupMap

	// The maps lead from a group's name in the directory to a name in Roster. Keys are
	// case-sensitive.
	RoleMap  map[string]string `yaml:"role_map"`
	TeamMap  map[string]string `yaml:"team_map"`
	GroupMap map[string]string `yaml:"group_map"`
}

// withDefaults returns the settings with the defaults filled in.
func (c LDAPConfig) withDefaults() LDAPConfig {
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

// hidden is printed instead of a secret.
const hidden = "[hidden]"

// Secret is text that cannot be printed or logged.
type Secret string

func (s Secret) placeholder() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format prints a placeholder for any verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.placeholder()) }

// LogValue logs a placeholder.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.placeholder()) }

// MarshalText writes a placeholder into JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.placeholder()), nil }
