package server

import (
	"net/http"
	"net/url"
	"strings"

	"roster"
	"roster/internal/dialect"
)

// maxSlug is the greatest length of an organization's slug, in bytes: that of a DNS label (RFC 1035
// §2.3.4).
const maxSlug = 63

// organization removes the prefix /o/<slug> from the path and records the slug. If the slug is not
// valid, the path stays as it is and matches no route. The rest of the path is [routed].
func organization(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		slug, rest := cutOrganization(r.URL.Path)
		raw := strings.TrimPrefix(r.URL.RawPath, "/o/"+slug)
		switch {
		case slug == "", r.URL.RawPath != "" && raw == r.URL.RawPath: // the prefix itself is escaped: not valid
			rest, raw = r.URL.Path, r.URL.RawPath
		default:
			o := dialect.OriginOf(r.Context())
			o.Organization, o.Named = slug, true
		}
		if rest, raw = routedBoth(rest, raw); rest != r.URL.Path {
			u := *r.URL
			u.Path, u.RawPath = rest, raw
			r.URL = &u
		}
		next.ServeHTTP(w, r)
	})
}

// routedBoth returns a path and its escaped form as [routed] has them. A slash that is escaped is
// part of a name.
func routedBoth(path, raw string) (string, string) {
	if raw == "" {
		return routed(path), ""
	}
	raw = routed(raw)
	path, err := url.PathUnescape(raw)
	if err != nil { // never: net/http has read it already
		return raw, ""
	}
	return path, raw
}

// routed returns a path in the form of the routes: without a final slash, and with UUIDs in lower
// case.
func routed(path string) string {
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	if strings.ToLower(path) == path {
		return path
	}
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = roster.FoldID(segment)
	}
	return strings.Join(segments, "/")
}

// cutOrganization splits /o/<slug>/rest into the slug and /rest. Without such a prefix it returns
// "" and the whole path.
func cutOrganization(path string) (slug, rest string) {
	after, found := strings.CutPrefix(path, "/o/")
	if !found {
		return "", path
	}
	end := strings.IndexByte(after, '/')
	if end < 1 || end > maxSlug || !isSlug(after[:end]) {
		return "", path
	}
	return after[:end], after[end:]
}

func isSlug(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func unclean(path string) bool {
	return strings.Contains(path, "//") || strings.Contains(path+"/", "/./") || strings.Contains(path+"/", "/../")
}
