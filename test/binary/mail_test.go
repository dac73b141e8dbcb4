package binary_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"roster/test/binary"
)

var welcomeLink = regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(publicURL) + `(/set-password/\S+?)\s*$`)

// arrived waits for the one email to an address and returns it with the path of its link.
func arrived(t *testing.T, box *mailbox, address string) (m email, link string) {
	t.Helper()
	binary.Until(t, "the email has arrived", func() bool { return len(box.to(address)) > 0 })
	mails := box.to(address)
	if len(mails) != 1 {
		t.Fatalf("%d emails arrived", len(mails))
	}
	found := welcomeLink.FindStringSubmatch(mails[0].text)
	if found == nil || !strings.Contains(mails[0].html, publicURL+found[1]) {
		t.Fatalf("no link, or another one in the HTML part, in:\n%s\n%s", mails[0].text, mails[0].html)
	}
	return mails[0], found[1]
}

// choose opens the page of a link and sets a password on it.
func choose(t *testing.T, w *binary.Server, link, password string) {
	t.Helper()
	page := ask(t, w.Client(), request{url: w.HTTP + link}).want(t, 200)
	if !strings.Contains(page, "<form") {
		t.Fatalf("the page has no form: %s", page)
	}
	a := ask(t, w.Client(), request{
		url: w.HTTP + link, body: url.Values{"password": {password}}.Encode(),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	})
	if a.status >= 400 {
		t.Fatalf("the page answers %d: %s", a.status, a.body)
	}
	ask(t, w.Client(), request{url: w.HTTP + link}).want(t, 404)
}

func TestAWelcomeEmailLeadsToAPassword(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			box := openMailbox(t)
			w := newWorld(t, e, binary.Options{Args: box.settings()})
			for _, c := range []struct {
				address, level string
				signsIn        int // what Graze's authenticate answers
			}{
				{"grace@people.example", "administrator", 200},
				{"una@people.example", "user", 401}, // a level without graze_login
			} {
				ask(t, w.Client(), request{url: w.checkCentral("createUser"), body: `{"email":"` + c.address +
					`","accessLevel":"` + c.level + `","sendWelcomeEmail":true}`}).want(t, 200)
				m, link := arrived(t, box, c.address)
				if m.header.Get("Auto-Submitted") != "auto-generated" || m.header.Get("Message-ID") == "" {
					t.Errorf("the email's header is %v", m.header)
				}
				choose(t, w.Server, link, "four calm otters by the lock")
				ask(t, w.Client(), request{
					url: w.graze("authenticate"), body: `{"username":"` + c.address + `","password":"four calm otters by the lock"}`,
				}).want(t, c.signsIn)
			}
			confirmed := count(t, w.database(t), "SELECT COUNT(*) FROM users WHERE email_confirmed_at > 0 AND email LIKE '%@people.example'")
			if confirmed != 2 {
				t.Errorf("following the link confirmed %d of 2 addresses", confirmed)
			}
		})
	}
}

func TestMailThatWaitedIsSentOnceThereIsAServerForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqlite(), binary.Options{})
	const address = "patient@people.example"
	create := request{url: w.checkCentral("createUser"), body: `{"email":"` + address + `","accessLevel":"user","sendWelcomeEmail":true}`}
	ask(t, w.Client(), create).want(t, 200)

	const waits = "mail is not configured, 1 message waits"
	doctor := w.Command("", "doctor")
	if !strings.Contains(doctor.Stdout, waits) {
		t.Errorf("roster doctor does not say %q:\n%s%s", waits, doctor.Stdout, doctor.Stderr)
	}
	w.Kill()
	w.Again()
	if !strings.Contains(w.Banner(), waits) {
		t.Errorf("the start does not say %q:\n%s", waits, w.Banner())
	}

	box := openMailbox(t)
	w.Stop()
	w.Again(box.settings()...)
	_, link := arrived(t, box, address)
	choose(t, w.Server, link, "four calm otters by the lock")
	if doctor := w.Command("", "doctor"); strings.Contains(doctor.Stdout, "wait") {
		t.Errorf("roster doctor still says that mail waits:\n%s", doctor.Stdout)
	}
}
