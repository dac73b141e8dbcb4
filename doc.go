// Package roster holds the nouns of Roster, the people directory for operations teams: who is on
// the team, what they may do, and whether they will be reached.
//
// The package imports the standard library only and does nothing by itself. The verbs are in
// internal/directory, and everything else stands around those two. Read this package first.
//
// # Glossary
//
//   - [Organization]: a tenant; everything below belongs to exactly one.
//   - [User]: a person or a service account (RFC 7643 §4.1). Has an opaque [UserID] and a number.
//   - [AccessLevel]: one of CheckCentral's seven shipped sets of permissions, one for each user.
//   - [Role]: a named set of [Permissions] (RFC 7643 §4.1.2 "roles"), any number for each user.
//   - [Grant]: permissions that somebody holds, for the organization or for one group.
//   - [Group]: a set of users (RFC 7643 §4.2), of kind [KindGroup] or [KindTeam].
//   - [Department]: one for each user, an object with a name.
//   - [Realm]: where a user proves identity: [RealmDB], [RealmExternal], or the id of a realm.
//   - [BusinessService]: something the company runs and that teams look after.
//   - [Account]: what authentication reads of a user, every time.
//   - [Token]: an API token (RFC 6750) of an organization or of a user; only its SHA-256 is kept.
//   - [Session]: what follows a sign-in (SP 800-63B §5); idle and absolute limits.
//   - [Link]: a single-purpose secret that travels by email and is consumed once.
//   - [Check]: an expected signal: conditions that claim events, and who is told.
//   - [CheckGroup]: a set of checks; a [CheckPermission] says what somebody may do to these.
//   - [Event]: something that arrived; claimed by a check, or unmatched.
//   - [ContactMethod]: an address of a user for a [Service], unconfirmed until the person confirms
//     it.
//   - [Preference]: for a user and a [NotificationType], the set of services.
//   - [Actor]: who calls a verb, with what permissions, through which [Face].
//   - [AuditEntry]: who changed what, from where, before and after; chained by hash.
//   - [Job]: work that was queued in the transaction that made it necessary.
//   - [Error]: the one error type that crosses packages on purpose, of a [Kind].
package roster
