package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// ErrRefused is in the chain of every error of a connection that the guard did not allow.
var ErrRefused = errors.New("the address is not a public one")

// refusedError names the address, for logs. The caller must not learn it, because it may belong to
// a network that only the server sees.
type refusedError struct{ address string }

func (e *refusedError) Error() string { return fmt.Sprintf("%s: %v", e.address, ErrRefused) }
func (e *refusedError) Unwrap() error { return ErrRefused }

// special4 returns the IPv4 networks that are not public (IANA IPv4 Special-Purpose Address
// Registry, RFC 6890), and multicast.
func special4() []netip.Prefix {
	return prefixes(
		"0.0.0.0/8",       // this network; a connection to it reaches this machine
		"10.0.0.0/8",      // private (RFC 1918)
		"100.64.0.0/10",   // behind a carrier's NAT (RFC 6598)
		"127.0.0.0/8",     // this machine
		"169.254.0.0/16",  // link-local (RFC 3927); the metadata of cloud machines is here
		"172.16.0.0/12",   // private (RFC 1918)
		"192.0.0.0/24",    // protocol assignments (RFC 6890)
		"192.0.2.0/24",    // documentation (RFC 5737)
		"192.88.99.0/24",  // relays of 6to4, withdrawn (RFC 7526)
		"192.168.0.0/16",  // private (RFC 1918)
		"198.18.0.0/15",   // measurements (RFC 2544)
		"198.51.100.0/24", // documentation
		"203.0.113.0/24",  // documentation
		"224.0.0.0/4",     // multicast (RFC 5771)
		"240.0.0.0/4",     // reserved, and broadcast (RFC 1112, RFC 919)
	)
}

// special6 returns the networks within 2000::/3, the global unicast of IPv6, that are not public
// (IANA IPv6 Special-Purpose Address Registry). Nothing outside 2000::/3 is public.
func special6() []netip.Prefix {
	return prefixes(
		"2001::/23",     // protocol assignments, Teredo and benchmarks among them (RFC 2928, RFC 4380)
		"2001:db8::/32", // documentation (RFC 3849)
		"2002::/16",     // 6to4, which carries an IPv4 address (RFC 3056)
		"3fff::/20",     // documentation (RFC 9637)
	)
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// policy says which addresses may be reached.
type policy struct {
	allowed            []netip.Prefix // reachable in any case
	special4, special6 []netip.Prefix
	global6            netip.Prefix
	nat64              netip.Prefix
}

func newPolicy(allowed []netip.Prefix) policy {
	p := policy{
		special4: special4(),
		special6: special6(),
		global6:  netip.MustParsePrefix("2000::/3"),
		nat64:    netip.MustParsePrefix("64:ff9b::/96"), // RFC 6052 §2.1
	}
	for _, prefix := range allowed {
		p.allowed = append(p.allowed, plain(prefix))
	}
	return p
}

// plain returns an IPv4-mapped IPv6 network as an IPv4 network. Addresses are compared in that
// form.
func plain(p netip.Prefix) netip.Prefix {
	const mapped = 96 // bits before the IPv4 part (RFC 4291 §2.5.5.2)
	if p.Addr().Is4In6() && p.Bits() >= mapped {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped).Masked()
	}
	return p.Masked()
}

// allows reports whether the address may be reached. A mapped or translated address is judged as
// the IPv4 address that it stands for.
func (p policy) allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if within(a, p.allowed) {
		return true
	}
	if p.nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
		if within(a, p.allowed) {
			return true
		}
	}
	if a.Is4() {
		return !within(a, p.special4)
	}
	return p.global6.Contains(a) && !within(a, p.special6)
}

func within(a netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) })
}
