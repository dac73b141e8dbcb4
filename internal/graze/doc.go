// Package graze speaks the dialect of the Moogsoft Graze API, v1: a script written for that API creates
// and reads users here without a change but the host's name.
//
// # Source
//
// The public Graze documentation (Moogsoft AIOps 7.x, Enterprise 8.x, Onprem 9.x), of which the pages on
// users do not differ between these versions, and the ways in which existing clients of 6.1 and later
// write requests and read answers. What the record leaves open is decided in this package:
//
//   - statusCode repeats the HTTP status; 3001 is the only other number on record.
//   - authenticate takes POST too, which keeps the password out of the URL.
//   - A taken username is 400 and names the user_id of who has it.
//   - An argument that is given both in the query and in the body is 400.
//
// # What it serves
//
// authenticate, createUser, getUserInfo and getUsers. Every other endpoint of the API answers 404 in
// Graze's own form.
//
// # What it does not do
//
// It holds no rule about users: it reads a request, calls one verb of package directory, and writes the
// answer. Prefixes such as /o/<organization>/ and secrets in the URL are taken off before it.
package graze
