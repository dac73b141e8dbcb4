package notify

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	htmltemplate "html/template"
	"log/slog"
	"strings"
	texttemplate "text/template"
	"time"
	"unicode/utf8"

	"roster"
	"roster/internal/directory"
)

// WelcomeOptions hold what the handler of welcome emails needs. Log and Actor may be nil.
type WelcomeOptions struct {
	Directory *directory.Directory
	Mailer    Mailer
	PublicURL string // the address of this server for people, such as https://roster.example.com
	Log       *slog.Logger

	// Actor returns the actor that issues links in an organization; default: Roster itself.
	Actor func(roster.OrganizationID) roster.Actor
}

//go:embed templates/*
var templates embed.FS

type welcome struct {
	WelcomeOptions
	text *texttemplate.Template
	html *htmltemplate.Template
}

// Welcome returns the handler of [roster.JobWelcomeEmail]. The link is made when the email is sent,
// for the user's address at that time. Each attempt voids the link of the attempt before. Users who
// are deleted, inactive, without an address, or who have a password by then get no email; that is
// no error.
//
// Errors of the handler: those of [directory.Directory.IssueLink] and of [Mailer], and Invalid for
// a payload that cannot be read.
func Welcome(o WelcomeOptions) func(context.Context, roster.Job) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Actor == nil {
		o.Actor = systemActor
	}
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	w := &welcome{
		WelcomeOptions: o,
		text:           texttemplate.Must(texttemplate.ParseFS(templates, "templates/welcome.txt")),
		html:           htmltemplate.Must(htmltemplate.ParseFS(templates, "templates/welcome.html")),
	}
	return w.handle
}

// systemActor returns Roster as an actor.
func systemActor(org roster.OrganizationID) roster.Actor {
	return roster.Actor{Kind: roster.ActorSystem, OrganizationID: org, Name: "Roster", Face: roster.FaceSystem}
}

func (w *welcome) handle(ctx context.Context, j roster.Job) error {
	var payload roster.WelcomeEmail
	if err := json.Unmarshal(j.Payload, &payload); err != nil || payload.UserID == "" {
		return &roster.Error{Kind: roster.Invalid, Detail: "the job's payload cannot be read", Err: err}
	}
	if w.PublicURL == "" {
		return &roster.Error{Kind: roster.Unavailable, Detail: "the link needs the public URL: set --public-url"}
	}
	by := w.Actor(j.OrganizationID)
	u, err := w.Directory.GetUser(ctx, by, directory.UserSelector{ID: payload.UserID})
	if err != nil && roster.KindOf(err) != roster.NotFound {
		return fmt.Errorf("read user: %w", err)
	}
	if why := reasonNotToWrite(u); err != nil || why != "" {
		w.Log.InfoContext(ctx, "welcome email not sent", "user", payload.UserID, "reason", cmp.Or(why, "the user is gone"))
		return nil
	}
	err = w.send(ctx, by, j, u, payload.CredentialVersion)
	if err != nil && roster.KindOf(err) == roster.Stale {
		w.Log.InfoContext(ctx, "welcome email not sent", "user", payload.UserID, "reason", "a password was set after it was asked for")
		return nil
	}
	return err
}

// reasonNotToWrite returns the reason not to write to the user, "" if there is none.
func reasonNotToWrite(u roster.User) string {
	switch {
	case u.ID == "":
		return "the user is gone"
	case !u.Active:
		return "the user is not active"
	case u.Email == "":
		return "the user has no email address"
	case u.HasPassword && !u.EmailConfirmedAt.IsZero(): // following a link confirms it
		return "the user has followed the link of an earlier attempt"
	default:
		return ""
	}
}

func (w *welcome) send(ctx context.Context, by roster.Actor, j roster.Job, u roster.User, credentials int64) error {
	addedBy, err := w.addedBy(ctx, by, u)
	if err != nil {
		return fmt.Errorf("read who added the user: %w", err)
	}
	link, err := w.Directory.IssueLink(ctx, by, directory.NewLink{
		User: directory.UserSelector{ID: u.ID}, Purpose: roster.LinkWelcome, ByEmail: true, IfCredentials: credentials,
	})
	if err != nil {
		return fmt.Errorf("issue welcome link: %w", err)
	}
	m, err := w.compose(letter{
		Greeting: greeting(u), UserName: u.UserName, AddedBy: addedBy, Server: w.PublicURL,
		Link: w.PublicURL + "/set-password/" + link.Secret, GoodUntil: readableTime(link.ExpiresAt, u.TimeZone),
		Days: int(directory.WelcomeLinkFor.Hours() / 24), Missing: missing(u),
	})
	if err != nil {
		return fmt.Errorf("write welcome email: %w", err)
	}
	m.To, m.At, m.ID = link.Address, link.CreatedAt, string(j.ID)
	if err := w.Mailer.Send(ctx, m); err != nil {
		return fmt.Errorf("send welcome email: %w", err)
	}
	w.Log.InfoContext(ctx, "welcome email sent", "user", u.ID, "job", j.ID)
	return nil
}

// letter holds the values of the templates.
type letter struct {
	Greeting  string // a name, or ""
	UserName  string
	AddedBy   string // "" if not known
	Server    string
	Link      string
	GoodUntil string
	Days      int      // from now until the link expires
	Missing   []string // what the chosen services still need
}

func (w *welcome) compose(l letter) (m Message, err error) {
	var text, html strings.Builder
	if err := w.text.Execute(&text, l); err != nil {
		return m, err
	}
	if err := w.html.Execute(&html, l); err != nil {
		return m, err
	}
	return Message{Subject: "Welcome to Roster: choose your password", Text: text.String(), HTML: html.String()}, nil
}

// addedBy returns who made the user: the actor of the first audit entry about the user, "" if it
// was not a person or token.
func (w *welcome) addedBy(ctx context.Context, by roster.Actor, u roster.User) (string, error) {
	entries, err := w.Directory.ListAudit(ctx, by, directory.AuditList{Target: string(u.ID), Limit: 1})
	if err != nil {
		return "", err
	}
	for e, err := range entries {
		switch {
		case err != nil:
			return "", err
		case e.Action != string(directory.ActUserCreate) || e.ActorName == "":
			return "", nil
		case e.ActorKind == roster.ActorUser:
			return e.ActorName, nil
		case e.ActorKind == roster.ActorToken:
			return fmt.Sprintf("the API token “%s”", e.ActorName), nil
		case e.ActorKind == roster.ActorOperator:
			return "the operator of the server", nil
		}
	}
	return "", nil
}

// maxGreeting is the longest name that a greeting uses, in characters.
const maxGreeting = 60

// greeting returns the name to greet the user by. It is empty for a name that mail programs would
// turn into a link: otherwise anyone who can add users could have us send links to anybody.
func greeting(u roster.User) string {
	name := u.DisplayName
	if name == u.UserName || utf8.RuneCountInString(name) > maxGreeting || strings.ContainsAny(name, "/:@\\") {
		return ""
	}
	for i := 1; i+1 < len(name); i++ {
		if name[i] == '.' && name[i-1] != ' ' && name[i+1] != ' ' {
			return ""
		}
	}
	return name
}

// readableTime formats a time in the user's zone, or in UTC.
func readableTime(t time.Time, zone string) string {
	where := time.UTC
	if name, ok := directory.Zone(zone); ok && name != "" {
		if loaded, err := time.LoadLocation(name); err == nil {
			where = loaded
		}
	}
	return t.In(where).Format("Monday, 2 January 2006, 15:04 MST")
}

// missing returns what each service needs that the user chose and has no address for.
func missing(u roster.User) []string {
	needs := map[roster.Service]string{
		roster.ServiceEmail:      "email: no address yet",
		roster.ServiceSMS:        "sms: no phone yet",
		roster.ServicePush:       "push: no browser or device yet",
		roster.ServicePushbullet: "pushbullet: no access token yet",
		roster.ServicePushover:   "pushover: no user key yet",
		roster.ServiceCall:       "call: no phone yet",
	}
	var lines []string
	for _, s := range u.NotSetUp() {
		lines = append(lines, needs[s])
	}
	return lines
}
