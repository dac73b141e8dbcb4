package dialect

import (
	"errors"
	"net/http"
	"strings"
)

// SessionCookie is the name of the cookie that holds a dashboard session's token.
const SessionCookie = "roster_session"

// ErrSeveralSessions says that a request has several cookies of sessions.
var ErrSeveralSessions = errors.New("there are several cookies of sessions")

// SessionToken returns the token in the request's cookie, and whether it has one.
//
// Errors: [ErrSeveralSessions].
func SessionToken(r *http.Request) (token string, found bool, err error) {
	switch cookies := r.CookiesNamed(SessionCookie); len(cookies) {
	case 0:
		return "", false, nil
	case 1:
		return cookies[0].Value, true, nil
	}
	return "", true, ErrSeveralSessions
}

// NewSessionCookie returns the cookie of a session. It lasts as long as the browser does, and the
// session no longer than the server says. baseURL is the server's own address, "" where it is not
// known.
func NewSessionCookie(r *http.Request, baseURL, token string) *http.Cookie {
	return &http.Cookie{
		Name: SessionCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil || strings.HasPrefix(baseURL, "https:"),
	}
}

// EndSessionCookie returns the cookie that takes the session's back.
func EndSessionCookie(r *http.Request, baseURL string) *http.Cookie {
	c := NewSessionCookie(r, baseURL, "")
	c.MaxAge = -1
	return c
}
