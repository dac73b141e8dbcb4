package client

import (
	"context"
	"iter"
	"net/url"
	"time"
)

// AuditEntry says who changed what.
type AuditEntry struct {
	ID         string         `json:"id"`
	At         time.Time      `json:"at"`
	ActorKind  string         `json:"actorKind"`
	Actor      string         `json:"actor"`
	ActorName  string         `json:"actorName"`
	Face       string         `json:"face"`
	Address    string         `json:"address"`
	RequestID  string         `json:"requestId"`
	Action     string         `json:"action"` // such as "user.create"
	Target     string         `json:"target"` // the id of the record
	TargetName string         `json:"targetName"`
	Details    map[string]any `json:"details"` // what the record was and is; nil once erased
}

// AuditListOptions say which entries a list has.
type AuditListOptions struct {
	Target string // the id of a record
	Sort   string // "-at" (the default), the newest first, or "at", the oldest first
	Filter string // as in ListOptions
	Count  bool   // as in ListOptions
	PageOptions
}

func (o AuditListOptions) query() url.Values {
	q := ListOptions{o.Filter, o.Count, o.PageOptions}.query()
	set(q, "target", o.Target)
	set(q, "sort", o.Sort)
	return q
}

// Audit is who changed what.
type Audit struct{ c *Client }

// List returns the entries. It fetches them page by page; an error ends the sequence.
func (s *Audit) List(ctx context.Context, o AuditListOptions) iter.Seq2[AuditEntry, error] {
	return list[AuditEntry](ctx, s.c, "/audit", o.query())
}

// Page returns one page of what [Audit.List] returns.
func (s *Audit) Page(ctx context.Context, o AuditListOptions) (Page[AuditEntry], error) {
	return page[AuditEntry](ctx, s.c, "/audit", o.query())
}

// Get returns an entry.
func (s *Audit) Get(ctx context.Context, id string, opts ...FieldsOption) (AuditEntry, error) {
	return get[AuditEntry](ctx, s.c, at("/audit", id), opts)
}

// Verification is what a look at the whole chain of seals found.
type Verification struct {
	Intact bool   `json:"intact"`
	Seals  int64  `json:"seals"`  // seals that were found good
	Sealed int64  `json:"sealed"` // entries that were found good
	Erased int64  `json:"erased"` // of which names, address or details were erased
	Bad    string `json:"bad"`    // id of the first entry that is not as it was sealed; "" if there is none
	Seal   int64  `json:"seal"`   // number of the seal with the fault; 0 if there is none
	Reason string `json:"reason"`

	Unsealed        int64           `json:"unsealed"`        // entries that are not sealed; counted if the audit is intact
	Overdue         int64           `json:"overdue"`         // of which are older than two hours
	UnsealedEntries []UnsealedEntry `json:"unsealedEntries"` // the first hundred, by id
}

// UnsealedEntry is an audit entry that is not sealed.
type UnsealedEntry struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Overdue bool      `json:"overdue"` // it is older than two hours
}

// Verify looks whether all sealed entries are as they were, and which are not sealed.
func (s *Audit) Verify(ctx context.Context) (Verification, error) {
	return read[Verification](ctx, s.c, "/audit/verification")
}
