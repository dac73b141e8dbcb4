package directory

import (
	"roster"
)

// Action names a verb, for the policy and for the audit.
type Action string

// The actions.
const (
	ActUserCreate      Action = "user.create"
	ActUserRead        Action = "user.read"
	ActUserUpdate      Action = "user.update"
	ActPasswordSet     Action = "user.set-password"
	ActLinkIssue       Action = "link.issue"
	ActLinkRead        Action = "link.read"
	ActLinkUse         Action = "link.use"
	ActUserAdmit       Action = "user.admit"
	ActRealmCreate     Action = "realm.create"
	ActRealmRead       Action = "realm.read"
	ActRealmUpdate     Action = "realm.update"
	ActComponentRead   Action = "component.read"
	ActGroupCreate     Action = "group.create"
	ActGroupRead       Action = "group.read"
	ActGroupUpdate     Action = "group.update"
	ActGroupDelete     Action = "group.delete"
	ActDepartmentMake  Action = "department.create"
	ActDepartmentRead  Action = "department.read"
	ActRoleCreate      Action = "role.create"
	ActRoleRead        Action = "role.read"
	ActRoleUpdate      Action = "role.update"
	ActRoleDelete      Action = "role.delete"
	ActTokenCreate     Action = "token.create"
	ActTokenRead       Action = "token.read"
	ActTokenRevoke     Action = "token.revoke"
	ActSessionCreate   Action = "session.create"
	ActDefaultsRead    Action = "default-preferences.read"
	ActDefaultsSet     Action = "default-preferences.set"
	ActAuditRead       Action = "audit.read"
	ActStatusRead      Action = "status.read"
	ActOrganizationSet Action = "organization.set-up"

	ActUserDelete         Action = "user.delete"
	ActUserUndelete       Action = "user.undelete"
	ActDeletedRead        Action = "deleted-user.read"
	ActContactAdd         Action = "contact-method.create"
	ActContactRemove      Action = "contact-method.delete"
	ActSessionRead        Action = "session.read"
	ActSessionEnd         Action = "session.delete"
	ActDepartmentUpdate   Action = "department.update"
	ActDepartmentDelete   Action = "department.delete"
	ActOrganizationCreate Action = "organization.create"
	ActOrganizationRead   Action = "organization.read"
	ActSettingsRead       Action = "settings.read"
	ActSettingsSet        Action = "settings.set"
	ActServerAdminSet     Action = "server-admin.set"
	ActJobRead            Action = "job.read"
	ActJobRevive          Action = "job.revive"
	ActCheckCreate        Action = "check.create"
	ActCheckRead          Action = "check.read"
	ActCheckUpdate        Action = "check.update"
	ActCheckDelete        Action = "check.delete"
	ActCheckGroupCreate   Action = "check-group.create"
	ActCheckGroupRead     Action = "check-group.read"
	ActCheckGroupUpdate   Action = "check-group.update"
	ActCheckGroupDelete   Action = "check-group.delete"
	ActPermissionRead     Action = "check-permission.read"
	ActPermissionSet      Action = "check-permission.set"
	ActPermissionDelete   Action = "check-permission.delete"
	ActEventRecord        Action = "event.create"
	ActEventRead          Action = "event.read"
	ActAlertRead          Action = "alert.read"
)

// rule says what an action requires. Everything that it does not allow is forbidden.
type rule struct {
	anyOf    roster.Permissions // the actor needs one of these for the organization; 0 with signedIn
	scoped   bool               // a grant for a group is enough; the verb then acts in that group only
	signedIn bool               // any user who signed in by a password or a session
	ownToken bool               // any user, also by an own token; the verb then acts on its own records only
	writes   bool               // forbidden to an actor that may only read
	tokens   bool               // API tokens of the organization may do it (DECISIONS 8)
	local    bool               // only the operator, on the server's command line, and Roster itself
	public   bool               // anybody, without signing in
}

// policy is the whole policy. An action that is missing here is forbidden to everybody.
var policy = map[Action]rule{
	ActUserCreate:      {anyOf: roster.ManageUsers, scoped: true, writes: true, tokens: true},
	ActUserRead:        {anyOf: roster.ReadDirectory | roster.GrazeLogin, scoped: true, ownToken: true, tokens: true},
	ActUserUpdate:      {anyOf: roster.ManageUsers, scoped: true, ownToken: true, writes: true, tokens: true},
	ActPasswordSet:     {anyOf: roster.ManageUsers, scoped: true, writes: true, tokens: true},
	ActUserAdmit:       {local: true, writes: true},
	ActRealmCreate:     {anyOf: roster.ManageRealms, writes: true},
	ActRealmRead:       {anyOf: roster.ManageRealms},
	ActRealmUpdate:     {anyOf: roster.ManageRealms, writes: true},
	ActComponentRead:   {anyOf: roster.ReadDirectory | roster.GrazeLogin, tokens: true},
	ActLinkIssue:       {anyOf: roster.ManageUsers, scoped: true, writes: true, tokens: true},
	ActLinkRead:        {public: true},
	ActLinkUse:         {public: true},
	ActGroupCreate:     {anyOf: roster.ManageGroups, writes: true, tokens: true},
	ActGroupRead:       {anyOf: roster.ReadDirectory | roster.GrazeLogin, scoped: true, ownToken: true, tokens: true},
	ActGroupUpdate:     {anyOf: roster.ManageGroups, scoped: true, writes: true, tokens: true},
	ActGroupDelete:     {anyOf: roster.ManageGroups, writes: true, tokens: true},
	ActDepartmentMake:  {anyOf: roster.ManageGroups, writes: true, tokens: true},
	ActDepartmentRead:  {anyOf: roster.ReadDirectory | roster.GrazeLogin, scoped: true, tokens: true},
	ActRoleCreate:      {anyOf: roster.ManageRoles, writes: true, tokens: true},
	ActRoleRead:        {anyOf: roster.ReadDirectory | roster.GrazeLogin, scoped: true, tokens: true},
	ActRoleUpdate:      {anyOf: roster.ManageRoles, writes: true, tokens: true},
	ActRoleDelete:      {anyOf: roster.ManageRoles, writes: true, tokens: true},
	ActTokenCreate:     {anyOf: roster.ManageTokens, writes: true},
	ActTokenRead:       {anyOf: roster.ManageTokens},
	ActTokenRevoke:     {anyOf: roster.ManageTokens, writes: true},
	ActSessionCreate:   {signedIn: true},
	ActDefaultsRead:    {anyOf: roster.ManageSettings},
	ActDefaultsSet:     {anyOf: roster.ManageSettings, writes: true},
	ActAuditRead:       {anyOf: roster.ReadAudit, tokens: true},
	ActStatusRead:      {local: true},
	ActOrganizationSet: {local: true, writes: true},

	ActUserDelete:         {anyOf: roster.ManageUsers, scoped: true, writes: true, tokens: true},
	ActUserUndelete:       {anyOf: roster.ManageUsers, scoped: true, writes: true, tokens: true},
	ActDeletedRead:        {anyOf: roster.ManageUsers, writes: true, tokens: true}, // for who may restore
	ActContactAdd:         {anyOf: roster.ManageUsers, scoped: true, ownToken: true, writes: true, tokens: true},
	ActContactRemove:      {anyOf: roster.ManageUsers, scoped: true, ownToken: true, writes: true, tokens: true},
	ActSessionRead:        {anyOf: roster.ManageUsers, scoped: true, ownToken: true, tokens: true},
	ActSessionEnd:         {anyOf: roster.ManageUsers, scoped: true, ownToken: true, writes: true, tokens: true},
	ActDepartmentUpdate:   {anyOf: roster.ManageGroups, writes: true, tokens: true},
	ActDepartmentDelete:   {anyOf: roster.ManageGroups, writes: true, tokens: true},
	ActOrganizationCreate: {anyOf: roster.ServerAdmin, writes: true},
	ActOrganizationRead:   {anyOf: roster.ReadDirectory | roster.GrazeLogin | roster.ServerAdmin, scoped: true},
	ActSettingsRead:       {anyOf: roster.ManageSettings},
	ActSettingsSet:        {anyOf: roster.ManageSettings, writes: true},
	ActServerAdminSet:     {local: true, writes: true},
	ActJobRead:            {anyOf: roster.ManageSettings},
	ActJobRevive:          {anyOf: roster.ManageSettings, writes: true},
	ActCheckCreate:        {anyOf: roster.ManageChecks, scoped: true, ownToken: true, writes: true, tokens: true},
	ActCheckRead:          {anyOf: roster.ReadDirectory, scoped: true, ownToken: true, tokens: true},
	ActCheckUpdate:        {anyOf: roster.ManageChecks, scoped: true, ownToken: true, writes: true, tokens: true},
	ActCheckDelete:        {anyOf: roster.ManageChecks, scoped: true, ownToken: true, writes: true, tokens: true},
	ActCheckGroupCreate:   {anyOf: roster.ManageChecks, writes: true, tokens: true},
	ActCheckGroupRead:     {anyOf: roster.ReadDirectory, scoped: true, ownToken: true, tokens: true},
	ActCheckGroupUpdate:   {anyOf: roster.ManageChecks, writes: true, tokens: true},
	ActCheckGroupDelete:   {anyOf: roster.ManageChecks, writes: true, tokens: true},
	ActPermissionRead:     {anyOf: roster.ReadDirectory, scoped: true, ownToken: true, tokens: true},
	ActPermissionSet:      {anyOf: roster.ManageChecks, writes: true, tokens: true},
	ActPermissionDelete:   {anyOf: roster.ManageChecks, writes: true, tokens: true},
	ActEventRecord:        {anyOf: roster.SendEvents, writes: true, tokens: true},
	ActEventRead:          {anyOf: roster.ReadDirectory, scoped: true, ownToken: true, tokens: true},
	ActAlertRead:          {anyOf: roster.ReadDirectory, scoped: true, ownToken: true, tokens: true},
}

// allow returns an error unless the actor may do the action to any record at all. It is the first
// line of every verb. Once the record is known, the verb asks again about that record.
func allow(by roster.Actor, act Action) error {
	r, known := policy[act]
	switch {
	case known && r.public:
		return nil
	case by.Kind == roster.ActorNobody:
		return &roster.Error{Kind: roster.Unauthenticated, Detail: "sign in first"}
	case !known:
		return forbidden("nobody may do this")
	case r.writes && by.ReadOnly:
		return forbidden("this credential may only read")
	case by.Kind == roster.ActorOperator || by.Kind == roster.ActorSystem:
		return nil
	case r.local:
		return forbidden("this is done on the server's command line")
	case organizationToken(by) && !r.tokens:
		return forbidden("an API token of the organization may not do this")
	case r.signedIn && by.Kind == roster.ActorUser, r.ownToken && by.UserID != "":
		return nil
	default:
		return granted(by, act)
	}
}

// granted returns an error unless the actor may do the action to records other than its own.
func granted(by roster.Actor, act Action) error {
	switch r := policy[act]; {
	case isLocal(by):
		return nil
	case by.Grants.Everywhere().HasAny(r.anyOf), r.scoped && by.Grants.Anywhere().HasAny(r.anyOf):
		return nil
	case by.Grants.Anywhere().HasAny(r.anyOf):
		return forbidden("this credential is limited to groups, and this concerns the whole organization")
	default:
		return forbidden("this needs one of the permissions: " + r.anyOf.String())
	}
}

func forbidden(detail string) error {
	return &roster.Error{Kind: roster.Forbidden, Detail: detail}
}

// scopeOf returns the groups that the actor is limited to in an action. If it is not limited, all
// is true and groups is nil.
func scopeOf(by roster.Actor, act Action) (groups []roster.GroupID, all bool) {
	if isLocal(by) {
		return nil, true
	}
	want := policy[act].anyOf
	if by.Grants.Everywhere().HasAny(want) {
		return nil, true
	}
	groups = []roster.GroupID{}
	for _, g := range by.Grants {
		if g.Group != "" && g.Permissions.HasAny(want) {
			groups = append(groups, g.Group)
		}
	}
	return groups, false
}

// organizationToken reports whether the actor is an API token that belongs to no user.
func organizationToken(by roster.Actor) bool {
	return by.Kind == roster.ActorToken && by.UserID == ""
}

// isLocal reports whether the actor is the operator on the command line, or Roster itself.
func isLocal(by roster.Actor) bool {
	return by.Kind == roster.ActorOperator || by.Kind == roster.ActorSystem
}

// guarded are the permissions that grant_any_role does not cover (DECISIONS 9).
const guarded = roster.SuperPrivileges | roster.GrantAnyRole | roster.ManageRealms

// beyondTokens are the permissions that a token of the organization never uses. It may create
// administrators, who hold them. But it cannot change users who hold them, nor grant them to users
// that it can change.
const beyondTokens = roster.ManageTokens | roster.ManageRealms | roster.ManageSettings

// ceiling returns the permissions that the actor may grant in a group, or in the organization for
// "". The actor may change only users who hold no others (DECISIONS 9).
func (d *Directory) ceiling(by roster.Actor, group roster.GroupID) roster.Permissions {
	own := permissionsIn(by, group)
	switch {
	case !own.Has(roster.GrantAnyRole):
		return own
	case d.grazerGrantsSuper:
		return own | roster.AllPermissions
	default:
		return own | roster.AllPermissions&^guarded
	}
}

// aboveCeiling returns those permissions of target that the actor may not grant.
func (d *Directory) aboveCeiling(by roster.Actor, target roster.Grants) (p roster.Permissions) {
	if isLocal(by) {
		return 0
	}
	for _, g := range target {
		p |= g.Permissions &^ d.ceiling(by, g.Group)
	}
	return p
}

// blockingTakeOver returns those permissions of target that keep the actor from taking a user over.
// These are all above its ceiling. For a token of the organization they include those that it never
// uses: with a password that it knows, it could use them (DECISIONS 8).
func (d *Directory) blockingTakeOver(by roster.Actor, target roster.Grants) roster.Permissions {
	p := d.aboveCeiling(by, target)
	if organizationToken(by) {
		p |= target.Anywhere() & beyondTokens
	}
	return p
}

// mayGrant returns Forbidden unless the actor may grant the permissions.
func (d *Directory) mayGrant(by roster.Actor, target roster.Grants) error {
	return forbidPermissions("this gives permissions beyond yours: ", d.aboveCeiling(by, target))
}

// mayGrantToSignIns returns Forbidden unless the actor may grant the permissions to users who can
// sign in.
func (d *Directory) mayGrantToSignIns(by roster.Actor, target roster.Grants) error {
	return forbidPermissions("this gives permissions beyond yours: ", d.blockingTakeOver(by, target))
}

// mayTakeOver returns Forbidden unless the actor may take over a user who holds the permissions:
// sign in as the user, or decide where messages to the user go.
func (d *Directory) mayTakeOver(by roster.Actor, target roster.Grants) error {
	return forbidPermissions("you cannot change this user: they hold permissions beyond yours: ", d.blockingTakeOver(by, target))
}

// forbidPermissions returns Forbidden with the permissions after the detail, nil if there are none.
func forbidPermissions(detail string, p roster.Permissions) error {
	if p == 0 {
		return nil
	}
	return forbidden(detail + p.String())
}

// requireControl returns Forbidden unless the actor may take the user over. It counts the user's
// grants, and the entries on check groups.
func (d *Directory) requireControl(tx Tx, by roster.Actor, u roster.User) error {
	account, err := tx.AccountByID(u.OrganizationID, u.ID)
	if err != nil {
		return err
	}
	return d.requireControlOf(tx, by, account)
}

// requireControlOf is requireControl for a caller that has the account already.
func (d *Directory) requireControlOf(tx Tx, by roster.Actor, target roster.Account) error {
	if err := d.mayTakeOver(by, target.Grants); err != nil {
		return err
	}
	entries, err := d.entriesOfUsersAbove(tx, by, target.Number)
	if err != nil {
		return err
	}
	return forbidPermissions("you cannot change this user: entries on check groups give them permissions beyond yours: ", entries[target.Number])
}

// mayMakeToken returns Forbidden unless the actor may make a token of the organization. The token
// is for the groups or, without any, for the whole organization. Its maker may use it, so must hold
// what it can do. A token that only reads sees what read_directory shows, and the audit. One that
// writes acts as an administrator and can create others (DECISIONS 8). Some of these permissions
// mean nothing within a group, and are not asked for there.
func mayMakeToken(by roster.Actor, access roster.Access, groups []roster.GroupID) error {
	needs := roster.ReadDirectory | roster.ReadAudit
	if access != roster.AccessRead {
		needs = roster.LevelAdministrator.Permissions()
	}
	if len(groups) > 0 {
		needs &^= beyondTokens | roster.ReadAudit
	}
	for _, g := range groupsOrOrganization(groups) {
		if missing := needs &^ permissionsIn(by, g); missing != 0 && !isLocal(by) {
			return forbidden("the token would have permissions that you do not hold: " + missing.String())
		}
	}
	return nil
}

// permissionsIn returns what the actor may do in a group, or in the organization for "".
func permissionsIn(by roster.Actor, group roster.GroupID) roster.Permissions {
	p := by.Grants.In(group)
	// All, but only within the organization (DECISIONS 10).
	if by.Grants.Everywhere().Has(roster.SuperPrivileges) {
		p |= roster.AllPermissions
	}
	return p
}
