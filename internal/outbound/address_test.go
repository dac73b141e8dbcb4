package outbound

import (
	"net/netip"
	"testing"
)

func TestOnlyPublicAddressesMayBeReached(t *testing.T) {
	t.Parallel()
	may := newPolicy(nil)
	for _, c := range []struct {
		name, address string
		allowed       bool
	}{
		{"a public address", "93.184.215.14", true},
		{"a public address of IPv6", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", true},
		{"the last before a private network", "9.255.255.255", true},
		{"the first after a private network", "11.0.0.0", true},
		{"the first after a private network of 12 bits", "172.32.0.0", true},
		{"the first after the carriers' NAT", "100.128.0.0", true},
		{"a public address, mapped", "::ffff:8.8.8.8", true},
		{"a public address, translated", "64:ff9b::8.8.8.8", true},
		{"no address", "0.0.0.0", false},
		{"this network", "0.1.2.3", false},
		{"this machine", "127.0.0.1", false},
		{"all of this machine", "127.255.255.254", false},
		{"private, 10", "10.1.2.3", false},
		{"private, 172.16", "172.16.0.1", false},
		{"private, 172.31", "172.31.255.255", false},
		{"private, 192.168", "192.168.1.1", false},
		{"a carrier's NAT", "100.64.0.1", false},
		{"metadata of cloud machines", "169.254.169.254", false},
		{"protocol assignments", "192.0.0.192", false},
		{"documentation", "203.0.113.7", false},
		{"measurements", "198.19.0.1", false},
		{"multicast", "224.0.0.251", false},
		{"reserved", "250.0.0.1", false},
		{"broadcast", "255.255.255.255", false},
		{"no address of IPv6", "::", false},
		{"this machine in IPv6", "::1", false},
		{"this machine, mapped", "::ffff:127.0.0.1", false},
		{"this machine, mapped, in hexadecimal", "::ffff:7f00:1", false},
		{"metadata, mapped", "::ffff:169.254.169.254", false},
		{"this machine, compatible", "::127.0.0.1", false},
		{"this machine, translated", "64:ff9b::127.0.0.1", false},
		{"metadata, translated", "64:ff9b::a9fe:a9fe", false},
		{"translated locally", "64:ff9b:1::1", false},
		{"this machine by 6to4", "2002:7f00:1::", false},
		{"Teredo", "2001::1", false},
		{"documentation of IPv6", "2001:db8::1", false},
		{"newer documentation of IPv6", "3fff:fff::1", false},
		{"unique local", "fd00::1", false},
		{"metadata of cloud machines in IPv6", "fd00:ec2::254", false},
		{"link-local", "fe80::1", false},
		{"link-local with a zone", "fe80::1%eth0", false},
		{"a public address with a zone", "2606:4700::1%eth0", true},
		{"site-local", "fec0::1", false},
		{"multicast of IPv6", "ff02::1", false},
		{"discard", "100::1", false},
	} {
		if got := may.allows(netip.MustParseAddr(c.address)); got != c.allowed {
			t.Errorf("%s, %s: %v", c.name, c.address, got)
		}
	}
}

func TestANetworkMayBeAllowed(t *testing.T) {
	t.Parallel()
	may := newPolicy([]netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("::ffff:10.2.0.0/112"), netip.MustParsePrefix("fd00:1::/32"),
	})
	for address, allowed := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "64:ff9b::10.1.2.3": true, "10.2.3.4": true, "fd00:1::2": true,
		"10.3.0.1": false, "fd00:2::1": false, "127.0.0.1": false, "8.8.8.8": true,
	} {
		if got := may.allows(netip.MustParseAddr(address)); got != allowed {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestOnlyAddressesOfTCPAreConnectedTo(t *testing.T) {
	t.Parallel()
	may := newPolicy([]netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")})
	for _, c := range [][2]string{{"unix", "/run/docker.sock"}, {"udp4", "8.8.8.8:53"}, {"tcp4", "8.8.8.8"}, {"tcp4", "example.com:80"}} {
		if may.validate(c[0], c[1]) == nil {
			t.Errorf("%s is connected to", c)
		}
	}
	if err := may.validate("tcp4", "127.0.0.1:80"); err != nil {
		t.Error(err)
	}
}

func FuzzAMappedAddressIsJudgedAsTheOneItStandsFor(f *testing.F) {
	f.Add([]byte{127, 0, 0, 1})
	f.Add([]byte{8, 8, 8, 8})
	may := newPolicy(nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) != 4 {
			return
		}
		a := netip.AddrFrom4([4]byte(b))
		translated := netip.MustParseAddr("64:ff9b::").As16()
		copy(translated[12:], b)
		want := may.allows(a)
		if may.allows(netip.AddrFrom16(a.As16())) != want || may.allows(netip.AddrFrom16(translated)) != want {
			t.Errorf("%s: %v, and in another form not", a, want)
		}
	})
}
