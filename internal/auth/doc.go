// Package auth finds out who is calling: it verifies passwords, sessions and tokens and returns a
// roster.Actor. It is the verifier of NIST SP 800-63B.
//
// The policy in internal/directory decides what an actor may do. There is one exception: a face can
// require a permission for a caller to be signed in at all (see [Attempt]). The package does not
// open sessions or issue tokens. It makes their secrets (see [Secrets]) and reads what the store
// holds of them.
//
//   - auth.go, organization.go: [Authenticator], and what all kinds of sign-in share
//   - password.go, session.go, token.go: the three kinds of sign-in
//   - background.go: writes that no answer waits for: touches, uses, addresses
//   - verdict.go, realms.go: judging a password, at the same cost for every name
//   - throttle.go, shared.go, address.go: limits of failed sign-ins, on this server and over all
//   - cache.go, expiring.go: recently verified passwords
//   - hash.go, phc.go: [Hasher], Argon2id
//   - gate.go, lane.go, memory.go: how many hashes run at a time, and the memory they leave
//   - visit.go, hold.go: requests beside the hashes, and refusals that are held back
//   - flight.go, mac.go: equal calls share one run, without storing what they are equal in
//   - secret.go, strength.go, match.go, dictionary.go: making secrets, and judging passwords that
//     people choose
//   - keys.go: the server's own key and the keys derived from it
package auth
