package directory

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"roster"
)

const (
	// sealAfter is the age at which entries are sealed in order. Transactions end after 30 seconds, so
	// that by then every entry with a lower id is committed, unless its server was held up or its clock
	// is late.
	sealAfter = 2 * time.Minute

	// sealPage is the greatest number of entries of a seal.
	sealPage = 500

	// sealReads is how many seals are read at a time. Each has up to sealPage ids.
	sealReads = 16

	// lateEvery is how often entries are looked for that came late: their ids are lower than that of
	// the last entry sealed in order.
	lateEvery = time.Hour

	// lateWindow is how far before the end of the order late entries are looked for. It is what passes
	// from one look to the next, and as much again for a transaction that was held up and for clocks
	// that differ.
	lateWindow = 2 * lateEvery
)

// AuditSealer seals the audit of all organizations (DECISIONS 33). It only inserts seals. Several
// may work on one database: the one that is later at a number gives way.
type AuditSealer struct {
	store  Store
	now    func() time.Time
	looked time.Time // when late entries were last looked for
}

// NewAuditSealer returns a sealer. One goroutine uses it.
func NewAuditSealer(store Store, now func() time.Time) *AuditSealer {
	return &AuditSealer{store: store, now: now}
}

// Seal seals what is old enough. At first and then every hour it seals what came late before that,
// so that the order goes on only while late entries are within the window. It is for a background
// worker, not for a face, and asks no policy.
//
// Errors: Unavailable.
func (s *AuditSealer) Seal(ctx context.Context) error {
	now := s.now()
	if since := now.Sub(s.looked); s.looked.IsZero() || since >= lateEvery || since < 0 {
		if err := s.sealLate(ctx); err != nil {
			return err
		}
		s.looked = now
	}
	return s.sealInOrder(ctx)
}

// sealInOrder seals the entries of each organization that has any to seal in order.
func (s *AuditSealer) sealInOrder(ctx context.Context) error {
	before := s.now().Add(-sealAfter)
	var after roster.OrganizationID
	for {
		orgs, err := viewed(ctx, s.store, func(tx Tx) ([]roster.OrganizationID, error) {
			return tx.AuditWaiting(before, after, pageSize)
		})
		if err != nil {
			return err
		}
		for _, org := range orgs {
			if err := s.sealOrder(ctx, org, before); err != nil {
				return err
			}
			after = org
		}
		if len(orgs) < pageSize {
			return nil
		}
	}
}

// sealOrder seals an organization's entries after the last one that was sealed in order, up to the
// first one that is not old enough.
func (s *AuditSealer) sealOrder(ctx context.Context, org roster.OrganizationID, before time.Time) error {
	for {
		last, err := lastSeal(ctx, s.store, org) // before the entries: a seal made meanwhile is a Conflict
		if err != nil {
			return err
		}
		found, err := viewed(ctx, s.store, func(tx Tx) (Rows[roster.AuditEntry], error) {
			return tx.AuditEntries(org, AuditQuery{Order: AuditOrder{After: last.Through}, Limit: sealPage})
		})
		if err != nil {
			return err
		}
		page := found.Records
		if young := slices.IndexFunc(page, func(e roster.AuditEntry) bool { return !e.At.Before(before) }); young >= 0 {
			page = page[:young]
		}
		if len(page) == 0 {
			return nil
		}
		_, sealed, err := s.seal(ctx, last, page, page[len(page)-1].ID)
		if err != nil || !sealed || len(page) < sealPage {
			return err
		}
	}
}

// sealLate seals what came late, in every organization.
func (s *AuditSealer) sealLate(ctx context.Context) error {
	after := ""
	for {
		orgs, err := viewed(ctx, s.store, func(tx Tx) (Rows[roster.Organization], error) {
			return tx.Organizations(OrganizationQuery{After: after, Limit: pageSize})
		})
		if err != nil {
			return err
		}
		for _, o := range orgs.Records {
			if err := s.sealLateOf(ctx, o.ID); err != nil {
				return err
			}
			after = o.Slug
		}
		if len(orgs.Records) < pageSize {
			return nil
		}
	}
}

// sealLateOf seals what came late in an organization, as pages of their own.
func (s *AuditSealer) sealLateOf(ctx context.Context, org roster.OrganizationID) error {
	last, err := lastSeal(ctx, s.store, org)
	if err != nil || last.Number == 0 {
		return err
	}
	late, err := s.findLate(ctx, last)
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(late, sealPage) {
		page, err := viewed(ctx, s.store, func(tx Tx) ([]roster.AuditEntry, error) { return tx.AuditEntriesAmong(org, ids) })
		if err != nil {
			return err
		}
		slices.SortFunc(page, func(a, b roster.AuditEntry) int { return cmp.Compare(a.ID, b.ID) })
		var sealed bool
		if last, sealed, err = s.seal(ctx, last, page, last.Through); err != nil || !sealed {
			return err
		}
	}
	return nil
}

// findLate returns the ids of an organization's entries that are on no page although the order has
// passed them, ascending. last is its last seal.
//
// It looks back from the end of the order to lateWindow before whatever is earliest: now (clocks
// may have been set back), the last seal (this server may have been down since), the end of the
// order. It reads the seals from the last to the first. So it meets a page of late entries before
// the pages between whose entries they are.
func (s *AuditSealer) findLate(ctx context.Context, last roster.AuditSeal) (late []roster.AuditID, err error) {
	from := earliestID(s.windowBegins(last))
	onLatePages := make(map[roster.AuditID]bool)
	later := last
	for later.Number > 0 && later.Through > from {
		seals, err := viewed(ctx, s.store, func(tx Tx) ([]roster.AuditSeal, error) {
			return tx.AuditSeals(last.OrganizationID, AuditSealQuery{Descending: true, After: later.Number, Limit: sealReads})
		})
		if err != nil {
			return nil, err
		}
		for _, before := range append(seals, roster.AuditSeal{})[:max(1, len(seals))] {
			if isLatePage(before, later) {
				addIDs(onLatePages, later.Entries)
			} else {
				found, err := s.unsealedBetween(ctx, later, max(before.Through, from), onLatePages)
				if err != nil {
					return nil, err
				}
				late = append(late, found...)
			}
			later = before
		}
	}
	slices.Sort(late)
	return late, nil
}

// windowBegins returns the time after which late entries are looked for.
func (s *AuditSealer) windowBegins(last roster.AuditSeal) time.Time {
	begin := s.now()
	for _, at := range []time.Time{last.SealedAt, timeOfID(last.Through)} {
		if at.Before(begin) {
			begin = at
		}
	}
	return begin.Add(-lateWindow)
}

// unsealedBetween returns the entries after one and up to the end of a page in order that are
// neither on that page nor among the others.
func (s *AuditSealer) unsealedBetween(ctx context.Context, page roster.AuditSeal, after roster.AuditID, others map[roster.AuditID]bool) (found []roster.AuditID, err error) {
	sealed := make(map[roster.AuditID]bool, len(page.Entries))
	addIDs(sealed, page.Entries)
	for {
		ids, err := viewed(ctx, s.store, func(tx Tx) ([]roster.AuditID, error) {
			return tx.AuditIDs(page.OrganizationID, after, page.Through, MaxPage)
		})
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !sealed[id] && !others[id] {
				found = append(found, id)
			}
			after = id
		}
		if len(ids) < MaxPage {
			return found, nil
		}
	}
}

// seal stores the seal of a page after the last one, and returns it. It returns false where
// somebody else sealed first.
func (s *AuditSealer) seal(ctx context.Context, last roster.AuditSeal, page []roster.AuditEntry, through roster.AuditID) (roster.AuditSeal, bool, error) {
	next := roster.AuditSeal{OrganizationID: last.OrganizationID, Number: last.Number + 1, Through: through, SealedAt: s.now()}
	for _, e := range page {
		next.Entries = append(next.Entries, e.ID)
		next.EntryHashes = append(next.EntryHashes, entryHash(e)[:shortHash])
	}
	next.Hash = sealHash(last.Hash, next, page)
	err := s.store.Update(ctx, func(tx Tx) error { return tx.InsertAuditSeal(next) })
	if err != nil && roster.KindOf(err) == roster.Conflict {
		return last, false, nil
	}
	return next, err == nil, err
}

// sealHash returns the hex SHA-256 over the hash of the seal before, the seal, and its entries.
func sealHash(before string, s roster.AuditSeal, entries []roster.AuditEntry) string {
	texts := []string{
		before, string(s.OrganizationID), strconv.FormatInt(s.Number, 10), string(s.Through), strconv.FormatInt(s.SealedAt.UnixMicro(), 10),
		strings.Join(s.EntryHashes, ""),
	}
	for _, e := range entries {
		texts = append(texts, entryHash(e))
	}
	return hex.EncodeToString(digest(texts...))
}

// shortHash is how many hex digits of an entry's hash its seal keeps.
const shortHash = 16

// entryHash returns the hex SHA-256 over all of an entry that remains when its personal part is
// erased.
func entryHash(e roster.AuditEntry) string {
	return hex.EncodeToString(digest(string(e.OrganizationID), string(e.ID), strconv.FormatInt(e.At.UnixMicro(), 10), string(e.ActorKind),
		e.Actor, string(e.Face), e.RequestID, e.Action, e.Target, e.PersonalHash))
}

// isLatePage reports whether a seal after another one has entries that came late: it does not move
// the end of the order.
func isLatePage(before, s roster.AuditSeal) bool { return s.Through == before.Through }

// lastSeal returns an organization's last seal; its number is 0 if there is none.
func lastSeal(ctx context.Context, store Store, org roster.OrganizationID) (roster.AuditSeal, error) {
	seals, err := viewed(ctx, store, func(tx Tx) ([]roster.AuditSeal, error) {
		return tx.AuditSeals(org, AuditSealQuery{Descending: true, Limit: 1})
	})
	if err != nil || len(seals) == 0 {
		return roster.AuditSeal{OrganizationID: org}, err
	}
	return seals[0], nil
}

// addIDs adds ids to a set.
func addIDs(set map[roster.AuditID]bool, ids []roster.AuditID) {
	for _, id := range ids {
		set[id] = true
	}
}

// timeOfID returns the time when a UUIDv7 was made, in milliseconds (RFC 9562 §5.7).
func timeOfID(id roster.AuditID) time.Time {
	u, err := uuid.Parse(string(id))
	if err != nil {
		return time.Time{}
	}
	var ms int64
	for _, b := range u[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms)
}

// earliestID returns an id that is lower than every UUIDv7 of a time and after it.
func earliestID(at time.Time) roster.AuditID {
	var u uuid.UUID
	for i, ms := 5, max(0, at.UnixMilli()); i >= 0; i, ms = i-1, ms>>8 {
		u[i] = byte(ms)
	}
	return roster.AuditID(u.String())
}
