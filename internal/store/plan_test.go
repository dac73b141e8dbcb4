package store

import (
	"slices"
	"strings"
	"time"

	"roster"
	"roster/internal/directory"
)

// recorder notes the statements that it passes on.
type recorder struct {
	runner
	texts []string
	args  map[string][]any
}

func (r *recorder) note(text string, args []any) {
	if !slices.Contains(r.texts, text) {
		r.texts = append(r.texts, text)
	}
	if r.args == nil {
		r.args = make(map[string][]any)
	}
	r.args[text] = args
}

func (r *recorder) exec(text string, args []any) (int64, error) {
	r.note(text, args)
	return r.runner.exec(text, args)
}

func (r *recorder) later(doing, text string, args []any) error {
	r.note(text, args)
	return r.runner.later(doing, text, args)
}

func (r *recorder) query(text string, args []any) (rows, error) {
	r.note(text, args)
	return r.runner.query(text, args)
}

// allowedScan tells the scans that are meant: of a subquery's few rows, or of a partial index that holds
// just what is counted.
func allowedScan(detail string) bool {
	for _, meant := range []string{"SCAN e", "SCAN due", "SCAN page", "SCAN jobs USING COVERING INDEX", "SCAN audit_entries USING INDEX audit_entries_unsealed", "SCAN CONSTANT ROW", "SCAN (subquery"} {
		if strings.HasPrefix(detail, meant) {
			return true
		}
	}
	return false
}

// everyQuery puts every query of the store once, in an empty one. What they answer does not matter here.
func everyQuery(tx directory.Tx) {
	const org = roster.OrganizationID("org")
	at := time.Unix(1, 0)
	refs := []roster.Ref{{ID: "id", Number: 1, Name: "name"}}
	ids := []roster.GroupID{"a", "b"}
	row := directory.NewUserRow{User: roster.User{
		ID: "id", OrganizationID: org, UserName: "ada",
	}, UserKey: "ada"}
	_ = tx.InsertOrganization(roster.Organization{ID: org, Slug: "org"})
	_, _ = tx.InsertUser(row)
	_, _ = tx.OrganizationBySlug("org")
	for _, sel := range []directory.UserSelector{{ID: "id"}, {Number: 1}, {UserName: "ada"}} {
		_, _ = tx.User(org, sel, directory.WithRoles|directory.WithGroups|directory.WithTeams|directory.WithReach)
	}
	for _, q := range []directory.UserQuery{{}, {ID: "id"}, {EmailKey: "e"}, {InGroups: ids}, {EmailKey: "e", InGroups: ids}, {ExternalID: "x"}, {ExternalID: "x", InGroups: ids}} {
		_, _ = tx.Users(org, q, directory.WithRoles|directory.WithGroups|directory.WithReach)
	}
	_, _, _ = tx.EmailHolder(org, "e")
	_ = tx.SetPassword(org, "id", "$", at)
	_, _ = tx.RemoveContactMethod(org, "id", "c", roster.FaceAPI)
	_ = tx.ConfirmContactMethod(org, "id", roster.ServiceEmail, "e", at)
	_, _ = tx.DefaultPreferences(org, ids)
	_ = tx.SetDefaultPreferences(org, "", nil)
	_, _ = tx.FindGroups(org, roster.KindTeam, refs)
	_, _ = tx.FindDepartment(org, refs[0])
	_, _ = tx.FindRoles(org, refs)
	_, _ = tx.Groups(org, directory.GroupQuery{Kind: roster.KindTeam, Count: true})
	_, _ = tx.Groups(org, directory.GroupQuery{Kind: roster.KindTeam, ID: "id", Name: "name", Only: ids})
	_, _ = tx.Departments(org, 0, 1)
	_, _ = tx.Roles(org, 0, 1)
	everyCredentialQuery(tx, org, at)
	everyOtherQuery(tx, org, at)
}

func everyCredentialQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_, _ = tx.AccountByName(org, "ada")
	_, _ = tx.AccountByID(org, "id")
	_ = tx.InsertSession(roster.Session{ID: "s", OrganizationID: org, UserID: "id"}, "hash", 3)
	_, _, _ = tx.SessionByHash("hash")
	_ = tx.TouchSession("s", at)
	_ = tx.DeleteSessions(org, "id")
	_, _ = tx.DeleteDeadSessions(at, 1)
	_ = tx.InsertToken(roster.Token{ID: "t", OrganizationID: org}, "key", "hash")
	_, _, _ = tx.TokenByHash("hash")
	_, _ = tx.Tokens(org, "", 1, true)
	_, _ = tx.FindToken(org, roster.Ref{ID: "t", Name: "key"})
	_ = tx.TouchTokens([]roster.TokenUse{{ID: "t", At: at}})
	_ = tx.RevokeToken(org, "t", at)
	_ = tx.InsertLink(roster.Link{ID: "l", OrganizationID: org, UserID: "id"}, "hash")
	_, _ = tx.LinkByHash("hash")
	_, _ = tx.DeleteLink("l")
	_ = tx.KnowAddress(org, "ada", "a", at)
	_, _ = tx.AddressKnownSince(org, "ada", "a", at)
}

func everyOtherQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_ = tx.InsertAudit(roster.AuditEntry{ID: "a", OrganizationID: org, Salt: "s"})
	for _, q := range []directory.AuditQuery{{After: "a"}, {Sealed: true}, {Target: "t"}, {Target: "t", AfterSeq: 1}, {Newest: true, After: "a"}, {Newest: true, Target: "t", After: "a"}} {
		_, _ = tx.AuditEntries(org, q)
	}
	_, _ = tx.UnsealedAudit(1)
	_, _, _ = tx.LastSealed(org)
	_ = tx.SealAudit("a", 1, "hash")
	_ = tx.Enqueue(roster.Job{ID: "j", OrganizationID: org, Lane: "lane", Key: "key", RunAt: at})
	_, _ = tx.ClaimJobs("lane", at, at, 1)
	_, _ = tx.RetryJob("j", 1, at, "")
	_, _ = tx.BuryJob("j", 1, at, "")
	_, _ = tx.FinishJob("j", 1, at)
	_, _ = tx.JobCounts()
	_, _ = tx.NextRun("lane")
	_, _ = tx.DeleteDoneJobs(at, 1)
	_, _ = tx.InsertRetry(directory.Retry{OrganizationID: org, Key: "key"})
	_, _, _ = tx.Retry(org, "key")
	_ = tx.DeleteRetry(org, "key")
	_, _ = tx.DeleteRetries(at, 1)
	_ = tx.DeleteUser(org, 1, at)
	_, _, _ = tx.Setting("name")
	_ = tx.PutSetting("name", "value")
}
