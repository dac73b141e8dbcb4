package watch

import (
	"cmp"
	"slices"
	"time"

	"roster"
)

// DigestDue returns the date of the latest digest whose time has come for a reader, such as
// "2026-12-01", and when the next one's comes (N31). timeOfDay is the organization's, such as
// "08:00"; the zone is the reader's. The caller sends the digest of a date only if the reader had
// none of that date or a later one.
func DigestDue(timeOfDay, timeZone string, now time.Time) (date string, next time.Time) {
	loc := zone(timeZone)
	today := digits(now, loc)
	for day := 1; ; day-- {
		midnight := dateAt(today.Year(), today.Month(), today.Day()+day, 0)
		at := instant(midnight.Add(time.Duration(minutes(timeOfDay))*time.Minute), loc)
		if !at.After(now) {
			return midnight.Format(time.DateOnly), next
		}
		next = at.UTC()
	}
}

// DigestKind is a section of a digest.
type DigestKind string

// The sections.
const (
	DigestFailed      DigestKind = "failed"
	DigestWarned      DigestKind = "warned"
	DigestOverdue     DigestKind = "overdue"
	DigestRecovered   DigestKind = "recovered"
	DigestUnmatched   DigestKind = "unmatched"
	DigestUndelivered DigestKind = "could not be delivered"
)

// DigestKinds lists the sections in the order in which a digest shows them.
var DigestKinds = [...]DigestKind{
	DigestFailed, DigestWarned, DigestOverdue, DigestRecovered, DigestUnmatched, DigestUndelivered,
}

// DigestEntry is something that happened since the last digest.
type DigestEntry struct {
	Kind  DigestKind
	Check roster.CheckLink // zero for an unmatched event
	From  string           // the source of an unmatched event
	Title string
	At    time.Time
}

// DigestLine is a line of a digest. It stands for all entries of a check, or of the source and
// title of unmatched events.
type DigestLine struct {
	DigestEntry     // the latest
	Count       int // how many there were
}

// Reader is what a digest depends on.
type Reader struct {
	SeesAll   bool                    // holds a level of readonly or more for the organization
	Sees      map[roster.CheckID]bool // checks that the reader sees
	OmitEmpty bool                    // wants no digest of a day on which nothing happened
}

// Digest returns the lines of a reader's digest, by section and the latest first. It reports false
// if the reader gets no digest. A reader sees only what they may see: what belongs to no check, or
// to somebody's notifications, only with a level for the whole organization.
func Digest(entries []DigestEntry, r Reader) ([]DigestLine, bool) {
	type subject struct {
		kind        DigestKind
		check       roster.CheckID
		from, title string
	}
	lines := map[subject]DigestLine{}
	for _, e := range entries {
		if ofNoCheck := e.Check.ID == "" || e.Kind == DigestUndelivered; !r.SeesAll && (ofNoCheck || !r.Sees[e.Check.ID]) {
			continue
		}
		key := subject{kind: e.Kind, check: e.Check.ID}
		if e.Check.ID == "" {
			key.from, key.title = e.From, e.Title
		}
		line, seen := lines[key]
		if !seen || latestEntry(line.DigestEntry, e) {
			line.DigestEntry = e
		}
		line.Count++
		lines[key] = line
	}
	all := make([]DigestLine, 0, len(lines))
	for _, line := range lines {
		all = append(all, line)
	}
	slices.SortFunc(all, func(a, b DigestLine) int {
		return cmp.Or(
			cmp.Compare(slices.Index(DigestKinds[:], a.Kind), slices.Index(DigestKinds[:], b.Kind)),
			b.At.Compare(a.At), cmp.Compare(a.Check.ID, b.Check.ID), cmp.Compare(a.From, b.From), cmp.Compare(a.Title, b.Title),
		)
	})
	return all, len(all) > 0 || !r.OmitEmpty
}

// latestEntry reports whether b is to be shown instead of a: it is later, or at the same time its
// title sorts first.
func latestEntry(a, b DigestEntry) bool {
	return b.At.After(a.At) || b.At.Equal(a.At) && b.Title < a.Title
}
