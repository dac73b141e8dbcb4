package realm

import (
	"regexp"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// attributeName matches an attribute's name with options, or its number (RFC 4512 §2.5).
var attributeName = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)+)(;[A-Za-z0-9-]+)*$`)

// matchingRule matches what may follow the member attribute. With :1.2.840.113556.1.4.1941: Active
// Directory follows nested groups itself (RFC 4515 §3).
var matchingRule = regexp.MustCompile(`:[0-9]+(\.[0-9]+)+:$`)

func isAttribute(name string) bool { return len(name) <= 255 && attributeName.MatchString(name) }

func isMemberAttribute(name string) bool {
	return isAttribute(matchingRule.ReplaceAllString(name, ""))
}

func isFilter(text string) bool {
	_, err := ldap.CompileFilter(text)
	return err == nil
}

func isDN(text string) bool {
	dn, err := ldap.ParseDN(text)
	return err == nil && len(dn.RDNs) > 0
}

// userFilter inserts the escaped name into the filter (RFC 4515 §3).
func userFilter(template, userName string) string {
	return strings.ReplaceAll(template, userNameMark, ldap.EscapeFilter(userName))
}

// userDN inserts the escaped name into the template of a DN (RFC 4514 §2.4).
func userDN(template, userName string) string {
	return strings.ReplaceAll(template, userNameMark, ldap.EscapeDN(userName))
}

// memberFilter matches the groups that have at least one of the members.
func (c LDAPConfig) memberFilter(members []string) string {
	var b strings.Builder
	if c.GroupFilter != "" {
		b.WriteString("(&" + c.GroupFilter)
	}
	b.WriteString("(|")
	for _, m := range members {
		b.WriteString("(" + c.MemberAttribute + "=" + ldap.EscapeFilter(m) + ")")
	}
	b.WriteString(")")
	if c.GroupFilter != "" {
		b.WriteString(")")
	}
	return b.String()
}

// namesUsers reports whether groups list their members by user name (posixGroup, RFC 2307 §3).
func (c LDAPConfig) namesUsers() bool { return strings.EqualFold(c.MemberAttribute, "memberUid") }
