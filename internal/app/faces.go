package app

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"roster/internal/api"
	"roster/internal/api/reference"
	"roster/internal/auth"
	"roster/internal/checkcentral"
	"roster/internal/dialect"
	"roster/internal/graze"
	"roster/internal/operator"
	"roster/internal/web"
)

// openFaces registers every dialect and page, and what only the operator may do.
func (a *App) openFaces(context.Context) error {
	s, v := a.config.Settings, verifier{a.auth}
	a.openQueue()
	if s.HeartbeatURL != "" {
		a.heartbeat = newHeartbeat(s.HeartbeatURL, a.works, a.now, a.log)
	}
	a.routes = http.NewServeMux()
	a.refusals.graze = graze.Register(a.routes, graze.Options{
		Directory: a.directory, Verifier: v, Log: a.log, RequireAllArguments: s.Graze.RequireAllArguments,
	})
	a.refusals.checkCentral = checkcentral.Register(a.routes, checkcentral.Options{
		Directory: a.directory, Verifier: v, Log: a.log, DefaultPreferences: s.CheckCentral.DefaultPreferences,
		Limit: dialect.NewLimiter(s.CheckCentral.DailyLimit, 24*time.Hour, a.now),
	})
	a.refusals.api = api.Register(a.routes, api.Options{
		Directory: a.directory, Verifier: v, Log: a.log, Now: a.now, BaseURL: a.publicURL, RateLimit: s.API.RateLimit,
	})
	reference.Register(a.routes, reference.Options{Version: a.config.Version})
	a.refusals.pages = web.Register(a.routes, a.pages())
	operator.Register(a.routes, operator.Options{
		Directory: a.directory, Verifier: v, Server: a.describe, Examine: a.examine, Backup: a.backup, Unknown: a.unknown, Log: a.log,
	})
	return a.openMetrics()
}

// unknown answers a request for a path that nothing has.
func (a *App) unknown(w http.ResponseWriter, r *http.Request) {
	a.refusals.of(r.URL.Path)(w, r, &dialect.Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this address."})
}

// refuse is the answer of one face to a request that never got to one of its endpoints.
type refuse func(w http.ResponseWriter, r *http.Request, err error)

// refusals are the answers of the faces.
type refusals struct{ graze, checkCentral, api, pages refuse }

// refuse answers a request that the server turns away, in the form of the face that has the path.
// The routes know which methods a path takes.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, err error) bool {
	var refusal *dialect.Refusal
	switch {
	case r.Method == http.MethodConnect:
		return false // it has no path
	case errors.As(err, &refusal) && refusal.Status == http.StatusMethodNotAllowed:
		a.routes.ServeHTTP(w, r)
	default:
		a.refusals.of(r.URL.Path)(w, r, err)
	}
	return true
}

// of returns the answer of the face that has a path. Every path that is of no other face is a call
// of CheckCentral.
func (f *refusals) of(path string) refuse {
	if after, found := strings.CutPrefix(path, "/o/"); found { // no organization can have that name
		_, after, _ = strings.Cut(after, "/")
		path = "/" + after
	}
	below := func(root string) bool { return path == root || strings.HasPrefix(path, root+"/") }
	switch {
	case below(graze.Root):
		return f.graze
	case below("/api"):
		return f.api
	case path == "/", below("/set-password"), below("/assets"), below("/demo"):
		return f.pages
	default:
		return f.checkCentral
	}
}

// pages is what the pages need to know.
func (a *App) pages() web.Options {
	s := a.config.Settings
	o := web.Options{Directory: a.directory, Version: a.config.Version, BaseURL: a.publicURL(), Log: a.log}
	o.Refuse = func(w http.ResponseWriter, r *http.Request, err error) { a.refusals.of(r.URL.Path)(w, r, err) }
	if a.demo != nil {
		graze, checkCentral := a.demo.calls(s.HTTP, s.HTTPS)
		o.Outbox, o.Demo = outbox{a.outbox}, &web.DemoInfo{Graze: graze, CheckCentral: checkCentral}
	}
	return o
}

// describe tells the command line about the process and its store.
func (a *App) describe(ctx context.Context) (operator.Server, error) {
	s := a.config.Settings
	schema, err := a.store.SchemaVersion(ctx)
	d := operator.Server{
		Version: a.config.Version, HTTP: s.HTTP, HTTPS: s.HTTPS, PublicURL: s.PublicURL,
		Engine: a.store.Engine(), Schema: schema, Key: auth.KeyFile, Mail: s.SMTP.Address,
		Demonstration: s.Demo, Folder: s.Data, FreeBytes: freeBytes(s.Data),
	}
	if a.bound != nil {
		d.HTTP, d.HTTPS = a.bound.Addrs() // the settings may leave the ports open
	}
	if a.config.Key != "" {
		d.Key = auth.KeyVariable
	}
	if a.outbox != nil {
		d.Mail = "the outbox"
	}
	if a.heartbeat != nil {
		called, why := a.heartbeat.state()
		d.Heartbeat = &operator.Heartbeat{Called: called, Why: why}
	}
	return d, err
}

// examineFor bounds how long the command line waits for an examination of the store.
const examineFor = 20 * time.Second

// examine looks for damage in the store, as far as the time allows.
func (a *App) examine(ctx context.Context) (operator.Examination, error) {
	ctx, cancel := context.WithTimeout(ctx, examineFor)
	defer cancel()
	found, err := a.store.Examine(ctx)
	return operator.Examination{Damage: found.Damage, Tables: found.Tables, Checked: found.Checked}, err
}
