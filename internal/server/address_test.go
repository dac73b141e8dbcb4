package server

import (
	"net/netip"
	"strings"
	"testing"
)

func prefixes(texts ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func TestTheAddressIsThePeersUnlessATrustedProxySaysOtherwise(t *testing.T) {
	t.Parallel()
	trusted := prefixes("10.0.0.0/8", "fd00::/8")
	cases := []struct {
		name, peer string
		headers    []string
		want       string
	}{
		{"a peer", "192.0.2.7:55", nil, "192.0.2.7"},
		{"a peer of IPv6", "[2001:db8::1]:55", nil, "2001:db8::1"},
		{"a mapped peer", "[::ffff:192.0.2.7]:55", nil, "192.0.2.7"},
		{"a peer with a zone", "[fe80::1%eth0]:55", nil, "fe80::1"},
		{"a peer that is no address", "@", nil, ""},
		{"a stranger's word does not count", "192.0.2.7:55", []string{"X-Forwarded-For", "198.51.100.1"}, "192.0.2.7"},
		{"a proxy's word does", "10.1.1.1:55", []string{"X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		{"a proxy that comes mapped", "[::ffff:10.1.1.1]:55", []string{"X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		{"the rightmost stranger", "10.1.1.1:55", []string{"X-Forwarded-For", "1.1.1.1, 198.51.100.1, 10.2.2.2"}, "198.51.100.1"},
		{
			"over several lines", "10.1.1.1:55",
			[]string{"X-Forwarded-For", "1.1.1.1", "X-Forwarded-For", "198.51.100.1"},
			"198.51.100.1",
		},
		{"proxies only", "10.1.1.1:55", []string{"X-Forwarded-For", "10.3.3.3, 10.2.2.2"}, "10.3.3.3"},
		{"with a port", "10.1.1.1:55", []string{"X-Forwarded-For", "198.51.100.1:4711"}, "198.51.100.1"},
		{"with brackets", "10.1.1.1:55", []string{"X-Forwarded-For", "[2001:db8::5]"}, "2001:db8::5"},
		{"rubbish stops at the last trusted hop", "10.1.1.1:55", []string{"X-Forwarded-For", "198.51.100.1, unknown, 10.2.2.2"}, "10.2.2.2"},
		{"an empty header", "10.1.1.1:55", []string{"X-Forwarded-For", ""}, "10.1.1.1"},
		{"a proxy that says nothing", "10.1.1.1:55", nil, "10.1.1.1"},
		{"Forwarded", "10.1.1.1:55", []string{"Forwarded", `for=198.51.100.1;proto=https, For="[fd00::2]:99"`}, "198.51.100.1"},
		{"Forwarded by one that hides it", "10.1.1.1:55", []string{"Forwarded", "for=198.51.100.1, proto=http"}, "10.1.1.1"},
		{
			"X-Forwarded-For before Forwarded", "10.1.1.1:55",
			[]string{"Forwarded", "for=1.1.1.1", "X-Forwarded-For", "198.51.100.1"},
			"198.51.100.1",
		},
		{"hops without end", "10.1.1.1:55", []string{"X-Forwarded-For", "1.1.1.1" + strings.Repeat(",10.2.2.2", 100)}, "10.2.2.2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got seen
			s, _ := newServer(t, look(&got), func(o *Options) { o.TrustedProxies = trusted })
			r := request("GET", "/", c.headers...)
			r.RemoteAddr = c.peer
			do(s, r)
			if got.origin.Address != c.want {
				t.Errorf("address %q, want %q", got.origin.Address, c.want)
			}
		})
	}
}

func TestThePathNamesTheOrganization(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, target, slug, path string }{
		{"the default", "/graze/v1/x", "default", "/graze/v1/x"},
		{"by name", "/o/acme-2/graze/v1/x", "acme-2", "/graze/v1/x"},
		{"the default by name", "/o/default/x", "default", "/x"},
		{"its start page", "/o/acme/", "acme", "/"},
		{"with an escaped rest", "/o/acme/a%2Fb", "acme", "/a%2Fb"},
		{"63 letters", "/o/" + strings.Repeat("a", 63) + "/x", strings.Repeat("a", 63), "/x"},
		{"64 letters are no slug", "/o/" + strings.Repeat("a", 64) + "/x", "default", "/o/" + strings.Repeat("a", 64) + "/x"},
		{"capitals are no slug", "/o/Acme/x", "default", "/o/Acme/x"},
		{"an underscore is no slug", "/o/a_b/x", "default", "/o/a_b/x"},
		{"no slug", "/o//x", "default", "/o/x"},
		{"no rest", "/o/acme", "default", "/o/acme"},
		{"an escaped slug", "/o/%61cme/x%2Fy", "default", "/o/%61cme/x%2Fy"},
		{"only the first prefix", "/o/a/o/b/x", "a", "/o/b/x"},
		{"slashes too many", "//o//acme//x", "acme", "/x"},
		{"dots lead out of it", "/o/acme/../x", "default", "/o/x"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got seen
			s, _ := newServer(t, look(&got))
			do(s, request("GET", c.target))
			if got.origin.Organization != c.slug || got.path != c.path {
				t.Errorf("organization %q, path %q; want %q, %q", got.origin.Organization, got.path, c.slug, c.path)
			}
			if named := c.slug != "default" || strings.HasPrefix(c.target, "/o/default/"); got.origin.Named != named {
				t.Errorf("named: %v, want %v", got.origin.Named, named)
			}
		})
	}
}
