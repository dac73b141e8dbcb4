// Command bench measures Roster and the machine it runs on, in one run, and prints one table: what
// the binary does in a second, beside what the same work costs where nothing else is done.
//
// Absolute figures do not carry from one hour or machine to another. So every row stands against a
// control that was measured just before and just after it, and the aims are ratios. The generator
// shares the machine's cores with what it measures; it is cheap, so that it hides nothing:
// persistent connections, requests built beforehand, and a parser that reads no more of an answer
// than it checks.
//
// It measures the binary over sockets as anybody else reaches it, and imports none of its packages
// but the one that starts a PostgreSQL. It is no test: it fails only where it cannot measure.
// Answers that are not what was asked for are counted, and void the aims of their row.
//
// # Map
//
//   - main.go, plan.go: the command line; what is measured, and in which order.
//   - load.go, wire.go, histogram.go, template.go: the generator.
//   - process.go, roster.go, seed.go, people.go: the binary under measurement, and what is in it.
//   - creates.go, reads.go, signin.go, storm.go, overload.go, footprint.go: what it is asked to do.
//   - growth.go: the same reads among more and more users, and the batches that make these.
//   - controls.go, echo.go, model.go, postgres.go: what the machine gives by itself.
//   - aims.go, others.go, row.go, table.go, report.go: how the figures are judged and shown.
//   - profile_test.go: the server in this process, for a profile of it.
//   - host_linux.go, host_other.go: what only the operating system knows.
package main
