package auth

import "net/netip"

// network returns the form in which failures from an address are counted. An IPv4 address counts as
// it is, also if it is mapped into IPv6. An IPv6 address counts by its /64, because whoever has one
// address of it has them all (RFC 6177). Other text is returned as it is.
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
