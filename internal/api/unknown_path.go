package api

import (
	"net/http"
	"net/url"
	"strings"

	"roster/internal/dialect"
)

// registerUnknownPaths registers the answers to all requests at /api and below that no call takes.
// It also registers the missing methods of paths without parameters, which a path with a parameter
// would take: /users/batch is not a user.
func (a *api) registerUnknownPaths() {
	a.refused = map[string]bool{}
	refuse := a.face.Refuse(a.unknownPath)
	for _, c := range a.calls {
		path := c.endpoint.at
		if strings.Contains(path, "{") {
			continue
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			pattern := method + " " + Root + path
			if taken := a.pattern(method, Root+path); taken != pattern && strings.HasPrefix(taken, method+" ") {
				a.mux.Handle(pattern, refuse)
				a.refused[pattern] = true
			}
		}
	}
	a.mux.Handle("/api", refuse) // the mux's own redirect would lose the organization
	a.mux.Handle("/api/", refuse)
}

// pattern returns the mux pattern that takes a request.
func (a *api) pattern(method, path string) string {
	_, pattern := a.mux.Handler(&http.Request{Method: method, URL: &url.URL{Path: path}})
	return pattern
}

// unknownPath returns the error for a request that no call takes: 405 if the path has other
// methods, else 404.
func (a *api) unknownPath(r *http.Request) error {
	var methods []string
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		pattern := a.pattern(method, r.URL.Path)
		if a.refused[pattern] {
			continue
		}
		if takes, _, _ := strings.Cut(pattern, " "); takes == method || takes == "GET" && method == "HEAD" {
			methods = append(methods, method)
		}
	}
	if len(methods) == 0 {
		return &dialect.Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this path."}
	}
	return dialect.WrongMethod(methods...)(r)
}
