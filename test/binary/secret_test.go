package binary_test

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roster/test/binary"
)

// canaries are secrets that are found again wherever they got to.
type canaries struct {
	planted []canary
	heard   []heard
}

// canary is a secret and the place in which it was sent.
type canary struct {
	where  string
	text   string
	echoed bool // an error may name it to its sender: it is the name of an endpoint
	stored bool // it is a record's own data
}

// heard is something that a server said to the outside.
type heard struct{ from, text string }

// plant makes a canary.
func (c *canaries) plant(where string) string {
	text := fmt.Sprintf("canary%03dvnqzjw%03d", len(c.planted), 999-len(c.planted))
	c.planted = append(c.planted, canary{where: where, text: text})
	return text
}

func (c *canaries) last() *canary { return &c.planted[len(c.planted)-1] }

// hear notes something that must hold no canary.
func (c *canaries) hear(from, text string) { c.heard = append(c.heard, heard{from, text}) }

// check looks for every canary in everything that was heard.
func (c *canaries) check(t *testing.T) {
	t.Helper()
	searched := false
	for _, h := range c.heard {
		for _, k := range c.planted {
			form, found := k.in(h.text)
			inFile := k.stored && strings.HasPrefix(h.from, "the file")
			searched = searched || inFile && found
			stored := inFile || k.stored && h.from == "the list of users" // which shows users whole
			if found && !stored && !(k.echoed && strings.HasPrefix(h.from, "the answer")) {
				t.Errorf("%s holds the secret %s: …%s…", h.from, k.where, around(h.text, form))
			}
		}
	}
	if !searched {
		t.Error("what is stored as a user's own data is not found: the search is blind")
	}
}

// in looks for the canary in a text, and returns the form in which it is there: as it is, in URL
// escapes, or in base64, behind whatever stands before it.
func (k canary) in(text string) (form string, found bool) {
	forms := []string{k.text, url.QueryEscape(k.text)}
	for skip := range min(3, len(k.text)) {
		whole := k.text[skip : skip+(len(k.text)-skip)/3*3]
		forms = append(forms, base64.StdEncoding.EncodeToString([]byte(whole)))
	}
	for _, form := range forms {
		if form != "" && strings.Contains(text, form) {
			return form, true
		}
	}
	return "", false
}

// around returns a piece of text around a word.
func around(text, word string) string {
	at := strings.Index(text, word)
	return text[max(0, at-80):min(len(text), at+len(word)+80)]
}

// secretRequests are requests with a secret in every place where a client may put one.
func (c *canaries) secretRequests(w *world) []request {
	const form = "application/x-www-form-urlencoded"
	h := func(name, value string) map[string]string { return map[string]string{name: value} }
	info, central := w.graze("getUserInfo"), w.HTTP+"/getUsers"
	list := []request{
		{url: info, basic: "admin:" + c.plant("in a wrong Basic password")},
		{url: info, basic: "nobody:" + c.plant("in the Basic password of an unknown user")},
		{url: info, header: h("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(c.plant("in a Basic credential without a colon"))))},
		{url: info, header: h("Authorization", "Basic "+c.plant("in a Basic credential that is no base64"))},
		{url: info, header: h("Authorization", "Digest "+c.plant("in another scheme of Authorization"))},
		{url: info, header: h("Authorization", "Bearer "+c.plant("in Graze's Bearer"))},
		{url: central, header: h("Authorization", "Bearer "+c.plant("in CheckCentral's Bearer"))},
		{url: central, header: h("Authorization", "Bearer roster_"+c.plant("in a Bearer like a token"))},
		{url: w.graze("authenticate"), body: `{"username":"admin","password":"` + c.plant("in authenticate's JSON") + `"}`},
		{url: w.graze("authenticate"), body: "username=admin&password=" + c.plant("in authenticate's form"), header: h("Content-Type", form)},
		{url: w.graze("authenticate") + "?password=" + c.plant("in the query of a POST"), body: `{"username":"admin"}`},
		{url: w.graze("createUser"), body: `{"auth_token":"` + c.plant("as auth_token in JSON") + `","username":"x"}`},
		{url: w.graze("createUser"), body: `{"auth_token":["` + c.plant("as auth_token in a JSON array") + `"]}`},
		{url: w.graze("createUser"), body: "auth_token=" + c.plant("as auth_token in a form"), header: h("Content-Type", form)},
		{url: w.graze("createUser"), basic: admin, body: `{"auth_token":"` + c.plant("as a bogus auth_token beside Basic") + `"}`},
	}
	for _, q := range []string{
		"auth_token=%s", "AUTH_TOKEN=%s", "auth%%5Ftoken=%s", "auth_token=a&auth_token=%s", "x;auth_token=%s", "auth_token=%%zz%s",
		"username=nobody&password=%s", "username=nobody&PassWord=%s", "username=nobody&p%%61ssword=%s", "password=%s%%", "password[]=%s", "%%20password=%s",
	} {
		list = append(list, request{url: w.graze("authenticate") + "?" + fmt.Sprintf(q, c.plant("in the query "+q))})
	}
	for _, q := range []string{
		"apiToken=%s", "APITOKEN=%s", "apitoken=%s&", "api%%54oken=%s", "%%61piToken=%s", "apiToken=%%zz%s", "x=%%zz&apiToken=%s", "apiToken=%s%%",
		"apiToken=a&apiToken=%s", "apiToken=" + w.token + "&apiToken=%s", "apiToken=a;apiToken=%s", "apiToken=roster_%s", "+apiToken=%s", "apiToken[]=%s",
	} {
		list = append(list, request{url: central + "?" + fmt.Sprintf(q, c.plant("in the query "+q))})
	}
	return append(append(list, c.inPaths(w)...), append(c.inBodies(w), c.inHeaders(w)...)...)
}

func (c *canaries) inPaths(w *world) []request {
	var list []request
	for _, p := range []string{
		"/set-password/%s", "/set-password/%s/", "/set-password/%s/more", "//set-password/%s", "/x/../set-password/%s", "/SET-PASSWORD/%s",
		"/o/default/set-password/%s", "/in/%s", "/nowhere/%s", "/o/%s/graze/v1/getUsers", "/createUser/%s", "/getUsers/%s/", "/demo/outbox/%s",
		"/assets/%s", "/metrics/%s", "/readyz/%s", "/v1/token/%s", "/%%2e%%2e/%s",
	} {
		secret := c.plant("in the path " + p)
		list = append(
			list, request{url: w.HTTP + fmt.Sprintf(p, secret)},
			request{url: w.HTTP + fmt.Sprintf(p, secret), body: "password=" + c.plant("in the form of the path "+p), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}},
			request{url: w.HTTP + fmt.Sprintf(p, secret), method: "DELETE"},
		)
	}
	list = append(list, request{url: w.HTTP + "/graze/v1/" + c.plant("as the name of an endpoint"), basic: admin})
	c.last().echoed = true
	return append(list, request{url: w.HTTP + "/livez", method: c.plant("as the method")})
}

func (c *canaries) inBodies(w *world) []request {
	var list []request
	for _, b := range []string{
		`{"password":"%s"`, `{"password":"%s",}`, `{"password":%s}`, `{"password":"%s"]`, `{"password":"%s}`, `"%s"`, `["%s"]`, `{%s}`, `{"password":"%s` + "\x01\"}",
		`{"password":"%s","password":"b"}`, `{"password":"a","password":"%s"}`, `{"password":{"is":"%s"}}`, `{"password":["%s"]}`, `{"password":"%s` + "\xff\"}",
		`{"password":"\u0000%s"}`, `{"password":"` + strings.Repeat("a", 2000) + `%s"}`, `{"passwort":"%s"}`, `{"username":"x","token":"%s"}`, `{"%s":1}`,
		`password=%s&password=b`, `password=%%zz%s`, `passwort=%s`,
	} {
		for i, call := range []string{w.graze("createUser"), w.checkCentral("createUser"), w.graze("authenticate")} {
			list = append(list, request{url: call, basic: []string{admin, "", ""}[i], body: fmt.Sprintf(b, c.plant(fmt.Sprintf("in the body %.40s", b)))})
		}
	}
	grazed := grazeRequest(w, "graze.password.secret@load.example", c.plant("as a good password"))
	central := welcomeRequest(w, "welcome.secret@load.example")
	central.body = strings.Replace(central.body, `{`, `{"password":"`+c.plant("under a key that CheckCentral does not know")+`",`, 1)
	kept := grazeRequest(w, "graze.properties@load.example", "")
	kept.body = strings.Replace(kept.body, `{`, `{"properties":{"key":"`+c.plant("in the properties of a user")+`"},`, 1)
	c.last().stored = true
	return append(list, grazed, central, kept)
}

func (c *canaries) inHeaders(w *world) []request {
	var list []request
	for _, name := range []string{
		"Referer", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "User-Agent", "Cookie", "Origin", "X-Api-Key", "Accept", "Content-Type",
		"Idempotency-Key", "Proxy-Authorization", "X-Request-Id", "If-Match", "Traceparent", "Sec-Fetch-Site", "X-Real-IP", "Accept-Language",
	} {
		value := "https://x.example/?apiToken=" + c.plant("in the header "+name)
		list = append(
			list,
			request{url: w.checkCentral("createUser"), body: "{}", header: map[string]string{name: value}},
			request{url: w.graze("getUsers"), header: map[string]string{name: value}},
			request{url: w.HTTP + "/", header: map[string]string{name: value}},
		)
	}
	return list
}

// rawRequests are those that no client library sends.
func (c *canaries) rawRequests() []string {
	return []string{
		"GET http://admin:" + c.plant("before the host of an absolute target") + "@roster/livez HTTP/1.1\r\nHost: roster\r\n\r\n",
		"GET /" + c.plant("in a request of no known version") + " HTTP/9.9\r\nHost: roster\r\n\r\n",
		"GET /livez HTTP/1.1\r\nHost: roster\r\nX: " + strings.Repeat("a", 80<<10) + c.plant("in a header that is too long") + "\r\n\r\n",
		"GET /livez HTTP/1.1\r\nHost: " + c.plant("in a Host that is none") + "/x y\r\n\r\n",
		"GET /livez HTTP/1.1\r\nHost: roster\r\n" + c.plant("in a line that is no header") + "\r\n\r\n",
		c.plant("as the whole request") + "\r\n\r\n",
		"POST /createUser HTTP/1.1\r\nHost: roster\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n" + c.plant("as the length of a chunk") + "\r\n",
	}
}

func TestSecretsAreFoundNowhere(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			box := openMailbox(t)
			w := newWorld(t, e, binary.Options{Args: append(box.settings(), "--log-level", "debug")})
			c := &canaries{}
			c.trueSecrets(t, w, box)
			for _, r := range c.secretRequests(w) {
				a, err := send(t.Context(), w.Client(), r)
				if err != nil {
					t.Errorf("%s was not answered: %v", r.url, err)
				}
				if a.status >= 500 {
					t.Errorf("%s %.80s is answered %d %s", r.url, r.body, a.status, a.body)
				}
				c.hear("the answer to "+r.method+r.url, fmt.Sprint(a.header)+a.body)
			}
			for _, text := range c.rawRequests() {
				resp, body := raw(dial(t, w.Server), text)
				if resp != nil {
					c.hear("the answer to a raw request", fmt.Sprint(resp.Header)+body)
				}
			}
			c.hear("the metrics", ask(t, w.Client(), request{url: w.HTTP + "/metrics"}).want(t, 200))
			c.hear("the audit", w.Must("", "audit", "list", "--json"))
			c.hear("the list of users", w.Must("", "user", "list", "--json"))
			c.hear("the list of tokens", w.Must("", "token", "list", "--all", "--json"))
			doctor := w.Command("", "doctor", "--json")
			c.hear("what doctor says", doctor.Stdout+doctor.Stderr)
			w.Stop()
			c.hear("the log", w.Log())
			c.hearStored(t, w)
			c.check(t)
		})
	}
}

// trueSecrets uses secrets that are good: what a success logs and stores is looked through as well.
func (c *canaries) trueSecrets(t *testing.T, w *world, box *mailbox) {
	t.Helper()
	session := decode[struct {
		Token string `json:"auth_token"`
	}](t, ask(t, w.Client(), request{url: w.graze("authenticate") + "?username=admin&password=" + url.QueryEscape(adminPassword)}).want(t, 200)).Token
	ask(t, w.Client(), request{url: w.graze("getUsers") + "?auth_token=" + session}).want(t, 200)
	ask(t, w.Client(), request{url: w.HTTP + "/getUsers", header: map[string]string{"Authorization": "Bearer " + w.token}}).want(t, 200)
	ask(t, w.Client(), welcomeRequest(w, "welcome.link@load.example")).want(t, 200)
	_, link := arrived(t, box, "welcome.link@load.example")
	const chosen = "nine tall cranes at the ford"
	choose(t, w.Server, link, chosen)
	printed := w.Must("", "user", "set-password", "welcome.link@load.example")
	for where, secret := range map[string]string{
		"that is a session": session, "that is an API token": w.token, "that is the administrator's password": adminPassword,
		"that is a link by email": strings.TrimPrefix(link, "/set-password/"), "that a person chose": chosen,
		"that is a printed link": printed[strings.LastIndex(strings.TrimSpace(printed), "/")+1:],
		"that is the key":        w.key(t),
	} {
		c.planted = append(c.planted, canary{where: where, text: strings.TrimSpace(secret)})
	}
}

// key is the server's key.
func (w *world) key(t *testing.T) string {
	t.Helper()
	if key := w.Setting("ROSTER_KEY"); key != "" {
		return key
	}
	text, err := os.ReadFile(filepath.Join(w.Data, "roster.key"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// hearStored notes what is on disk: the bytes of every file in the data folder but the key, and on
// PostgreSQL the rows of every table.
func (c *canaries) hearStored(t *testing.T, w *world) {
	t.Helper()
	err := filepath.WalkDir(w.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == "roster.key" {
			return err
		}
		text, err := os.ReadFile(path)
		c.hear("the file "+d.Name(), string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	db := w.database(t)
	hashes := count(t, db, "SELECT COUNT(*) FROM users WHERE password_hash <> '' AND password_hash NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'")
	if hashes != 0 {
		t.Errorf("%d passwords are not kept as they should be", hashes)
	}
	if n := count(t, db, "SELECT COUNT(*) FROM users WHERE user_name IN ('graze.password.secret@load.example', 'welcome.secret@load.example', 'graze.properties@load.example')"); n != 3 {
		t.Errorf("of the requests with secrets that are good %d were done", n)
	}
	if w.Setting("ROSTER_DATABASE") == "" {
		return
	}
	rows, err := db.QueryContext(t.Context(), "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		var text *string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		if err := db.QueryRowContext(t.Context(), `SELECT string_agg(t::text, ' ') FROM "`+table+`" t`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		if text != nil {
			c.hear("the file of table "+table, *text)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
