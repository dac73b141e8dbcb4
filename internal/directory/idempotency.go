package directory

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"roster"
)

// MaxIdempotencyKey is the greatest length of a caller's idempotency key, in bytes.
const MaxIdempotencyKey = 255

// idempotencyKeyField is the field that a fault of the key names: its header
// (draft-ietf-httpapi-idempotency-key-header).
const idempotencyKeyField = "Idempotency-Key"

// validateIdempotencyKey adds the fault of an idempotency key, if it has one. "" means no key.
func validateIdempotencyKey(f *roster.Faults, key string) {
	if detail := FaultOfIdempotencyKey(key); key != "" && detail != "" {
		addOnce(f, idempotencyKeyField, detail)
	}
}

// FaultOfIdempotencyKey returns the fault of a key, "" if it has none. Faces use it to tell an
// empty key from a missing one.
func FaultOfIdempotencyKey(key string) string {
	if key == "" || len(key) > MaxIdempotencyKey || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
		return fmt.Sprintf("must be 1 to %d visible ASCII characters", MaxIdempotencyKey)
	}
	return ""
}

// once creates a record with the id under the caller's idempotency key. If the same create by the
// same principal has made a record within a day, once returns load's result for that record. It
// must be the first write of its transaction. Without a key it only creates. input is the inputText
// of the create, which holds no secret.
//
// Errors: Invalid if the key was used for something else, Conflict if the record that it made is
// gone; those of create and load.
func once[T any](tx Tx, d *Directory, by roster.Actor, act Action, key string, input json.RawMessage, id string, create func() (T, error), load func(id string) (T, error)) (T, error) {
	if key == "" {
		return create()
	}
	var out T
	earlierID, err := d.claimKey(tx, by, act, key, input, id)
	switch {
	case err != nil:
		return out, err
	case earlierID == "":
		return create()
	}
	out, err = load(earlierID)
	if err != nil && roster.KindOf(err) == roster.NotFound {
		err = &roster.Error{Kind: roster.Conflict, Field: idempotencyKeyField, Detail: "was used for a record that is gone; use a new one to make another"}
	}
	return out, err
}

// claimKey claims the idempotency key for the record with the id. If the key has made a record
// within a day, it returns the id of that record, otherwise "".
func (d *Directory) claimKey(tx Tx, by roster.Actor, act Action, key string, input json.RawMessage, id string) (string, error) {
	r, err := d.retryForKey(by, act, key, input, id)
	if err != nil {
		return "", err
	}
	made, found, err := claimRetry(tx, r, func(made Retry) (bool, error) { return d.now().Sub(made.CreatedAt) < retryFor, nil })
	if err != nil || !found {
		return "", err
	}
	if !hmac.Equal([]byte(made.Fingerprint), []byte(r.Fingerprint)) {
		return "", keyReused()
	}
	return made.ResourceID, nil
}

// claimRetry remembers a create under its key, unless another one is remembered there that holds
// accepts: then it returns that one. It must be the first write of its transaction. An equal create
// at the same time waits, and then finds this one.
func claimRetry(tx Tx, r Retry, holds func(Retry) (bool, error)) (held Retry, found bool, err error) {
	for range 5 { // other transactions may claim the key in between
		first, err := tx.InsertRetry(r)
		if err != nil || first {
			return Retry{}, false, err
		}
		old, found, err := tx.Retry(r.OrganizationID, r.Key)
		if err == nil && found {
			found, err = holds(old)
		}
		if err != nil || found {
			return old, found, err
		}
		taken, found, err := tx.TakeRetry(r.OrganizationID, r.Key)
		// Another transaction's new claim: put it back.
		if err == nil && found && taken.ResourceID != old.ResourceID {
			_, err = tx.InsertRetry(taken)
		}
		if err != nil {
			return Retry{}, false, err
		}
	}
	return Retry{}, false, &roster.Error{Kind: roster.Unavailable, Detail: "the same request is under way; try again", RetryAfter: time.Second}
}

// keyReused returns the error for an idempotency key that was used for another request.
func keyReused() error {
	return &roster.Error{Kind: roster.Invalid, Field: idempotencyKeyField, Detail: "was used for another request; use a new one for this"}
}

// retryForKey returns the record by which a create with an idempotency key is remembered.
func (d *Directory) retryForKey(by roster.Actor, act Action, key string, input json.RawMessage, id string) (Retry, error) {
	scope, err := d.hmac([]any{"once", by.OrganizationID, by.Principal(), by.Face, act, key})
	if err != nil {
		return Retry{}, err
	}
	fingerprint, err := d.hmac([]any{inputForm, by.OrganizationID, act, input})
	return Retry{OrganizationID: by.OrganizationID, Key: scope, ResourceID: id, Version: 1, Fingerprint: fingerprint, CreatedAt: d.now()}, err
}

// hmac returns the keyed fingerprint of values, in hex.
func (d *Directory) hmac(values []any) (string, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, d.retryKey)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil)), nil
}
