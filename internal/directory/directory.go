package directory

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"roster"
)

// Options are what a Service is made of. Store, Passwords, Secrets and Now are needed.
type Options struct {
	Store     Store
	Passwords Passwords
	Secrets   Secrets
	Now       func() time.Time
	Logger    *slog.Logger

	Realms     Realms                    // nil: no SAML realm can be made
	Components func() []roster.Component // the parts of the running server, nil for none

	// RetryKey keys the fingerprints of creates; it must outlive a restart.
	RetryKey []byte

	// DefaultCountry is the ISO 3166 code used to read phone numbers without a country, "" for none.
	DefaultCountry string

	// GrazerGrantsSuper lets grant_any_role reach even super_privileges (DECISIONS 9): for
	// demonstrations, where the documented example creates a Super User.
	GrazerGrantsSuper bool

	// StrongPasswords asks for strength also of passwords that others provision.
	StrongPasswords bool
}

// Directory is the verbs. Its methods may be called from any number of goroutines.
type Directory struct {
	store     Store
	passwords Passwords
	secrets   Secrets
	now       func() time.Time
	log       *slog.Logger

	realms     Realms
	components func() []roster.Component

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

// New returns the verbs on a store.
func New(o Options) *Directory {
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Directory{
		store: o.Store, passwords: o.Passwords, secrets: o.Secrets, log: log,
		realms: o.Realms, components: o.Components,
		now:      func() time.Time { return o.Now().UTC().Truncate(time.Microsecond) },
		retryKey: o.RetryKey, defaultCountry: o.DefaultCountry,
		eventLane:         newMatchLane(maxMatchesOfOne),
		listLane:          newMatchLane(maxListsOfOne),
		linkTries:         tries{most: maxLinkTries, detail: "this link was tried too often; wait a few minutes, or ask for another one"},
		repeatTries:       tries{most: maxRepeatTries, detail: "this create was repeated too often with another password; wait a few minutes"},
		grazerGrantsSuper: o.GrazerGrantsSuper, strongPasswords: o.StrongPasswords,
	}
}

// None is what a verb returns that has nothing to say.
type None struct{}

// newID returns a UUIDv7, which sorts by time of making (RFC 9562 §5.7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// change is one entry for the audit: the record and what it was and is. Secrets never get in.
type change struct {
	action     Action
	target     string
	targetName string
	details    any
}

// created are the details of a change that made a record.
type created struct {
	After any `json:"after"`
}

// audit writes the entry of a change in the transaction of the change.
func (d *Directory) audit(tx Tx, by roster.Actor, at time.Time, c change) error {
	details, err := json.Marshal(c.details)
	if err != nil {
		return err
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails (Go 1.24)
	e := []roster.AuditEntry{{
		ID: roster.AuditID(newID()), OrganizationID: by.OrganizationID, At: at,
		ActorKind: by.Kind, Actor: by.Principal(), ActorName: by.Name,
		Face: by.Face, Address: by.Address, RequestID: by.RequestID,
		Action: string(c.action), Target: c.target, TargetName: c.targetName,
		DetailsHash: detailsHash(hex.EncodeToString(salt), details),
		Salt:        hex.EncodeToString(salt), Details: details,
	}}
	if err := sealNew(tx, e); err != nil {
		return err
	}
	return tx.InsertAudit(e[0])
}

// detailsHash is the hex SHA-256 of salt ‖ details: it proves what the details were and, once salt
// and details are erased, tells nothing of them.
func detailsHash(salt string, details []byte) string {
	h := sha256.New()
	h.Write([]byte(salt))
	h.Write(details)
	return hex.EncodeToString(h.Sum(nil))
}

// view runs a read that returns one value.
func view[T any](ctx context.Context, d *Directory, fn func(Tx) (T, error)) (T, error) {
	var out T
	err := d.store.View(ctx, func(tx Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	return out, err
}

// update runs a transaction that returns one value.
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
