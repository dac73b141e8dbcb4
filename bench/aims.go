package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// aim is a goal for a row.
type aim struct {
	text string
	// reach returns what the row reached, in words, and whether that is enough.
	reach     func(r *row, p passes) (got string, met bool)
	limitedBy string // what limits it; shown if the aim is missed
}

// atLeast requires a share of the row's control.
func atLeast(share float64, held string) aim {
	return aim{
		text: fmt.Sprintf("ratio ≥ %g", share),
		reach: func(r *row, _ passes) (string, bool) {
			return fmt.Sprintf("%.2f", r.ratio()), r.ratio() >= share
		},
		limitedBy: held,
	}
}

// latencyWithin asks that a latency is no longer than a limit.
func latencyWithin(what string, of func(*row) time.Duration, limit time.Duration, held string) aim {
	return aim{
		text: fmt.Sprintf("%s ≤ %s", what, limit),
		reach: func(r *row, _ passes) (string, bool) {
			return milliseconds(of(r)), of(r) <= limit
		},
		limitedBy: held,
	}
}

// atMost requires a value of at most the limit.
func atMost(limit float64, unit, held string) aim {
	return aim{
		text: fmt.Sprintf("≤ %g %s", limit, unit),
		reach: func(r *row, _ passes) (string, bool) {
			return fmt.Sprintf("%.1f", r.value), r.value <= limit
		},
		limitedBy: held,
	}
}

func hashesKey() key { return key{controlHashes, runtime.NumCPU()} }

// The causes that limit a measurement, for rows that miss their aim.
const (
	heldHash = "A create with a password is the hash and little else. What is missing went to the request around it on the " +
		"same cores, and to the slot that the gate keeps free while requests without a hash are in flight."
	heldQueue = "An answer waits for the hashes before it. The gate turns callers away when it estimates more than 2 s, " +
		"from a moving mean: a machine that slows down in that time makes the estimate too short."
	heldRefusal = "A refusal is held back for 250 ms, and then needs a processor that is busy hashing."
	heldRash    = "A refusal costs a request and its log line; how many come depends on how long each is held."
	heldSiege   = "Two addresses that both have callers waiting share the hashes by halves."
	heldOne     = "A lone caller pays for everything in turn: HTTP, about ten statements instead of one, and a log several " +
		"times as long to flush. Nobody shares the commit."
	heldMany = "A whole create is about ten statements where the model has one: the record for repeats, the user, its " +
		"groups and audit entry, with their indexes. They run one after another on the writer's core."
	heldJourneys = "Each create writes about eight tables with their indexes where the control has one, and the log of a change " +
		"is as long. The server, its callers and PostgreSQL share two cores."
	heldConflict     = "A create that fails after its first write is undone and its neighbours run again."
	heldPostgresRead = "A read is one journey to PostgreSQL, whose processes share the cores; the bare server asks nobody."
	heldRead         = "Each read finds its credential and then the user in the store, by several statements, since nothing is " +
		"authorized from a cache; the bare server does neither, and logs no request."
	heldSlow  = "A read waits for a free connection to the store, and for a core."
	heldBatch = "A user of a batch is about ten rows with their indexes, where the control has one: the user, " +
		"the words by which it is found, the audit entry with its details."
	heldGrowth = "What is read lies in more pages than the caches hold; trees are a level deeper."
	heldSearch = "The rarest of the words leads, and the more of the users have it the more are looked at; at 1,000 users nobody " +
		"shares a first name, so an answer has one user instead of a page."
	heldStorm = "The hashes have a core to themselves as long as anybody waits; with two cores that leaves one for the server, " +
		"for what measures it and for the refusals."
	heldStart  = "A start opens and checks the store; the first one makes the schema and what ships with it."
	heldMemory = "The embedded SQLite and its caches, the compiled tables of Unicode and zones, and the binary's own pages."
	heldBinary = "The embedded SQLite is C translated to Go; with the driver of PostgreSQL and the tables of Unicode it is most of the binary."
)

// noneRefused requires that no caller was told to come again later.
func noneRefused(res *result) aim {
	return aim{
		text: "none refused",
		reach: func(*row, passes) (string, bool) {
			return fmt.Sprint(res.refusal.total), res.refusal.total == 0
		},
		limitedBy: heldSiege,
	}
}

// aimCreate sets the aims of a create without a password.
func (b *bench) aimCreate(r *row, s *site) {
	switch {
	case s.store != storeSQLite && r.callers == 64:
		r.aims = []aim{atLeast(0.35, heldJourneys)}
	case s.store != storeSQLite:
	case r.callers == 1:
		r.aims = append([]aim{atLeast(0.6, heldOne)}, b.ifMeasured(pocketBaseCreate1, 6, heldOne)...)
	case r.callers == 8:
		r.aims = append([]aim{atLeast(0.6, heldMany)}, b.ifMeasured(pocketBaseCreate8, 8, heldMany)...)
	default:
		r.aims = []aim{atLeast(0.7, heldMany), slapdCreate.times(8, heldMany), pocketBaseCreate64.times(14, heldMany)}
	}
}

// aimHashedCreate sets the aims of a create with a password.
func (b *bench) aimHashedCreate(r *row) {
	const (
		longest = 2500 * time.Millisecond
		held    = 350 * time.Millisecond // a refusal is held back for 250 ms
	)
	switch r.callers {
	case 8:
		r.aims = []aim{
			atLeast(0.93, heldHash), gotifyHashedCreate.times(1.5, heldHash), pocketBaseHashedCreate.times(3, heldHash),
		}
	case 64:
		r.aims = []aim{
			atLeast(0.93, heldHash),
			latencyWithin("accepted", func(r *row) time.Duration { return r.slowest }, longest, heldQueue),
			latencyWithin("refused p99", func(r *row) time.Duration { return r.turnedBy }, held, heldRefusal),
		}
	}
}

// aimRead sets the aims of reads with a cached credential and with a token.
func (b *bench) aimRead(basic, token *row, s *site) {
	if s.store != storeSQLite {
		basic.aims, token.aims = []aim{atLeast(0.17, heldPostgresRead)}, []aim{atLeast(0.17, heldPostgresRead)}
		return
	}
	basic.aims = []aim{atLeast(0.25, heldRead), pocketBaseSignIn.times(200, heldRead)}
	token.aims = []aim{
		atLeast(0.25, heldRead),
		latencyWithin("p99", func(r *row) time.Duration { return r.p99 }, 30*time.Millisecond, heldSlow),
		gotifyGet.times(2, heldRead), slapdGet.times(1, heldRead),
	}
}

// aimBatch sets the aims of a batch, which are those of an import.
func (b *bench) aimBatch(r *row, s *site) {
	if s.store != storeSQLite {
		r.against = key{}
		return
	}
	r.aims = []aim{atLeast(0.3, heldBatch), slapaddBulk.times(1, heldBatch), pocketBaseBulk.times(100, heldBatch)}
}

// aimGrowth requires that a read costs the same for any number of users.
func (b *bench) aimGrowth(r *row, work string, s *site) {
	if r.base == 0 || s.store != storeSQLite {
		return
	}
	r.aims = []aim{atLeast(1/1.5, heldGrowth)} // its latency at most 1.5 times that among 1,000
	if strings.HasPrefix(work, "search by two words") {
		r.aims = []aim{atLeast(1.0/3, heldSearch)}
	}
	if strings.HasPrefix(work, "look-up") && strings.Contains(r.work, "1,000,000") {
		r.aims = append(r.aims, aim{
			text:      "≥ 8,000/s",
			reach:     func(r *row, _ passes) (string, bool) { return thousands(r.value), r.value >= 8000 },
			limitedBy: heldGrowth,
		})
	}
}

// aimStorm sets how much of its rate work without a hash should keep beside sign-ins.
func (b *bench) aimStorm(r *row) { r.aims = []aim{atLeast(0.5, heldStorm)} }
