package api

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// session is a session as it is shown: never its token.
type session struct {
	ID         roster.SessionID `json:"id" format:"uuid" doc:"The session's id."`
	Face       roster.Face      `json:"face" doc:"The interface that it is good for: web for the dashboard and this API, graze."`
	CreatedAt  time.Time        `json:"createdAt" doc:"When the user signed in."`
	LastUsedAt time.Time        `json:"lastUsedAt" doc:"When it was used last, give or take a minute."`
	ExpiresAt  time.Time        `json:"expiresAt" doc:"When it is over, used or not."`
}

// The requests about sessions.
type (
	listSessions   struct{ Page }
	createSession  struct{}
	oneSession     struct{ SessionPath }
	listSessionsOf struct {
		User
		Page
	}
	endSessionsOf struct{ User }
	endSessionOf  struct {
		User
		SessionID string `path:"sessionId" example:"019aa1f0-7c90-7e50-bf74-2d3b8c9e3f77" doc:"The session's id."`
	}
)

// SessionPath is embedded in the request of a call about one of the caller's sessions.
type SessionPath struct {
	ID string `path:"id" example:"current" doc:"The session's id, or current for that of the request's cookie."`
}

// openedSession is a session that was opened, and the cookie for it.
type openedSession struct {
	roster.Session
	cookie *http.Cookie
}

// sessions registers the calls about the caller's own sessions.
func (a *api) sessions(d *directory.Directory) {
	const tag = "Sessions"
	shown := showSession(exampleSession)
	listRoute(a, operation{
		id: "listSessions", call: "GET /sessions", tag: tag, summary: "List one's own sessions",
		description: "The caller's sessions that are not over, the oldest first.", answer: listed[session]{Items: []session{shown}},
	}, sessionList, func(_ roster.Actor, _ *listSessions, after *roster.SessionID) (directory.SessionList, error) {
		return directory.SessionList{After: orZero(after)}, nil
	}, ownSessions(d))
	route(a, operation{
		id: "createSession", call: "POST /sessions", tag: tag, status: 201, summary: "Sign in",
		description: "Opens a session of the dashboard for the user whose name and password the header Authorization has (Basic). " +
			"The session's token is in the cookie roster_session, and nowhere else.",
		answer: shown, headers: map[string]*huma.Param{"Set-Cookie": alwaysSent(textHeader("The cookie roster_session, with the session's token."))},
	}, func(roster.Actor, *createSession) (directory.None, error) {
		return directory.None{}, nil
	}, a.signIn(d), func(_ *createSession, s openedSession) answer {
		return answer{body: showSession(s.Session), cookie: s.cookie, location: "/sessions/" + string(s.ID)}
	})
	route(a, operation{
		id: "deleteSession", call: "DELETE /sessions/{id}", tag: tag, status: 204, summary: "Sign out",
		description: "Ends one of the caller's sessions at once, everywhere. That of the request's cookie takes the cookie along.",
		headers:     map[string]*huma.Param{"Set-Cookie": textHeader("Takes the cookie roster_session back, where the session is that of the request's cookie.")},
	}, func(by roster.Actor, q *oneSession) (directory.SessionSelector, error) {
		return ownSession(by, q.ID)
	}, a.signOut(d), func(_ *oneSession, cookie *http.Cookie) answer {
		return answer{cookie: cookie}
	})
}

// userSessions registers the calls about the sessions of any user.
func (a *api) userSessions(d *directory.Directory) {
	const tag = "Sessions"
	listRoute(a, operation{
		id: "listUserSessions", call: "GET /users/{id}/sessions", tag: tag, summary: "List a user's sessions",
		description: "The user's sessions that are not over, the oldest first.",
		answer:      listed[session]{Items: []session{showSession(exampleSession)}},
	}, sessionList, func(by roster.Actor, q *listSessionsOf, after *roster.SessionID) (in directory.SessionList, err error) {
		in.After = orZero(after)
		in.User, err = q.selector(by)
		return in, err
	}, d.ListSessions)
	route(a, operation{
		id: "deleteUserSessions", call: "DELETE /users/{id}/sessions", tag: tag, status: 204, summary: "Sign a user out",
		description: "Ends all sessions of the user at once, everywhere.",
	}, func(by roster.Actor, q *endSessionsOf) (in directory.SessionSelector, err error) {
		in.User, err = q.selector(by)
		return in, err
	}, d.EndSession, func(*endSessionsOf, directory.None) answer { return answer{} })
	route(a, operation{
		id: "deleteUserSession", call: "DELETE /users/{id}/sessions/{sessionId}", tag: tag, status: 204, summary: "End a user's session",
		description: "Ends one session of the user at once, everywhere.",
	}, func(by roster.Actor, q *endSessionOf) (in directory.SessionSelector, err error) {
		in.ID = roster.SessionID(q.SessionID)
		in.User, err = q.selector(by)
		return in, err
	}, d.EndSession, func(*endSessionOf, directory.None) answer { return answer{} })
}

// sessionList is how sessions are listed: their ids are in the order of their making.
var sessionList = listing[roster.Session, roster.SessionID]{
	key: func(s roster.Session) roster.SessionID { return s.ID }, show: func(s roster.Session) any { return showSession(s) },
}

func showSession(s roster.Session) session {
	return session{s.ID, s.Face, s.CreatedAt, s.LastUsedAt, s.ExpiresAt}
}

// ownSessions lists the caller's sessions. A token of the organization has none.
func ownSessions(d *directory.Directory) func(context.Context, roster.Actor, directory.SessionList) (iter.Seq2[roster.Session, error], error) {
	return func(ctx context.Context, by roster.Actor, in directory.SessionList) (iter.Seq2[roster.Session, error], error) {
		if by.UserID == "" {
			return func(func(roster.Session, error) bool) {}, nil
		}
		return d.ListSessions(ctx, by, in)
	}
}

// ownSession returns which of the caller's sessions the path names.
func ownSession(by roster.Actor, id string) (directory.SessionSelector, error) {
	if id == "current" {
		id = string(by.SessionID)
	}
	if by.UserID == "" || id == "" {
		return directory.SessionSelector{}, absent("The request is of no session.")
	}
	return directory.SessionSelector{ID: roster.SessionID(id)}, nil
}

// signIn opens a session for who has just shown a password: a session makes no further ones, so
// that it cannot be kept alive beyond its end.
func (a *api) signIn(d *directory.Directory) func(context.Context, roster.Actor, directory.None) (openedSession, error) {
	return func(ctx context.Context, by roster.Actor, in directory.None) (openedSession, error) {
		r := callOf(ctx).request
		if scheme, _ := dialect.Authorization(r); scheme != "basic" {
			return openedSession{}, &roster.Error{Kind: roster.Forbidden, Detail: "this needs a user's name and password (Authorization: Basic)"}
		}
		s, err := d.CreateSession(ctx, by, in)
		return openedSession{s.Session, dialect.NewSessionCookie(r, a.baseURL(), s.Secret)}, err
	}
}

// signOut ends a session. It returns what clears the request's cookie where the session is the
// cookie's.
func (a *api) signOut(d *directory.Directory) func(context.Context, roster.Actor, directory.SessionSelector) (*http.Cookie, error) {
	return func(ctx context.Context, by roster.Actor, in directory.SessionSelector) (*http.Cookie, error) {
		if _, err := d.EndSession(ctx, by, in); err != nil || in.ID != by.SessionID {
			return nil, err
		}
		return dialect.EndSessionCookie(callOf(ctx).request, a.baseURL()), nil
	}
}
