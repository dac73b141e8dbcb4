package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"roster/internal/dialect"
)

// maxHops is how many forwarded addresses are read, from the right.
const maxHops = 32

// clientAddress records the address of the caller: the peer's, or the one that trusted proxies
// report.
func clientAddress(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer := peerAddress(r)
		if len(trusted) > 0 {
			peer = forwardedAddress(peer, r.Header, trusted)
		}
		if peer.IsValid() {
			dialect.OriginOf(r.Context()).Address = peer.String()
		}
		next.ServeHTTP(w, r)
	})
}

// peerAddress returns the address at the other end of the connection, the zero address if it is no
// IP address.
func peerAddress(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return plain(peer.Addr())
}

// plain returns the address without zone, and as IPv4 if it is mapped into IPv6.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	for _, p := range trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// forwardedAddress walks from the peer towards the client, as long as each hop is trusted. It
// ignores everything beyond the first hop that is not trusted or is no address.
func forwardedAddress(peer netip.Addr, h http.Header, trusted []netip.Prefix) netip.Addr {
	if !isTrusted(peer, trusted) {
		return peer
	}
	hops := forwardedFor(h)
	for i := len(hops) - 1; i >= max(0, len(hops)-maxHops); i-- {
		hop, ok := hopAddress(hops[i])
		if !ok {
			return peer
		}
		peer = hop
		if !isTrusted(peer, trusted) {
			return peer
		}
	}
	return peer
}

// forwardedFor returns the hops that the headers name, the client first: X-Forwarded-For, or else
// the "for" parameters of Forwarded (RFC 7239 §5.2).
func forwardedFor(h http.Header) []string {
	if lines := h.Values("X-Forwarded-For"); len(lines) > 0 {
		return strings.Split(strings.Join(lines, ","), ",")
	}
	lines := h.Values("Forwarded")
	if len(lines) == 0 {
		return nil
	}
	var hops []string
	for element := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		hop := "" // an element without "for" is an unknown hop
		for pair := range strings.SplitSeq(element, ";") {
			name, value, _ := strings.Cut(pair, "=")
			if strings.EqualFold(strings.TrimSpace(name), "for") {
				hop = value
			}
		}
		hops = append(hops, hop)
	}
	return hops
}

// hopAddress reads one hop: an address, with or without port, brackets and quotes.
func hopAddress(s string) (netip.Addr, bool) {
	s = strings.Trim(strings.TrimSpace(s), `"`)
	if a, err := netip.ParseAddrPort(s); err == nil {
		return plain(a.Addr()), true
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	a, err := netip.ParseAddr(s)
	return plain(a), err == nil
}

// overHTTPS reports whether the caller's own connection is encrypted: this one, or the one to a
// trusted proxy that reports it.
func overHTTPS(r *http.Request, trusted []netip.Prefix) bool {
	if r.TLS != nil {
		return true
	}
	protocols := r.Header.Values("X-Forwarded-Proto")
	return slices.Equal(protocols, []string{"https"}) && isTrusted(peerAddress(r), trusted)
}
