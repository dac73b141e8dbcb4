package phone

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

const (
	maxText     = 250 // bytes of a text that may be a number
	minNational = 2   // digits of a national number
	maxNational = 17
)

// Known reports whether a country has a numbering plan (ISO 3166-1 alpha-2, upper case).
func Known(country string) bool { return all().byCountry[country] != nil }

// Number is a telephone number in its country's numbering plan.
type Number struct {
	E164     string // +442079460958, without the extension
	Extended bool   // an extension follows
}

// Parse returns the number that a text says. country is the country of a number that names none,
// "" for no country. ok reports whether the number is in its country's plan. It does not say
// whether somebody has that number.
func Parse(text, country string) (n Number, ok bool) {
	text, n.Extended, ok = possible(text)
	if !ok {
		return Number{}, false
	}
	if n.E164, ok = international(text, country); !ok {
		return Number{}, false
	}
	return n, true
}

// international returns a number without an extension in the form of E.164.
func international(text, country string) (e164 string, ok bool) {
	home := all().byCountry[country]
	if home == nil && !strings.ContainsAny(text, pluses) {
		return "", false
	}
	code, national, ok := split(text, home)
	if at := strings.LastIndexAny(text, pluses); !ok && at >= 0 { // a plus by mistake
		code, national, ok = split(strings.TrimLeft(text[at:], pluses), home)
		ok = ok && code != ""
	}
	if !ok {
		return "", false
	}
	p := home
	if code != "" && (home == nil || all().byCode[code][0] != home) {
		p = all().byCode[code][0]
	} else if code == "" {
		code, national = home.code, digits(text)
	}
	if len(national) < minNational {
		return "", false
	}
	if short := p.withoutTrunk(national); len(short) >= p.min && !within(p.local, short) && (within(p.lengths, short) || len(short) > p.max) {
		national = short
	}
	if len(national) < minNational || len(national) > maxNational || !exists(code, national) {
		return "", false
	}
	return "+" + code + national, true
}

// split divides a number into its calling code, "" if it has none, and the rest. ok is false if a
// number that must have a code begins with no known code.
func split(text string, home *plan) (code, national string, ok bool) {
	number, abroad := digits(text), strings.IndexAny(text, pluses) == 0
	if !abroad && home != nil {
		if at := expression(home.abroad).FindStringIndex(number); at != nil && at[0] == 0 && !strings.HasPrefix(number[at[1]:], "0") {
			number, abroad = number[at[1]:], true
		}
	}
	if abroad {
		for n := 1; n <= 3 && n <= len(number) && len(number) > minNational; n++ {
			if all().byCode[number[:n]] != nil {
				return number[:n], number[n:], true
			}
		}
		return "", "", false
	}
	if home == nil {
		return "", "", true
	}
	rest, found := strings.CutPrefix(number, home.code)
	if !found {
		return "", "", true
	}
	rest = home.withoutTrunk(rest)
	if !whole(home.any, number) && whole(home.any, rest) || len(number) > home.max && !within(home.local, number) {
		return home.code, rest, true
	}
	return "", "", true
}

// withoutTrunk returns a national number without the prefix that callers within the country dial.
func (p *plan) withoutTrunk(number string) string {
	if p.trunk == "" || number == "" {
		return number
	}
	e := expression("^(?:" + p.trunk + ")")
	at := e.FindStringSubmatchIndex(number)
	if at == nil {
		return number
	}
	short := number[at[1]:]
	if p.rewrite != "" && at[len(at)-2] >= 0 {
		short = e.ReplaceAllString(number, p.rewrite)
	}
	if whole(p.any, number) && !whole(p.any, short) {
		return number
	}
	return short
}

// exists reports whether some plan with the calling code has the national number.
func exists(code, national string) bool {
	same := all().byCode[code]
	for _, p := range same {
		switch {
		case len(same) > 1 && p.begins != "":
			if expression("^(?:" + p.begins + ")").MatchString(national) {
				return p.has(national)
			}
		case p.has(national):
			return true
		}
	}
	return false
}

const (
	pluses      = "+\uFF0B"
	punctuation = `-x\x{2010}-\x{2015}\x{2212}\x{30FC}\x{FF0D}-\x{FF0F} \x{A0}\x{AD}\x{200B}\x{2060}\x{3000}()\x{FF08}\x{FF09}\x{FF3B}\x{FF3D}.\[\]/~\x{2053}\x{223C}\x{FF5E}`
	blanks      = `[ \x{A0}\t]*`
	extension   = `;ext=\p{Nd}{1,20}` +
		`|[ \x{A0}\t,]*(?:e?xt(?:ensi(?:o\x{301}?|\x{F3}))?n?|\x{FF45}?\x{FF58}\x{FF54}\x{FF4E}?|\x{434}\x{43E}\x{431}|anexo)[:.\x{FF0E}]?[ \x{A0}\t,-]*\p{Nd}{1,20}#?` +
		`|[ \x{A0}\t,]*(?:[x\x{FF58}#\x{FF03}~\x{FF5E}]|int|\x{FF49}\x{FF4E}\x{FF54})[:.\x{FF0E}]?[ \x{A0}\t,-]*\p{Nd}{1,9}#?` +
		`|[- ]+\p{Nd}{1,6}#` +
		`|` + blanks + `(?:,{2}|;)[:.\x{FF0E}]?[ \x{A0}\t,-]*\p{Nd}{1,15}#?` +
		`|` + blanks + `,+[:.\x{FF0E}]?[ \x{A0}\t,-]*\p{Nd}{1,9}#?`
)

// The forms in which people write numbers. They are compiled when the first number is read.
var (
	start     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[` + pluses + `\p{Nd}]`) })
	second    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\\/] *x`) })
	extended  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(?:` + extension + `)$`) })
	wellKnown = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^(?:\p{Nd}{2}|[` + pluses + `]*(?:[` + punctuation + `*]*\p{Nd}){3,}[` + punctuation + `*a-zA-Z\p{Nd}]*(?:` + extension + `)?)$`)
	})
	global = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\+[-.()\p{Nd}]*\p{Nd}[-.()\p{Nd}]*$`) })
	domain = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:[a-zA-Z\p{Nd}]+(?:-*[a-zA-Z\p{Nd}])*\.)*[a-zA-Z]+(?:-*[a-zA-Z\p{Nd}])*\.?$`)
	})
)

// possible returns the part of a text that may be a number, and reports whether it had an
// extension.
func possible(text string) (number string, hasExtension, ok bool) {
	if len(text) > maxText {
		return "", false, false
	}
	number, ok = inContext(text)
	if !ok {
		return "", false, false
	}
	if at := strings.Index(number, ";isub="); at > 0 {
		number = number[:at]
	}
	if !wellKnown().MatchString(number) {
		return "", false, false
	}
	if at := extended().FindStringIndex(number); at != nil && wellKnown().MatchString(number[:at[0]]) {
		return number[:at[0]], true, true
	}
	return number, false, true
}

// inContext returns the part of a text that may be a number. A URI may give the beginning of the
// number separately (RFC 3966 §5.1.5).
func inContext(text string) (string, bool) {
	before, context, uri := strings.Cut(text, ";phone-context=")
	if !uri {
		at := start().FindStringIndex(text)
		if at == nil {
			return "", false
		}
		text = text[at[0]:]
		if at := second().FindStringIndex(text); at != nil {
			text = text[:at[0]]
		}
		return text, true
	}
	context, _, _ = strings.Cut(context, ";")
	if !global().MatchString(context) && !domain().MatchString(context) {
		return "", false
	}
	if _, number, found := strings.Cut(before, "tel:"); found {
		before = number
	}
	if context[0] == '+' {
		return context + before, true
	}
	return before, true
}

// digits returns the digits of a number. If it has three or more letters, they stand for the digits
// of their keys (ITU-T E.161).
func digits(text string) string {
	letters := 0
	for _, r := range text {
		if r < unicode.MaxASCII && unicode.IsLetter(r) {
			letters++
		}
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case letters >= 3:
			if up := unicode.ToUpper(r); up >= 'A' && up <= 'Z' {
				b.WriteByte("22233344455566677778889999"[up-'A'])
			}
		case unicode.IsDigit(r):
			b.WriteRune(western(r))
		}
	}
	return b.String()
}

// western returns the Western form of an Arabic, Persian or full-width digit, and any other rune
// unchanged.
func western(r rune) rune {
	for _, zero := range []rune{'٠', '۰', '０'} {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero
		}
	}
	return r
}
