package client

import (
	"context"
	"iter"
	"net/url"
	"time"
)

// Alert is one trouble of a check. A failing event opens it, a success of the same key ends it.
type Alert struct {
	ID           string            `json:"id"`
	Check        Link              `json:"check"`
	DedupKey     string            `json:"dedupKey"` // which trouble of the check it is
	Title        string            `json:"title"`    // of the event that opened it; "" if silence did
	Labels       map[string]string `json:"labels"`
	State        AlertState        `json:"state"`
	CheckState   CheckState        `json:"checkState"` // what it makes of the check while it is open
	Highest      CheckState        `json:"highest"`    // the worst that CheckState has been
	Urgency      Urgency           `json:"urgency"`
	Failures     int               `json:"failures"` // failing events, and runs that did not come
	OpenedAt     time.Time         `json:"openedAt"`
	LastEventAt  time.Time         `json:"lastEventAt"`
	EndedAt      *time.Time        `json:"endedAt"`      // nil: it is open
	Acknowledged *Acknowledgement  `json:"acknowledged"` // nil: nobody said that they take care of it
}

// Acknowledgement says who takes care of an alert.
type Acknowledgement struct {
	By    Member     `json:"by"`
	At    time.Time  `json:"at"`
	Until *time.Time `json:"until"` // nil: until the alert ends
}

// AlertState is how far an alert has come.
type AlertState string

// The states of alerts.
const (
	AlertOpen         AlertState = "open"
	AlertAcknowledged AlertState = "acknowledged"
	AlertEnded        AlertState = "ended"
)

// Urgency says how hard people are woken.
type Urgency string

// The urgencies.
const (
	UrgencyPage  Urgency = "page"  // at any time
	UrgencyHours Urgency = "hours" // within support hours
	UrgencyLog   Urgency = "log"   // not at all
)

// AlertListOptions say which alerts a list has.
type AlertListOptions struct {
	Check string     // an id
	State AlertState // AlertOpen: those that have not ended, acknowledged or not; AlertEnded: the others; "": all
	Count bool       // as in ListOptions
	PageOptions
}

func (o AlertListOptions) query() url.Values {
	q := CountOptions{o.Count, o.PageOptions}.query()
	set(q, "check", o.Check)
	set(q, "state", string(o.State))
	return q
}

// Alerts are the alerts of the organization's checks.
type Alerts struct{ c *Client }

// List returns the alerts that the caller may see, newest first. It fetches them page by page; an
// error ends the sequence.
func (s *Alerts) List(ctx context.Context, o AlertListOptions) iter.Seq2[Alert, error] {
	return list[Alert](ctx, s.c, "/alerts", o.query())
}

// Page returns one page of what [Alerts.List] returns.
func (s *Alerts) Page(ctx context.Context, o AlertListOptions) (Page[Alert], error) {
	return page[Alert](ctx, s.c, "/alerts", o.query())
}

// Get returns an alert.
func (s *Alerts) Get(ctx context.Context, id string, opts ...FieldsOption) (Alert, error) {
	return get[Alert](ctx, s.c, at("/alerts", id), opts)
}
