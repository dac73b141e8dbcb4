package server

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"roster"
	"roster/internal/dialect"
)

// liftSecrets moves secrets from the URL into the request's [dialect.Origin]. It is the outermost
// handler, so everything that logs, counts or traces a request runs after it (DECISIONS 17).
func liftSecrets(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o := &dialect.Origin{Organization: roster.DefaultOrganization}
		r = r.WithContext(dialect.WithOrigin(r.Context(), o))
		u := *r.URL
		if lift(&u, o) {
			r.URL = &u
			r.RequestURI = u.RequestURI()
		}
		next.ServeHTTP(w, r)
	})
}

// lift moves the secrets in u into o, and reports whether it changed u.
func lift(u *url.URL, o *dialect.Origin) bool {
	user := u.User != nil
	u.User = nil // a request target "http://name:password@host/"; nobody reads it
	query, inQuery := liftQuery(u.RawQuery, o)
	u.RawQuery = query
	cleaned := cleanPath(u)
	inPath := liftPath(u, o)
	return user || inQuery || cleaned || inPath
}

// cleanPath turns //a/./b/ into /a/b/, and reports whether it changed u. The mux would redirect
// instead, and a redirected POST loses its body. Clients whose base URL ends with a slash send such
// paths.
func cleanPath(u *url.URL) bool {
	if !strings.HasPrefix(u.Path, "/") || !unclean(u.Path) {
		return false // "*", or the authority of CONNECT
	}
	clean := path.Clean(u.Path)
	if strings.HasSuffix(u.Path, "/") && clean != "/" {
		clean += "/"
	}
	u.Path, u.RawPath = clean, ""
	return true
}

// keep records a secret. Of several with one name the first counts.
func keep(o *dialect.Origin, name, value string) {
	if o.Secrets == nil {
		o.Secrets = make(map[string]string, 1)
	}
	if _, taken := o.Secrets[name]; !taken {
		o.Secrets[name] = value
	}
}

// liftQuery returns the query without its secrets, and whether there were any. The rest stays as it
// was sent, even if malformed. A semicolon also separates parameters, as it once did (HTML 4.01
// §B.2.2): a client may still use it, and its secret must not stay.
func liftQuery(query string, o *dialect.Origin) (rest string, found bool) {
	var kept []byte
	some := false // something was kept, so a separator is needed
	for at := 0; query != "" && at <= len(query); {
		end := len(query)
		if i := strings.IndexAny(query[at:], "&;"); i >= 0 {
			end = at + i
		}
		raw, value, _ := strings.Cut(query[at:end], "=")
		switch name := secretName(raw); {
		case name != "":
			if !found {
				found, some = true, at > 0
				kept = append(kept, query[:max(at-1, 0)]...)
			}
			keep(o, name, dialect.CredentialText(unescaped(value)))
		case found:
			if some {
				kept = append(kept, query[at-1])
			}
			kept, some = append(kept, query[at:end]...), true
		}
		at = end + 1
	}
	if !found {
		return query, false
	}
	return string(kept), true
}

// secretName returns the canonical name of a parameter that holds a secret, "" for any other. raw
// is the name as it is in the query.
func secretName(raw string) string {
	name := raw
	if strings.ContainsAny(raw, "%+") {
		name = unescaped(raw)
	}
	for _, secret := range [...]string{"apiToken", "auth_token", "password"} {
		if strings.EqualFold(name, secret) {
			return secret
		}
	}
	return ""
}

// unescaped decodes a part of a query. It returns text that cannot be decoded unchanged.
func unescaped(s string) string {
	if t, err := url.QueryUnescape(s); err == nil {
		return t
	}
	return s
}

// liftPath replaces the segment after /set-password/ or /in/ by "-", below /o/<slug> too, and
// reports whether there was one.
func liftPath(u *url.URL, o *dialect.Origin) bool {
	if !strings.Contains(u.Path, "/") {
		return false // "*", or the authority of CONNECT
	}
	_, rest := cutOrganization(u.Path)
	start := len(u.Path) - len(rest)
	marker, after, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	if !strings.EqualFold(marker, "set-password") && !strings.EqualFold(marker, "in") {
		return false
	}
	secret, tail, more := strings.Cut(after, "/")
	if secret == "" {
		return false
	}
	if more {
		tail = "/" + tail
	}
	keep(o, dialect.PathSecret, secret)
	u.Path = u.Path[:start] + "/" + marker + "/-" + tail
	u.RawPath = ""
	return true
}
