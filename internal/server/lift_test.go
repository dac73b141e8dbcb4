package server

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"roster/internal/dialect"
)

func TestSecretsAreLiftedOutOfTheQuery(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, query, rest string
		secrets           map[string]string
	}{
		{"nothing", "", "", nil},
		{"nothing secret", "a=1&b=2", "a=1&b=2", nil},
		{"alone", "apiToken=S", "", map[string]string{"apiToken": "S"}},
		{"at the start", "auth_token=S&a=1", "a=1", map[string]string{"auth_token": "S"}},
		{"in the middle", "a=1&password=S&b=2", "a=1&b=2", map[string]string{"password": "S"}},
		{"at the end", "a=1&apiToken=S", "a=1", map[string]string{"apiToken": "S"}},
		{"with a trailing &", "apiToken=S&", "", map[string]string{"apiToken": "S"}},
		{
			"all three", "auth_token=A&apiToken=B&password=C", "",
			map[string]string{"auth_token": "A", "apiToken": "B", "password": "C"},
		},
		{
			"in another case", "APITOKEN=S&Auth_Token=T&PassWord=U", "",
			map[string]string{"apiToken": "S", "auth_token": "T", "password": "U"},
		},
		{"with an escaped name", "%61piTok%65n=S", "", map[string]string{"apiToken": "S"}},
		{"with an escaped value", "password=a%26b%20c+d", "", map[string]string{"password": "a&b c d"}},
		{"with an equals sign in it", "apiToken=S==", "", map[string]string{"apiToken": "S=="}},
		{"twice: the first counts", "apiToken=S1&x=1&APITOKEN=S2", "x=1", map[string]string{"apiToken": "S1"}},
		{"twice, the first empty", "apiToken=&apiToken=S", "", map[string]string{"apiToken": ""}},
		{"without a value", "password", "", map[string]string{"password": ""}},
		{"beside a malformed neighbour", "a=%zz&apiToken=S&b=%", "a=%zz&b=%", map[string]string{"apiToken": "S"}},
		{"itself malformed", "apiToken=S%zz", "", map[string]string{"apiToken": "S%zz"}},
		{"behind a semicolon", "a=1;apiToken=S;b=2", "a=1;b=2", map[string]string{"apiToken": "S"}},
		{"beside empty pieces", "&&apiToken=S&&a=1&", "&&&a=1&", map[string]string{"apiToken": "S"}},
		{"a longer name is another name", "apiTokens=S&xpassword=T", "apiTokens=S&xpassword=T", nil},
		{"a name that cannot be unescaped stays", "%zzpassword=S", "%zzpassword=S", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var o dialect.Origin
			rest, found := liftQuery(c.query, &o)
			if rest != c.rest || !maps.Equal(o.Secrets, c.secrets) || found != (c.secrets != nil) {
				t.Errorf("got %q, %v, %v; want %q, %v", rest, o.Secrets, found, c.rest, c.secrets)
			}
		})
	}
}

func TestAnUncleanPathIsCleanedAndNotRedirected(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"//graze/v1/createUser": "/graze/v1/createUser",
		"/createUser//":         "/createUser",
		"/a/./b/../c":           "/a/c",
		"/a/..":                 "/",
		"/a%2F%2Fb/":            "/a/b",
		"/createUser/":          "/createUser",
		"/o/acme/a%2Db/":        "/a%2Db",
		"/x/019AA1F0-7C90-7E50-BF74-2D3B8C9E3F77/Y": "/x/019aa1f0-7c90-7e50-bf74-2d3b8c9e3f77/Y",
		"/graze/v1/createUser":                      "/graze/v1/createUser",
		"/.well-known/security.txt":                 "/.well-known/security.txt",
	} {
		var got seen
		s, _ := newServer(t, look(&got))
		if do(s, request("POST", target)); got.path != want {
			t.Errorf("%s arrives as %s, want %s", target, got.path, want)
		}
	}
}

func TestSecretsAreLiftedOutOfThePath(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, target, path, secret string }{
		{"a link", "/set-password/S3cret", "/set-password/-", "S3cret"},
		{"an address for events", "/in/S3cret", "/in/-", "S3cret"},
		{"with more behind it", "/in/S3cret/more/x", "/in/-/more/x", "S3cret"},
		{"with a slash behind it", "/set-password/S3cret/", "/set-password/-", "S3cret"},
		{"below an organization", "/o/acme/set-password/S3cret", "/set-password/-", "S3cret"},
		{"below an organization called in", "/o/in/graze/v1/x", "/graze/v1/x", ""},
		{"with an escaped marker", "/set%2Dpassword/S3cret", "/set-password/-", "S3cret"},
		{"with an escaped slash", "/set-password%2FS3cret", "/set-password/-", "S3cret"},
		{"with an escaped secret", "/in/S3%63ret", "/in/-", "S3cret"},
		{"with slashes too many", "//set-password///S3cret", "/set-password/-", "S3cret"},
		{"with dots", "/x/.././in/S3cret", "/in/-", "S3cret"},
		{"in another case", "/Set-Password/S3cret", "/Set-Password/-", "S3cret"},
		{"without a secret", "/set-password/", "/set-password", ""},
		{"the marker alone", "/in", "/in", ""},
		{"the marker further down", "/graze/in/x", "/graze/in/x", ""},
		{"a longer marker", "/inside/x", "/inside/x", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got seen
			s, _ := newServer(t, look(&got))
			do(s, request("GET", c.target))
			if got.path != c.path || got.origin.Secrets[dialect.PathSecret] != c.secret {
				t.Errorf("path %q, secret %q; want %q, %q", got.path, got.origin.Secrets[dialect.PathSecret], c.path, c.secret)
			}
			if c.secret != "" && strings.Contains(got.uri, "3cret") {
				t.Errorf("RequestURI still holds it: %q", got.uri)
			}
		})
	}
}

// TestNoSecretOfAURLReachesTheRoutesOrTheLog sends canaries every way there is.
func TestNoSecretOfAURLReachesTheRoutesOrTheLog(t *testing.T) {
	t.Parallel()
	targets := []string{
		"/createUser/?apiToken=canary",
		"/createUser/?APIToken=canary&apiToken=canary2&",
		"/graze/v1/authenticate?username=u&password=canary",
		"/graze/v1/getUsers?auth_token=canary&limit=%zz;password=canary",
		"/o/acme/graze/v1/getUsers?a%75th_token=canary",
		"/set-password/canary",
		"/o/acme/set-password/canary?x=1",
		"//in//canary",
		"http://name:canary@example.com/createUser?apiToken=canary",
	}
	for _, target := range targets {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			var got seen
			for name, routes := range map[string]http.Handler{
				"a route":  look(&got),
				"no route": http.NewServeMux(),
				"a panic":  http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { panic(r.URL.String() + r.RequestURI) }),
			} {
				s, book := newServer(t, routes)
				r := request("POST", target)
				r.RequestURI = target
				w := do(s, r)
				shown := got.path + got.query + got.uri + got.form + book.String() + w.Body.String()
				for _, values := range w.Header() {
					shown += strings.Join(values, " ")
				}
				if strings.Contains(shown, "canary") {
					t.Errorf("%s: shown: %s", name, shown)
				}
			}
			if len(got.origin.Secrets) == 0 {
				t.Error("the secret is lost")
			}
		})
	}
}

func FuzzLiftQuery(f *testing.F) {
	for _, seed := range []string{"a=1&apiToken=x", "password=%zz;auth_token", "&&;=", "%70assword=1&a", "apiToken"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		var o dialect.Origin
		rest, found := liftQuery(query, &o)
		if found == (rest == query) {
			t.Fatalf("%q became %q, found %v", query, rest, found)
		}
		if again, more := liftQuery(rest, &dialect.Origin{}); more || again != rest {
			t.Fatalf("%q left %q, which still holds a secret", query, rest)
		}
		// What the standard library understands of the rest is what it understood of the whole,
		// secrets apart.
		whole, _ := url.ParseQuery(query)
		left, _ := url.ParseQuery(rest)
		for name := range whole {
			if secretName(url.QueryEscape(name)) == "" && !strings.Contains(query, ";") && len(left[name]) != len(whole[name]) {
				t.Fatalf("%q: %q had %d values, has %d", query, name, len(whole[name]), len(left[name]))
			}
		}
	})
}

func FuzzLiftPath(f *testing.F) {
	for _, seed := range []string{"/set-password/x", "/o/a/in/x/y", "//in/./x", "/%69n/x", "*", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		u := &url.URL{Path: path}
		var o dialect.Origin
		if !liftPath(u, &o) {
			if u.Path != path || o.Secrets != nil {
				t.Fatalf("%q changed without a secret", path)
			}
			return
		}
		again := &url.URL{Path: u.Path}
		var second dialect.Origin
		liftPath(again, &second)
		if second.Secrets[dialect.PathSecret] != "-" || again.Path != u.Path {
			t.Fatalf("%q became %q, which still holds %q", path, u.Path, second.Secrets[dialect.PathSecret])
		}
	})
}
