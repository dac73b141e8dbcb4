package realm

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"roster"
	"roster/internal/directory"
	"roster/internal/fold"
)

// Validate returns everything that is wrong with the settings. A fault's field is the name of the
// setting. It reads the files that the settings name. No fault contains a secret.
func (c LDAPConfig) Validate() roster.Faults {
	_, _, f := c.validate()
	return f
}

// Warnings returns sentences about settings that are allowed but insecure.
func (c LDAPConfig) Warnings() []string {
	var w []string
	if c.InsecureSkipVerify {
		w = append(w, fmt.Sprintf("the LDAP realm %q accepts any certificate (insecure_skip_verify): an attacker on the network can read passwords", c.Name))
	}
	if c.AllowPlaintext && !c.StartTLS {
		w = append(w, fmt.Sprintf("the LDAP realm %q may send passwords unencrypted (allow_plaintext): an attacker on the network can read them", c.Name))
	}
	return w
}

// validate returns the settings with defaults and password, the trusted certificates (nil for the
// system's), and the faults.
func (c LDAPConfig) validate() (LDAPConfig, *x509.CertPool, roster.Faults) {
	var f roster.Faults
	c = c.withDefaults()
	validateRealmName(&f, "name", c.Name)
	if c.Organization != "" && !directory.IsSlug(c.Organization) {
		f.Add("organization", "must be the slug of an organization: see roster organization list")
	}
	c.validateURLs(&f)
	roots := c.roots(&f)
	validateTimeout(&f, "connection_timeout", c.ConnectionTimeout)
	validateTimeout(&f, "read_timeout", c.ReadTimeout)
	c.validateSystemUser(&f)
	c.validateResolution(&f)
	c.validateAttributes(&f)
	c.validateGroups(&f)
	c.validateProvisioning(&f)
	return c, roots, f
}

// validateRealmName refuses empty names and those of the built-in realms.
func validateRealmName(f *roster.Faults, field, name string) {
	switch {
	case name == "":
		f.Add(field, "is required")
	case name == roster.RealmDB || name == roster.RealmExternal:
		f.Add(field, "must not be "+roster.RealmDB+" or "+roster.RealmExternal)
	default:
		validateName(f, field, name)
	}
}

// validateName adds a fault if people could not read the name.
func validateName(f *roster.Faults, field, name string) {
	switch {
	case strings.TrimSpace(name) == "":
		f.Add(field, "must not be empty")
	case !readable(name):
		f.Add(field, fmt.Sprintf("must be text of at most %d characters, without control characters", directory.MaxName))
	}
}

// validateReference validates the name of a record that users get. Characters that its key leaves
// out do not count.
func validateReference(f *roster.Faults, field, name string) {
	validateName(f, field, directory.Visible(name))
}

// readable reports whether the text can be a name or a value of a user.
func readable(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= directory.MaxName && (s == "" || directory.Fold(s) != "") &&
		!strings.ContainsFunc(s, fold.Misleading)
}

func (c LDAPConfig) validateURLs(f *roster.Faults) {
	if len(c.URLs) == 0 {
		f.Add("urls", "is required: name at least one server, such as ldaps://ldap.example.com")
	}
	if len(c.URLs) > maxURLs {
		f.Add("urls", fmt.Sprintf("must not be more than %d", maxURLs))
		return
	}
	plain := 0
	for i, text := range c.URLs {
		field := fmt.Sprintf("urls[%d]", i)
		address, secure, ok := splitURL(text)
		switch {
		case !ok:
			f.Add(field, "must be ldap:// or ldaps:// with a host, such as ldaps://ldap.example.com:636, and nothing after it")
		case !secure && !c.StartTLS && !c.AllowPlaintext && !loopback(address):
			f.Add(field, "would send passwords to another machine unencrypted; use ldaps:// or start_tls")
		}
		if ok && !secure {
			plain++
		}
	}
	if c.StartTLS && plain == 0 && !f.Has("urls[0]") && len(c.URLs) > 0 {
		f.Add("start_tls", "has an effect only with ldap://; remove it")
	}
}

// splitURL returns host and port of a server, and whether TLS begins with the first byte.
func splitURL(text string) (address string, secure, ok bool) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "", false, false
	}
	port := u.Port()
	switch u.Scheme {
	case "ldap":
	case "ldaps":
		secure = true
	default:
		return "", false, false
	}
	switch {
	case port != "":
	case secure:
		port = "636"
	default:
		port = "389"
	}
	n, err := strconv.Atoi(port)
	return net.JoinHostPort(u.Hostname(), port), secure, err == nil && n > 0 && n <= 65535
}

func loopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// roots reads the trusted certificates.
func (c LDAPConfig) roots(f *roster.Faults) *x509.CertPool {
	if c.CAFile == "" {
		return nil
	}
	text, err := readFile(c.CAFile, maxCABytes)
	if err != nil {
		f.Add("ca_file", "names a file that cannot be read: "+err.Error())
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		f.Add("ca_file", "must name a file with certificates in PEM form")
	}
	return pool
}

func validateTimeout(f *roster.Faults, field string, d time.Duration) {
	if d < minTimeout || d > maxTimeout {
		f.Add(field, fmt.Sprintf("must be %s to %s", minTimeout, maxTimeout))
	}
}

// validateSystemUser also reads the password file. A name without a password would be an
// unauthenticated bind, which some servers accept (RFC 4513 §5.1.2).
func (c *LDAPConfig) validateSystemUser(f *roster.Faults) {
	if c.SystemPasswordFile != "" {
		text, err := readFile(c.SystemPasswordFile, maxSecretBytes)
		password := Secret(strings.TrimRight(string(text), "\r\n"))
		switch {
		case err != nil:
			f.Add("system_password_file", "names a file that cannot be read: "+err.Error())
			return
		case password == "" || strings.ContainsAny(string(password), "\r\n\x00"):
			f.Add("system_password_file", "must name a file that holds the password on one line, and nothing else")
			return
		case c.SystemPassword != "" && c.SystemPassword != password:
			f.Add("system_password_file", "and system_password must not both be set")
			return
		}
		c.SystemPassword = password
	}
	switch {
	case c.SystemUser != "" && c.SystemPassword == "":
		f.Add("system_password", "is missing: system_user needs one; give it, or system_password_file")
	case c.SystemUser == "" && c.SystemPassword != "":
		f.Add("system_user", "is missing: a password is given and no name to bind with")
	}
}

// readFile reads a file of a bounded size. The error names the file.
func readFile(name string, limit int64) ([]byte, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = errors.New(name + " is longer than " + strconv.FormatInt(limit, 10) + " bytes")
	}
	return text, err
}

func (c LDAPConfig) validateResolution(f *roster.Faults) {
	switch c.ResolutionType {
	case Direct:
		if !strings.Contains(c.UserDNTemplate, userNameMark) || !isDN(userDN(c.UserDNTemplate, "x")) {
			f.Add("user_dn_template", "must be a DN with {userName} in it, such as uid={userName},ou=people,dc=example,dc=com")
		}
		for _, unused := range [][2]string{{"base_dn", c.BaseDN}, {"attribute_search_filter", c.AttributeSearchFilter}} {
			if unused[1] != "" {
				f.Add(unused[0], "has an effect only with resolution_type: lookup; remove it")
			}
		}
	case Lookup:
		if !isDN(c.BaseDN) {
			f.Add("base_dn", "must be the DN below which people are, such as ou=people,dc=example,dc=com")
		}
		if filter := c.AttributeSearchFilter; !strings.Contains(filter, userNameMark) || !isFilter(userFilter(filter, "x")) {
			f.Add("attribute_search_filter", "must be a filter with {userName} in it, such as (uid={userName})")
		}
		if c.UserDNTemplate != "" {
			f.Add("user_dn_template", "has an effect only with resolution_type: direct; remove it")
		}
	default:
		f.Add("resolution_type", "must be direct or lookup")
	}
}

func (c LDAPConfig) validateAttributes(f *roster.Faults) {
	from := map[string]bool{}
	for _, name := range sortedKeys(c.AttributeMap) {
		to := c.AttributeMap[name]
		field := fmt.Sprintf("attribute_map[%.64q]", name)
		switch to {
		case toUserName, toFullName, toEmail, toContactNum, toTimeZone, toDepartment:
		default:
			f.Add(field, "must be mapped to one of: username, fullname, email, contact_num, timezone, department")
			continue
		}
		if !isAttribute(name) {
			f.Add(field, "must begin with the name of an attribute")
		}
		if from[to] {
			f.Add(field, fmt.Sprintf("must not lead to %s, as another one does", to))
		}
		from[to] = true
	}
}

func (c LDAPConfig) validateGroups(f *roster.Faults) {
	if c.GroupBaseDN != "" && !isDN(c.GroupBaseDN) {
		f.Add("group_base_dn", "must be the DN below which groups are, such as ou=groups,dc=example,dc=com")
	}
	if !isMemberAttribute(c.MemberAttribute) {
		f.Add("member_attribute", "must be the name of an attribute, such as member")
	}
	if !isAttribute(c.GroupNameAttribute) {
		f.Add("group_name_attribute", "must be the name of an attribute, such as cn")
	}
	if c.GroupFilter != "" && !isFilter(c.GroupFilter) {
		f.Add("group_filter", "must be a filter, such as (objectClass=groupOfNames)")
	}
	if c.NestedGroups < 0 || c.NestedGroups > maxNested {
		f.Add("nested_groups", fmt.Sprintf("must be 0 to %d", maxNested))
	}
	if c.NestedGroups > 0 && c.namesUsers() {
		f.Add("nested_groups", "must be 0 with member_attribute: memberUid, which names no groups")
	}
}

func (c LDAPConfig) validateProvisioning(f *roster.Faults) {
	if len(c.DefaultRoles) == 0 && !c.PredefinedUser {
		f.Add("default_roles", "is required, unless predefined_user is true: name the roles of people who get none by role_map")
	}
	validateNames(f, "default_roles", c.DefaultRoles)
	validateNames(f, "default_teams", c.DefaultTeams)
	if c.DefaultGroup != "" {
		validateReference(f, "default_group", c.DefaultGroup)
	}
	c.validateMap(f, "role_map", c.RoleMap)
	c.validateMap(f, "team_map", c.TeamMap)
	c.validateMap(f, "group_map", c.GroupMap)
}

func validateNames(f *roster.Faults, field string, names []string) {
	if len(names) > maxMapped {
		f.Add(field, fmt.Sprintf("must not be more than %d", maxMapped))
		return
	}
	for i, name := range names {
		validateReference(f, fmt.Sprintf("%s[%d]", field, i), name)
	}
}

func (c LDAPConfig) validateMap(f *roster.Faults, field string, m map[string]string) {
	if len(m) > 0 && c.GroupBaseDN == "" {
		f.Add(field, "needs group_base_dn: without it nobody has a group")
	}
	if len(m) > maxMapped {
		f.Add(field, fmt.Sprintf("must not be more than %d", maxMapped))
		return
	}
	for _, from := range sortedKeys(m) {
		validateReference(f, fmt.Sprintf("%s[%.64q]", field, from), m[from])
	}
}
