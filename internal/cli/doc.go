// Package cli is Roster's command line. It reads arguments, makes calls of the native API and
// prints the answer. What may be done and how is decided by package directory.
//
// Every command speaks through package client, whoever answers: the server that runs, over the
// socket in its data folder; where none runs, the same routes within the command's own process; or
// a server anywhere, over the network with a token. So there is one path from a command to a verb
// (DECISIONS 21).
//
//   - grammar.go: the commands there are; one file for each noun has theirs.
//   - run.go: from arguments to an exit code. fault.go: what is said when something went wrong.
//   - connection.go: finding who answers. inside.go: answering oneself. folder.go, owner.go: when
//     not to.
//   - login.go: the server and token that are kept. transport.go: how requests are carried.
//   - operator.go: the calls that only the operator may make, see package operator.
//   - shell.go, table.go: printing, for people and for pipes.
//   - complete.go: completion in bash, zsh and fish, from the same grammar.
//
// Results go to the standard output and nothing else does; notes, progress and errors go to the
// standard error.
package cli
