package web

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"roster/internal/dialect"
)

// Email is a message that a demonstration keeps instead of sending it.
type Email struct {
	To      string
	Subject string
	Text    string
	HTML    string // "" for none
	At      time.Time
	ID      string
}

// OutboxReader reads the messages of a demonstration.
type OutboxReader interface {
	All() []Email // the newest first
	Get(id string) (Email, bool)
}

// outboxPage is the number of messages on a page, which keeps the page below 100 kB.
const outboxPage = 20

// outboxBody holds the contents of the outbox page.
type outboxBody struct {
	Messages []Email
	Older    string // id of the last message shown, if there are older ones
	Newest   bool   // this is the page of the newest messages
	Total    int
	Call     string // a call that sends a message
}

func (s *site) outbox(w http.ResponseWriter, r *http.Request) {
	after := r.URL.Query().Get("after")
	b := s.outboxBody(after)
	script := ""
	if b.Newest {
		script = "outbox.js"
	}
	body, err := s.fill(pageOutbox, view{Title: "Outbox", Script: script, Body: b})
	if err != nil {
		s.face.Fail(w, r, err)
		return
	}
	s.writeFresh(w, r, pageOutbox, body)
}

// outboxBody returns a page of messages: those older than the one with the id after, or the newest.
func (s *site) outboxBody(after string) outboxBody {
	all := s.Outbox.All()
	b := outboxBody{Total: len(all), Newest: after == ""}
	if s.Demo != nil {
		b.Call = s.Demo.CheckCentral
	}
	if after != "" {
		all = all[1+slices.IndexFunc(all, func(m Email) bool { return m.ID == after }):]
	}
	if len(all) > outboxPage {
		all = all[:outboxPage]
		b.Older = all[outboxPage-1].ID
	}
	b.Messages = all
	return b
}

// outboxJSON answers with the outbox as JSON, for scripts.
func (s *site) outboxJSON(w http.ResponseWriter, _ *http.Request) {
	type message struct {
		ID      string    `json:"id"`
		To      string    `json:"to"`
		Subject string    `json:"subject"`
		At      time.Time `json:"at"`
		Text    string    `json:"text"`
		HTML    string    `json:"html,omitempty"`
	}
	messages := []message{}
	for _, m := range s.Outbox.All() {
		messages = append(messages, message{m.ID, m.To, m.Subject, m.At.UTC(), m.Text, m.HTML})
	}
	_ = dialect.WriteJSON(w, http.StatusOK, map[string]any{"messages": messages}) // a reader who left needs no answer
}

// messagePolicy isolates a message: it runs and loads nothing, and its links open in another
// window.
const messagePolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; " +
	"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// messageHTML is the HTML of one message, as a mail program would show it.
func (s *site) messageHTML(w http.ResponseWriter, r *http.Request) {
	m, ok := s.Outbox.Get(r.PathValue("id"))
	if !ok || m.HTML == "" {
		s.nothingHere(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", messagePolicy)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(m.HTML)) // a reader who left needs no answer
}

// segment is a piece of a message's text. With a URL it is a link.
type segment struct{ Text, URL string }

var urls = regexp.MustCompile(`https?://[^\s<>"]+`)

// segments splits a text at its links, as mail programs do.
func segments(text string) []segment {
	var all []segment
	at := 0
	for _, place := range urls.FindAllStringIndex(text, -1) {
		end := place[0] + len(strings.TrimRight(text[place[0]:place[1]], ".,;:!?)'"))
		all = append(all, segment{Text: text[at:place[0]]}, segment{Text: text[place[0]:end], URL: text[place[0]:end]})
		at = end
	}
	return append(all, segment{Text: text[at:]})
}
