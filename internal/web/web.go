package web

import (
	"log/slog"
	"net/http"
	"sync"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// Options hold what the pages need. Outbox and Demo are nil unless the server is a demonstration.
// Log may be nil.
type Options struct {
	Directory *directory.Directory
	Version   string
	BaseURL   string // the address of this server, without a final slash, for the calls that are shown
	Outbox    OutboxReader
	Demo      *DemoInfo
	Log       *slog.Logger

	// Refuse answers scripts that call an unknown address; nil: with a short JSON object.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
}

// DemoInfo holds what only a demonstration shows: its two calls, with credentials that work.
type DemoInfo struct {
	Graze        string // the command, ready to paste
	CheckCentral string
}

// site is the pages with the parts that they need.
type site struct {
	Options
	assets assets
	pages  func() map[string]*page // the first call parses the templates
	face   *dialect.Face[visit]
}

// Register adds the pages to the mux, and a page for all unknown addresses. It returns the function
// that answers requests for pages which the server refuses.
func Register(mux *http.ServeMux, o Options) (refuse func(http.ResponseWriter, *http.Request, error)) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Refuse == nil {
		o.Refuse = refuseScript
	}
	s := &site{Options: o, assets: loadAssets()}
	s.pages = sync.OnceValue(func() map[string]*page { return loadPages(s.assets) })
	s.face = &dialect.Face[visit]{
		Name: roster.FaceWeb, Read: readVisit, Authenticate: nobody,
		Statuses: statuses, WriteError: s.passwordProblem, Log: o.Log,
	}
	show := func(path string, handlers map[string]http.Handler) {
		for method, h := range handlers {
			mux.Handle(method+" "+path, h)
		}
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { s.wrongMethod(w, r, handlers) })
	}
	get := func(path string, h http.HandlerFunc) { show(path, map[string]http.Handler{http.MethodGet: h}) }

	get("/{$}", s.start)
	show("/set-password/{secret}", map[string]http.Handler{
		http.MethodGet:  dialect.Endpoint(s.face, decodeLink, o.Directory.ReadLink, s.showForm),
		http.MethodPost: dialect.Endpoint(s.face, decodeChoice, o.Directory.UseLink, s.showDone),
	})
	get("/assets/{name}", s.asset)
	if o.Outbox != nil {
		get("/demo/outbox", s.outbox)
		get("/demo/outbox.json", s.outboxJSON)
		get("/demo/outbox/{id}/html", s.messageHTML)
	}
	mux.HandleFunc("/", s.nothingHere)
	pages := *s.face
	pages.WriteError = func(w http.ResponseWriter, r *http.Request, status int, err error) {
		s.problem(w, status, s.describe(r, status, err))
	}
	return pages.TurnAway
}
