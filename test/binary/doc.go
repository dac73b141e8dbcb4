// Package binary builds the real binary and runs it for tests. Servers run on loopback ports that
// the kernel chooses, each with its own data folder. Tests can send them requests, stop, kill and
// restart them, and run commands beside them.
//
// It knows the binary only from outside: arguments, environment, exit code, output, sockets and
// files. It imports nothing of Roster. The tests of this folder and of test/browser use it; it is
// in no binary.
//
// # Map
//
//   - build.go: one build for all tests of a package.
//   - server.go: a server process, from start to end.
//   - command.go: a command, from its arguments to its exit code.
//   - until.go: waiting for a condition, only as long as it takes.
package binary
