package store

import (
	"slices"
	"testing"
)

// impersonal are the columns of a user that may stay once it is erased.
var impersonal = []string{
	"id", "organization", "user_key", "active", "access_level", "realm", "password_hash", "credential_version", "create_fingerprint", "email_claim",
	"primary_group_number", "department_number", "joined_at", "time_zone_unknown", "preferences", "wants_unmatched", "wants_digest", "email_confirmed_at", "email_set_at", "session_expiry", "managed_profile", "managed_access",
	"managed_groups", "managed_reach", "version", "created_at", "updated_at",
}

// TestEveryColumnOfAUserIsErasedOrSaysNothingOfThePerson makes whoever adds a column decide.
// Deleting a user blanks or clears some that are not personal.
func TestEveryColumnOfAUserIsErasedOrSaysNothingOfThePerson(t *testing.T) {
	t.Parallel()
	for _, c := range userColumns {
		if c.name != "" && slices.Contains(personalColumns, c.name) == slices.Contains(impersonal, c.name) {
			t.Errorf("the column %s is neither erased nor impersonal, or both", c.name)
		}
	}
}
