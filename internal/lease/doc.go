// Package lease lets one of several servers on a database hold an [Office]: do what one at a time
// has to do, such as sweeping.
//
// Each holder has an epoch. The holder beats: it changes the office's row every [BeatEvery].
// Another server that has seen the row unchanged for [LostAfter], by its own monotonic clock, takes
// the office in the next epoch. No two clocks are compared.
//
// A holder may have lost its office without noticing, for example because its process was stopped.
// So everything that a holder writes, it writes by [Term.Update], which first locks the row and
// compares the epoch.
package lease
