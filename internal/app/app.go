package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/auth/realm"
	"roster/internal/config"
	"roster/internal/dialect"
	"roster/internal/directory"
	"roster/internal/notify"
	"roster/internal/queue"
	"roster/internal/server"
	"roster/internal/store"
)

// databaseFile is the name of the embedded database in the data folder.
const databaseFile = "roster.db"

// OwnFiles are the files of which a folder with a directory has at least one: a first start that
// was cut off may have left its key only.
var OwnFiles = [...]string{databaseFile, auth.KeyFile, auth.KeyFile + ".new"}

// Config is what an App is opened with.
type Config struct {
	Settings config.Serve // validated
	Key      string       // from the environment; "" for the data folder's own
	Version  string
	Log      *slog.Logger
	Now      func() time.Time // nil: the clock

	// CheapHashes is for tests: see [auth.Hasher.Cheapen].
	CheapHashes bool

	// After starts a timer for a refusal that is held back for a moment; nil: [time.After].
	After func(time.Duration) <-chan time.Time

	// Listen binds the addresses of Settings, for [App.Serve].
	Listen bool

	// Reload makes a running server read its certificate again; nil: never.
	Reload <-chan os.Signal

	// Realms replaces what validates SAML realms, for tests; nil: the real one.
	Realms directory.Realms

	// Shared leaves the data folder unlocked, for a command that works on a PostgreSQL database
	// while servers run.
	Shared bool
}

// App is Roster, opened: the verbs with everything they need, and the faces on them.
type App struct {
	config    Config
	bound     *server.Listeners // nil unless Config.Listen
	log       *slog.Logger
	now       func() time.Time
	keys      auth.Keys
	store     *store.DB
	hasher    *auth.Hasher
	auth      *auth.Authenticator
	directory *directory.Directory
	outbox    *notify.Outbox // nil unless a demonstration
	mailer    notify.Mailer  // nil while mail is not configured
	queue     *queue.Queue
	ended     map[roster.Lane]int64 // by the heartbeat before; the heartbeat's own
	heartbeat *heartbeat            // nil unless configured
	metrics   *server.Metrics
	routes    *http.ServeMux
	refusals  refusals
	org       roster.Organization // the default one
	ready     bool                // the user admin can sign in
	demo      *demo               // nil unless a demonstration
	ldap      []*realm.LDAP       // the declared realms
	realms    *realm.Declared     // the same, joined with the directory
	unlock    func() error
}

// Open opens the store, migrates its schema, makes the shipped records at the first start, and
// joins the parts. It makes nothing until the settings have proved to work and the addresses are
// bound: clients wait there until Serve. Its errors are for the operator.
func Open(ctx context.Context, c Config) (a *App, err error) {
	c.Log = slog.New(server.ContextHandler(c.Log.Handler()))
	a = &App{config: c, log: c.Log, now: c.Now, unlock: func() error { return nil }}
	if a.now == nil {
		a.now = time.Now
	}
	defer func(opened *App) { // a itself is nil once an error is returned
		if err != nil {
			_ = opened.Close(context.WithoutCancel(ctx))
		}
	}(a)
	for _, step := range []func(context.Context) error{
		a.openRealms, a.openMail, a.listen, a.openFolder, a.openStore, a.validateKey, a.openService, a.setUp, a.openFaces,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Close closes everything that Open opened, after the queued transactions.
func (a *App) Close(ctx context.Context) error {
	var errs []error
	if a.bound != nil {
		a.bound.Close()
	}
	for _, l := range a.ldap {
		l.Close()
	}
	if a.store != nil {
		errs = append(errs, a.store.Close(ctx))
	}
	return errors.Join(append(errs, a.unlock())...)
}

// listen binds the addresses after it has validated the certificate.
func (a *App) listen(context.Context) (err error) {
	if !a.config.Listen {
		return nil
	}
	s := a.config.Settings
	if err := server.ValidateCertificate(s.TLSCert, s.TLSKey); err != nil {
		return err
	}
	a.bound, err = server.Listen(s.HTTP, s.HTTPS)
	return err
}

func (a *App) openFolder(context.Context) error {
	s := a.config.Settings
	if err := prepareFolder(s.Data, s.Demo); err != nil {
		return err
	}
	if a.config.Shared {
		return nil
	}
	unlock, err := lock(s.Data)
	if err != nil {
		return err
	}
	a.unlock = unlock
	return validateFiles(s.Data)
}

// embedded reports whether the database is the one in the data folder.
func (a *App) embedded() bool { return a.config.Settings.Database == "" }

func (a *App) openStore(ctx context.Context) error {
	s := a.config.Settings
	options := store.Options{Now: a.now, Logger: a.log, MaxConns: s.DatabaseConns}
	var err error
	if !a.embedded() {
		if a.keys, err = auth.LoadKeys(s.Data, a.config.Key); err != nil {
			return err
		}
		a.store, err = store.Open(ctx, s.Database, options)
		return err
	}
	made, err := a.openKeys()
	if err != nil {
		return err
	}
	if a.store, err = store.Open(ctx, "sqlite:"+filepath.Join(s.Data, databaseFile), options); err != nil || !made {
		return err
	}
	return auth.SettleKeys(s.Data)
}

// openKeys finds the key of the embedded database, or makes one if there is neither key nor
// database.
func (a *App) openKeys() (made bool, err error) {
	dir := a.config.Settings.Data
	file, key := filepath.Join(dir, databaseFile), filepath.Join(dir, auth.KeyFile)
	known, keyed := hasContent(file), hasContent(key)
	switch {
	case a.config.Key != "", known && keyed:
	case keyed:
		return false, fmt.Errorf("%s is there, and the database that was made with it is gone: restore %s from a backup, "+
			"or remove the key to start with an empty directory: rm '%s'", key, file, key)
	case known: // the first start was cut off, or the key is gone
		if err := auth.SettleKeys(dir); errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("%s was made with a key that is gone: put it back as %s beside it, or set %s", file, auth.KeyFile, auth.KeyVariable)
		} else if err != nil {
			return false, err
		}
	default:
		a.keys, err = auth.MakeKeys(dir)
		return err == nil, err
	}
	a.keys, err = auth.LoadKeys(dir, a.config.Key)
	return false, err
}

// hasContent reports whether the file exists and is not empty. A start that was cut off may leave
// an empty one.
func hasContent(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

func (a *App) openService(context.Context) error {
	s := a.config.Settings
	a.hasher = auth.NewHasher(a.now)
	if a.config.CheapHashes {
		a.hasher.Cheapen()
	}
	if a.config.After != nil {
		a.hasher.HoldBy(a.config.After)
	}
	a.directory = directory.New(directory.Options{
		Store: a.store, Passwords: a.hasher, Secrets: auth.Secrets{}, Now: a.now, Logger: a.log,
		Realms: a.validator(), Components: a.components, LaneWaits: a.laneWaits(),
		RetryKey: a.keys.Derive("retry"), Sealer: a.keys.Sealer("deleted user"),
		DefaultCountry: s.DefaultCountry, StrongPasswords: s.Passwords.Strong,
		GrazerGrantsSuper: s.Graze.GrazerGrantsSuper || s.Demo,
	})
	a.realms = realm.NewDeclared(realm.DeclaredOptions{
		Realms: a.ldap, Directory: a.directory, Log: a.log, Actor: a.system,
	})
	o := auth.Options{
		Store: a.store, Hasher: a.hasher, Now: a.now, Logger: a.log, CacheEntries: s.Passwords.CacheEntries,
		Generation: a.store.Generation,
	}
	if len(a.ldap) > 0 {
		o.Realms = a.realms
	}
	if !a.embedded() { // other servers may use the database too
		o.GuessKey = a.keys.Derive("guesses")
	}
	a.auth = auth.New(o)
	return nil
}

// setUp makes the default organization at the first start, and the demonstration's people.
func (a *App) setUp(ctx context.Context) error {
	made, err := a.directory.SetUpOrganization(ctx, a.system(""), roster.DefaultOrganization)
	if err != nil {
		return err
	}
	a.org, a.ready = made.Organization, made.AdminReady
	a.realms.WarnOfMissingOrganizations()
	if !a.config.Settings.Demo {
		return nil
	}
	a.demo, err = a.openDemo(ctx)
	return err
}

// system returns Roster itself as an actor in the organization.
func (a *App) system(org roster.OrganizationID) roster.Actor {
	return roster.Actor{Kind: roster.ActorSystem, OrganizationID: org, Name: "roster", Face: roster.FaceSystem}
}

// openMail chooses how messages are sent: into the outbox of a demonstration, over SMTP, or not at
// all. In the last case they wait in the store.
func (a *App) openMail(context.Context) error {
	s := a.config.Settings
	switch {
	case s.Demo:
		a.outbox = notify.NewOutbox()
		a.mailer = a.outbox
	case s.SMTP.Address != "":
		smtp, err := notify.NewSMTP(notify.SMTPOptions{
			Address: s.SMTP.Address, Username: s.SMTP.Username, Password: s.SMTP.Password,
			From: s.SMTP.From, TLS: s.SMTP.TLS,
		})
		if err != nil {
			return err
		}
		a.mailer = smtp
	}
	return nil
}

// laneWaits says of the lanes without a sender why their jobs wait.
func (a *App) laneWaits() map[roster.Lane]string {
	if a.mailer != nil {
		return nil
	}
	const why = "mail is not configured"
	return map[roster.Lane]string{roster.LaneMail: why, roster.LaneWelcome: why}
}

// openQueue makes the worker for the lanes whose jobs can be done.
func (a *App) openQueue() {
	o := queue.Options{Store: a.store, Added: a.store.JobsAdded(), Now: a.now, Log: a.log}
	if a.mailer != nil {
		welcome := notify.Welcome(notify.WelcomeOptions{
			Directory: a.directory, Mailer: a.mailer, PublicURL: a.publicURL(), Actor: a.system, Log: a.log,
		})
		o.Lanes = []queue.Lane{{
			Name: roster.LaneWelcome, Workers: 2,
			Handlers: map[string]queue.Handler{roster.JobWelcomeEmail: welcome},
		}}
	}
	a.queue = queue.New(o)
}

// publicURL returns the address at which people reach the server, without a final slash.
func (a *App) publicURL() string {
	if url := a.config.Settings.PublicURL; url != "" {
		return strings.TrimRight(url, "/")
	}
	s := a.config.Settings
	return cmp.Or(reach("http", s.HTTP), reach("https", s.HTTPS))
}

// keyCheck is the setting by which a store knows the key that it was made with.
const keyCheck = "key-check"

// keyMark returns what a store that was made with the key has as that setting.
func keyMark(k auth.Keys) string { return auth.HashSecret(string(k.Derive(keyCheck))) }

// validateKey refuses a store that was made with another key. Without the right key, sealed data
// and fingerprints would silently mean nothing.
func (a *App) validateKey(ctx context.Context) error {
	want := keyMark(a.keys)
	var have string
	err := a.store.Update(ctx, func(tx directory.Tx) error {
		value, found, err := tx.Setting(keyCheck)
		if have = value; err != nil || found {
			return err
		}
		have = want
		return tx.PutSetting(keyCheck, want)
	})
	if err != nil {
		return err
	}
	if have != want {
		return fmt.Errorf("this database was made with another key: give the server the %s or %s that belongs to it", auth.KeyFile, auth.KeyVariable)
	}
	return nil
}

// Directory returns the verbs.
func (a *App) Directory() *directory.Directory { return a.directory }

// Organization returns the default organization.
func (a *App) Organization() roster.Organization { return a.org }

// Work returns what was asked of the database's server so far.
func (a *App) Work() store.Work { return a.store.Work() }

// Outbox returns the messages of a demonstration, nil if this is none.
func (a *App) Outbox() *notify.Outbox { return a.outbox }

// Operator returns every route inside the whole middleware as the operator of the server has them,
// for a process that owns the data folder itself. Errors: those of [server.New].
func (a *App) Operator() (http.Handler, error) {
	h, err := a.Handler()
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(dialect.WithOperator(r.Context())))
	}), nil
}
