package dialect

import (
	"crypto/tls"
	"net/http/httptest"
	"testing"
)

func TestTheCookieIsSecureWhereTheBrowserUsesTLS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		base    string
		overTLS bool
		secure  bool
	}{
		{"", false, false},
		{"http://roster.example.com", false, false},
		{"https://roster.example.com", false, true}, // behind a proxy
		{"http://roster.example.com", true, true},
		{"", true, true},
	} {
		r := httptest.NewRequest("POST", "/api/v1/sessions", nil)
		if c.overTLS {
			r.TLS = &tls.ConnectionState{}
		}
		cookie := NewSessionCookie(r, c.base, "secret")
		if cookie.Secure != c.secure || !cookie.HttpOnly || cookie.Valid() != nil {
			t.Errorf("base %q, TLS %v: %s", c.base, c.overTLS, cookie)
		}
	}
}
