package auth

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/premise"
)

// session opens a session of the user and returns its token.
func (f *fixture) session(user roster.UserID, change ...func(*roster.Session)) (roster.SessionID, string) {
	f.Helper()
	s := roster.Session{
		ID: roster.SessionID(f.id()), OrganizationID: f.org, UserID: user, Face: roster.FaceGraze, CredentialVersion: 1,
		CreatedAt: f.clock.now(), LastUsedAt: f.clock.now(), Idle: time.Hour, ExpiresAt: f.clock.now().Add(24 * time.Hour),
	}
	for _, c := range change {
		c(&s)
	}
	token := Secrets{}.Session()
	f.update(func(tx directory.Tx) error { return tx.InsertSession(s, HashSecret(token), 1000) })
	return s.ID, token
}

// lastUsed returns when the session was used last, as far as the store knows.
func (f *fixture) lastUsed(token string) (at time.Time) {
	f.Helper()
	err := f.db.View(f.Context(), func(tx directory.Tx) error {
		s, _, err := tx.SessionByHash(HashSecret(token))
		at = s.LastUsedAt
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return at
}

func TestASessionSignsIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.user("ada")
	session, token := f.session(id)
	got, err := f.Session(t.Context(), at(), token)
	if err != nil {
		t.Fatal(err)
	}
	want := f.signsIn(at(), "ada", rightPassword)
	want.SessionID = session
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestADeadSessionLetsNobodyIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.user("ada")
	inactive := f.user("inactive", func(r *directory.NewUserRow) { r.Active = false })
	reader := f.user("reader", func(r *directory.NewUserRow) { r.Roles = nil })
	stranger := f.user("stranger", func(r *directory.NewUserRow) { r.OrganizationID, r.Roles = f.other, nil })
	now := f.clock.now()
	for reason, c := range map[string]struct {
		user   roster.UserID
		change func(*roster.Session)
	}{
		"idle for too long":        {ada, func(s *roster.Session) { s.LastUsedAt = now.Add(-time.Hour) }},
		"too old":                  {ada, func(s *roster.Session) { s.ExpiresAt = now }},
		"the password has changed": {ada, func(s *roster.Session) { s.CredentialVersion = 0 }},
		"was opened for web":       {ada, func(s *roster.Session) { s.Face = roster.FaceWeb }},
		"not active":               {inactive, func(*roster.Session) {}},
		"lacks graze_login":        {reader, func(*roster.Session) {}},
		"of another organization":  {stranger, func(s *roster.Session) { s.OrganizationID = f.other }},
	} {
		_, token := f.session(c.user, c.change)
		_, err := f.Session(t.Context(), at(), token)
		f.isDenied(err, reason)
	}
	_, good := f.session(ada)
	for token, c := range map[string]struct{ slug, reason string }{
		"":                  {"", "form"},
		good[1:]:            {"", "form"},
		Secrets{}.Session(): {"", "no such session"},
		Secrets{}.Token():   {"", "form"},
		good:                {"nowhere", "no such organization"},
	} {
		_, err := f.Session(t.Context(), at(func(a *Attempt) { a.OrganizationSlug = c.slug }), token)
		f.isDenied(err, c.reason)
	}
	f.setPassword(ada, rightPassword)
	_, err := f.Session(t.Context(), at(), good)
	f.isDenied(err, "the password has changed")
}

func TestTheUseOfASessionIsWrittenAtIntervals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.user("ada")
	for _, c := range []struct{ idle, after, want time.Duration }{
		{time.Hour, time.Minute - time.Microsecond, 0},
		{time.Hour, time.Minute, time.Minute},
		{time.Hour, 59 * time.Minute, 59 * time.Minute},
		{time.Minute, 5 * time.Second, 0},
		{time.Minute, 6 * time.Second, 6 * time.Second},
		{time.Hour, -time.Minute, 0},
		{time.Hour, -25 * time.Hour, -25 * time.Hour}, // the clock was set back
	} {
		_, token := f.session(user, func(s *roster.Session) { s.Idle = c.idle })
		opened := f.clock.now()
		f.clock.advance(c.after)
		stop := f.run()
		if _, err := f.Session(t.Context(), at(), token); err != nil {
			t.Fatal(err)
		}
		stop()
		if got := f.lastUsed(token).Sub(opened); got != c.want {
			t.Errorf("used after %v of %v: written as %v, want %v", c.after, c.idle, got, c.want)
		}
	}
}

func TestAUseThatIsNotWrittenYetKeepsTheSessionOpen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id, token := f.session(f.user("ada"))
	for range 3 {
		f.clock.advance(59 * time.Minute)
		if _, err := f.Session(t.Context(), at(), token); err != nil {
			t.Fatal(err)
		}
		if len(f.background.touches) != 1 {
			t.Errorf("%d touches wait for one session", len(f.background.touches))
		}
		f.background.writeSoon(t.Context())
		if got := f.lastUsed(token); !got.Equal(f.clock.now()) {
			t.Errorf("written as %v", got)
		}
	}
	f.clock.advance(59 * time.Minute)
	f.background.touching = map[roster.SessionID]time.Time{id: f.clock.now()}
	f.clock.advance(59 * time.Minute)
	if _, err := f.Session(t.Context(), at(), token); err != nil {
		t.Errorf("while its use is being written: %v", err)
	}
	if len(f.background.touches) != 0 {
		t.Error("a second touch is in flight")
	}
	f.background.touching = nil
	_, err := f.Session(t.Context(), at(), token)
	f.isDenied(err, "idle for too long")
}

func TestWhereTooManyUsesWaitTheyAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, token := f.session(f.user("ada"))
	for i := range maxPendingTouches {
		f.background.touches[roster.SessionID(fmt.Sprint(i))] = epoch
	}
	f.clock.advance(time.Minute)
	if _, err := f.Session(t.Context(), at(), token); err != nil {
		t.Fatal(err)
	}
	if got := f.lastUsed(token); !got.Equal(f.clock.now()) {
		t.Errorf("last used at %v, want now", got)
	}
	if len(f.background.touches) != maxPendingTouches {
		t.Errorf("%d wait", len(f.background.touches))
	}
}

func TestUsesThatCannotBeWrittenAreLoggedAndLost(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	f := newFixture(t, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	_, session := f.session(f.user("ada"))
	_, token := f.token("backup")
	f.clock.advance(time.Minute)
	if _, err := f.Session(t.Context(), at(), session); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Token(t.Context(), at(), token); err != nil {
		t.Fatal(err)
	}
	if err := f.db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	f.run()()
	for _, want := range []string{"uses of sessions were not written", "uses of tokens were not written"} {
		if !strings.Contains(log.String(), "level=WARN msg=\""+want) {
			t.Errorf("the log lacks %q: %s", want, log.String())
		}
	}
	if len(f.background.touches)+len(f.background.touching)+len(f.background.uses) != 0 {
		t.Error("they are kept without a bound in time")
	}
}

func TestASessionThatAnotherServerKeepsAliveIsNotDeniedFromMemory(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	session, token := f.session(f.user("ada"))
	signsIn := func() error {
		ctx, _ := premise.With(t.Context())
		_, err := f.Session(ctx, at(), token)
		return err
	}
	if err := signsIn(); err != nil {
		t.Fatal(err)
	}
	for range 3 { // each time it is used elsewhere, so that it is never idle for an hour
		f.clock.advance(40 * time.Minute)
		f.update(func(tx directory.Tx) error { return tx.TouchSession(session, f.clock.now()) })
	}
	if err := signsIn(); err != nil {
		t.Error(err)
	}
	f.clock.advance(2 * time.Hour)
	f.isDenied(signsIn(), "idle for too long")
}
