package control_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/internal/control"
	"roster/internal/directory"
)

func TestAnOrganizationIsMadeListedAndShown(t *testing.T) {
	t.Parallel()
	o := open(t)
	made := do(t, o, control.CreateOrganization, control.NewOrganization{Slug: "acme", Name: "ACME"})
	want := control.Organization{ID: made.ID, Slug: "acme", Name: "ACME", CreatedAt: clock()}
	if made.Organization != want || made.URL != "https://roster.example.com/o/acme" || made.AdminLink.User != directory.AdminUser ||
		len(made.AdminLink.Link) <= len("https://roster.example.com/set-password/") || !made.AdminLink.ExpiresAt.Equal(clock().Add(15*time.Minute)) {
		t.Errorf("made %+v", made)
	}
	listed := collect(t, control.ListOrganizations.Do(t.Context(), o.Client, control.Empty{}))
	if len(listed) != 2 || listed[0] != want || listed[1].Slug != roster.DefaultOrganization {
		t.Errorf("listed %+v", listed)
	}
	for _, name := range []control.Name{{Name: "acme"}, {ID: string(made.ID)}, {Name: string(made.ID)}} {
		if got := do(t, o, control.ShowOrganization, name); got != want {
			t.Errorf("%+v shows %+v", name, got)
		}
	}
}

func TestACallIsAboutTheOrganizationThatTheClientNames(t *testing.T) {
	t.Parallel()
	o := open(t)
	home := o.Client
	made := do(t, o, control.CreateOrganization, control.NewOrganization{Slug: "acme"})
	o.Client = home.In("acme")
	do(t, o, control.CreateGroup, control.NewNamed{Name: "Network"})
	group := collect(t, control.ListGroups.Do(t.Context(), o.Client, control.Empty{}))
	if len(group) != 1 || do(t, o, control.ShowStatus, control.Empty{}).Organization != "acme" {
		t.Errorf("groups of the organization: %+v", group)
	}
	entries := collect(t, control.ListAudit.Do(t.Context(), o.Client, control.AuditList{Target: string(group[0].ID)}))
	if len(entries) != 1 || entries[0].ActorName != "ada" {
		t.Errorf("its audit: %+v", entries)
	}
	for _, client := range []*control.Client{home, home.In(""), home.In("acme").In(roster.DefaultOrganization)} {
		if got := collect(t, control.ListGroups.Do(t.Context(), client, control.Empty{})); len(got) != 0 {
			t.Errorf("groups of the default organization: %+v", got)
		}
	}
	for _, slug := range []string{"nowhere", string(made.ID), "\xff"} {
		_, err := control.ShowUser.Do(t.Context(), home.In(slug), control.UserName{UserName: directory.AdminUser})
		if err == nil || roster.KindOf(err) != roster.Invalid {
			t.Errorf("%q: %v", slug, err)
		}
	}
}

func TestSettingsChangeInWhatIsGivenOnly(t *testing.T) {
	t.Parallel()
	o := open(t)
	want := control.Settings{Organization: roster.DefaultOrganization, Name: "Default organization"}
	for _, c := range []struct {
		change control.SettingsChange
		apply  func()
	}{
		{control.SettingsChange{}, func() {}},
		{control.SettingsChange{TimeZone: new("Asia/Tokyo")}, func() { want.TimeZone = "Asia/Tokyo" }},
		{control.SettingsChange{DefaultCountry: new("jp"), StrongPasswords: new(true)}, func() { want.DefaultCountry, want.StrongPasswords = "JP", true }},
		{control.SettingsChange{Name: new("Desk"), StrongPasswords: new(false)}, func() { want.Name, want.StrongPasswords = "Desk", false }},
		{control.SettingsChange{Name: new(""), TimeZone: new(""), DefaultCountry: new("")}, func() {
			want.Name, want.TimeZone, want.DefaultCountry = roster.DefaultOrganization, "", ""
		}},
	} {
		c.apply()
		if diff := cmp.Diff(want, do(t, o, control.SetSettings, c.change)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(want, do(t, o, control.ShowSettings, control.Empty{})); diff != "" {
			t.Error(diff)
		}
	}
}

func TestJobsAreListedWithoutWhatIsInThem(t *testing.T) {
	t.Parallel()
	o := open(t)
	do(t, o, control.CreateUser, control.NewUser{UserName: "a", Email: "a@example.com", SendWelcomeEmail: true})
	jobs := collect(t, control.ListJobs.Do(t.Context(), o.Client, control.JobList{}))
	want := []control.Job{{
		Lane: roster.LaneEmail, Kind: roster.JobWelcomeEmail, State: roster.JobReady, RunAt: clock(), CreatedAt: clock(),
	}}
	if len(jobs) == 1 {
		want[0].ID = jobs[0].ID
	}
	if diff := cmp.Diff(want, jobs); diff != "" {
		t.Error(diff)
	}
	if got := collect(t, control.ListJobs.Do(t.Context(), o.Client, control.JobList{State: roster.JobBuried})); len(got) != 0 {
		t.Errorf("given up: %+v", got)
	}
	_, err := control.RetryJob.Do(t.Context(), o.Client, control.JobName{ID: want[0].ID})
	if err == nil || roster.KindOf(err) != roster.NotFound {
		t.Errorf("a job that waits is tried again: %v", err)
	}
}

func TestWhoMayMakeOrganizationsIsSaidForAUser(t *testing.T) {
	t.Parallel()
	o := open(t)
	admin := control.UserName{UserName: directory.AdminUser}
	for _, may := range []bool{true, false} {
		if u := do(t, o, control.SetServerAdmin, control.ServerAdmin{User: admin, May: may}); u.UserName != directory.AdminUser {
			t.Errorf("answered with %+v", u)
		}
	}
	entries := collect(t, control.ListAudit.Do(t.Context(), o.Client, control.AuditList{Newest: true, Limit: 2}))
	if len(entries) != 2 || entries[0].Action != "server-admin.set" || string(entries[0].Details) != `{"before":{"serverAdmin":true},"after":{"serverAdmin":false}}` {
		t.Errorf("audit %+v", entries)
	}
}

func TestATokenThatAnswersErrorsAs200IsShownAsOne(t *testing.T) {
	t.Parallel()
	o := open(t)
	made := do(t, o, control.CreateToken, control.NewToken{Name: "legacy", Access: roster.AccessRead, ErrorsAs200: true})
	listed := collect(t, control.ListTokens.Do(t.Context(), o.Client, control.TokenList{}))
	if !made.ErrorsAs200 || len(listed) != 1 || !listed[0].ErrorsAs200 {
		t.Errorf("made %+v, listed %+v", made.Token, listed)
	}
}
