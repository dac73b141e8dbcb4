package control

// Call names a call that is answered by one value.
type Call[In, Out any] struct{ path string }

// Listing names a call that is answered by any number of values, one after the other.
type Listing[In, Item any] struct{ path string }

// The calls, by the noun they are about.
var (
	CreateToken = Call[NewToken, CreatedToken]{"/v1/token/create"}
	RevokeToken = Call[Name, Token]{"/v1/token/revoke"}
	ListTokens  = Listing[TokenList, Token]{"/v1/token/list"}

	CreateUser  = Call[NewUser, User]{"/v1/user/create"}
	ShowUser    = Call[UserName, User]{"/v1/user/show"}
	ListUsers   = Listing[UserList, User]{"/v1/user/list"}
	UpdateUser  = Call[UserChange, User]{"/v1/user/update"}
	SetPassword = Call[NewPassword, UserSummary]{"/v1/user/set-password"}
	IssueLink   = Call[UserName, SetUpLink]{"/v1/user/set-up-link"}
	DeleteUser  = Call[UserName, UserSummary]{"/v1/user/delete"}

	SetServerAdmin = Call[ServerAdmin, UserSummary]{"/v1/user/set-server-admin"}

	CreateGroup      = Call[NewNamed, Group]{"/v1/group/create"}
	ListGroups       = Listing[Empty, Group]{"/v1/group/list"}
	ShowGroup        = Call[Name, GroupDetails]{"/v1/group/show"}
	ListGroupMembers = Listing[Name, Member]{"/v1/group/members"}
	UpdateGroup      = Call[GroupChange, GroupDetails]{"/v1/group/update"}
	DeleteGroup      = Call[Name, GroupSummary]{"/v1/group/delete"}

	CreateTeam      = Call[NewNamed, Group]{"/v1/team/create"}
	ListTeams       = Listing[Empty, Group]{"/v1/team/list"}
	ShowTeam        = Call[Name, GroupDetails]{"/v1/team/show"}
	ListTeamMembers = Listing[Name, Member]{"/v1/team/members"}
	UpdateTeam      = Call[GroupChange, GroupDetails]{"/v1/team/update"}
	DeleteTeam      = Call[Name, GroupSummary]{"/v1/team/delete"}

	CreateDepartment = Call[NewDepartment, Department]{"/v1/department/create"}
	ListDepartments  = Listing[Empty, Department]{"/v1/department/list"}

	CreateRole = Call[NewRole, Role]{"/v1/role/create"}
	ListRoles  = Listing[Empty, Role]{"/v1/role/list"}
	UpdateRole = Call[RoleChange, Role]{"/v1/role/update"}
	DeleteRole = Call[Name, Role]{"/v1/role/delete"}

	ListRealms = Listing[Empty, Realm]{"/v1/realm/list"}

	ShowPreferences = Call[PreferencesOf, Preferences]{"/v1/preferences/show"}
	SetPreferences  = Call[Preferences, Preferences]{"/v1/preferences/set"}

	CreateOrganization = Call[NewOrganization, CreatedOrganization]{"/v1/organization/create"}
	ListOrganizations  = Listing[Empty, Organization]{"/v1/organization/list"}
	ShowOrganization   = Call[Name, Organization]{"/v1/organization/show"}

	ShowSettings = Call[Empty, Settings]{"/v1/settings/show"}
	SetSettings  = Call[SettingsChange, Settings]{"/v1/settings/set"}

	ListJobs = Listing[JobList, Job]{"/v1/job/list"}
	RetryJob = Call[JobName, Job]{"/v1/job/retry"}

	ListAudit   = Listing[AuditList, AuditEntry]{"/v1/audit/list"}
	VerifyAudit = Call[Empty, VerifiedAudit]{"/v1/audit/verify"}

	ShowStatus = Call[Empty, Status]{"/v1/status"}
	Examine    = Call[Empty, Examination]{"/v1/examine"}
)
