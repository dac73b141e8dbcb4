// Command bench measures Roster and its machine in one run, and prints one table: what the binary
// does in a second, beside what the same work costs alone.
//
// Absolute figures do not carry over from one hour or machine to another. So every row has a
// control that was measured just before and just after it, and the aims are ratios. The generator
// shares the machine's cores with what it measures, so it is cheap: persistent connections,
// prepared requests, and a parser that reads only the part of an answer that it needs.
//
// It measures the binary over sockets, like any client, and imports none of its packages except the
// one that starts PostgreSQL. It is no test: it fails only if it cannot measure. Wrong answers are
// counted and void the aims of their row.
//
// # Map
//
//   - main.go, plan.go: the command line; the measurements and their order.
//   - load.go, wire.go, histogram.go, template.go: the generator.
//   - process.go, roster.go, seed.go, people.go: the binary that is measured, and its data.
//   - creates.go, reads.go, signin.go, storm.go, overload.go, events.go, footprint.go: the loads.
//   - growth.go: the same reads among more and more users, and the batches that make these.
//   - controls.go, echo.go, model.go, postgres.go: what the machine can do.
//   - aims.go, others.go, row.go, table.go, report.go: how the figures are judged and shown.
//   - profile_test.go: the server in this process, to profile it.
//   - host_linux.go, host_other.go: what depends on the operating system.
package main
