// Package checkcentral speaks the dialect of the CheckCentral API: a script written for that API creates
// and lists users here without a change but the host's name.
//
// # Source
//
// The vendor's help pages (createUser as of November 2026) and the ways in which existing clients write
// requests and read answers. The vendor publishes no answer of a call about users and no error; these are
// decided in this package, after the lists and errors of its other calls:
//
//   - An answer is an object with the key user, users or userGroups, an error one with the key error,
//     and the HTTP status says the same.
//   - The same type twice in notifications is 400, a taken address is 409.
//   - Authorization: Bearer works besides the query parameter apiToken; where both are given the header
//     counts.
//   - userId, userEmail and userGroupId take several values with commas between.
//
// # What it serves
//
// createUser, getUsers and getUserGroups, each with and without a slash at the end.
//
// # What it does not do
//
// It holds no rule about users: it reads a request, calls one verb of package directory, and writes the
// answer. The token is lifted out of the URL before it.
package checkcentral
