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

// allowedScan tells the scans that are meant: of a subquery's few rows, of the organizations (o),
// or of a partial index that holds just what is counted.
func allowedScan(detail string) bool {
	for _, meant := range []string{"SCAN e", "SCAN o", "SCAN due", "SCAN page", "SCAN jobs USING COVERING INDEX", "SCAN audit_entries USING INDEX audit_entries_unsealed", "SCAN CONSTANT ROW"} {
		if strings.HasPrefix(detail+" ", meant+" ") {
			return true
		}
	}
	return strings.HasPrefix(detail, "SCAN (subquery") || strings.HasSuffix(detail, "-ROW VALUES CLAUSE") // rows of the statement itself
}

// everyQuery puts every query of the store once, in an empty one. What they answer does not matter
// here.
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
	for _, q := range []directory.UserQuery{{}, {Where: directory.Is("id", "id")}, {Where: directory.Is("email", "e")}, {Among: ids}, {Where: directory.Is("email", "e"), Among: ids}, {Where: directory.Is("externalId", "x")}, {Where: directory.Is("externalId", "x"), Among: ids}} {
		_, _ = tx.Users(org, q, directory.WithRoles|directory.WithGroups|directory.WithReach)
	}
	_, _, _ = tx.EmailHolder(org, "e", "id")
	_ = tx.SetPassword(org, "id", "$", at)
	_, _ = tx.RemoveContactMethod(org, "id", "c", roster.FaceAPI)
	_ = tx.ConfirmContactMethod(org, "id", roster.ServiceEmail, "e", at)
	_, _ = tx.DefaultPreferences(org, ids)
	_ = tx.SetDefaultPreferences(org, "", nil)
	_, _ = tx.FindGroups(org, roster.KindTeam, refs)
	_, _ = tx.FindDepartment(org, refs[0])
	_, _ = tx.FindRoles(org, refs)
	_, _ = tx.Groups(org, directory.GroupQuery{Where: directory.Both(directory.Is("id", "id"), directory.Is("displayName", directory.Fold("name"))), Kind: roster.KindTeam, Among: ids, Count: true})
	for _, o := range everyOrder {
		everyOrderedQuery(tx, o)
	}
	everySearchQuery(tx, org)
	everyCredentialQuery(tx, org, at)
	everyOtherQuery(tx, org, at)
	everyAdministrativeQuery(tx, org, at)
	everyCheckQuery(tx, org, at)
}

// everyOrder are the orders of records that have a number and a name, from the beginning and from
// within.
var everyOrder = func() (all []directory.ListOrder) {
	for _, o := range []directory.ListOrder{{}, {Descending: true}, {ByName: true}, {ByName: true, Descending: true}} {
		all = append(all, o)
		o.After = directory.PlaceOf("name", 7)
		all = append(all, o)
	}
	return all
}()

// everyOrderedQuery puts those that list whole organizations in an order.
func everyOrderedQuery(tx directory.Tx, o directory.ListOrder) {
	const org = roster.OrganizationID("org")
	_, _ = tx.Groups(org, directory.GroupQuery{Kind: roster.KindTeam, Order: o, Count: true, CountMembers: true})
	_, _ = tx.Departments(org, directory.DepartmentQuery{Order: o, Limit: 1, Count: true})
	_, _ = tx.Roles(org, directory.RoleQuery{Order: o, Limit: 1, Count: true})
	_, _ = tx.Checks(org, directory.CheckQuery{Order: o, Count: true})
	_, _ = tx.CheckGroups(org, directory.CheckGroupQuery{Order: o, Count: true})
}

func everySearchQuery(tx directory.Tx, org roster.OrganizationID) {
	const with = directory.WithRoles | directory.WithGroups | directory.WithReach
	after := directory.UserPlace{Key: "ada", Number: 1}
	ids := []roster.GroupID{"a", "b"}
	for _, q := range []directory.UserQuery{
		{}, {Among: ids}, {Where: directory.Is("active", true)}, {Where: directory.Is("number", int64(1))}, {Where: directory.Is("id", "id")}, {Where: directory.Is("userName", "ada")}, {Where: directory.Is("email", "e")}, {Where: directory.Is("externalId", "x")}, {Where: directory.Is("email", "e"), Among: ids},
	} {
		for _, q.Order = range []directory.UserOrder{directory.OrderNumber, directory.OrderUserName, directory.OrderDisplayName, directory.OrderEmail} {
			for _, q.Descending = range []bool{false, true} {
				for _, q.After = range []*directory.UserPlace{nil, &after} {
					_, _ = tx.Users(org, q, with)
				}
			}
		}
	}
	_, _ = tx.Users(org, directory.UserQuery{Where: directory.Is("externalId", "x")}, 0)
	_, _ = tx.UsersByWord(org, "a", nil, directory.WordPlace{}, 1)
	_, _ = tx.UsersByWord(org, "a", []string{"b", "c"}, directory.WordPlace{}, 1)
	_, _ = tx.CountWords(org, "a", 64)
	_, _ = tx.UserNames(org, []int64{1, 2})
	for _, numbers := range [][]int64{{1, 2}, make([]int64, 40)} {
		_, _ = tx.Users(org, directory.UserQuery{Where: directory.Condition{Op: directory.OneOf, Attribute: "number", Value: numbers}}, with)
	}
	_, _ = tx.Users("", directory.UserQuery{Everywhere: true, After: &directory.UserPlace{}, Limit: 1}, 0)
	for _, where := range []directory.Condition{{}, directory.Is("email", "e"), directory.Is("active", true)} {
		_, _ = tx.Users(org, directory.UserQuery{Where: where, Count: true}, 0)
	}
	for kind := range directory.NameKinds {
		_, _ = tx.NamesEverywhere(kind, directory.NamedRecord{OrganizationID: org}, 1)
		_, _ = tx.SetNameKey(kind, directory.NamedRecord{OrganizationID: org, ID: "id", Name: "n"}, "k")
	}
	_ = tx.InsertWords(org, []directory.WordPlace{after})
	_ = tx.DeleteWords(org, []directory.WordPlace{after})
	_, _ = tx.TakenNames(org, []string{"ada"})
	_, _ = tx.TakenEmails(org, []string{"e"})
	_, _ = tx.InsertUsers([]directory.NewUserRow{{User: roster.User{ID: "id2", OrganizationID: org, UserName: "bob"}, UserKey: "bob"}})
	_ = tx.InsertAudits([]roster.AuditEntry{{ID: "b", OrganizationID: org, Salt: "s"}})
	_ = tx.EnqueueAll([]roster.Job{{ID: "k", OrganizationID: org, Lane: "lane", Key: "keys"}})
}

func everyCredentialQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_, _ = tx.AccountByName(org, "ada")
	_, _ = tx.AccountByID(org, "id")
	_, _ = tx.AccountsByNumbers(org, []int64{7})
	_, _ = tx.AccountsByNumbers(org, make([]int64, 40))
	_ = tx.InsertSession(roster.Session{ID: "s", OrganizationID: org, UserID: "id"}, "hash", 3)
	_, _, _ = tx.SessionByHash("hash")
	_ = tx.TouchSession("s", at)
	_ = tx.DeleteSessions(org, "id")
	_, _ = tx.DeleteDeadSessions(at, 1)
	_ = tx.InsertToken(roster.Token{ID: "t", OrganizationID: org}, "key", "hash")
	_, _, _ = tx.TokenByHash("hash")
	_, _ = tx.Tokens(org, directory.TokenQuery{Revoked: true, Limit: 1, Count: true})
	_, _ = tx.Tokens(org, directory.TokenQuery{Limit: 1, Count: true})
	_, _ = tx.HasToken(org, "a")
	_, _ = tx.FindToken(org, roster.Ref{ID: "t", Name: "key"})
	_ = tx.TouchTokens([]roster.TokenUse{{ID: "t", At: at}})
	_ = tx.RevokeToken(org, "t", at)
	_ = tx.InsertLink(roster.Link{ID: "l", OrganizationID: org, UserID: "id"}, "hash")
	_, _ = tx.LinkByHash("hash")
	_ = tx.DeleteLinks(org, "id", roster.LinkSetUp)
	_ = tx.DeleteLinks(org, "id", "")
	_ = tx.KnowAddress(org, "ada", "a", at)
	_, _ = tx.AddressKnownSince(org, "ada", "a", at)
	reserved, _, _ := tx.ReserveGuesses([]directory.Guess{{Key: "a", Most: 1}, {Key: "b", Most: 2}}, at)
	_, _, _ = tx.ReserveGuesses([]directory.Guess{{Key: "a", Most: 1}, {Key: "b", Most: 2}}, at)
	_ = tx.RefundGuesses(reserved)
	_, _ = tx.DeleteGuesses(at, 1)
}

// everyAdministrativeQuery puts those by which an organization is looked after.
func everyAdministrativeQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_, _ = tx.OrganizationByID(org)
	for _, where := range []directory.Condition{{}, directory.Is("id", "org")} {
		_, _ = tx.Organizations(directory.OrganizationQuery{Where: where, After: "a", Limit: 1, Count: true})
	}
	_, _ = tx.Realms(org, directory.RealmQuery{Where: directory.Is("active", true), After: "a", Limit: 1, Count: true})
	_, _ = tx.Members(org, directory.MemberQuery{Group: "a", After: 7, Limit: 1, Count: true})
	_ = tx.UpdateOrganization(roster.Organization{ID: org})
	_, _ = tx.MembersAmong(org, []roster.GroupID{"a", "b", "c"}, []int64{7, 8, 9})
	_ = tx.AddMembers(org, "a", []int64{7, 8, 9}, at)
	_ = tx.RemoveMembers(org, "a", []int64{7, 8, 9}, at)
	_, _ = tx.InsertDepartment(roster.Department{ID: "d", OrganizationID: org}, "d")
	_ = tx.UpdateDepartment(roster.Department{ID: "d", OrganizationID: org}, "d")
	_ = tx.DeleteDepartment(org, "d", at)
	_ = tx.SetServerAdmin(org, "id", true, at)
	_, _ = tx.Sessions(org, directory.SessionQuery{User: "id", Open: at, After: "s", Count: true})
	_, _ = tx.DeleteSession(org, "id", "s")
	for _, state := range []roster.JobState{"", roster.JobBuried, roster.JobRunning} {
		_, _ = tx.Jobs(org, directory.JobQuery{State: state, After: "j", Limit: 1, Count: true})
	}
	_, _ = tx.ReviveJob(org, "j", at)
	_, _ = tx.RealmByID(org, "r")
	_, _ = tx.AuditEntries(org, directory.AuditQuery{Where: directory.Is("id", "a")})
	for noun := range lockTables {
		_ = tx.LockRecord(org, noun, "id")
	}
}

func everyOtherQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_ = tx.InsertAudit(roster.AuditEntry{ID: "a", OrganizationID: org, Salt: "s"})
	for _, where := range []directory.Condition{{}, directory.Is("target", "t")} {
		for _, order := range []directory.AuditOrder{{}, {BySeq: true}, {Descending: true}} {
			for _, order.After = range []directory.Place{{}, {Key: "a", Number: 1}} {
				_, _ = tx.AuditEntries(org, directory.AuditQuery{Where: where, Order: order, Limit: 1, Count: true})
			}
		}
	}
	_, _ = tx.UnsealedAudit(1)
	_, _, _ = tx.LastSealed(org)
	_ = tx.SealAudit("a", 1, "hash")
	_ = tx.Enqueue(roster.Job{ID: "j", OrganizationID: org, Lane: "lane", Key: "key", RunAt: at})
	_, _ = tx.ClaimJobs("lane", at, at, 1)
	_, _ = tx.RetryJob("j", 1, at, at, "")
	_, _ = tx.Stranded("", at, time.Minute)
	_, _ = tx.HastenJobs("", at, time.Minute, 1)
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

func everyCheckQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	g := roster.CheckGroup{ID: "cg", OrganizationID: org}
	c := roster.Check{ID: "c", OrganizationID: org, CheckGroup: roster.CheckGroupLink{ID: g.ID}}
	_, _ = tx.InsertCheckGroup(g, "key")
	_, _ = tx.InsertCheck(c, "key", "alias")
	_ = tx.UpdateCheckGroup(g, "key")
	_ = tx.UpdateCheck(c, "key", "alias")
	_ = tx.SetCheckStatus(org, c.ID, roster.StatusFailure, at)
	_, _ = tx.CheckState(org)
	_, _ = tx.ProgramSize(org, c.ID)
	scopes := []*directory.CheckScope{nil, {}, {User: "id"}, {Groups: []roster.GroupID{"a", "b"}}, {Groups: []roster.GroupID{"a"}, User: "id"}}
	for _, scope := range scopes {
		for _, q := range []directory.CheckQuery{
			{}, {Order: directory.ListOrder{After: directory.Place{Number: 7}}}, {Where: directory.Is("id", string(c.ID))}, {Where: directory.Is("displayName", "key")}, {Where: directory.Is("emailAlias", "alias")}, {CheckGroup: g.ID}, {Among: []roster.CheckID{"c", "d", "e"}},
		} {
			q.Scope, q.Told, q.Count = scope, true, true
			_, _ = tx.Checks(org, q)
			_, _ = tx.CheckIDs(org, q)
		}
		_, _ = tx.CheckCounts(org, scope)
		for _, q := range []directory.CheckGroupQuery{{}, {Where: directory.Is("id", string(g.ID))}, {Where: directory.Is("displayName", "key")}} {
			q.Scope, q.Count = scope, true
			_, _ = tx.CheckGroups(org, q)
		}
		for _, q := range []directory.CheckPermissionQuery{
			{}, {After: "p"}, {ID: "p"}, {CheckGroup: g.ID}, {Group: "g"}, {Users: []roster.UserID{"id", "other"}}, {Users: []roster.UserID{"id"}, CheckGroup: g.ID},
		} {
			q.Scope, q.Count = scope, true
			_, _ = tx.CheckPermissions(org, q)
		}
	}
	p := roster.CheckPermission{ID: "p", CheckGroup: c.CheckGroup, User: roster.UserLink{ID: "id", Number: 1}}
	_, _ = tx.PutCheckPermission(org, p)
	_, _ = tx.CheckAccess(org, "id")
	_, _ = tx.UserCheckGrants(org, []int64{7})
	_, _ = tx.UserCheckGrants(org, make([]int64, 40))
	_, _ = tx.GroupCheckGrants(org, []roster.GroupID{"a"})
	_, _ = tx.GroupCheckGrants(org, []roster.GroupID{"a", "b", "c"})
	_ = tx.InsertEvent(roster.Event{ID: "e", OrganizationID: org, At: at})
	for _, checks := range [][]roster.CheckID{nil, {"c"}, {"c", "d"}} {
		for _, q := range []directory.EventQuery{
			{}, {After: "e"}, {After: "e", Since: "a"}, {Among: []roster.EventID{"e", "f"}, Body: true}, {Unmatched: true, After: "e"},
		} {
			q.Checks = checks
			_, _ = tx.Events(org, q)
		}
	}
	_, _ = tx.DeleteEvents("e", 1)
	_, _ = tx.CountUsers(org, nil)
	_, _ = tx.CountUsers(org, []roster.GroupID{"a", "b"})
	_ = tx.DeleteCheckPermission(org, "p")
	_ = tx.DeleteCheck(org, c.ID, at)
	_ = tx.DeleteCheckGroup(org, g.ID, at)
	everyGroupDeletion(tx, org, at)
}

// everyGroupDeletion deletes a group that checks may name.
func everyGroupDeletion(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_, _ = tx.InsertGroup(roster.Group{ID: "group", OrganizationID: org, Kind: roster.KindTeam}, "group")
	_ = tx.DeleteGroup(org, "group", at)
}
