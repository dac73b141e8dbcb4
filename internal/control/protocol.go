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
	SetPassword = Call[NewPassword, UserSummary]{"/v1/user/set-password"}
	IssueLink   = Call[UserName, SetUpLink]{"/v1/user/set-up-link"}

	CreateGroup      = Call[NewNamed, Group]{"/v1/group/create"}
	ListGroups       = Listing[Empty, Group]{"/v1/group/list"}
	CreateTeam       = Call[NewNamed, Group]{"/v1/team/create"}
	ListTeams        = Listing[Empty, Group]{"/v1/team/list"}
	CreateDepartment = Call[NewDepartment, Department]{"/v1/department/create"}
	ListDepartments  = Listing[Empty, Department]{"/v1/department/list"}
	CreateRole       = Call[NewRole, Role]{"/v1/role/create"}
	ListRoles        = Listing[Empty, Role]{"/v1/role/list"}

	ShowPreferences = Call[PreferencesOf, Preferences]{"/v1/preferences/show"}
	SetPreferences  = Call[Preferences, Preferences]{"/v1/preferences/set"}

	ListAudit   = Listing[AuditList, AuditEntry]{"/v1/audit/list"}
	VerifyAudit = Call[Empty, VerifiedAudit]{"/v1/audit/verify"}

	ShowStatus = Call[Empty, Status]{"/v1/status"}
)
