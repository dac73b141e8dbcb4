package main

import "fmt"

// record is a figure of another server, measured in November 2026 on a machine with two cores, with
// its control. Figures do not carry over to another machine, but their share of a control roughly
// does. So an aim against a record is scaled by the present control.
type record struct {
	who     string
	figure  float64 // per second
	control key
	then    float64 // the control's rate, per second
}

// The controls of the records.
const (
	bareThen   = 43_100.0 // bare net/http JSON GET, 64 callers
	hashesThen = 44.5     // Argon2id on both cores
	rowThen    = 5_900.0  // SQLite, one row a commit
	rowsThen   = 73_600.0 // SQLite, 1,000 rows a commit
)

// The records that aims refer to.
var (
	gotifyHashedCreate     = record{"Gotify", 27.3, hashesKey(), hashesThen}
	pocketBaseHashedCreate = record{"PocketBase", 13.5, hashesKey(), hashesThen}
	pocketBaseSignIn       = record{"PocketBase", 25.6, hashesKey(), hashesThen}
	slapdCreate            = record{"slapd", 710, key{controlRow, 1}, rowThen}
	pocketBaseCreate       = record{"PocketBase", 435, key{controlGet, 64}, bareThen}
	slapaddBulk            = record{"slapadd", 35_800, key{controlRows, 1}, rowsThen}
	pocketBaseBulk         = record{"PocketBase", 308, key{controlRows, 1}, rowsThen}
	gotifyGet              = record{"Gotify", 4_585, key{controlGet, 64}, bareThen}
	slapdGet               = record{"slapd", 8_533, key{controlGet, 64}, bareThen}
)

// times requires a multiple of the record, scaled by its control.
func (o record) times(factor float64, held string) aim {
	return aim{
		text: fmt.Sprintf("≥ %g × %s", factor, o.who),
		reach: func(r *row, p passes) (string, bool) {
			now := p.around(o.control, r.pass)
			if now == 0 {
				return "no control", false
			}
			times := r.value / (o.figure * now / o.then)
			return fmt.Sprintf("%.1f", times), times >= factor
		},
		limitedBy: held,
	}
}
