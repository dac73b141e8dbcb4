package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"roster/internal/api"
	"roster/internal/api/reference"
	"roster/internal/auth"
	"roster/internal/checkcentral"
	"roster/internal/control"
	"roster/internal/dialect"
	"roster/internal/graze"
	"roster/internal/web"
)

// openFaces registers every dialect and page, and the command line's own face apart from them.
func (a *App) openFaces(context.Context) error {
	s, v := a.config.Settings, verifier{a.auth}
	a.openQueue()
	a.routes = http.NewServeMux()
	graze.Register(a.routes, graze.Options{
		Service: a.service, Verifier: v, Log: a.log, RequireAllArguments: s.Graze.RequireAllArguments,
	})
	checkcentral.Register(a.routes, checkcentral.Options{
		Service: a.service, Verifier: v, Log: a.log, DefaultPreferences: s.CheckCentral.DefaultPreferences,
		Limit: dialect.NewLimiter(s.CheckCentral.DailyLimit, 24*time.Hour, a.now),
	})
	a.refuseAPI = api.Register(a.routes, api.Options{
		Service: a.service, Verifier: v, Log: a.log, Now: a.now, BaseURL: a.publicURL, RateLimit: s.API.RateLimit,
	})
	reference.Register(a.routes, reference.Options{Version: a.config.Version})
	web.Register(a.routes, a.pages())
	local := http.NewServeMux()
	control.Register(local, control.Options{
		Service: a.service, Organization: a.org.ID, BaseURL: a.publicURL, Server: a.describe, Examine: a.examine, Log: a.log,
	})
	a.control = local
	return a.openMetrics()
}

// refuse answers what the server turns away below the native API's path as that API does. The other faces leave it to the
// server: their clients send nothing that it refuses.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, err error) bool {
	if !strings.HasPrefix(r.URL.Path, api.Root+"/") {
		return false
	}
	a.refuseAPI(w, r, err)
	return true
}

// pages is what the pages need to know.
func (a *App) pages() web.Options {
	s := a.config.Settings
	o := web.Options{Service: a.service, Version: a.config.Version, BaseURL: a.publicURL(), Log: a.log}
	if a.demo != nil {
		graze, checkCentral := a.demo.calls(s.HTTP, s.HTTPS)
		o.Outbox, o.Demo = outbox{a.outbox}, &web.DemoInfo{Graze: graze, CheckCentral: checkCentral}
	}
	return o
}

// describe tells the command line about the process and its store.
func (a *App) describe(ctx context.Context) (control.Server, error) {
	s := a.config.Settings
	schema, err := a.store.SchemaVersion(ctx)
	d := control.Server{
		Version: a.config.Version, HTTP: s.HTTP, HTTPS: s.HTTPS, PublicURL: s.PublicURL,
		Engine: a.store.Engine(), Schema: schema, Key: auth.KeyFile, Mail: s.SMTP.Address,
		Demonstration: s.Demo, Folder: s.Data, FreeBytes: freeBytes(s.Data),
	}
	if a.config.Key != "" {
		d.Key = auth.KeyVariable
	}
	if a.outbox != nil {
		d.Mail = "the outbox"
	}
	return d, err
}

// examineFor bounds how long the command line waits for an examination of the store.
const examineFor = 20 * time.Second

// examine looks for damage in the store, as far as the time allows.
func (a *App) examine(ctx context.Context) (control.Examination, error) {
	ctx, cancel := context.WithTimeout(ctx, examineFor)
	defer cancel()
	found, err := a.store.Examine(ctx)
	return control.Examination{Damage: found.Damage, Tables: found.Tables, Checked: found.Checked}, err
}
