// Package cli is Roster's command line. It reads arguments, makes one call and prints the answer; what
// may be done and how is decided by package directory.
//
// Every command that touches the directory speaks the protocol of package control, whoever answers: the
// server that runs, over the socket in its data folder, or, where none runs, the same handler within the
// command's own process. So there is one path from a command to a verb (DECISIONS 21).
//
//   - grammar.go: the commands there are; one file for each noun has theirs.
//   - run.go: from arguments to an exit code. fault.go: what is said when something went wrong.
//   - connection.go: finding who answers. inside.go: answering oneself. owner.go: when not to.
//   - shell.go, table.go: printing, for people and for pipes.
//   - complete.go: completion in bash, zsh and fish, from the same grammar.
//
// Results go to the standard output and nothing else does; notes, progress and errors go to the standard
// error.
package cli
