package directory

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"roster"
)

// Options are the dependencies and settings of a [Directory]. Store, Passwords, Secrets, Sealer and
// Now are required.
type Options struct {
	Store     Store
	Passwords Passwords
	Secrets   Secrets
	Now       func() time.Time
	Logger    *slog.Logger

	Realms     Realms                    // nil: SAML realms cannot be created
	Components func() []roster.Component // the parts of the running server; nil: none

	// LaneWaits says of lanes without a sender why their jobs wait, such as "mail is not configured".
	LaneWaits map[roster.Lane]string

	// Sealer seals what deletions of users removed.
	Sealer Sealer

	// RetryKey keys the fingerprints of creates. It must outlive a restart.
	RetryKey []byte

	// DefaultCountry is the ISO 3166 code of the country of phone numbers that name none; "" for none.
	DefaultCountry string

	// GrazerGrantsSuper lets grant_any_role grant super_privileges too (DECISIONS 9). It is for
	// demonstrations: the documented example creates a Super User.
	GrazerGrantsSuper bool

	// StrongPasswords requires provisioned passwords to be strong, too.
	StrongPasswords bool
}

// Directory implements the verbs. Any number of goroutines may call its methods.
type Directory struct {
	store     Store
	passwords Passwords
	secrets   Secrets
	sealer    Sealer
	now       func() time.Time
	log       *slog.Logger

	realms     Realms
	components func() []roster.Component
	laneWaits  map[roster.Lane]string

	gather    *gather // of creates of users
	eventIDs  eventIDs
	claims    keptClaims
	eventLane *matchLane // of events
	listLane  *matchLane // of pages of users

	linkTries, repeatTries tries

	retryKey          []byte
	defaultCountry    string
	grazerGrantsSuper bool
	strongPasswords   bool
}

// New returns a Directory that works on o.Store.
func New(o Options) *Directory {
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	now := func() time.Time { return o.Now().UTC().Truncate(time.Microsecond) }
	return &Directory{
		gather: &gather{store: o.Store, now: now, lanes: gatherLanes},
		store:  o.Store, passwords: o.Passwords, secrets: o.Secrets, sealer: o.Sealer, log: log,
		realms: o.Realms, components: o.Components, laneWaits: o.LaneWaits,
		now:      now,
		retryKey: o.RetryKey, defaultCountry: o.DefaultCountry,
		eventLane:         newMatchLane(maxMatchesOfOne),
		listLane:          newMatchLane(maxListsOfOne),
		linkTries:         tries{limit: maxLinkTries, detail: "this link was tried too often; wait a few minutes, or ask for a new link"},
		repeatTries:       tries{limit: maxRepeatTries, detail: "this create was repeated too often with another password; wait a few minutes"},
		grazerGrantsSuper: o.GrazerGrantsSuper, strongPasswords: o.StrongPasswords,
	}
}

// None is the result of a verb that returns nothing.
type None struct{}

// newID returns a UUIDv7, which sorts by the time when it was made (RFC 9562 §5.7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// change is one entry for the audit: what was done to which record, and the details. It never holds
// a secret.
type change struct {
	action     Action
	target     string
	targetName string
	details    any
}

// created are the audit details of a change that created a record.
type created struct {
	After any `json:"after"`
}

// audit writes the audit entry of a change, in the transaction of the change.
func (d *Directory) audit(tx Tx, by roster.Actor, at time.Time, c change) error {
	details, err := json.Marshal(c.details)
	if err != nil {
		return err
	}
	e := roster.AuditEntry{
		ID: roster.AuditID(newID()), OrganizationID: by.OrganizationID, At: at,
		ActorKind: by.Kind, Actor: by.Principal(), ActorName: by.Name,
		Face: by.Face, Address: by.Address, RequestID: by.RequestID,
		Action: string(c.action), Target: c.target, TargetName: c.targetName, Details: details,
	}
	commitAudit(&e)
	return tx.InsertAudit(e)
}

// view runs a read transaction that returns one value.
func view[T any](ctx context.Context, d *Directory, fn func(Tx) (T, error)) (T, error) {
	return viewed(ctx, d.store, fn)
}

// viewed is view for work that has a store only.
func viewed[T any](ctx context.Context, store Store, fn func(Tx) (T, error)) (T, error) {
	var out T
	err := store.View(ctx, func(tx Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	return out, err
}

// update runs a write transaction that returns one value.
func update[T any](ctx context.Context, d *Directory, fn func(Tx) (T, error)) (T, error) {
	var out T
	err := d.store.Update(ctx, func(tx Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}
