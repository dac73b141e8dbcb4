package realm

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"

	"roster"
)

func TestOnlyMessagesThatCostLittlePass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bytes []byte
		want  error
		whole bool
	}{
		"an empty message":         {[]byte{0x30, 0}, nil, true},
		"two messages":             {[]byte{0x30, 0, 0x30, 3, 2, 1, 1}, nil, true},
		"a long length":            {[]byte{0x30, 0x84, 0, 0, 0, 3, 2, 1, 1}, nil, true},
		"half a message":           {[]byte{0x30, 3, 2, 1}, nil, false},
		"half a header":            {[]byte{0x30, 0x84, 0, 0}, nil, false},
		"not a sequence":           {[]byte{2, 1, 1}, errNotLDAP, false},
		"an indefinite length":     {[]byte{0x30, 0x80}, errIndefinite, false},
		"an endless length":        {[]byte{0x30, 0x85}, errTooLong, false},
		"a length of 4 GB":         {[]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, errTooLong, false},
		"a high tag":               {[]byte{0x30, 2, 0x1f, 0}, errNotLDAP, false},
		"a part longer than it":    {[]byte{0x30, 3, 4, 2, 0, 0}, errNotLDAP, false},
		"a part's header too":      {[]byte{0x30, 1, 4, 0}, errNotLDAP, false},
		"eleven levels":            {levels(11), errTooDeep, false},
		"as many levels as may be": {levels(10), nil, true},
		"many elements":            {append([]byte{0x30, 0x82, 0x20, 0}, bytes.Repeat([]byte{4, 0}, 0x1000)...), errTooMany, false},
	} {
		var all, single elements
		err := all.feed(c.bytes)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || err == nil && all.whole() != c.whole {
			t.Errorf("%s: %v, whole: %v", name, err, all.whole())
		}
		var inPieces error
		for _, b := range c.bytes {
			if inPieces = single.feed([]byte{b}); inPieces != nil {
				break
			}
		}
		if !errors.Is(inPieces, err) {
			t.Errorf("%s, byte by byte: %v", name, inPieces)
		}
	}
}

// levels returns sequences in one another.
func levels(n int) []byte {
	var b []byte
	for range n {
		b = append([]byte{0x30, byte(len(b))}, b...)
	}
	return b
}

func FuzzTheGuardSeesTheStructureThatTheParserSees(f *testing.F) {
	f.Add([]byte{0x30, 0x84, 0, 0, 0, 3, 2, 1, 1})
	f.Add(levels(12))
	f.Add([]byte("\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + startTLSName))
	f.Add([]byte{0x30, 0x80, 4, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var e elements
		fault := e.feed(b)
		whole := fault == nil && len(b) > 0 && e.whole()
		if fault != nil || !whole {
			return
		}
		// What passes, the parser reads as far as the guard did: it never waits for more.
		r := bytes.NewReader(b)
		for r.Len() > 0 {
			p, err := ber.ReadPacket(r)
			if errors.Is(err, errUnexpected(err)) {
				t.Fatalf("the parser wants more: %v", err)
			}
			if err != nil {
				return
			}
			if depth(p) > maxNesting {
				t.Fatalf("%d levels", depth(p))
			}
		}
	})
}

// errUnexpected returns err where it says that bytes are missing.
func errUnexpected(err error) error {
	if err != nil && strings.Contains(err.Error(), "unexpected EOF") {
		return err
	}
	return errNotLDAP
}

func depth(p *ber.Packet) int {
	if p.TagType != ber.TypeConstructed {
		return 0
	}
	deepest := 0
	for _, c := range p.Children {
		deepest = max(deepest, depth(c))
	}
	return deepest + 1
}

func TestASubjectNamesAnEntryForGood(t *testing.T) {
	t.Parallel()
	const id = "0195f3c1-7a52-7c6e-9d2b-1d8f5c3a2b10"
	u := uuid.MustParse(id)
	raw := string([]byte{u[3], u[2], u[1], u[0], u[5], u[4], u[7], u[6]}) + string(u[8:])
	long := "cn=" + strings.Repeat("x", 300)
	for name, c := range map[string]struct {
		dn         string
		attributes map[string][]string
		want       string
	}{
		"entryUUID":                      {"cn=A", map[string][]string{"entryUUID": {strings.ToUpper(id)}, "objectGUID": {"0123456789abcdef"}}, id},
		"in other letters":               {"cn=A", map[string][]string{"entryuuid": {id}}, id},
		"objectGUID":                     {"cn=A", map[string][]string{"objectGUID": {raw}}, id},
		"the DN, without regard to case": {"CN=A", nil, "cn=a"},
		"a UUID that is none":            {"cn=A", map[string][]string{"entryUUID": {"x"}, "objectGUID": {"short"}}, "cn=a"},
	} {
		got := subject(ldap.NewEntry(c.dn, c.attributes))
		if got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	one, other := subject(ldap.NewEntry(long, nil)), subject(ldap.NewEntry(long+"y", nil))
	if one == other || len(one) != len("sha256:")+64 || !readable(one) {
		t.Errorf("DNs that are too long: %s, %s", one, other)
	}
}

func TestAWaiterAtTheGateGivesUpAfterAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		for range maxSignIns {
			if err := g.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		begin := time.Now()
		if err := g.enter(t.Context()); roster.KindOf(err) != roster.Unavailable || time.Since(begin) != maxWait {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		gone, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin = time.Now()
		if err := g.enter(gone); roster.KindOf(err) != roster.Unavailable || time.Since(begin) != time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		g.leave()
		if err := g.enter(t.Context()); err != nil || len(g.waiting) != 0 {
			t.Errorf("%v, %d wait", err, len(g.waiting))
		}
	})
}

func TestEmailAddressesThatNoUserCouldHoldAreLeftOut(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"jane@example.com": true, "jane@exämple.com": true, "j.d+x@a-b.example": true,
		"अजय@डाटा.भारत": true, "राम@example.com": true, " jane@example.com\u200b": true,
		"": false, "jane": false, "Jane <jane@example.com>": false, "jane@": false, "jane@-x.com": false, "jane@a_b.com": false,
		"jane@example..com": false, "a@b@c": false, strings.Repeat("j", 65) + "@example.com": false, "jane@example.com\n": true, "ja\nne@example.com": false,
	} {
		if got := isEmail(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestAnIdentityTellsWhichAttributesWereLeftOut(t *testing.T) {
	t.Parallel()
	c := LDAPConfig{AttributeMap: map[string]string{"uid": toUserName, "mail": toEmail, "cn": toFullName, "l": toDepartment}}
	id := c.identity(person{entry: ldap.NewEntry("uid=ram,dc=example", map[string][]string{
		"uid": {"ram"}, "mail": {"no address", "राम@example.com"}, "cn": {"\u202eRam"}, "l": {"Delhi"},
	})}, "ram")
	if id.Email != "राम@example.com" || id.DisplayName != "" || id.Department != "Delhi" {
		t.Errorf("%+v", id)
	}
	if want := []string{"cn", "mail"}; !slices.Equal(id.Dropped, want) {
		t.Errorf("%v is left out, want %v", id.Dropped, want)
	}
}
