package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/directory"
)

// alert is an alert as the API shows it.
type alert struct {
	ID           roster.AlertID    `json:"id" format:"uuid" doc:"The alert's id."`
	Check        checkLink         `json:"check" doc:"The check that is in trouble."`
	DedupKey     string            `json:"dedupKey" doc:"Which trouble of the check it is, as its events name it."`
	Title        string            `json:"title" doc:"The title of the event that opened it; empty if silence did."`
	Labels       map[string]string `json:"labels" doc:"The labels of that event."`
	State        alertState        `json:"state" doc:"How far it has come."`
	CheckState   roster.State      `json:"checkState" doc:"What it makes of the check while it is open: warning, failure or overdue."`
	Highest      roster.State      `json:"highest" doc:"The worst that checkState has been."`
	Urgency      roster.Urgency    `json:"urgency" doc:"How hard people are woken."`
	Failures     int               `json:"failures" doc:"The number of failing events, and of runs that did not come, since it opened."`
	OpenedAt     time.Time         `json:"openedAt" doc:"When it opened."`
	LastEventAt  time.Time         `json:"lastEventAt" doc:"When its last event came."`
	EndedAt      *time.Time        `json:"endedAt" doc:"When it ended; null: it is open."`
	Acknowledged *acknowledgement  `json:"acknowledged" doc:"Who takes care of it; null: nobody said so."`
}

// TransformSchema implements [huma.SchemaTransformer]: a member may be null.
func (alert) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["acknowledged"] = orNull(s.Properties["acknowledged"])
	return s
}

// acknowledgement says who takes care of an alert.
type acknowledgement struct {
	By    userLink   `json:"by" doc:"The user."`
	At    time.Time  `json:"at" doc:"Since when."`
	Until *time.Time `json:"until" doc:"When it lapses; null: with the end of the alert."`
}

// alertState says how far an alert has come.
type alertState string

// The states of alerts.
const (
	alertOpen         alertState = "open"
	alertAcknowledged alertState = "acknowledged"
	alertEnded        alertState = "ended"
)

// openOrEnded is which alerts a list has.
type openOrEnded string

// The requests about alerts.
type (
	listAlerts struct {
		Page
		State openOrEnded `query:"state" doc:"open: only alerts that have not ended, acknowledged or not; ended: only others."`
		Check string      `query:"check" maxLength:"255" doc:"Only alerts of this check, by its id."`
	}
	readAlert struct {
		One
		Part
	}
)

// alerts registers the calls about alerts.
func (a *api) alerts(d *directory.Directory) {
	const tag, path = "Alerts", "/alerts"
	shown := showAlert(exampleAlert)
	listRoute(a, operation{
		id: "listAlerts", call: "GET " + path, tag: tag, summary: "List alerts",
		description: "The alerts of the checks that the caller may see, newest first. An alert is one trouble of a check: a failing event opens it, a success of the same key ends it.",
		answer:      listed[alert]{Items: []alert{shown}},
	}, listing[roster.Alert, roster.AlertID]{
		key: func(a roster.Alert) roster.AlertID { return a.ID }, show: func(a roster.Alert) any { return showAlert(a) },
	}, func(_ roster.Actor, q *listAlerts, after *roster.AlertID) (directory.AlertList, error) {
		in := directory.AlertList{Before: orZero(after), Check: roster.FoldID(roster.CheckID(q.Check))}
		if q.State != "" {
			in.Open = roster.Some(q.State == "open")
		}
		return in, nil
	}, d.ListAlerts)
	route(a, operation{
		id: "getAlert", call: "GET " + path + "/{id}", tag: tag, summary: "Read an alert", description: "One alert.", answer: shown,
	}, func(_ roster.Actor, q *readAlert) (roster.AlertID, error) {
		return roster.AlertID(q.ID), nil
	}, d.GetAlert, func(_ *readAlert, a roster.Alert) answer { return answer{body: showAlert(a)} })
}

func showAlert(a roster.Alert) alert {
	shown := alert{
		ID: a.ID, Check: checkLink(a.Check), DedupKey: a.DedupKey, Title: a.Title, Labels: showLabels(a.Labels), State: alertOpen,
		CheckState: a.State, Highest: a.Highest, Urgency: a.Urgency, Failures: a.Failures, OpenedAt: a.OpenedAt, LastEventAt: a.LastEventAt,
		EndedAt: orNil(a.EndedAt),
	}
	if k := a.Acknowledged; !k.At.IsZero() {
		shown.State, shown.Acknowledged = alertAcknowledged, &acknowledgement{userLink(k.By), k.At, orNil(k.Until)}
	}
	if !a.Open() {
		shown.State = alertEnded
	}
	return shown
}
