package reference

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Options are what the page needs.
type Options struct {
	Version string // of the server, "" if it is not to be shown
}

// policy lets the page load what this server serves, and nothing else (CSP level 3). Swagger UI's
// pictures are within its stylesheet.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// Register puts the reference on the mux: the page at /api/docs, and what it loads below. Its
// addresses are relative, so that under /o/<slug> it describes, and calls, the API of that
// organization.
func Register(mux *http.ServeMux, o Options) {
	made := sync.OnceValue(func() page { return newPage(o, loaded()) })
	show := func(w http.ResponseWriter, r *http.Request) { made().serve(w, r) }
	mux.HandleFunc("GET /api/docs", show)
	mux.HandleFunc("GET /api/docs/{$}", show)
	mux.HandleFunc("GET /api/docs/assets/{name}", serveAsset)
	for _, path := range []string{"/api/docs", "/api/docs/{$}", "/api/docs/assets/{name}"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "This page takes GET.", http.StatusMethodNotAllowed)
		})
	}
}

// page is the page, ready to be sent.
type page struct {
	body []byte
	tag  string
}

// newPage fills the page in. It panics where the template is malformed, which a test would show.
func newPage(o Options, a assets) page {
	t := template.Must(template.New("page.html").Funcs(template.FuncMap{
		"asset": func(name string) string { return "docs/assets/" + a.named[name] },
	}).ParseFS(files, "files/page.html"))
	var body bytes.Buffer
	if err := t.Execute(&body, o); err != nil {
		panic(err)
	}
	sum := sha256.Sum256(body.Bytes())
	return page{body.Bytes(), `"` + hex.EncodeToString(sum[:12]) + `"`}
}

// serve answers a request for the page. A browser that asked with a slash at the end is sent to the
// address without it: from there it finds what the page loads.
func (p page) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if asked, _, _ := strings.Cut(r.RequestURI, "?"); strings.HasSuffix(asked, "/") {
		h.Set("Location", "../docs") // not by http.Redirect, which would lose /o/<slug>
		w.WriteHeader(http.StatusPermanentRedirect)
		return
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", p.tag)
	if r.Header.Get("If-None-Match") == p.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(p.body)))
	_, _ = w.Write(p.body) // a reader who left needs no answer
}
