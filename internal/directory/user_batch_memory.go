package directory

import (
	"crypto/hmac"
	"encoding/json"
	"time"

	"roster"
)

// batchMemory remembers which users a batch with an idempotency key has created. Each part of the
// batch has its own record. The transaction that creates users also lists them in it. So after any
// interruption the next run finds exactly the users that exist. Users that failed are not listed: a
// later run may still create them (DECISIONS 20: only successes are kept).
type batchMemory struct {
	org         roster.OrganizationID
	keys        []string // of the parts; none without an idempotency key
	fingerprint string   // fingerprint of the whole batch
}

// madeUsers holds the numbers of the users created, by their index in the batch.
type madeUsers map[int]int64

// without returns the items that are not in m.
func (m madeUsers) without(items []*batchItem) []*batchItem {
	var others []*batchItem
	for _, it := range items {
		if m[it.index] == 0 {
			others = append(others, it)
		}
	}
	return others
}

// rememberedPart is the record of a part that a transaction has claimed.
type rememberedPart struct {
	Retry
	made madeUsers
}

func (d *Directory) batchMemory(by roster.Actor, in NewUsers) (m batchMemory, err error) {
	m.org = by.OrganizationID
	if in.IdempotencyKey == "" {
		return m, nil
	}
	if m.fingerprint, err = d.hmac([]any{inputForm, by.OrganizationID, ActUserCreate, listText(in.Users, NewUser.inputText)}); err != nil {
		return m, err
	}
	for part := range MaxBatch / batchPart {
		key, err := d.hmac([]any{"batch", by.OrganizationID, by.Principal(), by.Face, ActUserCreate, in.IdempotencyKey, part})
		if err != nil {
			return m, err
		}
		m.keys = append(m.keys, key)
	}
	return m, nil
}

// key returns the key of the part that an item belongs to, "" without an idempotency key.
func (m batchMemory) key(item int) string {
	if len(m.keys) == 0 {
		return ""
	}
	return m.keys[item/batchPart]
}

// recall returns the users created so far of the part that an item belongs to.
func (m batchMemory) recall(tx Tx, item int, now time.Time) (madeUsers, error) {
	key := m.key(item)
	if key == "" {
		return nil, nil
	}
	r, found, err := tx.Retry(m.org, key)
	if err != nil || !found {
		return nil, err
	}
	return m.read(r, now)
}

// read returns the users that a record lists, none if it is too old.
//
// Errors: Invalid if the key was used for another batch.
func (m batchMemory) read(r Retry, now time.Time) (madeUsers, error) {
	made := madeUsers{}
	if now.Sub(r.CreatedAt) >= retryFor {
		return made, nil
	}
	if !hmac.Equal([]byte(r.Fingerprint), []byte(m.fingerprint)) {
		return nil, keyReused()
	}
	var pairs [][2]int64
	if err := json.Unmarshal([]byte(r.ResourceID), &pairs); err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		made[int(pair[0])] = pair[1]
	}
	return made, nil
}

// claim takes the record of a part. It must be the first write of its transaction: a second run of
// the same batch waits there until the first has created its users.
func (m batchMemory) claim(tx Tx, item int, now time.Time) (rememberedPart, error) {
	key := m.key(item)
	p := rememberedPart{Retry{OrganizationID: m.org, Key: key, ResourceID: "[]", Version: 1, Fingerprint: m.fingerprint, CreatedAt: now}, madeUsers{}}
	if key == "" {
		return p, nil
	}
	for range 5 { // other transactions may take it in between
		first, err := tx.InsertRetry(p.Retry)
		if err != nil || first {
			return p, err
		}
		r, found, err := tx.TakeRetry(m.org, key)
		if err != nil {
			return p, err
		}
		if !found {
			continue
		}
		if p.made, err = m.read(r, now); err != nil {
			return p, err
		}
		if p.CreatedAt = r.CreatedAt; now.Sub(r.CreatedAt) >= retryFor {
			p.CreatedAt = now
		}
	}
	return p, &roster.Error{Kind: roster.Unavailable, Detail: "the same batch is under way; try again", RetryAfter: time.Second}
}

// remember writes the record of a part, with the users created so far.
func (m batchMemory) remember(tx Tx, p rememberedPart) error {
	if p.Key == "" {
		return nil
	}
	pairs := make([][2]int64, 0, len(p.made))
	for item, number := range p.made {
		pairs = append(pairs, [2]int64{int64(item), number})
	}
	text, err := json.Marshal(pairs)
	if err != nil {
		return err
	}
	p.ResourceID = string(text)
	if err := tx.DeleteRetry(p.OrganizationID, p.Key); err != nil {
		return err
	}
	_, err = tx.InsertRetry(p.Retry)
	return err
}
