package directory

import (
	"context"
	"iter"

	"roster"
)

// AlertList says which alerts ListAlerts returns, the newest first.
type AlertList struct {
	Before roster.AlertID // only those that opened earlier
	Check  roster.CheckID
	Open   roster.Set[bool] // whether it is open
	Counting
}

// ListAlerts returns the alerts that the actor may see: those of the checks it sees. An error ends
// the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListAlerts(ctx context.Context, by roster.Actor, in AlertList) (iter.Seq2[roster.Alert, error], error) {
	if err := allow(by, ActAlertRead); err != nil {
		return nil, err
	}
	if !isName(string(in.Check)) || !isName(string(in.Before)) {
		return noRecords[roster.Alert](), nil
	}
	q := AlertQuery{Check: in.Check, Open: in.Open, Scope: checkScope(by)}
	return listOf(ctx, d, part[roster.AlertID]{After: in.Before}, in.Counting, func(tx Tx, p part[roster.AlertID]) (Rows[roster.Alert], error) {
		q := q
		q.Before, q.Limit, q.Count = p.After, p.Limit, p.Count
		return tx.Alerts(by.OrganizationID, q)
	}, func(a roster.Alert) roster.AlertID { return a.ID }), nil
}

// GetAlert returns one alert that the actor may see.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (d *Directory) GetAlert(ctx context.Context, by roster.Actor, id roster.AlertID) (roster.Alert, error) {
	if err := allow(by, ActAlertRead); err != nil {
		return roster.Alert{}, err
	}
	if id == "" || !isName(string(id)) {
		return roster.Alert{}, noAlert()
	}
	return view(ctx, d, func(tx Tx) (roster.Alert, error) {
		found, err := tx.Alerts(by.OrganizationID, AlertQuery{ID: id, Scope: checkScope(by), Limit: 1})
		if err != nil {
			return roster.Alert{}, err
		}
		if a, found := found.First(); found {
			return a, nil
		}
		return roster.Alert{}, noAlert()
	})
}

func noAlert() error {
	return &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no alert"}
}
