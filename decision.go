package roster

import "time"

// Decision says whether a person or a group channel is told of an occasion by one service, and why.
type Decision struct {
	User    UserID         // "" if it is about a group channel
	Channel GroupChannelID // "" if it is about a person
	Service Service
	Method  ContactMethodID // that the message goes to; "" if there is none
	Alerts  []AlertID       // that the decision is about, in the order in which a message names them

	Outcome Outcome
	Until   time.Time // of OutcomeHold: when it is decided again
	Reason  Reason
	Rule    string // the number of the rule in the specification, such as "N12"

	InPlaceOf  UserID // whom a stand-in is told in place of
	WasFailing bool   // the alerts ended while the message was held: it says from when to when they failed
	InBreach   bool   // the message is sent although quiet hours or a mute would hold it
	Flapping   bool   // the message is the last until the check stops changing its state so often
}

// GroupChannelID identifies an address of a group, such as a chat room. It is a UUIDv7 in
// lower-case text.
type GroupChannelID string

// Outcome is what a decision comes to.
type Outcome string

// The outcomes.
const (
	OutcomeSend Outcome = "send"
	OutcomeHold Outcome = "hold" // decided again at a later time
	OutcomeSkip Outcome = "skip"
)

// Reason says why somebody is told or not. The list is closed.
type Reason string

// The reasons.
const (
	ReasonNotRecipient         Reason = "not a recipient"
	ReasonInactive             Reason = "inactive"
	ReasonNotChosen            Reason = "not chosen"
	ReasonNoMethod             Reason = "no method"
	ReasonNotConfirmed         Reason = "not confirmed"
	ReasonMethodBroken         Reason = "method broken"
	ReasonServiceNotConfigured Reason = "service not configured"
	ReasonServiceDown          Reason = "service down"
	ReasonQuietHours           Reason = "quiet hours"
	ReasonOutsideHours         Reason = "outside hours"
	ReasonAway                 Reason = "away"
	ReasonMuted                Reason = "muted"
	ReasonMaintenance          Reason = "maintenance"
	ReasonParentFailing        Reason = "parent is failing"
	ReasonFlapping             Reason = "flapping"
	ReasonTolerated            Reason = "tolerated"
	ReasonPaused               Reason = "paused"
	ReasonAcknowledged         Reason = "acknowledged"
	ReasonEnded                Reason = "ended meanwhile"
	ReasonAlreadyTold          Reason = "already told"
	ReasonRolledUp             Reason = "rolled up"
	ReasonLimit                Reason = "limit"
	ReasonNotOnShift           Reason = "not on shift"
	ReasonTooLate              Reason = "too late"
	ReasonLogOnly              Reason = "log only"
	ReasonNobodyElse           Reason = "nobody else"
	ReasonLastResort           Reason = "last resort"
	ReasonChosen               Reason = "chosen"
	ReasonEmailInstead         Reason = "email instead"
	ReasonFailOver             Reason = "fail-over"
	ReasonStandIn              Reason = "stand-in"
	ReasonDelay                Reason = "delay"
	ReasonWaitsForParent       Reason = "waits for the parent"
	ReasonGathered             Reason = "gathered"
	ReasonMayNotSee            Reason = "may not see"
)

// reasonTexts says for each reason in one clause why somebody is told or not.
var reasonTexts = [...]struct {
	Reason
	text string
}{
	{ReasonNotRecipient, "they are not among the people whom it concerns"},
	{ReasonInactive, "the account is not active"},
	{ReasonNotChosen, "they did not choose this service"},
	{ReasonNoMethod, "they have no address for this service"},
	{ReasonNotConfirmed, "they have not confirmed the address"},
	{ReasonMethodBroken, "the provider refused the address for good"},
	{ReasonServiceNotConfigured, "this server has no provider for the service"},
	{ReasonServiceDown, "the provider of the service does not answer"},
	{ReasonQuietHours, "they have quiet hours"},
	{ReasonOutsideHours, "it is outside the support hours"},
	{ReasonAway, "they are away"},
	{ReasonMuted, "they muted it"},
	{ReasonMaintenance, "there is maintenance"},
	{ReasonParentFailing, "the parent check is failing, and people know"},
	{ReasonFlapping, "the check changes its state too often"},
	{ReasonTolerated, "the check tolerates a failure as short as this"},
	{ReasonPaused, "the check is paused"},
	{ReasonAcknowledged, "somebody acknowledged it"},
	{ReasonEnded, "the alert has ended meanwhile"},
	{ReasonAlreadyTold, "they were told already"},
	{ReasonRolledUp, "another message includes it"},
	{ReasonLimit, "they got as many messages as the limit allows"},
	{ReasonNotOnShift, "somebody else is on shift"},
	{ReasonTooLate, "it is too late to be of use"},
	{ReasonLogOnly, "the check is only logged"},
	{ReasonNobodyElse, "otherwise it would wake or reach nobody"},
	{ReasonLastResort, "none of the check's own recipients could be told"},
	{ReasonChosen, "they chose this service"},
	{ReasonEmailInstead, "none of the services that they chose can reach them"},
	{ReasonFailOver, "another service did not reach them"},
	{ReasonStandIn, "they stand in for somebody who is away"},
	{ReasonDelay, "they chose a delay, and somebody may acknowledge before"},
	{ReasonWaitsForParent, "the parent check may be the cause"},
	{ReasonGathered, "they were told of something just now, and more may come"},
	{ReasonMayNotSee, "they may not see it"},
}

// Reasons returns the closed list of reasons, in its fixed order.
func Reasons() []Reason {
	all := make([]Reason, len(reasonTexts))
	for i, r := range reasonTexts {
		all[i] = r.Reason
	}
	return all
}

// Text returns the reason as a clause that follows "because", without a full stop. It returns ""
// for a text that is no reason.
func (r Reason) Text() string {
	for _, t := range reasonTexts {
		if t.Reason == r {
			return t.text
		}
	}
	return ""
}
