package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"roster"
	"roster/internal/auth"
	"roster/internal/dialect"
	"roster/internal/directory"
	"roster/internal/store"
	"roster/internal/store/tabletest"
	"roster/internal/web"
)

const goodPassword = "violet harbor sextant 42"

// env is the pages on the real directory and a real store.
type env struct {
	*testing.T
	svc     *directory.Directory
	org     roster.OrganizationID
	handler http.Handler
	store   *faulty
	mu      sync.Mutex
	now     time.Time
	crowded bool // no hash can be had
}

// faulty is the store, until it is told to fail.
type faulty struct {
	directory.Store
	view, update error
	looks        int
}

// crowded are passwords for which no hash can be had, while it is told so.
type crowded struct {
	directory.Passwords
	*bool
}

func (c crowded) Ask(ctx context.Context, by roster.Actor) error {
	if *c.bool {
		return &roster.Error{Kind: roster.Unavailable, RetryAfter: time.Second, Err: directory.ErrCrowded}
	}
	return c.Passwords.Ask(ctx, by)
}

func (f *faulty) View(ctx context.Context, fn func(directory.Tx) error) error {
	f.looks++
	if f.view != nil {
		return f.view
	}
	return f.Store.View(ctx, fn)
}

func (f *faulty) Update(ctx context.Context, fn func(directory.Tx) error) error {
	if f.update != nil {
		return f.update
	}
	return f.Store.Update(ctx, fn)
}

func newEnv(t *testing.T, change ...func(*web.Options)) *env {
	t.Helper()
	e := &env{T: t, now: time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)}
	now := func() time.Time {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.now
	}
	db, err := store.Open(t.Context(), tabletest.SQLite(t, t.TempDir()), store.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	e.store = &faulty{Store: db}
	e.svc = directory.New(directory.Options{
		Store: e.store, Passwords: crowded{auth.NewHasher(time.Now), &e.crowded}, Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: now, RetryKey: []byte("key"),
	})
	setUp, err := e.svc.SetUpOrganization(t.Context(), e.system(), roster.DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	e.org = setUp.Organization.ID
	o := web.Options{Directory: e.svc, Version: "1.2.3", BaseURL: "https://roster.example.com", Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&o)
	}
	mux := http.NewServeMux()
	web.Register(mux, o)
	e.handler = lift(mux)
	return e
}

// lift does what the server does before the pages are asked: it takes the secret out of the path.
func lift(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o := &dialect.Origin{Organization: roster.DefaultOrganization, RequestID: "request-7", Address: "192.0.2.1"}
		if secret, ok := strings.CutPrefix(r.URL.Path, "/set-password/"); ok && secret != "" {
			o.Secrets = map[string]string{dialect.PathSecret: secret}
			r.URL.Path = "/set-password/-"
		}
		next.ServeHTTP(w, r.WithContext(dialect.WithOrigin(r.Context(), o)))
	})
}

func (e *env) system() roster.Actor {
	return roster.Actor{Kind: roster.ActorSystem, OrganizationID: e.org, Name: "Roster", Face: roster.FaceSystem}
}

// link makes a user and a link for it, and returns the link's path.
func (e *env) link(userName, displayName string) string {
	e.Helper()
	_, err := e.svc.CreateUser(e.Context(), e.system(), directory.NewUser{
		UserName: userName, DisplayName: displayName, Email: "grace@example.org",
	})
	if err != nil {
		e.Fatal(err)
	}
	l, err := e.svc.IssueLink(e.Context(), e.system(), directory.NewLink{
		User: directory.UserSelector{UserName: userName}, Purpose: roster.LinkWelcome, ByEmail: true,
	})
	if err != nil {
		e.Fatal(err)
	}
	return "/set-password/" + l.Secret
}

// answer is what a page answered.
type answer struct {
	status int
	header http.Header
	body   string
	text   string // of the main part, without markup
}

func (e *env) do(r *http.Request) answer {
	e.Helper()
	w := httptest.NewRecorder()
	e.handler.ServeHTTP(w, r)
	a := answer{status: w.Code, header: w.Header(), body: w.Body.String()}
	if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		a.text = readPage(e.T, a)
	}
	return a
}

func (e *env) get(path string, headers ...string) answer {
	e.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return e.do(r)
}

func (e *env) post(path, password string) answer {
	e.Helper()
	body := url.Values{"username": {"grace"}, "password": {password}}.Encode()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return e.do(r)
}

func (a answer) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.text, text) {
			t.Errorf("the page lacks %q: %s", text, a.text)
		}
	}
}

// readPage returns the words of the main part, and checks what holds for every page.
func readPage(t *testing.T, a answer) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	var words strings.Builder
	headings := 0
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && inside(n, "main") {
			words.WriteString(n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "h1" {
			headings++
		}
		checkElement(t, n, ids)
	}
	if headings != 1 {
		t.Errorf("%d headings of the first order", headings)
	}
	checkReferences(t, doc, ids)
	checkHeaders(t, a)
	return strings.Join(strings.Fields(words.String()), " ")
}

func inside(n *html.Node, tag string) bool {
	for p := range n.Ancestors() {
		if p.Data == tag {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// checkElement asks for no inline script or style, nothing from elsewhere, and a label for each
// control.
func checkElement(t *testing.T, n *html.Node, ids map[string]bool) {
	t.Helper()
	if id, ok := attribute(n, "id"); ok {
		if ids[id] {
			t.Errorf("two elements have the id %q", id)
		}
		ids[id] = true
	}
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
			t.Errorf("<%s> has an inline %s", n.Data, a.Key)
		}
		loads := a.Key == "src" || a.Key == "href" && n.Data == "link"
		if loads && !strings.HasPrefix(a.Val, "/") || strings.Contains(a.Val, "ZgotmplZ") {
			t.Errorf("<%s %s=%q> is not of this server", n.Data, a.Key, a.Val)
		}
	}
	if (n.Data == "script" || n.Data == "style") && n.FirstChild != nil {
		t.Errorf("an inline <%s>", n.Data)
	}
	if n.Data == "iframe" {
		if sandbox, ok := attribute(n, "sandbox"); !ok || strings.Contains(sandbox, "allow-scripts") || strings.Contains(sandbox, "allow-same-origin") {
			t.Error("a frame without a sandbox")
		}
	}
}

// checkReferences asks that labels and descriptions point at something.
func checkReferences(t *testing.T, doc *html.Node, ids map[string]bool) {
	t.Helper()
	labelled := map[string]bool{}
	for n := range doc.Descendants() {
		for _, key := range []string{"for", "aria-describedby", "aria-labelledby", "data-reveals"} {
			value, _ := attribute(n, key)
			for _, id := range strings.Fields(value) {
				if !ids[id] {
					t.Errorf("%s points at %q, which is not there", key, id)
				}
				labelled[id] = labelled[id] || key == "for"
			}
		}
	}
	for n := range doc.Descendants() {
		if id, _ := attribute(n, "id"); n.Data == "input" && !labelled[id] {
			t.Errorf("the input %q has no label", id)
		}
	}
}

func checkHeaders(t *testing.T, a answer) {
	t.Helper()
	policy := a.header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("Content-Security-Policy: %q", policy)
	}
	if len(a.body) > 100_000 {
		t.Errorf("the page has %d bytes", len(a.body))
	}
	if a.header.Get("Cache-Control") == "" {
		t.Error("no Cache-Control")
	}
}

func TestTheStartPageShowsBothCallsWithoutASecret(t *testing.T) {
	t.Parallel()
	a := newEnv(t).get("/")
	a.want(t, 200, "Roster is running", "Version 1.2.3",
		`curl -u admin "https://roster.example.com/graze/v1/createUser"`,
		`curl "https://roster.example.com/createUser/?apiToken=$ROSTER_TOKEN"`, "roster token create")
	if strings.Contains(a.body, "/demo/") {
		t.Error("it shows the way to an outbox that is not there")
	}
	if again := newEnv(t).get("/", "If-None-Match", a.header.Get("ETag")); again.status != 304 || again.body != "" {
		t.Errorf("again: %d", again.status)
	}
}

func TestTheStartPageOfADemonstrationShowsCallsThatWork(t *testing.T) {
	t.Parallel()
	a := newEnv(t, demo(nil)).get("/")
	a.want(t, 200, "curl -u graze:graze 'x'", "curl token=abc <&>", "outbox")
	if !strings.Contains(a.body, `href="/demo/outbox"`) || strings.Contains(a.text, "ROSTER_TOKEN") {
		t.Errorf("page: %s", a.body)
	}
}

func TestALinkLeadsToAPasswordThatWorks(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := e.link("grace", "Grace Hopper")
	for range 2 { // looking uses nothing up
		a := e.get(path)
		a.want(t, 200, "Choose your password", "Grace Hopper, you will sign in", "At least 8 characters")
		for _, want := range []string{
			`value="grace" autocomplete="username" readonly`, `type="password" autocomplete="new-password"`, `<form method="post">`,
		} {
			if !strings.Contains(a.body, want) {
				t.Errorf("the page lacks %s: %s", want, a.body)
			}
		}
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Referrer-Policy") != "strict-origin" {
			t.Errorf("headers %v", a.header)
		}
		if strings.Contains(a.body, path) {
			t.Error("the link is on the page")
		}
	}
	e.post(path, goodPassword).want(t, 200, "Your password is set", "Grace Hopper can now sign in as grace.", "You can close this page")
	account := e.account("grace")
	ok, err := auth.NewHasher(time.Now).Verify(t.Context(), roster.Actor{}, account.UserID, account.PasswordHash, goodPassword)
	if !ok || err != nil {
		t.Errorf("the password does not work: %v", err)
	}
	for _, a := range []answer{e.get(path), e.post(path, "another good passphrase 7")} {
		a.want(t, 404, "This link no longer works", "roster user set-password NAME")
	}
	if now := e.account("grace"); now.PasswordHash != account.PasswordHash {
		t.Error("a used link changed the password")
	}
}

func (e *env) account(userName string) (a roster.Account) {
	e.Helper()
	err := e.store.View(e.Context(), func(tx directory.Tx) (err error) {
		a, err = tx.AccountByName(e.org, userName)
		return err
	})
	if err != nil {
		e.Fatal(err)
	}
	return a
}

func TestTheAuditKnowsWhoUsedALinkAndFromWhere(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.post(e.link("grace", ""), goodPassword).want(t, 200)
	entries, err := e.svc.ListAudit(t.Context(), e.system(), directory.AuditList{})
	if err != nil {
		t.Fatal(err)
	}
	for entry, err := range entries {
		if err != nil {
			t.Fatal(err)
		}
		if entry.Action == string(directory.ActPasswordSet) {
			if entry.ActorName != "grace" || entry.Face != roster.FaceWeb || entry.Address != "192.0.2.1" || entry.RequestID != "request-7" {
				t.Errorf("entry %+v", entry)
			}
			return
		}
	}
	t.Error("no entry")
}

func TestAPasswordThatIsNotGoodIsExplainedAndNotRepeated(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := e.link("grace", "Grace Hopper")
	for _, c := range []struct{ name, password, want string }{
		{"none", "", "The password is required."},
		{"short", "kq7-x", "The password must be at least 8 characters long."},
		{"easy", "password1", "The password is too easy to guess"},
		{"the person's name", "gracehopper", "The password is too easy to guess"},
		{"long", strings.Repeat("correct horse ", 100), "The password must be at most 1,024 bytes long."},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := e.post(path, c.password)
			a.want(t, 422, c.want, "Choose your password")
			if c.password != "" && strings.Contains(a.text, c.password) || strings.Contains(a.body, `value="`+c.password+`"`) {
				t.Error("what was typed is on the page")
			}
			if !strings.Contains(a.body, `aria-invalid="true" aria-describedby="fault hint"`) {
				t.Errorf("the fault is not beside the field: %s", a.body)
			}
			if !strings.Contains(a.body, "<title>Not set yet: choose your password") {
				t.Error("the title does not say it")
			}
		})
	}
	e.post(path, goodPassword).want(t, 200) // the link was not used up
}

func TestAFormThatCannotBeReadIsExplained(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := e.link("grace", "")
	for _, c := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"twice", "password=a&password=b", 422, "The arguments cannot be read"},
		{"not UTF-8", "password=%ff", 422, "The arguments cannot be read"},
		{"something else", `{"password":"violet harbor sextant 42"}`, 422, "The password is required."},
		{"too long", "password=" + strings.Repeat("a", 2<<20), 413, "The body is longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := e.do(httptest.NewRequest(http.MethodPost, path, strings.NewReader(c.body)))
			a.want(t, c.status, c.want, "Choose your password")
		})
	}
	e.get(path).want(t, 200)
}

func TestALinkThatIsNotGoodTellsNothing(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	expired := e.link("grace", "Grace Hopper")
	e.mu.Lock()
	e.now = e.now.Add(directory.WelcomeLinkFor)
	e.mu.Unlock()
	never := "/set-password/" + strings.Repeat("A", 43)
	want := e.get(never)
	want.want(t, 404, "This link no longer works")
	for _, path := range []string{expired, "/set-password/x", "/set-password/" + url.PathEscape("<script>"), "/set-password/" + strings.Repeat("x", 5000)} {
		for _, a := range []answer{e.get(path), e.post(path, goodPassword)} {
			if a.status != want.status || a.body != want.body {
				t.Errorf("%.60s: %d, %s", path, a.status, a.body)
			}
		}
	}
}

func TestANameOnAPageIsTextAndNotMarkup(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := e.link(`"><script>alert(1)</script>`, `<img src=x onerror=alert(1)>`)
	for _, a := range []answer{e.get(path), e.post(path, ""), e.post(path, goodPassword)} {
		if strings.Contains(a.body, "<script>") || strings.Contains(a.body, "<img") {
			t.Errorf("markup: %s", a.body)
		}
		if !strings.Contains(a.text, "<img src=x onerror=alert(1)>") {
			t.Errorf("the name is not shown as it is: %s", a.text)
		}
	}
}

func TestWhatRosterCannotDoNowIsSaidWithoutItsCause(t *testing.T) {
	t.Parallel()
	const cause = "disk I/O error"
	busy := &roster.Error{Kind: roster.Unavailable, Detail: cause, RetryAfter: 1500 * time.Millisecond, Err: io.ErrUnexpectedEOF}
	tries := &roster.Error{Kind: roster.RateLimited, RetryAfter: time.Minute}
	for _, c := range []struct {
		name         string
		post         bool
		view, update error
		status       int
		retry        string
		want         string
	}{
		{"looking, while it is busy", false, busy, nil, 503, "2", "Not right now"},
		{"looking, after a fault", false, io.ErrUnexpectedEOF, nil, 500, "", "request-7"},
		{"setting, while it is busy", true, nil, busy, 503, "2", "Your password has not changed. Roster is busy"},
		{"setting, while nothing works", true, busy, busy, 503, "2", "Not right now"},
		{"setting, after too many tries", true, nil, tries, 429, "60", "Your password has not changed. There were too many attempts."},
		{"setting, after a fault", true, nil, io.ErrUnexpectedEOF, 500, "", "Something went wrong"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			path := e.link("grace", "Grace Hopper")
			e.store.view, e.store.update = c.view, c.update
			var a answer
			if c.post {
				a = e.post(path, goodPassword)
			} else {
				a = e.get(path)
			}
			a.want(t, c.status, c.want)
			if got := a.header.Get("Retry-After"); got != c.retry {
				t.Errorf("Retry-After: %q, want %q", got, c.retry)
			}
			if strings.Contains(a.body, cause) || strings.Contains(a.body, "EOF") || strings.Contains(a.body, goodPassword) {
				t.Errorf("the page says too much: %s", a.body)
			}
			e.store.view, e.store.update = nil, nil
			e.post(path, goodPassword).want(t, 200) // the link is still good
		})
	}
}

func TestALinkIsNotLookedUpWhileTooManyWaitForAHash(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := e.link("grace", "Grace Hopper")
	e.crowded, e.store.looks = true, 0
	a := e.post(path, goodPassword)
	a.want(t, 503, "Not right now", "Nothing has changed. Wait a moment and try again.")
	if got := a.header.Get("Retry-After"); got != "1" || e.store.looks != 0 {
		t.Errorf("Retry-After: %q; %d looks into the store", got, e.store.looks)
	}
	e.crowded = false
	e.post(path, goodPassword).want(t, 200)
}

func TestALinkThatWasTriedTooOftenSaysSoAndKeepsTheForm(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := e.link("grace", "Grace Hopper")
	for range 20 {
		e.post(path, "password").want(t, 422)
	}
	a := e.post(path, goodPassword)
	a.want(t, 429, "Your password has not changed. There were too many attempts.")
	if got := a.header.Get("Retry-After"); got != "900" {
		t.Errorf("Retry-After: %q", got)
	}
}

func TestAnAddressThatNobodyClaimsIsAnsweredAsItsCallerReads(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.get("/nothing/here").want(t, 404, "Page not found")
	e.get("/set-password/").want(t, 404)
	for _, accept := range []string{"", "*/*", "application/json"} {
		a := e.get("/creatUser/", "Accept", accept)
		var body struct{ Error struct{ ID, Message string } }
		if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != 404 || body.Error.ID != "not-found" {
			t.Errorf("Accept %q: %d %s", accept, a.status, a.body)
		}
	}
	for _, path := range []string{"/demo/outbox", "/demo/outbox.json", "/demo/outbox/x/html"} {
		e.get(path).want(t, 404)
	}
}

func TestAnotherMethodIsRefusedWithThoseThereAre(t *testing.T) {
	t.Parallel()
	e := newEnv(t, demo(nil))
	for path, allow := range map[string]string{
		"/": "GET, HEAD", "/set-password/x": "GET, HEAD, POST", "/demo/outbox": "GET, HEAD", "/assets/roster.css": "GET, HEAD",
	} {
		a := e.do(httptest.NewRequest(http.MethodDelete, path, nil))
		if a.status != 405 || a.header.Get("Allow") != allow {
			t.Errorf("%s: %d, Allow %q", path, a.status, a.header.Get("Allow"))
		}
		a = e.do(httptest.NewRequest(http.MethodOptions, path, nil))
		if a.status != 204 || a.header.Get("Allow") != allow {
			t.Errorf("OPTIONS %s: %d, Allow %q", path, a.status, a.header.Get("Allow"))
		}
	}
	if a := e.do(httptest.NewRequest(http.MethodHead, "/", nil)); a.status != 200 {
		t.Errorf("HEAD: %d", a.status)
	}
}

var assetPath = regexp.MustCompile(`"(/assets/[^"]+)"`)

func TestAssetsAreKeptForEverUnderNamesOfTheirContent(t *testing.T) {
	t.Parallel()
	e := newEnv(t, demo(nil))
	seen := map[string]string{}
	for _, page := range []string{"/", e.link("grace", ""), "/demo/outbox"} {
		for _, m := range assetPath.FindAllStringSubmatch(e.get(page).body, -1) {
			a := e.get(m[1])
			if a.status != 200 || !strings.Contains(a.header.Get("Cache-Control"), "immutable") || a.body == "" {
				t.Errorf("%s: %d %v", m[1], a.status, a.header)
			}
			seen[filepath.Ext(m[1])] = a.header.Get("Content-Type")
		}
	}
	want := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("types %v, want %v", seen, want)
	}
	for _, path := range []string{"/assets/roster.css", "/assets/", "/assets/..%2fweb.go"} {
		e.get(path).want(t, 404)
	}
}

// kept is an outbox.
type kept []web.Email

func (k kept) All() []web.Email { return k }

func (k kept) Get(id string) (web.Email, bool) {
	for _, m := range k {
		if m.ID == id {
			return m, true
		}
	}
	return web.Email{}, false
}

func demo(messages kept) func(*web.Options) {
	return func(o *web.Options) {
		o.Outbox = messages
		o.Demo = &web.DemoInfo{Graze: "curl -u graze:graze 'x'", CheckCentral: "curl token=abc <&>"}
	}
}

func someMail(n int) kept {
	messages := kept{}
	for i := range n {
		messages = append(messages, web.Email{
			To: "grace@example.org", Subject: fmt.Sprintf("Message %03d <b>", n-i), ID: fmt.Sprintf("id-%03d", n-i),
			At:   time.Date(2026, 11, 21, 18, 0, n-i, 0, time.UTC),
			Text: "Open http://localhost:8080/set-password/abc_-1 (or not).\n\nSee https://example.org/?a=1&b=2. <script>",
			HTML: "<p><a href=\"http://localhost:8080/set-password/abc_-1\">Open</a></p>",
		})
	}
	return messages
}

func TestAnEmptyOutboxSaysHowToFillIt(t *testing.T) {
	t.Parallel()
	a := newEnv(t, demo(kept{})).get("/demo/outbox")
	a.want(t, 200, "No email yet.", "curl token=abc <&>")
}

func TestAnOutboxShowsMessagesTheNewestFirst(t *testing.T) {
	t.Parallel()
	e := newEnv(t, demo(someMail(3)))
	a := e.get("/demo/outbox")
	a.want(t, 200, "Message 003 <b>", "To grace@example.org · 21 November 2026, 18:00:03 UTC")
	if strings.Index(a.text, "Message 003") > strings.Index(a.text, "Message 001") {
		t.Error("the oldest is first")
	}
	for _, want := range []string{
		`<a href="http://localhost:8080/set-password/abc_-1">http://localhost:8080/set-password/abc_-1</a> (or not).`,
		`<a href="https://example.org/?a=1&amp;b=2">https://example.org/?a=1&amp;b=2</a>. &lt;script&gt;`,
		`src="/demo/outbox/id-003/html"`, `datetime="2026-11-21T18:00:03Z"`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if again := e.get("/demo/outbox", "If-None-Match", a.header.Get("ETag")); again.status != 304 {
		t.Errorf("again: %d", again.status)
	}
}

func TestAFullOutboxIsShownAPageAtATime(t *testing.T) {
	t.Parallel()
	e := newEnv(t, demo(someMail(200)))
	older := regexp.MustCompile(`href="(/demo/outbox\?after=[^"]+)">Older`)
	path, shown := "/demo/outbox", 0
	for path != "" {
		a := e.get(path)
		a.want(t, 200)
		shown += strings.Count(a.body, "<article")
		path = ""
		if m := older.FindStringSubmatch(a.body); m != nil {
			path = m[1]
		}
	}
	if shown != 200 {
		t.Errorf("%d messages on all pages", shown)
	}
	e.get("/demo/outbox?after=gone").want(t, 200, "Message 200")
}

func TestAMessageIsShutInItsFrame(t *testing.T) {
	t.Parallel()
	e := newEnv(t, demo(someMail(1)))
	w := httptest.NewRecorder()
	e.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/demo/outbox/id-001/html", nil))
	policy := w.Header().Get("Content-Security-Policy")
	if w.Code != 200 || !strings.HasPrefix(policy, "sandbox ") || strings.Contains(policy, "allow-scripts") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("%d, %s", w.Code, policy)
	}
	e.get("/demo/outbox/none/html").want(t, 404)
}

func TestAnOutboxCanBeReadByScripts(t *testing.T) {
	t.Parallel()
	for n := range 3 {
		a := newEnv(t, demo(someMail(n))).get("/demo/outbox.json")
		var got struct {
			Messages []struct {
				ID, To, Subject, Text, HTML string
				At                          time.Time
			}
		}
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || got.Messages == nil || len(got.Messages) != n {
			t.Fatalf("%v: %s", err, a.body)
		}
		if n > 0 && (got.Messages[0].ID != fmt.Sprintf("id-%03d", n) || got.Messages[0].To != "grace@example.org" || got.Messages[0].HTML == "") {
			t.Errorf("message %+v", got.Messages[0])
		}
	}
}
