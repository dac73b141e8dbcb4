// Package watch decides who is told what, when, by which service, and why not. It is the whole policy
// of being told, and it is pure: it has no store, no clock and no input or output. The numbers N1 to
// N34 beside the code are the rules of the specification of notifications.
//
// # The way of an event
//
// An event arrives for a check. [Receive] says what it changes: the check's state, an alert that
// opens, gets worse or ends, and the occasions to tell people. [Silence] does the same for an event
// that does not come, [Pause] for a check that nobody watches any more.
//
// An occasion is decided by [Decide]. It gets a [Snapshot] of all that matters, and answers for each
// recipient and each service: send, hold until a time, or skip, with a reason of a closed list. A
// held decision is decided again at its time, by the same function with the facts of then. The worker
// that sends and the explanation that people read call the same function.
//
// # Reading order
//
//   - receive.go: states and alerts (N1 to N5, N16, N19, N24).
//   - schedule.go, cron.go, hours.go, zone.go: when an event is due, and hours of the week (N23, N25).
//   - snapshot.go: what a decision depends on.
//   - decide.go: the order of the rules; never nobody (N12); recovery (N17); readers (N31).
//   - gate.go: the rules about an alert itself, before anybody is looked at: paused, log only,
//     acknowledged, maintenance, ended, tolerated, flapping, parent, support hours.
//   - person.go: the rules about a person, then about a service: inactive, away, muted; not chosen, no
//     method; already told, delay, quiet hours, gathered.
//   - digest.go: what a daily summary shows, and when (N31).
//   - explain.go: decisions as sentences (N32).
package watch
