package realm_test

import (
	"context"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"roster"
	"roster/internal/auth/realm"
	"roster/internal/auth/realm/ldaptest"
)

// lookup returns the settings of a realm that searches in slapd.
func lookup(s ldaptest.Server) realm.LDAPConfig {
	return realm.LDAPConfig{
		Name: "corp", URLs: []string{s.URL},
		SystemUser: ldaptest.SystemUser, SystemPassword: ldaptest.SystemPassword, BaseDN: ldaptest.PeopleDN,
		AttributeMap: map[string]string{
			"uid": "username", "CN": "fullname", "mail": "email", "telephoneNumber": "contact_num", "departmentNumber": "department",
		},
		GroupBaseDN: ldaptest.GroupsDN, DefaultRoles: []string{"Operator"},
	}
}

// direct returns the settings of a realm that binds at once.
func direct(s ldaptest.Server) realm.LDAPConfig {
	c := lookup(s)
	c.SystemUser, c.SystemPassword, c.BaseDN = "", "", ""
	c.ResolutionType, c.UserDNTemplate = realm.Direct, "uid={userName},"+ldaptest.PeopleDN
	return c
}

// open returns a realm with the settings.
func open(t *testing.T, c realm.LDAPConfig) *realm.LDAP {
	t.Helper()
	l, err := realm.NewLDAP(c, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// ways are the two ways to find somebody, over each kind of connection.
func ways(s ldaptest.Server) map[string]realm.LDAPConfig {
	all := map[string]realm.LDAPConfig{}
	for name, c := range map[string]realm.LDAPConfig{"lookup": lookup(s), "direct": direct(s)} {
		all[name] = c
		c.CAFile, c.StartTLS = s.CAFile, true
		all[name+" with StartTLS"] = c
		c.StartTLS, c.URLs = false, []string{s.TLSURL}
		all[name+" with TLS"] = c
	}
	withSystem := direct(s)
	withSystem.SystemUser, withSystem.SystemPassword = ldaptest.SystemUser, ldaptest.SystemPassword
	all["direct, groups by the system user"] = withSystem
	return all
}

func TestAPersonSignsInWithTheRightPasswordOnly(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	for name, c := range ways(s) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, c)
			for range 3 { // also over connections that were used before
				got, err := l.Authenticate(t.Context(), "jdoe", s.Password)
				if _, bad := uuid.Parse(got.Subject); err != nil || bad != nil {
					t.Fatalf("%v, subject %q", err, got.Subject)
				}
				got.Subject = ""
				want := realm.Identity{
					UserName: "jdoe", DisplayName: "John Doe", Email: "jdoe@example.com",
					ContactNumber: "+44 20 7946 0000", Department: "Support", Groups: []string{"Operations"},
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				refused(t, l, "jdoe", "wrong")
				refused(t, l, "nobody", s.Password)
			}
		})
	}
}

// refused asks that name and password do not let in, whatever the reason, and give nothing away.
func refused(t *testing.T, l *realm.LDAP, userName, password string) {
	t.Helper()
	id, err := l.Authenticate(t.Context(), userName, password)
	if roster.KindOf(err) != roster.Unauthenticated || !reflect.DeepEqual(id, realm.Identity{}) {
		t.Errorf("%q, %q: %+v, %v", userName, password, id, err)
		return
	}
	if e := roster.All(err)[0]; e.Detail != "the credentials are not valid" {
		t.Errorf("%q: the caller is told %q", userName, e.Detail)
	}
	if len(password) > 4 && strings.Contains(err.Error(), password) || strings.Contains(err.Error(), ldaptest.SystemPassword) {
		t.Errorf("a secret is in the error: %v", err)
	}
}

func TestNoOneIsLetInByWhatIsNoProof(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	for name, c := range map[string]realm.LDAPConfig{"lookup": lookup(s), "direct": direct(s)} {
		l := open(t, c)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, try := range [][2]string{
				{"jdoe", ""},
				{"jdoe", "\x00"},
				{"jdoe", "\x00" + s.Password},
				{"jdoe", s.Password + "\x00"},
				{"jdoe", "\xff"},
				{"jdoe", s.Password + " "},
				{"jdoe", strings.Repeat("x", 1025)},
				{"", s.Password},
				{" ", s.Password},
				{"\x00", s.Password},
				{"jdoe\x00", s.Password},
				{strings.Repeat("j", 256), s.Password},
				{"*", s.Password},
				{"j*", s.Password},
				{"jdoe)(uid=*", s.Password},
				{"*)(objectClass=*", s.Password},
				{`\2a`, s.Password},
				{"jdoe,ou=people,dc=example,dc=com", s.Password},
				{"x+uid=jdoe", s.Password},
				{"{userName}", s.Password},
				{"twin", "wrong"},
				{"jdoe", "bare password"},
			} {
				refused(t, l, try[0], try[1])
			}
		})
	}
}

func TestANameThatTwoEntriesHaveIsNobodys(t *testing.T) {
	t.Parallel()
	refused(t, open(t, lookup(ldaptest.Start(t))), "twin", "twin password")
}

func TestANameOfSpecialCharactersIsOnlyAName(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	const name = `a,b+"c"<d>;\=#`
	for way, c := range map[string]realm.LDAPConfig{"lookup": lookup(s), "direct": direct(s)} {
		got, err := open(t, c).Authenticate(t.Context(), name, "special password")
		if err != nil || got.UserName != name || got.DisplayName != "Special (*) Case" {
			t.Errorf("%s: %+v, %v", way, got, err)
		}
		if got.Email != "special@example.com" || !slices.Equal(got.Groups, []string{"Operations"}) {
			t.Errorf("%s: %+v", way, got)
		}
	}
}

func TestTheDirectorysSpellingOfTheNameCounts(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	for way, c := range map[string]realm.LDAPConfig{"lookup": lookup(s), "direct": direct(s)} {
		l := open(t, c)
		one, err1 := l.Authenticate(t.Context(), "jdoe", s.Password)
		other, err2 := l.Authenticate(t.Context(), " JDoe ", s.Password)
		if err1 != nil || err2 != nil || other.UserName != "jdoe" || one.Subject != other.Subject {
			t.Errorf("%s: %+v, %v, %+v, %v", way, one, err1, other, err2)
		}
	}
}

func TestANameThatOnlyTheDirectoryTakesForThatOfAnEntryIsNobodys(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	for way, c := range map[string]realm.LDAPConfig{"lookup": lookup(s), "direct": direct(s)} {
		unnamed := c
		unnamed.AttributeMap = map[string]string{"cn": "fullname"}
		for _, c := range []realm.LDAPConfig{c, unnamed} {
			l := open(t, c)
			for _, name := range []string{"mary ann", " Mary\u00a0Ann "} {
				if got, err := l.Authenticate(t.Context(), name, "mary's password"); err != nil || !strings.EqualFold(got.UserName, "mary ann") {
					t.Errorf("%s, %q: %+v, %v", way, name, got, err)
				}
			}
			for _, name := range []string{"mary  ann", "mary   ann", "mary\u00a0 ann"} {
				refused(t, l, name, "mary's password")
			}
		}
	}
	if err := open(t, lookup(s)).Judge(t.Context(), "mary  ann", "mary's password"); roster.KindOf(err) != roster.Unauthenticated {
		t.Errorf("judged %v", err)
	}
}

func TestAnEntryWithoutAttributesIsAPersonAllTheSame(t *testing.T) {
	t.Parallel()
	c := lookup(ldaptest.Start(t))
	c.AttributeMap = map[string]string{"mail": "email", "l": "timezone"}
	got, err := open(t, c).Authenticate(t.Context(), "bare", "bare password")
	if err != nil || got.UserName != "bare" || got.Subject == "" || got.Email != "" || got.Groups != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestGroupsInGroupsAreFollowedAsFarAsTheSettingsSay(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	for levels, want := range map[int][]string{
		0:  {"Operations"},
		1:  {"On Call", "Operations"},
		2:  {"Everybody", "On Call", "Operations"},
		10: {"Everybody", "On Call", "Operations"}, // though they hold one another
	} {
		c := lookup(s)
		c.NestedGroups, c.GroupFilter = levels, "(objectClass=groupOfNames)"
		got, err := open(t, c).Authenticate(t.Context(), "jdoe", s.Password)
		if err != nil || !slices.Equal(got.Groups, want) {
			t.Errorf("%d levels: %v, %v", levels, got.Groups, err)
		}
	}
}

func TestGroupsMayHoldUserNamesAndHaveAnotherFilterAndName(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	for name, c := range map[string]struct {
		member, nameAttribute, filter string
		want                          []string
	}{
		"user names":     {member: "memberUid", want: []string{"unix"}},
		"another name":   {member: "memberUid", nameAttribute: "gidNumber", want: []string{"1000"}},
		"another filter": {filter: "(cn=Another)"},
		"no name":        {nameAttribute: "gidNumber"},
	} {
		config := lookup(s)
		config.MemberAttribute, config.GroupNameAttribute, config.GroupFilter = c.member, c.nameAttribute, c.filter
		got, err := open(t, config).Authenticate(t.Context(), "jdoe", s.Password)
		if err != nil || !slices.Equal(got.Groups, c.want) {
			t.Errorf("%s: %v, %v", name, got.Groups, err)
		}
	}
}

func TestACertificateMustBeTrusted(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	for name, change := range map[string]func(*realm.LDAPConfig){
		"StartTLS": func(c *realm.LDAPConfig) { c.StartTLS = true },
		"TLS":      func(c *realm.LDAPConfig) { c.URLs = []string{s.TLSURL} },
		"another name": func(c *realm.LDAPConfig) {
			c.URLs = []string{strings.Replace(s.TLSURL, "127.0.0.1", "localhost", 1)}
			c.CAFile = s.CAFile
		},
	} {
		c := lookup(s)
		change(&c)
		if _, err := open(t, c).Authenticate(t.Context(), "jdoe", s.Password); roster.KindOf(err) != roster.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
		c.InsecureSkipVerify = true
		if _, err := open(t, c).Authenticate(t.Context(), "jdoe", s.Password); err != nil {
			t.Errorf("%s, unchecked: %v", name, err)
		}
	}
}

func TestWhatTheDirectoryRefusesTheRealmIsNobodysPassword(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	for name, change := range map[string]func(*realm.LDAPConfig){
		"the system's password": func(c *realm.LDAPConfig) { c.SystemPassword = "wrong and secret" },
		"the base":              func(c *realm.LDAPConfig) { c.BaseDN = "ou=nowhere,dc=example,dc=com" },
		"the base of groups":    func(c *realm.LDAPConfig) { c.GroupBaseDN = "ou=nowhere,dc=example,dc=com" },
	} {
		c := lookup(s)
		change(&c)
		_, err := open(t, c).Authenticate(t.Context(), "jdoe", s.Password)
		if roster.KindOf(err) != roster.Unavailable || roster.All(err)[0].RetryAfter == 0 || strings.Contains(err.Error(), "wrong and secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADeadServerIsSkipped(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	c := lookup(s)
	c.URLs = []string{"ldap://" + dead.Addr().String(), s.URL}
	l := open(t, c)
	for range 2 {
		if _, err := l.Authenticate(t.Context(), "jdoe", s.Password); err != nil {
			t.Error(err)
		}
	}
}

func TestManySignInAtOnce(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	l := open(t, lookup(s))
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			if i%2 == 0 {
				refused(t, l, "jdoe", fmt.Sprint("wrong password ", i))
				return
			}
			if id, err := l.Authenticate(t.Context(), "jdoe", s.Password); err != nil || id.UserName != "jdoe" {
				t.Errorf("%+v, %v", id, err)
			}
		})
	}
	all.Wait()
}

func TestACallerWhoLeavesHarmsNobody(t *testing.T) {
	t.Parallel()
	s := ldaptest.Start(t)
	l := open(t, lookup(s))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		if _, err := l.Authenticate(gone, "jdoe", s.Password); roster.KindOf(err) != roster.Unavailable {
			t.Errorf("the one who left: %v", err)
		}
		if _, err := l.Authenticate(t.Context(), "jdoe", s.Password); err != nil {
			t.Errorf("the next one: %v", err)
		}
	}
}

func TestNothingThatPrintsARealmPrintsItsPassword(t *testing.T) {
	t.Parallel()
	c := lookup(ldaptest.Server{URL: "ldap://127.0.0.1"})
	c.SystemPassword = "printed-secret"
	l := open(t, c)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, text := range []string{fmt.Sprintf(verb, c), fmt.Sprintf(verb, l), fmt.Sprintf(verb, *l), fmt.Sprintf(verb, l.Config())} {
			if strings.Contains(text, "printed-secret") || strings.Contains(text, fmt.Sprintf("%x", "printed-secret")) {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}
