package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
)

// eventAlias names the check with the most expensive conditions that are possible.
const eventAlias = "expensive"

// measureEvents measures how much of their rate creates keep beside events that take very long to
// match. The senders of events never wait when they are told to.
func (b *bench) measureEvents(ctx context.Context, s *site) error {
	const work = "create without password, while 24 callers send events that match slowly"
	if !strings.Contains(work, b.only) {
		return nil
	}
	if err := s.makeExpensiveCheck(ctx); err != nil {
		return err
	}
	var taken, refused atomic.Int64
	return b.measureDisturbed(ctx, s, storm{
		work: work, calm: s.createByToken(false), callers: 24, disturb: s.sendExpensive(&taken, &refused),
		describe: func(r *result) string {
			return fmt.Sprintf("events: %d taken, slowest %s; %d answered 503", taken.Load(), milliseconds(r.latency.most), refused.Load())
		},
	})
}

// makeExpensiveCheck makes a check that tries three large regular expressions on every event.
func (s *site) makeExpensiveCheck(ctx context.Context) error {
	type condition struct {
		Field   string `json:"message_field"`
		Matches string `json:"matches"`
		Value   string `json:"value"`
	}
	var conditions []condition
	for i := range 3 {
		conditions = append(conditions, condition{"body", "regex", fmt.Sprintf("(?:.?.?.?.?){119}Z%d$", i)})
	}
	body, err := json.Marshal(map[string]any{
		"name": eventAlias, "email_alias": eventAlias, "success_conditions": map[string]any{"conditions": conditions},
	})
	if err != nil {
		return err
	}
	var made struct{}
	return s.ask(ctx, http.MethodPost, "/createCheck/", string(body), &made)
}

// sendExpensive sends events of 65,000 bytes for the expensive check, and counts the results.
func (s *site) sendExpensive(taken, refused *atomic.Int64) func(int) script {
	body := fmt.Sprintf(`{"alias":%q,"title":"slow","body":%q}`, eventAlias, strings.Repeat("a", 65_000))
	request := []byte(post("/api/v1/events", body, "Authorization: Bearer "+s.token))
	return func(int) script {
		return script{
			next: func(buf []byte) []byte { return append(buf, request...) },
			check: func(a answer) outcome {
				switch a.status {
				case http.StatusCreated:
					taken.Add(1)
				case http.StatusServiceUnavailable:
					refused.Add(1)
				default:
					return wrong
				}
				return accepted
			},
		}
	}
}
