package auth

import "net/netip"

// network returns the form in which an address is counted: an IPv4 address as it is, also where it
// comes mapped into IPv6, and an IPv6 address by its /64, since whoever has one address of it has
// them all (RFC 6177). What is not an address stands for itself.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}
