package browser_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// maxReference is the most that the API's reference may weigh with all that it loads, in bytes.
const maxReference = 800_000

// Selectors of Swagger UI.
const (
	listUsers = `#operations-Users-listUsers`
	summary   = ` button.opblock-summary-control`
	tryIt     = ` .try-out__btn`
	execute   = ` .execute`
	answered  = ` .live-responses-table`
	authorize = `.auth-wrapper .authorize`
)

// apiReference reads the reference from the start page on, tries a call with a token, and looks at
// it in every form.
func apiReference(t *testing.T, b *tab) {
	b.visit("/", 200)
	b.expect(200)
	b.do(b.leave(`a[href="/api/docs"]`), chromedp.WaitVisible(listUsers))
	b.answered(200)
	b.mu.Lock()
	if b.bytes > maxReference {
		t.Errorf("the reference weighs %.0f bytes", b.bytes)
	}
	b.mu.Unlock()
	b.reads("List users")
	b.reads("/users/{id}/set-up-link")
	b.tabTo(`a.brand`)
	b.tabTo(authorize)

	token := regexp.MustCompile(`apiToken=(\w+)`).FindStringSubmatch(b.server.Banner())
	if token == nil {
		t.Fatal("the demonstration prints no token")
	}
	b.do(chromedp.Click(authorize), chromedp.Focus(`#auth-bearer-value`))
	if _, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: token[1]}); err != nil { // pasted: each key costs Swagger UI much
		t.Fatal(err)
	}
	b.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(`form .btn[aria-label="Remove authorization"]`))
	eval[bool](b, `document.querySelector('.close-modal').click(), true`)
	for _, path := range []string{"/api/docs", "/o/default/api/docs"} {
		if path != "/api/docs" {
			b.expect(200)
			b.do(chromedp.Navigate(b.server.HTTP+path), chromedp.WaitVisible(listUsers))
		}
		b.do(
			chromedp.Click(listUsers+summary), chromedp.WaitVisible(listUsers+tryIt), chromedp.Click(listUsers+tryIt),
			chromedp.WaitVisible(listUsers+execute),
		)
		refused := path != "/api/docs" // a token is not remembered from page to page
		b.mu.Lock()
		b.refused = refused
		b.mu.Unlock()
		b.do(chromedp.Click(listUsers+execute), chromedp.WaitVisible(listUsers+answered))
		text := eval[string](b, `document.querySelector('`+listUsers+answered+`').innerText`)
		if want := map[bool]string{true: "urn:roster:problem:unauthenticated", false: `"userName": "graze"`}[refused]; !strings.Contains(text, want) {
			t.Errorf("%s: the call is answered %s", path, text)
		}
		if url := eval[string](b, `document.querySelector('`+listUsers+` .request-url').innerText`); !strings.Contains(url, strings.TrimSuffix(path, "docs")+"v1/users") {
			t.Errorf("%s calls %s", path, url)
		}
	}
	lookAtReference(t, b)
}

// lookAtReference looks at the open call in light and dark, on a narrow and on a wide screen.
func lookAtReference(t *testing.T, b *tab) {
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{narrow, 1280} {
			b.emulate(scheme, width)
			settled := `document.documentElement.classList.contains('dark-mode') === ` + strconv.FormatBool(scheme == "dark") +
				` && document.getAnimations().every((a) => a.playState === 'finished')`
			b.do(chromedp.Poll[chromedp.Void](settled))
			b.shoot(scheme + map[bool]string{true: " narrow", false: " wide"}[width == narrow])
			checkFits(t, b, "the reference", width)
			checkColours(t, b, "the reference", scheme)
			checkNames(t, b, "the reference")
		}
	}
}
