package main

import "fmt"

// record is a figure of another server, measured in November 2026 on a machine with two cores, with
// its control. Figures do not carry over to another machine, but their share of a control roughly
// does. So an aim against a record is scaled by the present control.
//
// A server that was measured in the same run is compared with that instead.
type record struct {
	who     string
	figure  float64 // per second; 0 if there is none on record
	control key
	then    float64 // the control's rate, per second

	work    string // what is measured of it in the same run, if anything is
	callers int
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
	gotifyHashedCreate     = record{"Gotify", 27.3, hashesKey(), hashesThen, "", 0}
	pocketBaseHashedCreate = record{pocketBase, 13.5, hashesKey(), hashesThen, rivalHashedCreate, 8}
	pocketBaseSignIn       = record{pocketBase, 25.6, hashesKey(), hashesThen, rivalSignIn, 8}
	slapdCreate            = record{slapd, 710, key{controlRow, 1}, rowThen, rivalCreate, 64}
	pocketBaseCreate1      = record{pocketBase, 0, key{}, 0, rivalCreate, 1}
	pocketBaseCreate8      = record{pocketBase, 0, key{}, 0, rivalCreate, 8}
	pocketBaseCreate64     = record{pocketBase, 435, key{controlGet, 64}, bareThen, rivalCreate, 64}
	slapaddBulk            = record{"slapadd", 35_800, key{controlRows, 1}, rowsThen, "", 0}
	pocketBaseBulk         = record{pocketBase, 308, key{controlRows, 1}, rowsThen, "", 0}
	gotifyGet              = record{"Gotify", 4_585, key{controlGet, 64}, bareThen, "", 0}
	slapdGet               = record{slapd, 8_533, key{controlGet, 64}, bareThen, rivalGet, 64}
)

// times requires a multiple of what the other server does in this run, or of its record, scaled by
// the control.
func (o record) times(factor float64, held string) aim {
	return aim{
		text: fmt.Sprintf("≥ %g × %s", factor, o.who),
		reach: func(r *row, p passes) (string, bool) {
			if now := p.around(rivalKey(o.who, o.work, o.callers), r.pass); now > 0 {
				return fmt.Sprintf("%.1f in this run", r.value/now), r.value >= factor*now
			}
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
