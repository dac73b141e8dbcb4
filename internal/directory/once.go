package directory

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"roster"
)

// MaxIdempotencyKey is the longest key of a create that its caller names, in bytes.
const MaxIdempotencyKey = 255

// onceField is what the key is called where it is at fault: the header by which it comes
// (draft-ietf-httpapi-idempotency-key-header).
const onceField = "Idempotency-Key"

// checkOnce notes a fault of an idempotency key; "" is none.
func checkOnce(f *roster.Faults, key string) {
	if len(key) > MaxIdempotencyKey || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
		f.Add(onceField, fmt.Sprintf("must be 1 to %d visible ASCII characters", MaxIdempotencyKey))
	}
}

// once makes a record with the id under the caller's idempotency key, as the first thing of a transaction: the same
// create by the same principal within a day gets the record that the first one made, from again. Without a key it
// only creates. input is what the create was asked for; secrets are not in its JSON.
//
// Errors: Invalid where the key was used for something else, Conflict where what it made is gone; those of create
// and again.
func once[T any](tx Tx, s *Service, by roster.Actor, act Action, key string, input any, id string, create func() (T, error), again func(id string) (T, error)) (T, error) {
	if key == "" {
		return create()
	}
	var none T
	r, err := s.onceRetry(by, act, key, input, id)
	if err != nil {
		return none, err
	}
	first, err := tx.InsertRetry(r)
	if err != nil {
		return none, err
	}
	if first {
		return create()
	}
	made, found, err := tx.Retry(by.OrganizationID, r.Key)
	if err != nil {
		return none, err
	}
	if !found || s.now().Sub(made.CreatedAt) >= retryFor {
		if err := tx.DeleteRetry(by.OrganizationID, r.Key); err != nil {
			return none, err
		}
		if _, err := tx.InsertRetry(r); err != nil {
			return none, err
		}
		return create()
	}
	if !hmac.Equal([]byte(made.Fingerprint), []byte(r.Fingerprint)) {
		return none, usedOtherwise()
	}
	out, err := again(made.ResourceID)
	if err != nil && roster.KindOf(err) == roster.NotFound {
		return none, &roster.Error{Kind: roster.Conflict, Field: onceField, Detail: "was used for a record that is gone; use a new one to make another"}
	}
	return out, err
}

// usedOtherwise is the error for an idempotency key under which something else was asked for.
func usedOtherwise() error {
	return &roster.Error{Kind: roster.Invalid, Field: onceField, Detail: "was used for another request; use a new one for this"}
}

// onceRetry is how a create with an idempotency key is remembered.
func (s *Service) onceRetry(by roster.Actor, act Action, key string, input any, id string) (Retry, error) {
	scope, err := s.hmac([]any{"once", by.OrganizationID, by.Principal(), by.Face, act, key})
	if err != nil {
		return Retry{}, err
	}
	asked, err := s.hmac([]any{by.OrganizationID, act, input})
	return Retry{OrganizationID: by.OrganizationID, Key: scope, ResourceID: id, Version: 1, Fingerprint: asked, CreatedAt: s.now()}, err
}

// hmac returns the keyed fingerprint of values, in hex.
func (s *Service) hmac(values []any) (string, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, s.retryKey)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil)), nil
}
