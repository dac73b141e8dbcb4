package control

import (
	"time"

	"roster"
)

// NewOrganization asks for an organization.
type NewOrganization struct {
	Slug string `json:"slug"`           // in URLs, as /o/<slug>/
	Name string `json:"name,omitempty"` // default: the slug
}

// Organization is an organization.
type Organization struct {
	ID        roster.OrganizationID `json:"id"`
	Slug      string                `json:"slug"`
	Name      string                `json:"name"`
	CreatedAt time.Time             `json:"createdAt"`
}

// CreatedOrganization is an organization and, this once, the link by which its user admin sets a password.
type CreatedOrganization struct {
	Organization
	URL       string    `json:"url"` // what the addresses of its calls and pages begin with
	AdminLink SetUpLink `json:"adminLink"`
}

// ServerAdmin says who may make organizations.
type ServerAdmin struct {
	User UserName `json:"user"`
	May  bool     `json:"may"`
}

// Settings are what an organization decides for itself.
type Settings struct {
	Organization    string `json:"organization"` // slug
	Name            string `json:"name"`
	TimeZone        string `json:"timezone"`       // "": UTC
	DefaultCountry  string `json:"defaultCountry"` // "": the server's
	StrongPasswords bool   `json:"strongPasswords"`
}

// SettingsChange asks for other settings. What is absent stays as it is, and "" is the default.
type SettingsChange struct {
	Name            *string `json:"name,omitempty"`
	TimeZone        *string `json:"timezone,omitempty"`
	DefaultCountry  *string `json:"defaultCountry,omitempty"`
	StrongPasswords *bool   `json:"strongPasswords,omitempty"`
}

// JobList asks for the jobs that are not done.
type JobList struct {
	State roster.JobState `json:"state,omitempty"` // "" for all
}

// Job is work that is queued, or that was given up.
type Job struct {
	ID        roster.JobID    `json:"id"`
	Lane      roster.Lane     `json:"lane"`
	Kind      string          `json:"kind"`
	State     roster.JobState `json:"state"`
	Attempts  int             `json:"attempts"`
	RunAt     time.Time       `json:"runAt"`
	Reason    string          `json:"reason,omitempty"` // why the last attempt failed
	CreatedAt time.Time       `json:"createdAt"`
}

// JobName picks a job.
type JobName struct {
	ID roster.JobID `json:"id"`
}
