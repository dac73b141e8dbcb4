// Package binary builds the real binary and runs it for tests: servers on loopback ports that the
// kernel chooses, each on a data folder of its own, which can be asked, stopped, killed and started
// again, and commands beside them.
//
// It knows the binary by what anybody sees of it: arguments, environment, exit code, output,
// sockets and files. It imports nothing of Roster. The tests of this folder and those of
// test/browser use it; it is in no binary.
//
// # Map
//
//   - build.go: one build for all tests of a package.
//   - server.go: a server process, from its start to its end.
//   - command.go: a command of the command line, from its arguments to its exit code.
//   - until.go: waiting for a condition without sleeping longer than it takes.
package binary
