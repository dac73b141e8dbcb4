package store

import (
	"encoding/json"
	"fmt"

	"roster"
)

// definition is the stored form of the definition of a check: a JSON object. An older binary
// ignores the members that it does not know.
type definition struct {
	Matching       storedConditions    `json:"matching"`
	Success        storedConditions    `json:"success"`
	Warning        storedConditions    `json:"warning"`
	DefaultStatus  roster.Status       `json:"defaultStatus"`
	IntervalUnit   roster.IntervalUnit `json:"intervalUnit,omitempty"`
	IntervalValue  int                 `json:"intervalValue,omitempty"`
	OverdueMinutes int                 `json:"overdueMinutes"`
	WindowStart    string              `json:"windowStart"`
	WindowEnd      string              `json:"windowEnd"`
	Days           []roster.Day        `json:"days,omitempty"`
}

// storedConditions is a group of conditions in a definition.
type storedConditions struct {
	All        bool              `json:"all,omitempty"`
	Conditions []storedCondition `json:"conditions,omitempty"`
	Program    int               `json:"program,omitempty"`
}

// storedCondition is a condition in a definition.
type storedCondition struct {
	Field   roster.MessageField `json:"field"`
	Matches roster.Match        `json:"matches"`
	Value   string              `json:"value"`
}

func storeConditions(g roster.ConditionGroup) storedConditions {
	s := storedConditions{All: g.All, Program: g.Program}
	for _, c := range g.Conditions {
		s.Conditions = append(s.Conditions, storedCondition(c))
	}
	return s
}

func (s storedConditions) group() roster.ConditionGroup {
	g := roster.ConditionGroup{All: s.All, Program: s.Program}
	for _, c := range s.Conditions {
		g.Conditions = append(g.Conditions, roster.Condition(c))
	}
	return g
}

// definitionText returns the stored form of the definition of a check.
func definitionText(c roster.Check) (string, error) {
	text, err := json.Marshal(definition{
		Matching: storeConditions(c.Matching), Success: storeConditions(c.Success), Warning: storeConditions(c.Warning),
		DefaultStatus: c.DefaultStatus, IntervalUnit: c.Interval.Unit, IntervalValue: c.Interval.Value,
		OverdueMinutes: c.OverdueMinutes, WindowStart: c.Window.Start, WindowEnd: c.Window.End, Days: c.Window.Days,
	})
	return string(text), err
}

// definitionOf scans a stored definition into its check.
type definitionOf struct{ to *roster.Check }

func (d definitionOf) scanText(text string) error {
	var s definition
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("definition of a check: %w", err)
	}
	c := d.to
	c.Matching, c.Success, c.Warning = s.Matching.group(), s.Success.group(), s.Warning.group()
	c.DefaultStatus, c.OverdueMinutes = s.DefaultStatus, s.OverdueMinutes
	c.Interval = roster.Interval{Unit: s.IntervalUnit, Value: s.IntervalValue}
	c.Window = roster.Window{Start: s.WindowStart, End: s.WindowEnd, Days: s.Days}
	return nil
}
