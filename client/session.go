package client

import (
	"context"
	"net/http"
	"time"
)

// sessionCookie is the cookie of a dashboard session.
const sessionCookie = "roster_session"

// Session follows a sign-in.
type Session struct {
	ID         string    `json:"id"`
	Face       string    `json:"face"` // through which it was opened, such as "web"
	CreatedAt  time.Time `json:"createdAt"`
	LastUsedAt time.Time `json:"lastUsedAt"`
	ExpiresAt  time.Time `json:"expiresAt"` // over then, used or not
}

// OpenedSession is a new session. Secret is for [WithSession].
type OpenedSession struct {
	Session
	Secret string
}

// CurrentSession is the id of the session that the caller uses itself.
const CurrentSession = "current"

// Sessions are the caller's own sessions.
type Sessions struct{ c *Client }

// Open opens a dashboard session. The client must have a user's name and password ([WithBasic]).
func (s *Sessions) Open(ctx context.Context) (OpenedSession, error) {
	r := newRequest(http.MethodPost, "/sessions", nil)
	r.once = true
	var out OpenedSession
	a, err := s.c.send(ctx, r, &out.Session)
	if err != nil {
		return OpenedSession{}, err
	}
	for _, cookie := range (&http.Response{Header: a.header}).Cookies() {
		if cookie.Name == sessionCookie {
			out.Secret = cookie.Value
		}
	}
	return out, nil
}

// List returns the caller's own sessions that are not over, the oldest first.
func (s *Sessions) List(ctx context.Context) ([]Session, error) {
	return all[Session](ctx, s.c, "/sessions")
}

// End ends one of the caller's own sessions; [CurrentSession] is the one in use.
func (s *Sessions) End(ctx context.Context, id string) error {
	return remove(ctx, s.c, at("/sessions", id), nil)
}
