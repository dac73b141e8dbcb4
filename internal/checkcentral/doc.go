// Package checkcentral speaks the dialect of the CheckCentral API. A script written for that API
// works here; only the host's name changes.
//
// # Source
//
// The vendor's help pages (createUser and createCheck as of November 2026) and the ways in which
// existing clients write requests and read answers. The vendor documents no errors and few answers.
// The decisions here follow its other calls; docs/adr/0004-answers-where-the-record-is-silent.md
// lists them too:
//
//   - An answer is an object with one key for its contents. The key error means an error, and the
//     HTTP status says the same. A token can ask for status 200 on errors, except for 429 and 5xx.
//     Before the caller is known (401, 405) such a token cannot be recognised.
//   - Calls that write are POST with a JSON body. Unknown members are ignored. Null counts as
//     missing.
//   - The same type twice in notifications is 400. A taken address is 409.
//   - Authorization: Bearer works besides the query parameter apiToken, and wins over it.
//   - A list holds what the token may see. Without rights it is empty, not refused. Entries on a
//     check group are shown if they are the user's, its groups', or those of people whom the user
//     sees.
//   - Filters by id or address take several values separated by commas. Filters by name take one
//     value, because a name may contain a comma. All filters must match. A filter that matches
//     nothing gives an empty list.
//   - updateUser and deleteUser name the user by id, or else by email. With both, updateUser sets
//     the email, and in deleteUser it must be that user's. An email that several users have is 409.
//   - updateUser sends a welcome email on request, unless the user has followed an earlier one.
//   - A new check has the published defaults. Settings in an answer have the form of createCheck.
//     Times are RFC 3339, in UTC and whole seconds. email is empty, because no check takes mail
//     yet.
//   - Dates without a zone are the organization's. An endDate includes its whole day or second.
//   - includePendingOverdue, sources, and includeSettings of check groups have no effect.
//   - Lists of activities hold at most 100, or activityCount up to 1000. Those of a check in
//     getChecks hold up to 100.
//
// # What it serves
//
// createUser, updateUser, deleteUser, getUsers, createUserGroup, updateUserGroup, deleteUserGroup,
// getUserGroups, getPermissions, getOverview, createCheck, getChecks, getActivities, getCheckGroups
// and getGroups, each with and without a final slash.
//
// # What it does not do
//
// It has no rules of users or checks: it reads a request, calls one verb of package directory, and
// writes the answer. If an answer combines several lists, such as checks with their activities, it
// calls the verb of each. The server removes the token from the URL before.
package checkcentral
