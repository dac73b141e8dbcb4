// Tests of the pages in a real browser, against the real binary: what a person sees, types and
// presses, and what the browser itself has to complain about.
package browser_test

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"roster/test/binary"
)

func TestMain(m *testing.M) { binary.Main(m) }

// Selectors of what the journeys use.
const (
	field  = `input[type=password]`
	submit = `form button[type=submit]`
	link   = `a[href*="/set-password/"]`
)

const good = "seven slow herons over the weir"

func TestPages(t *testing.T) {
	browser := startBrowser(t)
	for _, j := range []struct {
		name string
		walk func(*testing.T, *tab)
	}{
		{"from the outbox by the welcome email's link to a password", fromOutboxToPassword},
		{"a phone number may come along", phoneNumber},
		{"a used link says what to do", usedLink},
		{"an empty outbox says how to fill it", emptyOutbox},
		{"the start page says where to go", startPage},
		{"the keyboard alone is enough", keyboardOnly},
		{"without scripts everything still works", withoutScripts},
		{"every page fits a narrow screen, in light and dark", everyPageEverywhere},
		{"a page that is not there", notThere},
		{"the API's reference shows every call and tries it", apiReference},
	} {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			s := binary.Start(t, binary.Options{Args: []string{"--demo", "--http", binary.FreeAddress(t)}})
			j.walk(t, openTab(t, browser, s))
		})
	}
}

const address = "person@myorg.realdomain"

// welcome creates a user who gets a welcome email, over CheckCentral's dialect, and waits for the
// email.
func (b *tab) welcome() {
	b.t.Helper()
	token := regexp.MustCompile(`apiToken=(\w+)`).FindStringSubmatch(b.server.Banner())
	if token == nil {
		b.t.Fatal("the demonstration prints no token")
	}
	body := strings.NewReader(`{"email":"` + address + `","name":"Person Somename","accessLevel":"user","sendWelcomeEmail":true,` +
		`"notifications":[{"type":"failures","services":["sms","push"]}]}`)
	resp, err := b.server.Client().Post(b.server.HTTP+"/createUser?apiToken="+token[1], "application/json", body)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		b.t.Fatalf("createUser answers %d %s", resp.StatusCode, text)
	}
	binary.Until(b.t, "the email is in the outbox", func() bool {
		resp, err := b.server.Client().Get(b.server.HTTP + "/demo/outbox.json")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return err == nil && strings.Contains(string(text), address)
	})
}

// follow opens the link of the email that the outbox shows, and returns its path.
func (b *tab) follow() string {
	b.t.Helper()
	b.visit("/demo/outbox", 200)
	href := eval[string](b, `document.querySelector('`+link+`').href`)
	path, found := strings.CutPrefix(href, b.server.HTTP)
	if !found {
		b.t.Fatalf("the email links to another server: %s", href)
	}
	return path
}

// choose types a password on the form's page and sends it.
func (b *tab) choose(password string, status int64) {
	b.t.Helper()
	b.expect(status)
	b.do(chromedp.SendKeys(field, password), b.leave(submit))
	b.answered(status)
}

// leave presses what leads to another page, and waits for that page.
func (b *tab) leave(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.RunResponse(ctx, chromedp.Click(selector))
		return err
	})
}

// fault returns whether a field is marked as wrong, and what is said beside it.
func (b *tab) fault(selector string) string {
	b.t.Helper()
	return eval[string](b, `(() => {
		const f = document.querySelector('`+selector+`');
		return f.getAttribute('aria-invalid') + ': ' + (f.getAttribute('aria-describedby') || '').split(' ')
			.map(id => document.getElementById(id)?.innerText).join(' ');
	})()`)
}

func fromOutboxToPassword(t *testing.T, b *tab) {
	b.welcome()
	b.visit("/demo/outbox", 200)
	b.reads(address)
	b.reads("Welcome to Roster")
	b.shoot("1 outbox")
	b.visit(b.follow(), 200)
	if user := eval[string](b, `document.querySelector('[autocomplete=username]').value`); user != address {
		t.Errorf("the form says it is for %q", user)
	}
	b.shoot("2 form")

	b.choose("password", 422)
	if fault := b.fault(field); !strings.HasPrefix(fault, "true: ") || !strings.Contains(fault, "easy to guess") {
		t.Errorf("beside the field it says %q", fault)
	}
	if typed := eval[string](b, `document.querySelector('`+field+`').value`); typed != "" {
		t.Error("the page brings the refused password back")
	}
	b.shoot("3 refused")

	b.choose(good, 200)
	b.reads(address)
	b.shoot("4 done")
	if n := eval[int](b, `document.querySelectorAll('form').length`); n != 0 {
		t.Error("after success there is still a form")
	}
}

func phoneNumber(t *testing.T, b *tab) {
	const phone = `input[type=tel]`
	b.welcome()
	b.visit(b.follow(), 200)
	b.do(chromedp.SendKeys(phone, "12"))
	b.choose(good, 422)
	if fault := b.fault(phone); !strings.HasPrefix(fault, "true: ") || !strings.Contains(fault, "number") {
		t.Errorf("beside the field it says %q", fault)
	}
	b.shoot("refused")
	b.do(chromedp.Clear(phone), chromedp.SendKeys(phone, "+44 20 7946 0958"))
	b.choose(good, 200)
	if user := b.server.Must("", "user", "show", address, "--json"); !strings.Contains(user, "+442079460958") {
		t.Errorf("the number is not kept: %s", user)
	}
}

func usedLink(_ *testing.T, b *tab) {
	b.welcome()
	path := b.follow()
	b.visit(path, 200)
	b.choose(good, 200)
	for _, gone := range []string{path, "/set-password/never-was"} {
		b.visit(gone, 404)
		b.reads("roster user set-password")
	}
	b.shoot("used")
}

func emptyOutbox(_ *testing.T, b *tab) {
	b.visit("/demo/outbox", 200)
	b.reads("curl")
	b.shoot("empty")
	b.welcome()
	// The page is live: what arrives is shown without anybody asking.
	b.do(chromedp.WaitVisible(link))
	b.reads(address)
}

func startPage(t *testing.T, b *tab) {
	b.visit("/", 200)
	b.reads("Roster")
	b.reads("/graze/v1/createUser")
	b.reads("/createUser/?apiToken=")
	b.shoot("start")
	b.expect(200)
	b.do(b.leave(`a[href$="/demo/outbox"]`))
	b.answered(200)
	if lang := eval[string](b, `document.documentElement.lang`); lang != "en" {
		t.Errorf("the page's language is %q", lang)
	}
}

// keyboardOnly goes from the outbox to a password with Tab and Enter.
func keyboardOnly(t *testing.T, b *tab) {
	b.welcome()
	b.visit("/demo/outbox", 200)
	path := b.follow()
	b.tabTo(link)
	b.visit(path, 200)
	b.tabTo(field)
	b.shoot("focus")
	b.expect(200)
	b.do(chromedp.KeyEvent(good), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter))
		return err
	}))
	b.answered(200)
	if n := eval[int](b, `document.querySelectorAll('form').length`); n != 0 {
		t.Error("Enter did not send the form")
	}
}

// tabTo presses Tab until an element has the focus, and asks at every stop that one can see where
// it is. A page gives its own first focus a little after it is loaded.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	const most = 50
	binary.Until(b.t, "the page has given the focus", func() bool {
		return eval[bool](b, `(e => !e || e === document.activeElement)(document.querySelector('[autofocus]'))`)
	})
	for range most {
		if eval[bool](b, `document.activeElement.matches('`+selector+`')`) {
			return
		}
		b.do(chromedp.KeyEvent(kb.Tab))
		seen := eval[bool](b, `(() => {
			const e = document.activeElement, s = getComputedStyle(e);
			return e === document.body || s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none';
		})()`)
		if !seen {
			b.t.Errorf("one cannot see that this has the focus: %s", eval[string](b, `document.activeElement.outerHTML`))
		}
	}
	b.t.Errorf("%d times Tab do not lead to %s", most, selector)
}

func withoutScripts(_ *testing.T, b *tab) {
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	if err != nil {
		b.t.Fatal(err)
	}
	b.welcome()
	b.visit(b.follow(), 200)
	b.choose("password", 422)
	b.reads("easy to guess")
	b.choose(good, 200)
}

func notThere(t *testing.T, b *tab) {
	b.visit("/nowhere", 404)
	b.shoot("404")
	if n := eval[int](b, `document.querySelectorAll('a[href]').length`); n == 0 {
		t.Error("the page leads nowhere")
	}
}
