package api

import (
	"time"

	"roster"
)

// More examples in the document.
var (
	exampleSession = roster.Session{
		ID: "019aa1f0-7c90-7e50-bf74-2d3b8c9e3f77", Face: roster.FaceWeb, CreatedAt: exampleTime, LastUsedAt: exampleTime.Add(20 * time.Minute),
		ExpiresAt: exampleTime.Add(12 * time.Hour),
	}
	exampleCheckGroup = roster.CheckGroup{
		ID: "019aa1f0-7d10-7a61-8c75-3e4c9d0f4a88", Number: 3, Name: "Backups", Description: "Nightly", CheckCount: 1,
		Version: 1, CreatedAt: exampleTime, UpdatedAt: exampleTime,
	}
	exampleCheck = roster.Check{
		ID: "019aa1f0-7e20-7b72-9d86-4f5dae1a5b99", Number: 9, Name: "Backup of db1", Description: "Every night",
		CheckGroup: roster.CheckGroupLink{ID: exampleCheckGroup.ID, Number: exampleCheckGroup.Number, Name: exampleCheckGroup.Name},
		Matching: roster.ConditionGroup{All: true, Conditions: []roster.Condition{
			{Field: roster.FieldSubject, Matches: roster.MatchStartsWith, Value: "Backup of db1"},
		}},
		Success: roster.ConditionGroup{Conditions: []roster.Condition{
			{Field: roster.FieldSubject, Matches: roster.MatchContains, Value: "finished"},
		}},
		DefaultStatus: roster.StatusFailure, Interval: roster.Interval{Unit: roster.IntervalDay, Value: 1}, OverdueMinutes: 30,
		Window: roster.Window{Start: "00:00", End: "00:00"}, Groups: []roster.GroupLink{linkTo(exampleGroup)}, Teams: []roster.GroupLink{linkTo(exampleTeam)},
		State: roster.CheckState{
			State: roster.StateSuccess, Status: roster.StatusSuccess, LastAt: exampleTime, OccurredAt: exampleTime,
			DueAt: exampleTime.Add(24*time.Hour + 30*time.Minute),
		},
		Version: 1, CreatedAt: exampleTime, UpdatedAt: exampleTime,
	}
	exampleNewCheck = newCheck{DisplayName: "Backup of db1", CheckMembers: CheckMembers{
		Description: value("Every night"), CheckGroup: value(reference("Backups")),
		Matching: value(conditionsChange{Required: value(quantifier("all")), Conditions: value(showConditions(exampleCheck.Matching).Conditions)}),
		Success:  value(conditionsChange{Conditions: value(showConditions(exampleCheck.Success).Conditions)}),
		Interval: value(intervalChange{Unit: value(roster.IntervalDay), Value: value(1)}), Groups: value([]reference{"Network"}), Teams: value([]reference{"Storage"}),
	}}
	exampleCheckPermission = roster.CheckPermission{
		ID: "019aa1f0-7a80-7b72-9c85-3d6f1b4e2a66", User: roster.UserLink{ID: exampleUser.ID, Number: exampleUser.Number, Name: exampleUser.UserName},
		AccessLevel: roster.LevelEditor, Notify: true, CreatedAt: exampleTime,
	}
	exampleEvent = roster.Event{
		ID: "019aa1f0-7f30-7c83-ae97-5a6ebf2b6caa", Check: roster.CheckLink{ID: exampleCheck.ID, Number: exampleCheck.Number, Name: exampleCheck.Name},
		Title: "Backup of db1 finished", Body: "41 GB in 12 minutes", From: "db1", Status: roster.StatusSuccess, At: exampleTime,
	}
	exampleAlert = roster.Alert{
		ID: "019aa1f0-7fa0-7d94-8fa8-6b7fca3c7d11", Check: roster.CheckLink{ID: exampleCheck.ID, Number: exampleCheck.Number, Name: exampleCheck.Name},
		DedupKey: "db1 /var", Title: "/var on db1 is full", Labels: map[string]string{"host": "db1"}, State: roster.StateFailure, Highest: roster.StateFailure,
		Urgency: roster.UrgencyPage, Failures: 3, OpenedAt: exampleTime, LastEventAt: exampleTime.Add(10 * time.Minute),
	}
	exampleOrganization = roster.Organization{
		ID: "019aa1f0-5010-7d94-bfa8-6b7fca3c7dbb", Slug: "default", Name: "Default organization", Version: 1, CreatedAt: exampleTime,
		Settings: roster.Settings{TimeZone: "Europe/London", DefaultCountry: "GB"},
	}
	exampleJob = roster.Job{
		ID: "019aa1f0-8040-7ea5-80b9-7c80db4d8ecc", Lane: roster.LaneWelcome, Kind: roster.JobWelcomeEmail, State: roster.JobBuried, Attempts: 9,
		RunAt: exampleTime, Reason: "the mail server refused the recipient", CreatedAt: exampleTime,
	}
)
