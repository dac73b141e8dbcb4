package roster

import "time"

// The opaque identifiers of what was told. Each is a UUIDv7 in lower-case text.
type (
	NotificationID string // identifies a [Notification]
	DeliveryID     string // identifies a [Delivery]
)

// Notification says that a person or a group channel is told about one occasion. Both together are
// unique.
type Notification struct {
	ID       NotificationID
	Occasion OccasionID
	User     UserLink       // zero if a group channel is told
	Channel  GroupChannelID // "" if a person is told
	At       time.Time
}

// Delivery is one try to bring a notification to one contact method.
type Delivery struct {
	ID           DeliveryID
	Notification NotificationID
	Service      Service
	Method       ContactMethodID // "" if it goes to a group channel
	Try          int             // from 1
	Outcome      DeliveryOutcome // "" while it is tried
	ProviderID   string          // by which the provider knows it; "" if it gave none
	Text         string          // that was sent
	At           time.Time
}

// DeliveryOutcome is what became of a delivery. A final outcome is never replaced by one that is
// not.
type DeliveryOutcome string

// The outcomes.
const (
	DeliveryAccepted     DeliveryOutcome = "accepted"     // the provider took it; no receipt came
	DeliveryDelivered    DeliveryOutcome = "delivered"    // a receipt says so
	DeliveryTemporary    DeliveryOutcome = "temporary"    // it failed and is tried again
	DeliveryPermanent    DeliveryOutcome = "permanent"    // it failed for good
	DeliveryMethodBroken DeliveryOutcome = "methodBroken" // it failed for good, and so would all to this method
	DeliveryTooLate      DeliveryOutcome = "tooLate"      // it was no longer of use
	DeliveryWithdrawn    DeliveryOutcome = "withdrawn"    // another delivery made it needless
)

// Final reports whether the delivery is over.
func (o DeliveryOutcome) Final() bool {
	return o != "" && o != DeliveryAccepted && o != DeliveryTemporary
}
