// Package roster holds the nouns of Roster, the people directory for operations teams: who is on
// the team, what they may do, and whether they can be reached.
//
// The package imports only the standard library and does nothing by itself. The verbs are in
// internal/directory. All other packages build on these two. Read this package first.
//
// # Glossary
//
//   - [Organization]: a tenant. Every other record belongs to exactly one.
//   - [User]: a person or a service account (RFC 7643 §4.1), with an opaque [UserID] and a number.
//   - [AccessLevel]: one of CheckCentral's seven fixed sets of permissions. A user has one.
//   - [Role]: a named set of [Permissions] (RFC 7643 §4.1.2 "roles"). A user has any number.
//   - [Grant]: permissions that a user holds, for the organization or for one group.
//   - [Group]: a set of users (RFC 7643 §4.2), of kind [KindGroup] or [KindTeam].
//   - [Department]: a part of the company. A user belongs to one at most.
//   - [Realm]: where a user proves identity: [RealmDB], [RealmExternal], or the id of a realm.
//   - [BusinessService]: something the company runs and that teams look after.
//   - [Account]: the part of a user that authentication reads each time.
//   - [Token]: an API token (RFC 6750) of an organization or of a user. Only its SHA-256 is stored.
//   - [Session]: a signed-in user (SP 800-63B §5), limited by idle time and in total.
//   - [Link]: a secret for one purpose, sent by email and used once.
//   - [Check]: an expected signal: conditions that claim events, and the people to notify.
//   - [CheckGroup]: a set of checks. A [CheckPermission] lets a user or group work on them.
//   - [Event]: a signal that arrived. A check claims it, or it stays unmatched.
//   - [ContactMethod]: an address of a user for a [Service]. The person confirms it.
//   - [Preference]: the services that notify a user about one [NotificationType].
//   - [Actor]: the caller of a verb, with its permissions and its [Face].
//   - [AuditEntry]: who changed what, from where, before and after. Entries are chained by hash.
//   - [Job]: work that is queued in the transaction that needs it.
//   - [Error]: the one error type that crosses packages on purpose. It has a [Kind].
package roster
