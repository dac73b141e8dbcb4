package watch_test

import (
	"testing"

	"roster"
	"roster/internal/watch"
)

func TestDecisionsAsSentences(t *testing.T) {
	t.Parallel()
	ann := watch.Names{Who: "Ann", TimeZone: "Europe/Berlin"}
	for want, c := range map[string]struct {
		decision roster.Decision
		names    watch.Names
	}{
		"Ann is told by email: they chose this service.": {
			roster.Decision{Service: roster.ServiceEmail, Outcome: roster.OutcomeSend, Reason: roster.ReasonChosen}, ann,
		},
		"Ann is not told by SMS before Wed 13 Jan 07:00:00 CET: they have quiet hours.": {
			roster.Decision{Service: roster.ServiceSMS, Outcome: roster.OutcomeHold, Until: berlin("2027-01-13 07:00").UTC(), Reason: roster.ReasonQuietHours}, ann,
		},
		"Ann is not told by phone call: they have no address for this service.": {
			roster.Decision{Service: roster.ServiceCall, Outcome: roster.OutcomeSkip, Reason: roster.ReasonNoMethod}, ann,
		},
		"Max is not told: they are not among the people whom it concerns.": {
			roster.Decision{Outcome: roster.OutcomeSkip, Reason: roster.ReasonNotRecipient}, watch.Names{Who: "Max"},
		},
		"Bob is told by push in place of Ann: they stand in for somebody who is away.": {
			roster.Decision{Service: roster.ServicePush, Outcome: roster.OutcomeSend, Reason: roster.ReasonStandIn}, watch.Names{Who: "Bob", InPlaceOf: "Ann"},
		},
		"Ann is told by email: they chose this service, and the alert ended before they could be told.": {
			roster.Decision{Service: roster.ServiceEmail, Outcome: roster.OutcomeSend, Reason: roster.ReasonChosen, WasFailing: true}, ann,
		},
		"Operations is told by slack: they chose this service.": {
			roster.Decision{Channel: "ops", Service: "slack", Outcome: roster.OutcomeSend, Reason: roster.ReasonChosen}, watch.Names{Who: "Operations"},
		},
	} {
		if got := watch.Sentence(c.decision, c.names); got != want {
			t.Errorf("%s\nnot %s", got, want)
		}
	}
}
