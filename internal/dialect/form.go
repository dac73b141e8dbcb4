package dialect

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"roster"
)

// MaxFields is the greatest number of fields in a form or a query.
const MaxFields = 256

// ParseForm parses "name=value&name=value" (WHATWG URL §5.1), the text of a query or of a form. It
// is strict: duplicate names, malformed escapes, invalid UTF-8 and NUL characters are errors of
// kind Invalid. It skips empty parts, such as after a final &. All values are of kind String, in
// the order sent.
func ParseForm(text string) ([]Member, error) {
	return parseForm(text, func(s string) string { return s })
}

// ParseCredentials is [ParseForm] for a form with a credential: names and values are decoded by
// [CredentialText].
func ParseCredentials(text string) ([]Member, error) { return parseForm(text, CredentialText) }

func parseForm(text string, read func(string) string) ([]Member, error) {
	var fields []Member
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		if len(fields) == MaxFields {
			return nil, badForm(fmt.Sprintf("there are more than %d", MaxFields))
		}
		name, value, _ := strings.Cut(part, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		name, value = read(name), read(value)
		switch {
		case nameErr != nil || valueErr != nil:
			return nil, badForm("an escape with % is malformed")
		case !plainText(name) || !plainText(value):
			return nil, badForm("one is not UTF-8, or holds a NUL character")
		case slices.ContainsFunc(fields, func(m Member) bool { return m.Name == name }):
			return nil, badForm(quote(name) + " is given twice")
		}
		fields = append(fields, Member{name, Value{Kind: String, Text: value}})
	}
	return fields, nil
}

func badForm(why string) error {
	return &roster.Error{Kind: roster.Invalid, Detail: "the arguments cannot be read: " + why}
}

func plainText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// quote quotes a name for a message, unless it is too long to be a name.
func quote(name string) string {
	if len(name) > 64 {
		return "one"
	}
	return fmt.Sprintf("%q", name)
}
