package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strconv"
	"time"
)

//go:embed templates/*
var templateFiles embed.FS

// page is a page with its template and headers.
type page struct {
	tmpl    *template.Template
	headers map[string]string
}

// Names of the pages, and of their templates.
const (
	pageStart   = "start"
	pageForm    = "password"
	pageDone    = "password-set"
	pageProblem = "problem"
	pageOutbox  = "outbox"
)

// policy lets a page load only what this server serves (CSP level 3). There are no inline scripts
// or styles.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// loadPages parses the embedded templates. It panics if one is malformed, which a test would show.
func loadPages(a assets) map[string]*page {
	functions := template.FuncMap{
		"asset":    func(name string) string { return a.named[name] },
		"time":     func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05 MST") },
		"datetime": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"segments": segments,
	}
	pages := map[string]*page{}
	for _, name := range []string{pageStart, pageForm, pageDone, pageProblem, pageOutbox} {
		pages[name] = &page{
			tmpl: template.Must(template.New("layout.html").Funcs(functions).
				ParseFS(templateFiles, "templates/layout.html", "templates/"+name+".html")),
			headers: map[string]string{
				"Content-Type":            "text/html; charset=utf-8",
				"Content-Security-Policy": policy,
				"Cache-Control":           "no-store",
			},
		}
	}
	// Under no-referrer, browsers send a form with "Origin: null" (Fetch, "append a request Origin
	// header"). Over plain HTTP nothing else would tell our own page from a stranger's.
	// strict-origin sends host and port, but never the path, which holds the secret.
	pages[pageForm].headers["Referrer-Policy"] = "strict-origin"
	return pages
}

// view holds the values of the layout.
type view struct {
	Title  string
	Demo   bool
	Script string // name of the page's script, "" for none
	Body   any    // for the page itself
}

// render writes a whole page, or nothing and returns the error.
func (s *site) render(w http.ResponseWriter, status int, name string, v view) error {
	body, err := s.fill(name, v)
	if err != nil {
		return err
	}
	s.write(w, status, name, body)
	return nil
}

// fill returns the text of a page.
func (s *site) fill(name string, v view) ([]byte, error) {
	v.Demo = s.Outbox != nil
	var body bytes.Buffer
	if err := s.pages()[name].tmpl.Execute(&body, v); err != nil {
		return nil, err
	}
	return body.Bytes(), nil
}

func (s *site) write(w http.ResponseWriter, status int, name string, body []byte) {
	for key, value := range s.pages()[name].headers {
		w.Header().Set(key, value)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader who left needs no answer
}

// writeFresh writes a page that a browser may keep if it asks each time whether the page has
// changed.
func (s *site) writeFresh(w http.ResponseWriter, r *http.Request, name string, body []byte) {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	for key, value := range s.pages()[name].headers { // also for a 304: a browser replaces what it kept (RFC 9111 §3.2)
		h.Set(key, value)
	}
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	if r.Header.Get("If-None-Match") == tag {
		h.Del("Content-Type") // there is no body
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a reader who left needs no answer
}
