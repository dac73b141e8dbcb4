package directory

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"roster"
	"roster/internal/fold"
)

// MaxEmail is the greatest length of an address, in bytes (RFC 5321 §4.5.3.1.3, without the
// brackets).
const MaxEmail = 254

// maxLocalPart is the greatest length of the part before the @, in bytes (RFC 5321 §4.5.3.1.1).
const maxLocalPart = 64

// CleanEmail returns an address in its normal form, without surrounding blanks. It removes
// invisible characters from a part that is ASCII otherwise; other scripts may need them.
func CleanEmail(email string) string {
	email = strings.TrimSpace(email)
	at := strings.LastIndexByte(email, '@')
	if at < 0 {
		return email
	}
	return visibleASCII(email[:at]) + "@" + visibleASCII(email[at+1:])
}

// visibleASCII returns the text without invisible characters if the rest is ASCII, otherwise the
// text unchanged. It keeps characters that reorder text: these are no accident, and FaultOfEmail
// reports them.
func visibleASCII(text string) string {
	visible := strings.Map(func(r rune) rune {
		if fold.Ignorable(r) && !fold.Misleading(r) {
			return -1
		}
		return r
	}, text)
	if isASCII(visible) {
		return visible
	}
	return text
}

// FaultOfEmail returns the fault of a text that is not one plain address, "local@domain" (RFC 5321
// §4.1.2, RFC 6531 §3.3), to which mail can be sent. It returns "" for a good address.
func FaultOfEmail(email string) string {
	if len(email) > MaxEmail {
		return fmt.Sprintf("must not be longer than %d bytes", MaxEmail)
	}
	parsed, err := mail.ParseAddress(email)
	at := strings.LastIndexByte(email, '@')
	if err != nil || parsed.Address != email || at > maxLocalPart || strings.ContainsFunc(email, fold.Misleading) || !isDomain(email[at+1:]) {
		return "must be one email address, such as name@example.com"
	}
	return ""
}

// validateEmail adds the fault of an address, if it has one. "" passes.
func validateEmail(f *roster.Faults, email string) {
	if email == "" {
		return
	}
	if detail := FaultOfEmail(email); detail != "" {
		f.Add("emails", detail)
	}
}

// isDomain reports whether the text is a domain name, in any script. A name beyond ASCII must have
// an ASCII form (RFC 5891): without one, no mail server can be found.
func isDomain(text string) bool {
	if !isASCII(text) {
		var err error
		if text, err = idna.Lookup.ToASCII(text); err != nil {
			return false
		}
	}
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool { return r != '-' && notAlphanumeric(r) }) {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
