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

// MaxEmail is how long an address may be, in bytes (RFC 5321 §4.5.3.1.3, without the brackets).
const MaxEmail = 254

// maxLocalPart is how long the part before the @ may be, in bytes (RFC 5321 §4.5.3.1.1).
const maxLocalPart = 64

// CleanEmail returns an address in the form in which it is kept: without blanks around it, and
// without invisible characters in a part that is ASCII otherwise. Other scripts may need these.
func CleanEmail(email string) string {
	email = strings.TrimSpace(email)
	at := strings.LastIndexByte(email, '@')
	if at < 0 {
		return email
	}
	return visibleASCII(email[:at]) + "@" + visibleASCII(email[at+1:])
}

// visibleASCII returns the text without its invisible characters if the rest is ASCII, or else the
// text. Those that reorder text are no accident: the fault of the address tells of them.
func visibleASCII(text string) string {
	visible := strings.Map(func(r rune) rune {
		if fold.Ignorable(r) && !unreadable(r) {
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
// §4.1.2, RFC 6531 §3.3), that mail can be sent to. It returns "" for a good address.
func FaultOfEmail(email string) string {
	if len(email) > MaxEmail {
		return fmt.Sprintf("must not be longer than %d bytes", MaxEmail)
	}
	parsed, err := mail.ParseAddress(email)
	at := strings.LastIndexByte(email, '@')
	if err != nil || parsed.Address != email || at > maxLocalPart || strings.ContainsFunc(email, unreadable) || !isDomain(email[at+1:]) {
		return "must be one email address, such as name@example.com"
	}
	return ""
}

// validateEmail notes what is wrong with an address. "" passes.
func validateEmail(f *roster.Faults, email string) {
	if email == "" {
		return
	}
	if detail := FaultOfEmail(email); detail != "" {
		f.Add("emails", detail)
	}
}

// isDomain reports whether the text is the name of a domain, in any script. One beyond ASCII must
// have a form in ASCII (RFC 5891): no mail server is found by another one.
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
