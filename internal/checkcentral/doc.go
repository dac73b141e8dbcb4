// Package checkcentral speaks the dialect of the CheckCentral API: a script written for that API
// works here without a change but the host's name.
//
// # Source
//
// The vendor's help pages (createUser and createCheck as of November 2026) and the ways in which
// existing clients write requests and read answers. The vendor publishes no error and hardly an
// answer; what is decided here follows what its other calls show, and
// docs/adr/0004-answers-where-the-record-is-silent.md has it in short:
//
//   - An answer is an object with a key that says what is in it; one with the key error is an
//     error, and the HTTP status says the same. A token that is made so gets 200 even then, but
//     never for 429 and 5xx. Where nobody has asked who calls (401, 405) it cannot be told from
//     others.
//   - Calls that write are POST with a JSON body. Members that nobody knows are ignored; null
//     counts as left out.
//   - The same type twice in notifications is 400, a taken address is 409.
//   - Authorization: Bearer works besides the query parameter apiToken; where both are given the
//     header counts.
//   - A list is what the token may see: for a user without rights an empty one, not a refusal. Of
//     the entries on a check group that are those of the user, of its groups, and of whom it sees.
//   - Filters by id or address take several values with commas between; those by name take one,
//     since a name may have a comma. Filters of several kinds must all fit. One that nothing fits
//     finds nothing, and is no error.
//   - updateUser and deleteUser name the user by id, or else by email. Where updateUser has both,
//     the email is one to be set; where deleteUser has, it must be that user's. An email that
//     several users have is 409.
//   - updateUser sends a welcome email where that is asked for, unless the user has followed an
//     earlier one.
//   - A check that is made has the published defaults; settings in an answer are as createCheck
//     takes them. Times are RFC 3339, in UTC and whole seconds. email is empty: no check takes mail
//     here yet.
//   - Dates without a zone are the organization's; an endDate includes its day, or its second.
//   - includePendingOverdue, sources, and includeSettings of check groups are taken and change
//     nothing.
//   - Lists of activities have 100 at most, unless activityCount asks for up to 1000; those of a
//     check in getChecks up to 100.
//
// # What it serves
//
// createUser, updateUser, deleteUser, getUsers, createUserGroup, updateUserGroup, deleteUserGroup,
// getUserGroups, getPermissions, getOverview, createCheck, getChecks, getActivities, getCheckGroups
// and getGroups, each with and without a slash at the end.
//
// # What it does not do
//
// It holds no rule about users or checks: it reads a request, calls one verb of package directory,
// and writes the answer. Where an answer is made of several lists, as checks with their activities,
// it calls the verb of each. The token is lifted out of the URL before it.
package checkcentral
