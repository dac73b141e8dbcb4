package config

import (
	"net"
	"net/netip"
	"os"
	"strings"

	"roster"
)

// Defaults.
const (
	defaultData  = "./roster-data"
	demoData     = "./roster-demo"
	demoHTTPS    = "127.0.0.1:8443"
	addressAuto  = "auto"
	addressOff   = "off"
	maxSecretLen = 4096 // bytes of the file that holds the mail password
)

// settle replaces "off" and "auto", an empty data folder, and the file of the mail password by
// their values. A second call changes nothing.
func (s *Serve) settle(f *faults) {
	if s.Data == "" {
		s.Data = defaultData
		if s.Demo {
			s.Data = demoData
		}
	}
	if s.HTTP == addressOff {
		s.HTTP = ""
	}
	switch {
	case s.HTTPS == addressOff, s.HTTPS == addressAuto && !s.Demo:
		s.HTTPS = ""
	case s.HTTPS == addressAuto:
		s.HTTPS = demoHTTPS
	}
	if s.Demo {
		s.Graze.GrazerGrantsSuper = true // the documented example needs it (DECISIONS 9)
	}
	s.PublicURL = strings.TrimRight(s.PublicURL, "/")
	s.DefaultCountry = strings.ToUpper(s.DefaultCountry)
	s.SMTP.settle(f)
}

// settle reads the password's file.
func (s *SMTP) settle(f *faults) {
	if s.PasswordFile == "" {
		return
	}
	text, err := os.ReadFile(s.PasswordFile)
	password := strings.TrimRight(string(text), "\r\n")
	switch {
	case err != nil:
		f.add("smtp-password-file", "names a file that cannot be read: "+err.Error())
	case password == "" || len(password) > maxSecretLen || strings.ContainsAny(password, "\r\n\x00"):
		f.add("smtp-password-file", "must name a file that holds the password on one line, and nothing else")
	case s.Password != "" && s.Password != password:
		f.add("smtp-password-file", "and "+settingName("smtp-password")+" exclude each other; leave one out")
	default:
		s.Password = password
	}
}

// Proxies returns the networks of the trusted proxies. Errors: [roster.Invalid].
func (s *Serve) Proxies() ([]netip.Prefix, error) {
	var f faults
	proxies := s.proxies(&f)
	return proxies, f.err()
}

func (s *Serve) proxies(f *faults) []netip.Prefix {
	var proxies []netip.Prefix
	for _, text := range s.TrustedProxies {
		p, err := parseNetwork(strings.TrimSpace(text))
		if err != nil {
			f.add("trusted-proxies", "must be networks or addresses, such as 10.0.0.0/8,192.0.2.7; "+quoted(text)+" is neither")
			continue
		}
		proxies = append(proxies, p)
	}
	return proxies
}

// parseNetwork parses a CIDR or a single address. An IPv4-mapped IPv6 network becomes IPv4, as
// peers are compared in that form.
func parseNetwork(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	const mapped = 96 // bits before the IPv4 part (RFC 4291 §2.5.5.2)
	if err == nil && p.Addr().Is4In6() && p.Bits() >= mapped {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
	}
	return p.Masked(), err
}

// loopbackOnly reports whether only this machine can reach an address, which may have a port.
func loopbackOnly(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// faults collects faults of settings.
type faults struct{ roster.Faults }

// add adds a fault of the flag's setting.
func (f *faults) add(flag, detail string) { f.Add(settingName(flag), detail) }

// plain adds a sentence that concerns no setting.
func (f *faults) plain(sentence string) { f.Add("", sentence) }

func (f *faults) err() error {
	if len(f.Faults) == 0 {
		return nil
	}
	return f
}

// Error lists the faults for the operator, one a line.
func (f *faults) Error() string {
	lines := make([]string, len(f.Faults))
	for i, e := range f.Faults {
		lines[i] = strings.TrimSpace(e.Field + " " + e.Detail)
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the faults in the common type.
func (f *faults) Unwrap() error { return f.Faults }
