package realm_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"roster"
	"roster/internal/auth/realm"
	"roster/internal/directory"
)

// written is a realm as it stands in the configuration file.
const written = `
name: corp
urls: [ldaps://ldap1.example.com, ldaps://ldap2.example.com:3269]
connection_timeout: 2s
read_timeout: 3s
resolution_type: lookup
system_user: cn=roster,dc=example,dc=com
system_password: s3cret
base_dn: ou=people,dc=example,dc=com
attribute_search_filter: (&(objectClass=person)(sAMAccountName={userName}))
attribute_map: {sAMAccountName: username, displayName: fullname, mail: email}
group_base_dn: ou=groups,dc=example,dc=com
member_attribute: "member:1.2.840.113556.1.4.1941:"
group_filter: (objectClass=group)
nested_groups: 3
default_roles: [Operator]
default_teams: [Cloud DevOps]
default_group: Network
role_map: {Admins: Administrator}
`

func good(t *testing.T) realm.LDAPConfig {
	t.Helper()
	var c realm.LDAPConfig
	d := yaml.NewDecoder(strings.NewReader(written))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARealmIsReadFromTheConfigurationFile(t *testing.T) {
	t.Parallel()
	c := good(t)
	if f := c.Validate(); f != nil {
		t.Fatal(f)
	}
	if c.ReadTimeout != 3*time.Second || c.SystemPassword != "s3cret" || len(c.Warnings()) != 0 {
		t.Errorf("%v", c)
	}
	asJSON, err1 := json.Marshal(c)
	asYAML, err2 := yaml.Marshal(c)
	if text := string(asJSON) + string(asYAML); err1 != nil || err2 != nil || strings.Contains(text, "s3cret") || !strings.Contains(text, "[hidden]") {
		t.Errorf("%s, %v, %v", text, err1, err2)
	}
}

func TestWhatIsWrongWithTheSettingsIsNamed(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	direct := func(template string) func(*realm.LDAPConfig) {
		return func(c *realm.LDAPConfig) {
			c.ResolutionType, c.UserDNTemplate, c.BaseDN, c.AttributeSearchFilter = realm.Direct, template, "", ""
		}
	}
	for name, c := range map[string]struct {
		change func(*realm.LDAPConfig)
		fields []string
	}{
		"everything missing": {func(c *realm.LDAPConfig) { *c = realm.LDAPConfig{} }, []string{"name", "urls", "base_dn", "default_roles"}},
		"a reserved name":    {func(c *realm.LDAPConfig) { c.Name = "DB" }, []string{"name"}},
		"not a URL": {func(c *realm.LDAPConfig) {
			c.URLs = []string{"ldap.example.com", "http://x", "ldaps://", "ldaps://x/dc=x", "ldaps://x:0", "ldaps://u:p@x"}
		}, []string{"urls[0]", "urls[1]", "urls[2]", "urls[3]", "urls[4]", "urls[5]"}},
		"in the clear":        {func(c *realm.LDAPConfig) { c.URLs = []string{"ldap://x", "ldap://127.0.0.1", "ldap://localhost"} }, []string{"urls[0]"}},
		"in the clear, meant": {func(c *realm.LDAPConfig) { c.URLs, c.AllowPlaintext = []string{"ldap://x"}, true }, nil},
		"StartTLS":            {func(c *realm.LDAPConfig) { c.URLs, c.StartTLS = []string{"ldap://x"}, true }, nil},
		"StartTLS in TLS":     {func(c *realm.LDAPConfig) { c.StartTLS = true }, []string{"start_tls"}},
		"no CA file":          {func(c *realm.LDAPConfig) { c.CAFile = "/nowhere" }, []string{"ca_file"}},
		"an empty CA file":    {func(c *realm.LDAPConfig) { c.CAFile = empty }, []string{"ca_file"}},
		"timeouts":            {func(c *realm.LDAPConfig) { c.ConnectionTimeout, c.ReadTimeout = time.Hour, -1 }, []string{"connection_timeout", "read_timeout"}},
		"another resolution":  {func(c *realm.LDAPConfig) { c.ResolutionType = "magic" }, []string{"resolution_type"}},
		"no template":         {direct(""), []string{"user_dn_template"}},
		"a fixed template":    {direct("uid=jane,dc=x"), []string{"user_dn_template"}},
		"no DN as template":   {direct("{userName}@example.com"), []string{"user_dn_template"}},
		"a good template":     {direct("uid={userName},dc=x"), nil},
		"both ways":           {func(c *realm.LDAPConfig) { c.UserDNTemplate = "uid={userName},dc=x" }, []string{"user_dn_template"}},
		"both ways, direct":   {func(c *realm.LDAPConfig) { c.ResolutionType, c.UserDNTemplate = realm.Direct, "uid={userName},dc=x" }, []string{"base_dn", "attribute_search_filter"}},
		"a fixed filter":      {func(c *realm.LDAPConfig) { c.AttributeSearchFilter = "(uid=jane)" }, []string{"attribute_search_filter"}},
		"a broken filter":     {func(c *realm.LDAPConfig) { c.AttributeSearchFilter = "(uid={userName}" }, []string{"attribute_search_filter"}},
		"no password":         {func(c *realm.LDAPConfig) { c.SystemPassword = "" }, []string{"system_password"}},
		"no system user":      {func(c *realm.LDAPConfig) { c.SystemUser = "" }, []string{"system_user"}},
		"an empty file":       {func(c *realm.LDAPConfig) { c.SystemPasswordFile = empty }, []string{"system_password_file"}},
		"no file":             {func(c *realm.LDAPConfig) { c.SystemPasswordFile = "/nowhere" }, []string{"system_password_file"}},
		"attributes": {func(c *realm.LDAPConfig) {
			c.AttributeMap = map[string]string{"a": "email", "b": "email", "c": "shoeSize", "d)": "username"}
		}, []string{"attribute_map[\"b\"]", "attribute_map[\"c\"]", "attribute_map[\"d)\"]"}},
		"groups": {func(c *realm.LDAPConfig) {
			c.GroupBaseDN, c.MemberAttribute, c.GroupNameAttribute, c.GroupFilter, c.NestedGroups = "x", "(", "", "(", 11
		}, []string{"group_base_dn", "member_attribute", "group_filter", "nested_groups"}},
		"maps without groups": {func(c *realm.LDAPConfig) { c.GroupBaseDN = "" }, []string{"role_map"}},
		"names": {func(c *realm.LDAPConfig) {
			c.DefaultRoles, c.DefaultGroup, c.RoleMap = []string{""}, "a\x00", map[string]string{"a": ""}
		}, []string{"default_roles[0]", "default_group", "role_map[\"a\"]"}},
		"predefined users": {func(c *realm.LDAPConfig) { c.PredefinedUser, c.DefaultRoles = true, nil }, nil},
	} {
		settings := good(t)
		c.change(&settings)
		var got []string
		for _, fault := range settings.Validate() {
			got = append(got, fault.Field)
			if strings.Contains(fault.Error(), "s3cret") || fault.Kind != roster.Invalid {
				t.Errorf("%s: %v", name, fault)
			}
		}
		if !reflect.DeepEqual(got, c.fields) {
			t.Errorf("%s: faults of %q, want %q", name, got, c.fields)
		}
		if _, err := realm.NewLDAP(settings, time.Now); (err == nil) != (c.fields == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThePasswordMayComeFromAFile(t *testing.T) {
	t.Parallel()
	c := good(t)
	c.SystemPassword, c.SystemPasswordFile = "", filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(c.SystemPasswordFile, []byte("s3cret\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f := c.Validate(); f != nil {
		t.Error(f)
	}
	c.SystemPassword = "another"
	if f := c.Validate(); !f.Has("system_password_file") {
		t.Error(f)
	}
}

func TestWhatShouldNotBeAllowedIsWarnedAbout(t *testing.T) {
	t.Parallel()
	c := good(t)
	c.InsecureSkipVerify, c.AllowPlaintext = true, true
	if w := fmt.Sprint(c.Warnings()); !strings.Contains(w, "insecure_skip_verify") || !strings.Contains(w, "allow_plaintext") {
		t.Error(w)
	}
}

func TestAnIdentityBecomesAUser(t *testing.T) {
	t.Parallel()
	c := realm.LDAPConfig{
		DefaultRoles: []string{"Operator"}, DefaultTeams: []string{"Cloud DevOps"}, DefaultGroup: "Network",
		RoleMap:  map[string]string{"Admins": "Administrator", "Staff": "Manager", "Others": "Manager"},
		TeamMap:  map[string]string{"Staff": "Blue"},
		GroupMap: map[string]string{"Staff": "Zurich", "Admins": "Basel"},
	}
	ref := func(names ...string) (list []roster.Ref) {
		for _, n := range names {
			list = append(list, roster.Ref{Name: n})
		}
		return list
	}
	id := realm.Identity{Subject: "s", UserName: "jane", DisplayName: "Jane", Email: "j@example.com", ContactNumber: "1", TimeZone: "UTC", Department: "Support"}
	base := directory.NewUser{
		UserName: "jane", DisplayName: "Jane", Email: "j@example.com", ExternalID: "s", External: true,
		ContactNumber: "1", TimeZone: "UTC", Department: roster.Ref{Name: "Support"},
	}
	for name, test := range map[string]struct {
		groups              []string
		roles, teams, other []roster.Ref
		primary             string
	}{
		"no group":         {nil, ref("Operator"), ref("Cloud DevOps"), nil, "Network"},
		"an unknown group": {[]string{"Visitors"}, ref("Operator"), ref("Cloud DevOps"), nil, "Network"},
		"another case":     {[]string{"ADMINS", "staff"}, ref("Operator"), ref("Cloud DevOps"), nil, "Network"},
		"one group":        {[]string{"Staff"}, ref("Manager"), ref("Blue"), nil, "Zurich"},
		"several groups":   {[]string{"Staff", "Admins", "Others"}, ref("Administrator", "Manager"), ref("Blue"), ref("Zurich"), "Basel"},
		"one map only":     {[]string{"Others"}, ref("Manager"), ref("Cloud DevOps"), nil, "Network"},
	} {
		id.Groups = test.groups
		want := base
		want.Roles, want.Teams, want.Groups, want.PrimaryGroup = test.roles, test.teams, test.other, roster.Ref{Name: test.primary}
		if diff := cmp.Diff(want, realm.Provision(c, id)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if u := realm.Provision(realm.LDAPConfig{}, realm.Identity{UserName: "x"}); !u.External || !u.PrimaryGroup.IsZero() || !u.Department.IsZero() {
		t.Errorf("%+v", u)
	}
}
