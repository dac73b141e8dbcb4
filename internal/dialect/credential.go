package dialect

import (
	"encoding/base64"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Authorization returns the scheme of the Authorization header in lower case, and the credentials.
// Any number of blanks may separate them. Both are "" if there is no such header.
func Authorization(r *http.Request) (scheme, credentials string) {
	const blanks = " \t"
	header := strings.Trim(r.Header.Get("Authorization"), blanks)
	end := strings.IndexAny(header, blanks)
	if end < 0 {
		end = len(header)
	}
	return strings.ToLower(header[:end]), strings.TrimLeft(header[end:], blanks)
}

// Basic returns the name and the password of Basic credentials (RFC 7617 §2), both decoded by
// [CredentialText].
func Basic(credentials string) (name, password string, ok bool) {
	text, err := base64.StdEncoding.DecodeString(credentials)
	if err != nil {
		return "", "", false
	}
	name, password, ok = strings.Cut(string(text), ":")
	return CredentialText(name), CredentialText(password), ok
}

// CredentialText decodes text in a credential. UTF-8 stays as it is. Anything else is read as
// Latin-1 (ISO 8859-1), as browsers and old scripts send it.
func CredentialText(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	runes := make([]rune, len(text))
	for i, b := range []byte(text) {
		runes[i] = rune(b)
	}
	return string(runes)
}
