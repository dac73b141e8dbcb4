// Package graze speaks the dialect of the Moogsoft Graze API, v1. A script written for that API
// manages users, teams and security realms here; only the host's name changes.
//
// # Source
//
// The public Graze documentation (Moogsoft AIOps 7.x, Enterprise 8.x, Onprem 9.x), whose pages on
// users do not differ between these versions, and the ways in which existing clients of 6.1 and
// later write requests and read answers. This package decides what the documentation leaves open:
//
//   - statusCode repeats the HTTP status; 3001 is the only other documented number.
//   - authenticate also takes POST, which keeps the password out of the URL.
//   - A taken username is 400 and names the user_id of its user. A taken team or realm names its
//     id.
//   - 0 as text counts like the number: as null for primary_group, department, joined and
//     session_expiry.
//   - An argument that is both in the query and in the body is 400.
//   - In updateUser, "" and null leave email, fullname and password unchanged, because every user
//     made through Graze has them. In updateTeam the same holds for name. An empty list of roles is
//     400.
//   - username in updateUser only selects the user: Graze renames nobody.
//   - updateTeam and deleteTeam take team_id as an id only, never as a name.
//   - A filter of a team that is sent as JSON, as before version 8, is stored as its text.
//   - createSecurityRealm answers with an empty body. updateSecurityRealm leaves configuration
//     unchanged if it is missing.
//
// # What it serves
//
// The endpoints that [Register] lists. Every other endpoint of the API answers 404 in Graze's own
// form. Answers about teams and realms, and the list of users, are streamed.
//
// # What it does not do
//
// It has no rules of the directory: it reads a request, calls one verb of package directory, and
// writes the answer. Prefixes such as /o/<organization>/ and secrets in the URL are removed before.
package graze
