// Package auth says who is calling: it verifies passwords, sessions and tokens and returns a
// roster.Actor. It is the verifier of NIST SP 800-63B.
//
// What an actor may do is not decided here but by the policy in internal/directory, with one
// exception: a face may say which permission its callers need to count as signed in at all (see
// [Attempt]). The package opens no sessions and issues no tokens either; it makes their secrets
// (see [Secrets]) and reads what the store keeps of them.
//
//   - auth.go, organization.go: [Authenticator], what every way in has in common
//   - password.go, session.go, token.go: the three ways in
//   - background.go: what is written after the answer: touches, uses, addresses
//   - verdict.go, outside.go: judging a password, at the same cost for every name
//   - throttle.go, shared.go, address.go: how often a name may be tried, here and over all servers
//   - cache.go, expiring.go: passwords that were verified a moment ago
//   - hash.go, phc.go: [Hasher], Argon2id
//   - gate.go, memory.go: how many hashes run at a time, and the memory they leave
//   - flight.go, mac.go: equal calls share one run, without keeping what they are equal in
//   - secret.go, strength.go, match.go, dictionary.go: making secrets, judging passwords that
//     people choose
//   - keys.go: the server's own key and what is derived from it
package auth
