package browser_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"roster/test/binary"
)

// patience is how long one step in the browser may take before the test gives up on it.
const patience = 60 * time.Second

// startBrowser starts Chromium with a profile of its own. It talks to nobody by itself.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(
		chromedp.DefaultExecAllocatorOptions[:], // headless, no first run, no background networking, no sync
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("no-proxy-server", true),
	)
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	browser, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	if err := chromedp.Do(browser); err != nil {
		t.Fatal(err)
	}
	return browser
}

// chromium finds the browser.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("Chromium is not installed")
	}
	t.Skip("Chromium is not installed")
	return ""
}

// tab is a window without cookies or history, for the pages of a server.
type tab struct {
	t      *testing.T
	ctx    context.Context
	server *binary.Server

	mu       sync.Mutex
	problems []string // what the browser complained about
	refused  bool     // the page's answer is an error, as it should be
	bytes    float64  // loaded since the last visit
	document *network.Response
}

// openTab opens a tab. When the test ends, the browser must have had nothing to complain about.
func openTab(t *testing.T, browser context.Context, s *binary.Server) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	b := &tab{t: t, ctx: ctx, server: s}
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, p := range b.problems {
			t.Error(p)
		}
		cancel()
	})
	if err := chromedp.Listen(ctx, b.notice); err != nil {
		t.Fatal(err)
	}
	return b
}

// notice looks at what happens in the tab.
func (b *tab) notice(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	complain := func(format string, args ...any) { b.problems = append(b.problems, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		complain("a script fell: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		complain("the console says %s: %s", e.Type, said(e.Args))
	case *log.EventEntryAdded:
		if answer := e.Entry.Source == "network" && b.refused; !answer && e.Entry.Level != "verbose" {
			complain("the browser logs: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.HasPrefix(url, b.server.HTTP+"/") && !strings.HasPrefix(url, "data:") {
			complain("the page asks somebody else: %s", url)
		}
	case *network.EventResponseReceived:
		if e.Type == "Document" {
			b.document = e.Response
		}
	case *network.EventLoadingFinished:
		b.bytes += e.EncodedDataLength
	}
}

// said returns what a script gave to the console.
func said(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, string(a.Value)+a.Description)
	}
	return strings.Join(words, " ")
}

// do runs steps one after the other.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.shoot("failed")
		b.t.Fatal(err)
	}
}

// eval returns what JavaScript has for an expression.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.shoot("failed")
		b.t.Fatalf("%v in: %s", err, expression)
	}
	return v
}

// maxPage is the most that a page may weigh with all that it loads, in bytes.
const maxPage = 100_000

// visit opens a page, which must be light and answered with the status.
func (b *tab) visit(path string, status int64) {
	b.t.Helper()
	b.expect(status)
	b.do(chromedp.Navigate(b.server.HTTP+path), chromedp.WaitReady("body"))
	b.answered(status)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bytes > maxPage {
		b.t.Errorf("%s weighs %.0f bytes", path, b.bytes)
	}
}

// expect says which status the next page is going to have.
func (b *tab) expect(status int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes, b.refused = 0, status >= 400
}

// answered asks that the page was answered with a status.
func (b *tab) answered(status int64) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.document == nil || b.document.Status != status {
		b.t.Errorf("the page was answered %+v instead of %d", b.document, status)
	}
}

// reads asks that a person reads something on the page.
func (b *tab) reads(want string) {
	b.t.Helper()
	text := eval[string](b, "document.body.innerText")
	plain := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	if !strings.Contains(plain, strings.ToLower(want)) {
		b.t.Errorf("the page does not say %q:\n%s", want, text)
	}
}

// shoot takes a picture of the whole page, where ROSTER_SCREENSHOTS names a folder for it.
func (b *tab) shoot(name string) {
	dir := os.Getenv("ROSTER_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Logf("no picture of %s: %v", name, err)
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	_, test, _ := strings.Cut(b.t.Name(), "/")
	file := strings.NewReplacer("/", "-", " ", "-", "_", "-").Replace(test + " " + name)
	if err := os.WriteFile(filepath.Join(dir, file+".png"), png, 0o644); err != nil {
		b.t.Error(err)
	}
}
