package store

import (
	"runtime"
	"slices"
	"strings"
	"time"

	"roster"
	"roster/internal/directory"
	"roster/internal/store/storetest"
)

// Ids of records of whatever kind.
const (
	anID    = storetest.ID + "1"
	otherID = storetest.ID + "2"
	thirdID = storetest.ID + "3"
)

// recorder notes the statements that it passes on.
type recorder struct {
	runner
	texts   []string
	args    map[string][]any
	methods map[string]map[string]bool // the methods of directory.Tx that put each text
}

func (r *recorder) note(text string, args []any) {
	if !slices.Contains(r.texts, text) {
		r.texts = append(r.texts, text)
	}
	if r.args == nil {
		r.args, r.methods = make(map[string][]any), make(map[string]map[string]bool)
	}
	r.args[text] = args
	if r.methods[text] == nil {
		r.methods[text] = make(map[string]bool)
	}
	r.methods[text][callingMethod()] = true
}

// callingMethod returns the method of directory.Tx that is running.
func callingMethod() string {
	callers := make([]uintptr, 40)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	for {
		frame, more := frames.Next()
		_, name, isMethod := strings.Cut(frame.Function, "store.(*tx).")
		if isMethod && name[0] >= 'A' && name[0] <= 'Z' {
			end := strings.IndexAny(name+".", ".-") // of a function in it, or of the body of a loop
			name = name[:end]
			return name
		}
		if !more {
			return ""
		}
	}
}

func (r *recorder) exec(text string, args []any) (int64, error) {
	r.note(text, args)
	return r.runner.exec(text, args)
}

func (r *recorder) queries(all []lookup) (func() (rows, error), error) {
	for _, q := range all {
		r.note(q.text, q.args)
	}
	return r.runner.queries(all)
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
	for _, meant := range []string{"SCAN o", "SCAN due", "SCAN page", "SCAN jobs USING COVERING INDEX", "SCAN CONSTANT ROW"} {
		if strings.HasPrefix(detail+" ", meant+" ") {
			return true
		}
	}
	return strings.HasPrefix(detail, "SCAN (subquery") || strings.HasSuffix(detail, "-ROW VALUES CLAUSE") // rows of the statement itself
}

// everyQuery puts every query of the store once, in an empty one. What they answer does not matter
// here.
func everyQuery(tx directory.Tx) {
	const org = roster.OrganizationID(storetest.ID + "0")
	at := time.Unix(1, 0)
	refs := []roster.Ref{{ID: anID, Number: 1, Name: "name"}}
	ids := []roster.GroupID{anID, otherID}
	row := directory.NewUserRow{User: roster.User{
		ID: anID, OrganizationID: org, UserName: "ada",
	}, UserKey: "ada"}
	_ = tx.InsertOrganization(roster.Organization{ID: org, Slug: "org"})
	_, _ = tx.InsertUser(row)
	_, _ = tx.OrganizationBySlug("org")
	for _, sel := range []directory.UserSelector{{ID: anID}, {Number: 1}, {UserName: "ada"}} {
		_, _ = tx.User(org, sel, directory.WithRoles|directory.WithGroups|directory.WithTeams|directory.WithReach)
	}
	for _, q := range []directory.UserQuery{{}, {Where: directory.Is("id", anID)}, {Where: directory.Is("email", "e")}, {Among: ids}, {Where: directory.Is("email", "e"), Among: ids}, {Where: directory.Is("externalId", "x")}, {Where: directory.Is("externalId", "x"), Among: ids}} {
		_, _ = tx.Users(org, q, directory.WithRoles|directory.WithGroups|directory.WithReach)
	}
	_, _, _ = tx.EmailHolder(org, "e", anID)
	_ = tx.SetPassword(org, anID, "$", at)
	_, _ = tx.RemoveContactMethod(org, anID, anID, roster.FaceAPI)
	_ = tx.ConfirmContactMethod(org, anID, roster.ServiceEmail, "e", at)
	_, _ = tx.UsersWanting(org, roster.TypeUnmatched, 7, 1)
	_, _ = tx.UsersWanting(org, roster.TypeDigest, 7, 1)
	for _, service := range []roster.Service{roster.ServiceEmail, roster.ServiceSMS} {
		_, _ = tx.UsersWithAddress(org, service, "e", 7, 1)
	}
	_, _ = tx.DefaultPreferences(org, ids)
	_ = tx.SetDefaultPreferences(org, "", nil)
	_, _ = tx.FindGroups(org, roster.KindTeam, refs)
	_, _ = tx.FindDepartment(org, refs[0])
	_, _ = tx.FindRoles(org, refs)
	_, _ = tx.Groups(org, directory.GroupQuery{Where: directory.Both(directory.Is("id", anID), directory.Is("displayName", directory.Fold("name"))), Kind: roster.KindTeam, Among: ids, Count: true})
	for _, o := range everyOrder {
		everyOrderedQuery(tx, o)
	}
	everySearchQuery(tx, org)
	everyCredentialQuery(tx, org, at)
	everyOtherQuery(tx, org, at)
	everyAdministrativeQuery(tx, org, at)
	everyCheckQuery(tx, org, at)
	everyDeletionQuery(tx, org, at)
}

func everyDeletionQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	for _, where := range []directory.Condition{{}, directory.Is("id", anID), directory.Is("number", int64(1))} {
		_, _ = tx.DeletedUsers(org, directory.DeletedUserQuery{Where: where, After: 1, Limit: 1, Count: true})
	}
	_, _ = tx.LastDeleted(org, "ada")
	_, _ = tx.ClaimsEmail(org, 1)
	_, _ = tx.TakeDeletedUser(org, 1)
	_ = tx.RenameDeletedUser(org, 1, "ada")
	_, _ = tx.DeletedBefore(at, 1)
	_ = tx.EraseUser(org, 1)
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
	const org = roster.OrganizationID(storetest.ID + "0")
	_, _ = tx.Groups(org, directory.GroupQuery{Kind: roster.KindTeam, Order: o, Count: true, CountMembers: true})
	_, _ = tx.Departments(org, directory.DepartmentQuery{Order: o, Limit: 1, Count: true})
	_, _ = tx.Roles(org, directory.RoleQuery{Order: o, Limit: 1, Count: true})
	_, _ = tx.Checks(org, directory.CheckQuery{Order: o, Count: true})
	_, _ = tx.CheckGroups(org, directory.CheckGroupQuery{Order: o, Count: true})
}

func everySearchQuery(tx directory.Tx, org roster.OrganizationID) {
	const with = directory.WithRoles | directory.WithGroups | directory.WithReach
	after := directory.UserPlace{Key: "ada", Number: 1}
	ids := []roster.GroupID{anID, otherID}
	for _, q := range []directory.UserQuery{
		{}, {Among: ids}, {Where: directory.Is("active", true)}, {Where: directory.Is("number", int64(1))}, {Where: directory.Is("id", anID)}, {Where: directory.Is("userName", "ada")}, {Where: directory.Is("email", "e")}, {Where: directory.Is("externalId", "x")}, {Where: directory.Is("email", "e"), Among: ids},
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
		_, _ = tx.SetNameKey(kind, directory.NamedRecord{OrganizationID: org, ID: anID, Name: "n"}, "k")
	}
	_ = tx.InsertWords(org, []directory.WordPlace{after})
	_ = tx.DeleteWords(org, []directory.WordPlace{after})
	_, _ = tx.TakenNames(org, []string{"ada"})
	_, _ = tx.TakenEmails(org, []string{"e"})
	_, _ = tx.InsertUsers([]directory.NewUserRow{{User: roster.User{ID: otherID, OrganizationID: org, UserName: "bob"}, UserKey: "bob"}})
	_ = tx.InsertAudits([]roster.AuditEntry{{ID: otherID, OrganizationID: org, Salt: "5a"}})
	_ = tx.EnqueueAll([]roster.Job{{ID: otherID, OrganizationID: org, Lane: "lane", Key: "keys"}})
}

func everyCredentialQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_, _ = tx.AccountByName(org, "ada")
	_, _ = tx.AccountByID(org, anID)
	_, _ = tx.AccountsByNumbers(org, []int64{7})
	_, _ = tx.AccountsByNumbers(org, make([]int64, 40))
	_ = tx.InsertSession(roster.Session{ID: anID, OrganizationID: org, UserID: anID}, storetest.Hash("hash"), 3)
	_, _, _ = tx.SessionByHash(storetest.Hash("hash"))
	_ = tx.TouchSession(anID, at)
	_ = tx.DeleteSessions(org, anID)
	_, _ = tx.DeleteDeadSessions(at, 1)
	_ = tx.InsertToken(roster.Token{ID: anID, OrganizationID: org}, "key", storetest.Hash("hash"))
	_, _, _ = tx.TokenByHash(storetest.Hash("hash"))
	_, _ = tx.Tokens(org, directory.TokenQuery{Revoked: true, Limit: 1, Count: true})
	_, _ = tx.Tokens(org, directory.TokenQuery{Limit: 1, Count: true})
	_, _ = tx.HasToken(org, anID)
	_, _ = tx.FindToken(org, roster.Ref{ID: anID, Name: "key"})
	_ = tx.TouchTokens([]roster.TokenUse{{ID: anID, At: at}})
	_ = tx.RevokeToken(org, anID, at)
	_ = tx.InsertLink(roster.Link{ID: anID, OrganizationID: org, UserID: anID}, storetest.Hash("hash"))
	_, _ = tx.LinkByHash(storetest.Hash("hash"))
	_ = tx.DeleteLinks(org, anID, roster.LinkSetUp)
	_ = tx.DeleteLinks(org, anID, "")
	_ = tx.KnowAddress(org, "ada", "a", at)
	_, _ = tx.AddressKnownSince(org, "ada", "a", at)
	reserved, _, _ := tx.ReserveGuesses([]directory.Guess{{Key: storetest.Hash("a"), Most: 1}, {Key: storetest.Hash("b"), Most: 2}}, at)
	_, _, _ = tx.ReserveGuesses([]directory.Guess{{Key: storetest.Hash("a"), Most: 1}, {Key: storetest.Hash("b"), Most: 2}}, at)
	_ = tx.RefundGuesses(reserved)
	_, _ = tx.DeleteGuesses(at, 1)
}

// everyAdministrativeQuery puts those by which an organization is looked after.
func everyAdministrativeQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_, _ = tx.OrganizationByID(org)
	for _, where := range []directory.Condition{{}, directory.Is("id", storetest.ID+"0")} {
		_, _ = tx.Organizations(directory.OrganizationQuery{Where: where, After: "a", Limit: 1, Count: true})
	}
	_, _ = tx.Realms(org, directory.RealmQuery{Where: directory.Is("active", true), After: "a", Limit: 1, Count: true})
	_, _ = tx.Members(org, directory.MemberQuery{Group: anID, After: 7, Limit: 1, Count: true})
	_ = tx.UpdateOrganization(roster.Organization{ID: org})
	_, _ = tx.MembersAmong(org, []roster.GroupID{anID, otherID, thirdID}, []int64{7, 8, 9})
	_ = tx.AddMembers(org, anID, []int64{7, 8, 9}, at)
	_ = tx.RemoveMembers(org, anID, []int64{7, 8, 9}, at)
	_, _ = tx.InsertDepartment(roster.Department{ID: anID, OrganizationID: org}, "d")
	_ = tx.UpdateDepartment(roster.Department{ID: anID, OrganizationID: org}, "d")
	_ = tx.DeleteDepartment(org, anID, at)
	_ = tx.SetServerAdmin(org, anID, true, at)
	_, _ = tx.OtherAdministrators(org, anID, []roster.RoleID{anID})
	_, _ = tx.DeleteRole(org, anID)
	_, _ = tx.Groups(org, directory.GroupQuery{Kind: roster.KindTeam, BusinessService: anID, Limit: 1})
	_, _ = tx.GrantedFor(org, anID, 0, 1)
	_, _ = tx.Sessions(org, directory.SessionQuery{User: anID, Open: at, After: anID, Count: true})
	_, _ = tx.DeleteSession(org, anID, anID)
	for _, state := range []roster.JobState{"", roster.JobBuried, roster.JobRunning} {
		_, _ = tx.Jobs(org, directory.JobQuery{State: state, After: anID, Limit: 1, Count: true})
	}
	_, _ = tx.ReviveJob(org, anID, at)
	_, _ = tx.RealmByID(org, anID)
	_, _ = tx.AuditEntries(org, directory.AuditQuery{Where: directory.Is("id", anID)})
	for noun := range lockTables {
		_ = tx.LockRecord(org, noun, anID)
	}
}

func everyOtherQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_ = tx.InsertAudit(roster.AuditEntry{ID: anID, OrganizationID: org, Salt: "5a"})
	for _, where := range []directory.Condition{{}, directory.Is("target", anID)} {
		for _, order := range []directory.AuditOrder{{}, {Descending: true}} {
			for _, order.After = range []roster.AuditID{"", anID} {
				_, _ = tx.AuditEntries(org, directory.AuditQuery{Where: where, Order: order, Limit: 1, Count: true})
			}
		}
	}
	everyAuditSealQuery(tx, org, at)
	_ = tx.Enqueue(roster.Job{ID: anID, OrganizationID: org, Lane: "lane", Key: "key", RunAt: at})
	_, _ = tx.RescheduleJob(org, "key", at)
	_, _ = tx.ClaimJobs("lane", at, at, 1)
	_, _ = tx.RetryJob(anID, 1, at, at, "")
	_, _ = tx.Stranded("", at, time.Minute)
	_, _ = tx.HastenJobs("", at, time.Minute, 1)
	_, _ = tx.BuryJob(anID, 1, at, "")
	_, _ = tx.FinishJob(anID, 1, at)
	_, _ = tx.WithdrawJob(org, "key", at)
	_, _ = tx.JobCounts()
	_, _ = tx.NextRun("lane")
	_, _ = tx.DeleteDoneJobs(at, 1)
	_, _ = tx.InsertRetry(directory.Retry{OrganizationID: org, Key: storetest.Hash("key")})
	_, _, _ = tx.Retry(org, storetest.Hash("key"))
	_ = tx.DeleteRetry(org, storetest.Hash("key"))
	_, _ = tx.DeleteRetries(at, 1)
	_ = tx.DeleteUser(org, 1, at)
	_, _, _ = tx.Lease("name")
	_, _ = tx.TakeLease("name", "a", directory.Lease{})
	_, _ = tx.TakeLease("name", "b", directory.Lease{Epoch: 1})
	_, _ = tx.BeatLease("name", 2)
	_, _ = tx.HoldLease("name", 2)
	_, _, _ = tx.Setting("name")
	_ = tx.PutSetting("name", "value")
}

// everyAuditSealQuery puts those by which the audit is sealed, verified and erased.
func everyAuditSealQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_, _ = tx.AuditEntriesAmong(org, []roster.AuditID{anID, otherID})
	_, _ = tx.AuditIDs(org, anID, otherID, 1)
	_, _ = tx.AuditWaiting(at, org, 1)
	_ = tx.InsertAuditSeal(roster.AuditSeal{OrganizationID: org, Number: 1, Entries: []roster.AuditID{anID}, Through: anID, Hash: storetest.Hash("hash")})
	for _, q := range []directory.AuditSealQuery{{Limit: 1}, {After: 1}, {Descending: true, Limit: 1}, {Descending: true, After: 2}} {
		_, _ = tx.AuditSeals(org, q)
	}
	_ = tx.InsertAudit(roster.AuditEntry{ID: thirdID, OrganizationID: org, Actor: "user", Target: thirdID, Salt: strings.Repeat("5a", 16)})
	_ = tx.EraseAuditTarget(org, thirdID)
	_, _ = tx.EraseAuditActors(org, map[string]bool{"user": true}, anID, 1)
}

func everyCheckQuery(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	g := roster.CheckGroup{ID: anID, OrganizationID: org}
	c := roster.Check{ID: anID, OrganizationID: org, CheckGroup: roster.CheckGroupLink{ID: g.ID}}
	_, _ = tx.InsertCheckGroup(g, "key")
	_, _ = tx.InsertCheck(c, "key", "alias")
	_ = tx.UpdateCheckGroup(g, "key")
	_ = tx.UpdateCheck(c, "key", "alias")
	_, _ = tx.CheckVersions(org)
	_, _ = tx.ProgramSize(org, c.ID)
	scopes := []*directory.CheckScope{nil, {}, {User: anID}, {Groups: []roster.GroupID{anID, otherID}}, {Groups: []roster.GroupID{anID}, User: anID}}
	for _, scope := range scopes {
		for _, q := range []directory.CheckQuery{
			{}, {Order: directory.ListOrder{After: directory.Place{Number: 7}}}, {Where: directory.Is("id", string(c.ID))}, {Where: directory.Is("displayName", "key")}, {Where: directory.Is("emailAlias", "alias")}, {CheckGroup: g.ID}, {Among: []roster.CheckID{anID, otherID, thirdID}},
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
			{}, {After: anID}, {ID: anID}, {CheckGroup: g.ID}, {Group: anID}, {Users: []roster.UserID{anID, otherID}}, {Users: []roster.UserID{anID}, CheckGroup: g.ID},
		} {
			q.Scope, q.Count = scope, true
			_, _ = tx.CheckPermissions(org, q)
		}
	}
	p := roster.CheckPermission{ID: anID, CheckGroup: c.CheckGroup, User: roster.UserLink{ID: anID, Number: 1}}
	_, _ = tx.PutCheckPermission(org, p)
	_, _ = tx.CheckAccess(org, anID)
	_, _ = tx.UserCheckGrants(org, []int64{7})
	_, _ = tx.UserCheckGrants(org, make([]int64, 40))
	_, _ = tx.GroupCheckGrants(org, []roster.GroupID{anID})
	_, _ = tx.GroupCheckGrants(org, []roster.GroupID{anID, otherID, thirdID})
	_ = tx.InsertEvent(roster.Event{ID: anID, OrganizationID: org, At: at})
	everyAlertQuery(tx, org, c, scopes, at)
	for _, checks := range [][]roster.CheckID{nil, {anID}, {anID, otherID}} {
		for _, q := range []directory.EventQuery{
			{}, {After: anID}, {After: anID, Since: otherID}, {Among: []roster.EventID{anID, otherID}, Body: true}, {Unmatched: true, After: anID},
		} {
			q.Checks = checks
			_, _ = tx.Events(org, q)
		}
	}
	_, _ = tx.DeleteEvents(anID, 1)
	_, _ = tx.DeleteFlips(anID, 1)
	_, _ = tx.DeleteAlerts(anID, at, 1)
	_, _ = tx.CountUsers(org, nil)
	_, _ = tx.CountUsers(org, []roster.GroupID{anID, otherID})
	_ = tx.DeleteCheckPermission(org, anID)
	_ = tx.DeleteCheck(org, c.ID, at)
	_ = tx.DeleteCheckGroup(org, g.ID, at)
	everyGroupDeletion(tx, org, at)
}

// everyAlertQuery puts those about the states of checks, alerts and flips.
func everyAlertQuery(tx directory.Tx, org roster.OrganizationID, c roster.Check, scopes []*directory.CheckScope, at time.Time) {
	s := roster.CheckState{State: roster.StateFailure, DueAt: at}
	_, _ = tx.LockCheckState(org, c.ID)
	_ = tx.PutCheckState(org, 1, s, s)
	_ = tx.PutCheckState(org, 1, roster.CheckState{}, s)
	_, _ = tx.DueChecks(at, 1)
	_ = tx.PutAlerts(org, []roster.Alert{{ID: anID, Check: roster.CheckLink{Number: 1}}})
	_, _ = tx.AlertsMet(org, 1, "key")
	for _, scope := range scopes {
		for _, open := range []roster.Set[bool]{{}, roster.Some(true), roster.Some(false)} {
			for _, q := range []directory.AlertQuery{{}, {Before: otherID}, {Check: c.ID}, {Check: c.ID, Before: otherID}, {ID: anID}} {
				q.Scope, q.Open, q.Count = scope, open, true
				_, _ = tx.Alerts(org, q)
			}
		}
	}
	_ = tx.InsertFlips(org, 1, []roster.Flip{{ID: anID}, {ID: otherID}})
	_, _ = tx.Flips(org, c.ID, "", 1)
	_, _ = tx.Flips(org, c.ID, anID, 1)
}

// everyGroupDeletion deletes a group that checks may name.
func everyGroupDeletion(tx directory.Tx, org roster.OrganizationID, at time.Time) {
	_, _ = tx.InsertGroup(roster.Group{ID: anID, OrganizationID: org, Kind: roster.KindTeam}, "group")
	_ = tx.DeleteGroup(org, anID, at)
}
