package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// visit holds what the page behind a link reads of a request.
type visit struct {
	secret string // of the link; the server has moved it out of the path
	body   []byte
	err    error // of reading the body
}

func readVisit(w http.ResponseWriter, r *http.Request) visit {
	v := visit{secret: dialect.OriginOf(r.Context()).Secrets[dialect.PathSecret]}
	if r.Method == http.MethodPost {
		v.body, v.err = dialect.ReadBody(w, r)
	}
	return v
}

// nobody returns the actor of every visit. The secret of the link is the credential.
func nobody(ctx context.Context, _ visit) (roster.Actor, error) { return visitor(ctx), nil }

func visitor(ctx context.Context) roster.Actor {
	o := dialect.OriginOf(ctx)
	return roster.Actor{Face: roster.FaceWeb, Address: o.Address, RequestID: o.RequestID}
}

func decodeLink(v visit) (string, error) { return v.secret, v.err }

func decodeChoice(v visit) (directory.UsedLink, error) {
	if v.err != nil {
		return directory.UsedLink{}, v.err
	}
	fields, err := dialect.ParseForm(string(v.body))
	if err != nil {
		return directory.UsedLink{}, err
	}
	in := directory.UsedLink{Secret: v.secret}
	for _, f := range fields {
		switch f.Name {
		case "password":
			in.Password = f.Value.Text
		case "phone":
			in.Phone = strings.TrimSpace(f.Value.Text)
		}
	}
	return in, nil
}

// formBody holds the contents of the form. It never contains what was typed.
type formBody struct {
	User       roster.User
	Fault      string // what is wrong with the password, a sentence; "" if nothing is
	PhoneFault string // what is wrong with the phone number, a sentence; "" if nothing is
	Fails      string // why a valid password could not be set, a sentence
}

// AsksPhone reports whether the person wants SMS or calls and has no phone number yet.
func (b formBody) AsksPhone() bool {
	missing := b.User.NotSetUp()
	return slices.Contains(missing, roster.ServiceSMS) || slices.Contains(missing, roster.ServiceCall)
}

func (s *site) showForm(w http.ResponseWriter, link directory.IssuedLink) error {
	return s.form(w, http.StatusOK, formBody{User: link.User})
}

func (s *site) form(w http.ResponseWriter, status int, b formBody) error {
	title := "Choose your password"
	if b.Fault != "" || b.PhoneFault != "" || b.Fails != "" {
		title = "Not set yet: choose your password"
	}
	return s.render(w, status, pageForm, view{Title: title, Script: "password.js", Body: b})
}

func (s *site) showDone(w http.ResponseWriter, u roster.User) error {
	return s.render(w, http.StatusOK, pageDone, view{Title: "Your password is set", Body: u})
}

// passwordProblem answers an error of the page behind a link. If the link is still valid it shows
// the form again, so that the person can continue. If a hash is refused it looks nothing up.
func (s *site) passwordProblem(w http.ResponseWriter, r *http.Request, status int, err error) {
	if r.Method == http.MethodPost && status != http.StatusInternalServerError && !errors.Is(err, directory.ErrCrowded) {
		secret := dialect.OriginOf(r.Context()).Secrets[dialect.PathSecret]
		link, readErr := s.Directory.ReadLink(r.Context(), visitor(r.Context()), secret)
		if readErr == nil && s.form(w, status, explain(link.User, status, err)) == nil {
			return
		}
	}
	if status == http.StatusNotFound {
		s.problem(w, status, problemBody{
			Title: "This link no longer works",
			Text:  "It was used, replaced by a newer link, or has expired. Your password has not changed.",
			Hint:  "Ask your Roster administrator for a new link. On the server, this command makes one:",
			Code:  "roster user set-password NAME",
		})
		return
	}
	s.problem(w, status, s.describe(r, status, err))
}

// explain returns the form with the reason why the password is not set.
func explain(u roster.User, status int, err error) formBody {
	b := formBody{User: u}
	for _, e := range roster.All(err) {
		switch e.Field {
		case "password":
			b.Fault = "The password " + e.Detail + "."
		case "phoneNumbers":
			b.PhoneFault = "This " + e.Detail + "."
		}
	}
	if b.Fault != "" || b.PhoneFault != "" {
		return b
	}
	b.Fails = sentence(status, err)
	return b
}

// sentence explains an error to a person.
func sentence(status int, err error) string {
	switch status {
	case http.StatusTooManyRequests:
		return "There were too many attempts."
	case http.StatusServiceUnavailable:
		return "Roster is busy, or something it needs is not available."
	}
	var refusal *dialect.Refusal
	if errors.As(err, &refusal) {
		return refusal.Detail
	}
	for _, e := range roster.All(err) {
		if e.Detail != "" {
			return strings.ToUpper(e.Detail[:1]) + strings.TrimSuffix(e.Detail[1:], ".") + "."
		}
	}
	return "That did not work."
}
