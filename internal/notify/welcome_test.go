package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
	"roster/internal/notify"
	"roster/internal/store"
	"roster/internal/store/tabletest"
)

// world is the real directory on a real store, and the handler of welcome emails before it.
type world struct {
	*testing.T
	db     *store.DB
	svc    *directory.Directory
	org    roster.OrganizationID
	now    time.Time
	log    bytes.Buffer
	outbox *notify.Outbox
	handle func(context.Context, roster.Job) error
}

func newWorld(t *testing.T, change ...func(*notify.WelcomeOptions)) *world {
	t.Helper()
	w := &world{T: t, now: time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC), outbox: notify.NewOutbox()}
	now := func() time.Time { return w.now }
	db, err := store.Open(t.Context(), tabletest.SQLite(t, t.TempDir()), store.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	w.db = db
	w.svc = directory.New(directory.Options{
		Store: db, Passwords: auth.NewHasher(time.Now), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: now, RetryKey: []byte("key"),
	})
	setUp, err := w.svc.SetUpOrganization(t.Context(), w.as(roster.ActorSystem, ""), roster.DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	w.org = setUp.Organization.ID
	o := notify.WelcomeOptions{
		Directory: w.svc, Mailer: w.outbox, PublicURL: "https://roster.example.com/",
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	for _, c := range change {
		c(&o)
	}
	w.handle = notify.Welcome(o)
	return w
}

func (w *world) as(kind roster.ActorKind, name string) roster.Actor {
	return roster.Actor{
		Kind: kind, OrganizationID: w.org, Name: name, Face: roster.FaceSystem,
		Grants: roster.Grants{{Permissions: roster.AllPermissions}},
	}
}

// create makes a user and returns the job that it queued.
func (w *world) create(by roster.Actor, in directory.NewUser) (directory.CreatedUser, roster.Job) {
	w.Helper()
	in.SendWelcomeEmail = true
	u, err := w.svc.CreateUser(w.Context(), by, in)
	if err != nil {
		w.Fatal(err)
	}
	return u, w.claim()
}

// claim takes the next job of the lane.
func (w *world) claim() (job roster.Job) {
	w.Helper()
	w.update(func(tx directory.Tx) error {
		jobs, err := tx.ClaimJobs(roster.LaneWelcome, w.now, w.now.Add(time.Minute), 1)
		if len(jobs) == 1 {
			job = jobs[0]
		}
		return err
	})
	return job
}

func (w *world) update(fn func(directory.Tx) error) {
	w.Helper()
	if err := w.db.Update(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

var linkForm = regexp.MustCompile(`https://roster\.example\.com/set-password/([A-Za-z0-9_-]{43})`)

// secret returns the secret of the link in the message: the only one, in the text and in the HTML
// alike.
func (w *world) secret(m notify.Message) string {
	w.Helper()
	secrets := map[string]bool{}
	for _, part := range []string{m.Text, m.HTML} {
		found := linkForm.FindAllStringSubmatch(part, -1)
		if found == nil {
			w.Fatalf("no link in %s", part)
		}
		for _, f := range found {
			secrets[f[1]] = true
		}
	}
	if len(secrets) != 1 {
		w.Fatalf("%d different links", len(secrets))
	}
	for s := range secrets {
		return s
	}
	return ""
}

func (w *world) readLink(secret string) error {
	_, err := w.svc.ReadLink(w.Context(), roster.Actor{}, secret)
	return err
}

func grace() directory.NewUser {
	return directory.NewUser{UserName: "grace@example.org", DisplayName: "Grace Hopper", Email: "grace@example.org"}
}

func TestAWelcomeEmailHoldsALinkThatWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := grace()
	in.TimeZone = "Asia/Tokyo"
	u, job := w.create(w.as(roster.ActorUser, "ada"), in)
	if err := w.handle(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	m := w.outbox.All()[0]
	if m.To != "grace@example.org" || m.ID != string(job.ID) || !m.At.Equal(w.now) {
		t.Errorf("message %+v", m)
	}
	for _, part := range []string{m.Text, html.UnescapeString(m.HTML)} {
		for _, want := range []string{
			"Hello Grace Hopper,", "ada", "grace@example.org", "Sunday, 29 November 2026, 03:00 JST", "7 days", "works once",
		} {
			if !strings.Contains(part, want) {
				t.Errorf("the message lacks %q: %s", want, part)
			}
		}
		if strings.Contains(part, "cannot reach you yet") {
			t.Errorf("the message asks for what is not needed: %s", part)
		}
	}
	secret := w.secret(m)
	used, err := w.svc.UseLink(t.Context(), roster.Actor{}, directory.UsedLink{Secret: secret, Password: "violet harbor sextant 42"})
	if err != nil || used.ID != u.ID {
		t.Fatalf("UseLink = %v, %v", used.ID, err)
	}
	if err := w.readLink(secret); roster.KindOf(err) != roster.NotFound || err == nil {
		t.Errorf("the link works twice: %v", err)
	}
	if strings.Contains(w.log.String(), secret) {
		t.Error("the link is in the log")
	}
}

func TestTheTextSaysWhoAddedThePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, c := range []struct {
		by   roster.Actor
		want string
	}{
		{w.as(roster.ActorUser, "ada"), "ada added you to Roster"},
		{w.as(roster.ActorToken, "Import"), "the API token “Import” added you to Roster"},
		{w.as(roster.ActorOperator, "root"), "the operator of the server added you to Roster"},
		{w.as(roster.ActorSystem, "Roster"), "You were added to Roster"},
	} {
		in := grace()
		in.UserName = fmt.Sprint("user", i)
		_, job := w.create(c.by, in)
		if err := w.handle(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if m := w.outbox.All()[0]; !strings.Contains(m.Text, c.want) {
			t.Errorf("the text lacks %q: %s", c.want, m.Text)
		}
	}
}

func TestARetryVoidsTheLinkOfTheAttemptBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, job := w.create(w.as(roster.ActorUser, "ada"), grace())
	var secrets []string
	for range 2 { // the worker dies after it has sent, and another does the job again
		if err := w.handle(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		all := w.outbox.All()
		if len(all) != 1 {
			t.Fatalf("%d messages: a repeat must have the same id", len(all))
		}
		secrets = append(secrets, w.secret(all[0]))
		job.Attempts++
	}
	if err := w.readLink(secrets[0]); roster.KindOf(err) != roster.NotFound {
		t.Errorf("the first link still works: %v", err)
	}
	if err := w.readLink(secrets[1]); err != nil {
		t.Errorf("the second link: %v", err)
	}
}

func TestARetryIsNotSentToWhoHasFollowedTheLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, job := w.create(w.as(roster.ActorUser, "ada"), grace())
	if err := w.handle(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	first := w.outbox.All()[0]
	_, err := w.svc.UseLink(t.Context(), roster.Actor{}, directory.UsedLink{Secret: w.secret(first), Password: "violet harbor sextant 42"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.handle(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if again := w.outbox.All(); again[0].Text != first.Text {
		t.Error("another link was sent")
	}
}

func TestARetryIsSentToTheAddressThatTheUserHasNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	operator := w.as(roster.ActorOperator, "root")
	u, job := w.create(operator, grace())
	if err := w.handle(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	wrong := w.secret(w.outbox.All()[0])
	w.change(directory.UserChange{User: directory.UserSelector{ID: u.ID}, Email: roster.Some("hopper@example.org")})
	if err := w.readLink(wrong); err == nil || roster.KindOf(err) != roster.NotFound {
		t.Errorf("the link that went to the wrong address: %v", err)
	}
	if err := w.handle(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	m := w.outbox.All()[0]
	if m.To != "hopper@example.org" {
		t.Errorf("the retry goes to %s", m.To)
	}
	if err := w.readLink(w.secret(m)); err != nil {
		t.Errorf("the link of the retry: %v", err)
	}
}

func TestAWelcomeEmailIsNotSentOnceAPasswordWasSetUnlessItIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, password := range map[string]string{"without a password at first": "", "with one": "a provisioned one"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			in := grace()
			in.Password = password
			u, job := w.create(w.as(roster.ActorOperator, "root"), in)
			sel := directory.UserSelector{ID: u.ID}
			w.change(directory.UserChange{User: sel, Password: roster.Some("another one")})
			if err := w.handle(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			if len(w.outbox.All()) != 0 || !strings.Contains(w.log.String(), "a password was set") {
				t.Errorf("%d messages; the log: %s", len(w.outbox.All()), w.log.String())
			}
			w.change(directory.UserChange{User: sel, SendWelcomeEmail: true})
			if err := w.handle(t.Context(), w.claim()); err != nil {
				t.Fatal(err)
			}
			if len(w.outbox.All()) != 1 {
				t.Error("the email that was asked for again is not sent")
			}
		})
	}
}

func TestAWelcomeEmailThatAnOlderVersionQueuedIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u, job := w.create(w.as(roster.ActorOperator, "root"), grace())
	job.Payload = fmt.Appendf(nil, `{"userId":%q}`, u.ID)
	if err := w.handle(t.Context(), job); err != nil || len(w.outbox.All()) != 1 {
		t.Errorf("%d messages, %v", len(w.outbox.All()), err)
	}
}

// change changes a user as the operator does.
func (w *world) change(in directory.UserChange) {
	w.Helper()
	if _, err := w.svc.UpdateUser(w.Context(), w.as(roster.ActorOperator, "root"), in); err != nil {
		w.Fatal(err)
	}
}

func TestNobodyIsWrittenToInVain(t *testing.T) {
	t.Parallel()
	payload := func(id string) []byte {
		text, _ := json.Marshal(roster.WelcomeEmail{UserID: roster.UserID(id)})
		return text
	}
	for _, c := range []struct {
		name   string
		user   func(*directory.NewUser)
		job    func(*roster.Job)
		reason string
	}{
		{"an inactive user", func(in *directory.NewUser) { in.Active = roster.Some(false) }, nil, "the user is not active"},
		{"a user without an address", func(in *directory.NewUser) { in.Email = "" }, nil, "the user has no email address"},
		{"a user who is gone", nil, func(j *roster.Job) { j.Payload = payload("0198c6b0-0000-7000-8000-000000000000") }, "the user is gone"},
		{"a user of another organization", nil, func(j *roster.Job) { j.OrganizationID = "0198c6b0-0000-7000-8000-000000000001" }, "the user is gone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			in := grace()
			if c.user != nil {
				c.user(&in)
			}
			u, err := w.svc.CreateUser(t.Context(), w.as(roster.ActorUser, "ada"), in)
			if err != nil {
				t.Fatal(err)
			}
			job := roster.Job{ID: "job", OrganizationID: w.org, Attempts: 1, Payload: payload(string(u.ID))}
			if c.job != nil {
				c.job(&job)
			}
			if err := w.handle(t.Context(), job); err != nil {
				t.Errorf("error: %v", err)
			}
			if len(w.outbox.All()) != 0 {
				t.Error("a message was sent")
			}
			if !strings.Contains(w.log.String(), c.reason) {
				t.Errorf("the log does not say %q: %s", c.reason, w.log.String())
			}
		})
	}
}

func TestAJobThatCannotBeDoneIsAnError(t *testing.T) {
	t.Parallel()
	t.Run("a payload that is none", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		for _, text := range []string{"", "{}", "[]", `{"userId":7}`, "{"} {
			err := w.handle(t.Context(), roster.Job{ID: "job", OrganizationID: w.org, Payload: []byte(text)})
			if err == nil || roster.KindOf(err) != roster.Invalid {
				t.Errorf("payload %q: %v", text, err)
			}
		}
	})
	t.Run("a user of another realm has no password here", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		in := grace()
		in.External = true
		_, job := w.create(w.as(roster.ActorUser, "ada"), in)
		if err := w.handle(t.Context(), job); err == nil || roster.KindOf(err) != roster.Invalid {
			t.Errorf("error: %v", err)
		}
	})
	t.Run("no public URL", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, func(o *notify.WelcomeOptions) { o.PublicURL = "" })
		_, job := w.create(w.as(roster.ActorUser, "ada"), grace())
		if err := w.handle(t.Context(), job); err == nil || roster.KindOf(err) != roster.Unavailable {
			t.Errorf("error: %v", err)
		}
	})
	t.Run("a mail server that refuses", func(t *testing.T) {
		t.Parallel()
		server := (&mailServer{onData: answers(always, 554)}).serve(t, notify.NoTLS)
		w := newWorld(t, func(o *notify.WelcomeOptions) { o.Mailer = newSMTP(t, server.options(notify.NoTLS)) })
		_, job := w.create(w.as(roster.ActorUser, "ada"), grace())
		if err := w.handle(t.Context(), job); err == nil || roster.KindOf(err) != roster.Invalid {
			t.Errorf("error: %v", err)
		}
	})
}

func TestAWelcomeEmailSaysWhatIsNotSetUpYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := grace()
	in.Preferences = roster.Some([]roster.Preference{
		{Type: roster.TypeFailures, Services: []roster.Service{roster.ServicePush, roster.ServiceEmail, roster.ServiceSMS}},
		{Type: roster.TypeDigest, Services: []roster.Service{roster.ServiceSMS, roster.ServicePushover, roster.ServicePushbullet}},
	})
	_, job := w.create(w.as(roster.ActorUser, "ada"), in)
	if err := w.handle(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	m := w.outbox.All()[0]
	want := "\n  - sms: no phone yet\n  - push: no browser or device yet\n  - pushbullet: no access token yet\n  - pushover: no user key yet\n"
	if !strings.Contains(m.Text, want) {
		t.Errorf("the text lacks %q: %s", want, m.Text)
	}
	if !strings.Contains(m.HTML, "<li>sms: no phone yet</li>") {
		t.Errorf("the HTML does not say it: %s", m.HTML)
	}
}

func TestAWelcomeEmailCannotBeMadeToSayWhatItsMakerLikes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, c := range []struct{ name, greeting string }{
		{"Grace Hopper", "Hello Grace Hopper,"},
		{"J. R. Hartley Jr.", "Hello J. R. Hartley Jr.,"},
		{"Łukasz 李", "Hello Łukasz 李,"},
		{"<b>Grace</b>", "Hello,"},
		{"Win now at evil.example", "Hello,"},
		{"https://evil.example", "Hello,"},
		{"call me@evil.example", "Hello,"},
		{strings.Repeat("a", 61), "Hello,"},
		{"<Grace & Co>", "Hello <Grace & Co>,"},
		{"{{.Link}}", "Hello,"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := grace()
			in.UserName, in.DisplayName = fmt.Sprint("user", i), c.name
			_, job := w.create(w.as(roster.ActorUser, "ada <script>"), in)
			if err := w.handle(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			m := w.outbox.All()[0]
			if !strings.HasPrefix(m.Text, c.greeting+"\n") {
				t.Errorf("greeting: %.80q", m.Text)
			}
			if !strings.Contains(m.HTML, "<p>"+html.EscapeString(c.greeting)+"</p>") || strings.Contains(m.HTML, "<script>") {
				t.Errorf("HTML: %s", m.HTML)
			}
		})
	}
}

func TestAnOutboxKeepsTheNewestMessages(t *testing.T) {
	t.Parallel()
	o := notify.NewOutbox()
	for i := range notify.MaxOutbox + 50 {
		if err := o.Send(t.Context(), notify.Message{ID: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	_ = o.Send(t.Context(), notify.Message{ID: "60", Subject: "again"})
	all := o.All()
	if len(all) != notify.MaxOutbox || all[0].Subject != "again" || all[1].ID != "249" || all[199].ID != "50" {
		t.Errorf("%d messages, %v … %v", len(all), all[:2], all[len(all)-1])
	}
	if m, ok := o.Get("60"); !ok || m.Subject != "again" {
		t.Errorf("Get = %v, %v", m, ok)
	}
	if _, ok := o.Get("49"); ok {
		t.Error("the oldest was kept")
	}
	all[0].Subject = "changed"
	if o.All()[0].Subject != "again" {
		t.Error("the caller's slice is the outbox's own")
	}
}
