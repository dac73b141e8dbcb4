package directory

import (
	"roster"
)

// Action names a verb for the policy and in the audit.
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
)

// rule says what an action asks for. Everything it does not allow is forbidden.
type rule struct {
	anyOf    roster.Permissions // at least one of these, for the organization; 0 with signedIn
	scoped   bool               // a grant for a group is enough: the verb then keeps to that group
	signedIn bool               // any user who proved identity, by a password or a session
	ownToken bool               // any user, also by a token of the user's: the verb keeps to what is the user's own
	writes   bool               // refused to an actor that may only read
	tokens   bool               // an API token of the organization may do it at all (DECISIONS 8)
	local    bool               // only who uses the server's command line, and Roster itself
	public   bool               // anybody, also nobody
}

// policy is the whole of it: an action that is missing here is forbidden to everybody.
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
}

// allow is the first line of every verb: whether the actor may do the action at all, to anybody.
// What it may do it to is asked again where the record is known.
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

// granted says whether the actor may do the action to somebody or something that is not its own.
func granted(by roster.Actor, act Action) error {
	switch r := policy[act]; {
	case local(by):
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

// scopeOf returns the groups to which the actor is limited in an action; all is true where it is
// not limited, and the groups say nothing then.
func scopeOf(by roster.Actor, act Action) (groups []roster.GroupID, all bool) {
	if local(by) {
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

// organizationToken reports an API token that belongs to no user.
func organizationToken(by roster.Actor) bool {
	return by.Kind == roster.ActorToken && by.UserID == ""
}

func local(by roster.Actor) bool {
	return by.Kind == roster.ActorOperator || by.Kind == roster.ActorSystem
}

// guarded are the permissions that grant_any_role does not cover (DECISIONS 9).
const guarded = roster.SuperPrivileges | roster.GrantAnyRole | roster.ManageRealms

// beyondTokens are the permissions that a token of the organization never uses. It may create
// administrators, who have them. A token takes no hold of users who have them, nor gives them to
// users whom it has a hold of.
const beyondTokens = roster.ManageTokens | roster.ManageRealms | roster.ManageSettings

// ceiling returns the permissions that the actor may grant in a group, or in the organization for
// "". It may change users who hold no others (DECISIONS 9).
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

// aboveCeiling returns those of the permissions that are above the actor's ceiling.
func (d *Directory) aboveCeiling(by roster.Actor, target roster.Grants) (p roster.Permissions) {
	if local(by) {
		return 0
	}
	for _, g := range target {
		p |= g.Permissions &^ d.ceiling(by, g.Group)
	}
	return p
}

// blockingTakeOver returns those of the permissions that keep the actor from taking hold of a user: those
// above its ceiling, and for a token of the organization those that it never uses. With a password
// that it knows it would use them (DECISIONS 8).
func (d *Directory) blockingTakeOver(by roster.Actor, target roster.Grants) roster.Permissions {
	p := d.aboveCeiling(by, target)
	if organizationToken(by) {
		p |= target.Anywhere() & beyondTokens
	}
	return p
}

// mayGrant says whether the actor may grant the permissions.
func (d *Directory) mayGrant(by roster.Actor, target roster.Grants) error {
	return forbidPermissions("this gives permissions beyond yours: ", d.aboveCeiling(by, target))
}

// mayGrantToSignIns says whether the actor may grant the permissions to users who can sign in.
func (d *Directory) mayGrantToSignIns(by roster.Actor, target roster.Grants) error {
	return forbidPermissions("this gives permissions beyond yours: ", d.blockingTakeOver(by, target))
}

// mayTakeOver says whether the actor may take hold of a user who holds the permissions: sign in as that
// user, or decide where messages to the user go.
func (d *Directory) mayTakeOver(by roster.Actor, target roster.Grants) error {
	return forbidPermissions("you cannot change this user, who holds permissions beyond yours: ", d.blockingTakeOver(by, target))
}

// forbidPermissions is the error over permissions that are in the way, nil for none.
func forbidPermissions(detail string, p roster.Permissions) error {
	if p == 0 {
		return nil
	}
	return forbidden(detail + p.String())
}

// requireControl says whether the actor may take hold of the user, who may hold anything: permissions, or
// what entries on check groups give.
func (d *Directory) requireControl(tx Tx, by roster.Actor, u roster.User) error {
	account, err := tx.AccountByID(u.OrganizationID, u.ID)
	if err != nil {
		return err
	}
	return d.requireControlOf(tx, by, account)
}

// requireControlOf is controls for who has read the account already.
func (d *Directory) requireControlOf(tx Tx, by roster.Actor, target roster.Account) error {
	if err := d.mayTakeOver(by, target.Grants); err != nil {
		return err
	}
	entries, err := d.entriesOfUsersAbove(tx, by, target.Number)
	if err != nil {
		return err
	}
	return forbidPermissions("you cannot change this user, who gets permissions beyond yours by entries on check groups: ", entries[target.Number])
}

// mayMakeToken says whether the actor may make a token of the organization, for the groups or,
// without any, for all of it: whoever makes one may use it. One that only reads sees what
// read_directory shows, and the audit. One that writes acts as an administrator and makes others
// (DECISIONS 8). Of these permissions some mean nothing within a group.
func mayMakeToken(by roster.Actor, access roster.Access, groups []roster.GroupID) error {
	needs := roster.ReadDirectory | roster.ReadAudit
	if access != roster.AccessRead {
		needs = roster.LevelAdministrator.Permissions()
	}
	if len(groups) > 0 {
		needs &^= beyondTokens | roster.ReadAudit
	}
	for _, g := range places(groups) {
		if missing := needs &^ permissionsIn(by, g); missing != 0 && !local(by) {
			return forbidden("the token would have permissions that you do not hold: " + missing.String())
		}
	}
	return nil
}

// permissionsIn returns what the actor may do in a group, or in the organization for "".
func permissionsIn(by roster.Actor, group roster.GroupID) roster.Permissions {
	p := by.Grants.In(group)
	if by.Grants.Everywhere().Has(roster.SuperPrivileges) { // which ends at the organization (DECISIONS 10)
		p |= roster.AllPermissions
	}
	return p
}
