package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// Root is the path prefix of the API.
const Root = "/api/v1"

// Options configure the API. Directory, Verifier, Log and Now are required.
type Options struct {
	Directory *directory.Directory
	Verifier  dialect.Verifier
	Log       *slog.Logger
	Now       func() time.Time

	BaseURL   func() string // start of links to the server, without a final slash; nil: ""
	RateLimit int           // requests per minute and credential; 0: unlimited
}

// api holds what building the API and serving its calls need.
type api struct {
	calls    []registered
	describe func()        // makes what follows, once; every request calls it first
	doc      *huma.OpenAPI // see describe
	schemas  huma.Registry // see describe
	mux      *http.ServeMux
	face     *dialect.Face[*call]
	verifier dialect.Verifier
	limit    *dialect.Limiter
	now      func() time.Time
	baseURL  func() string
	refused  map[string]bool // patterns that only refuse requests; see registerUnknownPaths
	readers  map[string]reader
}

// Register adds the API's routes to mux, and its description, which needs no credential. The first
// request makes the description: some ms and 2 MiB, which a server without such requests saves. It
// returns the function that answers requests below [Root] that the server refuses before a route
// gets them.
func Register(mux *http.ServeMux, o Options) (refuse func(http.ResponseWriter, *http.Request, error)) {
	a := newAPI(mux, o)
	a.resources(o.Directory)
	for name, text := range map[string]func() (string, []byte, error){
		"openapi.json": func() (string, []byte, error) {
			a.describe()
			text, err := a.doc.MarshalJSON()
			return "application/vnd.oai.openapi+json;version=3.1", text, err
		},
		"openapi.yaml": func() (string, []byte, error) {
			a.describe()
			text, err := a.doc.YAML()
			return "application/vnd.oai.openapi;version=3.1", text, err
		},
	} {
		mux.Handle("GET "+Root+"/"+name, a.serveDocument(text))
	}
	a.registerUnknownPaths()
	return a.face.TurnAway
}

// resources registers every resource, in the order of the document's tags.
func (a *api) resources(d *directory.Directory) {
	a.users(d)
	a.deletedUsers(d)
	a.userUpsert(d)
	a.userBatch(d)
	a.userAccess(d)
	a.userReach(d)
	a.userSessions(d)
	a.sessions(d)
	a.groups(d)
	a.departments(d)
	a.roles(d)
	a.realms(d)
	a.tokens(d)
	a.defaults(d)
	a.audit(d)
	a.checks(d)
	a.overview(d)
	a.checkGroups(d)
	a.checkPermissions(d)
	a.events(d)
	a.alerts(d)
	a.organizations(d)
	a.settings(d)
	a.jobs(d)
}

func newAPI(mux *http.ServeMux, o Options) *api {
	a := &api{
		mux: mux, readers: map[string]reader{}, verifier: o.Verifier, now: o.Now, baseURL: o.BaseURL, limit: dialect.NewLimiter(o.RateLimit, time.Minute, o.Now),
	}
	if a.baseURL == nil {
		a.baseURL = func() string { return "" }
	}
	statuses := make(map[roster.Kind]int, len(kinds))
	for kind, k := range kinds {
		statuses[kind] = k.status
	}
	a.face = &dialect.Face[*call]{Name: roster.FaceAPI, Statuses: statuses, WriteError: writeProblem, Log: o.Log}
	a.describe = sync.OnceFunc(a.describeCalls)
	return a
}

// describeCalls makes the document and the description of every call, in the order in which they
// were registered. It panics if a call is wrongly described, which any test of the API shows.
func (a *api) describeCalls() {
	setHumaDefaults()
	a.schemas = huma.NewMapRegistry(schemaRoot, schemaName)
	defineEnumerations(a.schemas)
	a.doc = describe(a.schemas)
	for _, c := range a.calls {
		a.doc.AddOperation(a.describeCall(c.operation, c.endpoint))
	}
}

// setHumaDefaults changes, once, a variable that huma has for the whole process. Without this, an
// empty list would be null.
var setHumaDefaults = sync.OnceFunc(func() { huma.DefaultArrayNullable = false })

// serveDocument serves a text that the first request makes.
func (a *api) serveDocument(text func() (string, []byte, error)) http.Handler {
	type made struct {
		media      string
		text       []byte
		compressed []byte
	}
	get := sync.OnceValues(func() (made, error) {
		media, text, err := text()
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(text)
		err = errors.Join(err, z.Close())
		return made{media, text, b.Bytes()}, err
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, err := get()
		if err != nil {
			a.face.Fail(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", d.media)
		h.Set("Cache-Control", "no-cache")
		h.Set("Vary", "Accept-Encoding")
		body := d.text
		if dialect.TakesGzip(r.Header) {
			h.Set("Content-Encoding", "gzip")
			body = d.compressed
		}
		_, _ = w.Write(body) // an error means that the caller has gone
	})
}
