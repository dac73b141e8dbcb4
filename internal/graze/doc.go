// Package graze speaks the dialect of the Moogsoft Graze API, v1: a script written for that API
// manages users, teams and security realms here without a change but the host's name.
//
// # Source
//
// The public Graze documentation (Moogsoft AIOps 7.x, Enterprise 8.x, Onprem 9.x), of which the
// pages on users do not differ between these versions, and the ways in which existing clients of
// 6.1 and later write requests and read answers. What the record leaves open is decided in this
// package:
//
//   - statusCode repeats the HTTP status; 3001 is the only other number on record.
//   - authenticate takes POST too, which keeps the password out of the URL.
//   - A taken username is 400 and names the user_id of who has it. A taken team or realm names its
//     id.
//   - 0 as text counts as the number does: as null for primary_group, department, joined and
//     session_expiry.
//   - An argument that is given both in the query and in the body is 400.
//   - updateUser leaves email, fullname and password as they are where they are "" or null, because
//     no user made through Graze is without them; so does updateTeam with name. An empty list of
//     roles is 400.
//   - username in updateUser only picks the user: Graze renames nobody.
//   - updateTeam and deleteTeam take team_id as an id alone, never as a name.
//   - A filter of a team that is sent as JSON, as it was before 8, is kept as its text.
//   - createSecurityRealm answers with an empty body; updateSecurityRealm leaves configuration as
//     it is where it is left out.
//
// # What it serves
//
// The endpoints that [Register] lists. Every other endpoint of the API answers 404 in Graze's own
// form. Answers about teams and realms, and the list of users, are streamed.
//
// # What it does not do
//
// It holds no rule about the directory: it reads a request, calls one verb of package directory,
// and writes the answer. Prefixes such as /o/<organization>/ and secrets in the URL are taken off
// before it.
package graze
