// Package watch decides who is told what, when, by which service, and why not. It is the whole
// policy of being told. It is pure: it has no store, no clock, and reads and writes nothing. The
// numbers beside the code, N1 to N34, are the rules of the specification of notifications.
//
// # The way of an event
//
// An event arrives, and a check claims it ([ClaimOrder], [StatusOf]). [Receive] says what it
// changes: the state of the check, an alert that opens, gets worse or ends, and the occasions to
// tell people. [Silence] does the same for an event that does not come, [Pause] and [Watch] for a
// check that is paused and watched again.
//
// [Decide] decides an occasion. It gets a [Snapshot] of all that matters. For each recipient and
// each service it answers send, hold until a time, or skip, with a reason of a closed list. A held
// decision is decided again at its time, by the same function and with the facts of that time.
//
// The worker that sends and the page that explains call the same function. A question about a time
// to come is a snapshot of that time, with an alert that Receive opens for a failure of then.
//
// # The order of the rules
//
// The alert comes first (gate.go). The first rule that applies decides for everybody: paused, log
// only, acknowledged, maintenance, ended, tolerated, flapping, parent, support hours.
//
// The person is next (person.go): inactive, away, muted. Then comes each service: not chosen, no
// method that can be used. If no chosen service can reach somebody, email is used instead. Then
// comes the time: told already, ended, delay, quiet hours, gathered.
//
// At last a page must not reach nobody (neverNobody in decide.go): quiet hours and mutes are
// ignored, then the last resort is told, then people who are away.
//
// # Reading order
//
//   - claim.go: which check an event belongs to, and what its status is (N8)
//   - receive.go, ongoing.go: states, alerts and occasions (N1 to N5, N15, N16, N19, N24)
//   - schedule.go, cron.go, hours.go, zone.go: when an event is due, and hours of a week (N23, N25)
//   - snapshot.go: what a decision depends on
//   - decide.go: the occasions, never nobody (N12), recovery (N17), readers (N31)
//   - gate.go, person.go: the rules in their order (N3 to N6, N9 to N11, N15, N18 to N22, N27)
//   - digest.go: when a digest comes, and what it shows (N31)
//   - explain.go: decisions as sentences (N32)
package watch
