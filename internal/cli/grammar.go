package cli

// grammar is the command line: kong reads it off the types and tags.
type grammar struct {
	Serve serveCommand `cmd:"" help:"Run the server."`

	User struct {
		Create      userCreate      `cmd:"" help:"Create a user."`
		List        userList        `cmd:"" help:"List the users."`
		Show        userShow        `cmd:"" help:"Show one user."`
		Update      userUpdate      `cmd:"" help:"Change a user."`
		Deactivate  userDeactivate  `cmd:"" help:"Sign a user out everywhere, and notify them no more."`
		Activate    userActivate    `cmd:"" help:"Let a user sign in and be notified again."`
		SetPassword userSetPassword `cmd:"" help:"Print a link by which a user sets a password, or set it."`
		Delete      userDelete      `cmd:"" help:"Delete a user."`

		GrantServerAdmin  userGrantServerAdmin  `cmd:"" help:"Let a user make organizations."`
		RevokeServerAdmin userRevokeServerAdmin `cmd:"" help:"Let a user make no organizations any more."`
	} `cmd:"" help:"Users: people and service accounts."`

	Group struct {
		Create groupCreate `cmd:"" help:"Create a group."`
		List   groupList   `cmd:"" help:"List the groups."`
		Show   groupShow   `cmd:"" help:"Show one group and its members."`
		Update groupUpdate `cmd:"" help:"Change a group and its members."`
		Delete groupDelete `cmd:"" help:"Delete a group."`
	} `cmd:"" help:"Groups of users."`

	Team struct {
		Create teamCreate `cmd:"" help:"Create a team."`
		List   teamList   `cmd:"" help:"List the teams."`
		Show   teamShow   `cmd:"" help:"Show one team and its members."`
		Update teamUpdate `cmd:"" help:"Change a team and its members."`
		Delete teamDelete `cmd:"" help:"Delete a team."`
	} `cmd:"" help:"Teams of users."`

	Department struct {
		Create departmentCreate `cmd:"" help:"Create a department."`
		List   departmentList   `cmd:"" help:"List the departments."`
	} `cmd:"" help:"Departments that users belong to."`

	Role struct {
		Create roleCreate `cmd:"" help:"Create a role."`
		List   roleList   `cmd:"" help:"List the roles and what they permit."`
		Show   roleShow   `cmd:"" help:"Show one role and what it permits."`
		Update roleUpdate `cmd:"" help:"Change a role."`
		Delete roleDelete `cmd:"" help:"Delete a role."`
	} `cmd:"" help:"Roles: named sets of permissions."`

	Realm struct {
		List realmList `cmd:"" help:"List the realms."`
	} `cmd:"" help:"Realms: where users prove identity, if not here."`

	Token struct {
		Create tokenCreate `cmd:"" help:"Create an API token and print it, once."`
		List   tokenList   `cmd:"" help:"List the API tokens."`
		Revoke tokenRevoke `cmd:"" help:"End an API token at once."`
	} `cmd:"" help:"API tokens."`

	Organization struct {
		Create organizationCreate `cmd:"" help:"Create an organization and print a link for its administrator."`
		List   organizationList   `cmd:"" help:"List the organizations."`
		Show   organizationShow   `cmd:"" help:"Show one organization."`
	} `cmd:"" help:"Organizations: tenants that see nothing of one another."`

	Settings struct {
		Show settingsShow `cmd:"" help:"Show what the organization decides for itself."`
		Set  settingsSet  `cmd:"" help:"Change what the organization decides for itself."`
	} `cmd:"" help:"The settings of an organization."`

	Preferences struct {
		Show preferencesShow `cmd:"" help:"Show how new users are told about what."`
		Set  preferencesSet  `cmd:"" help:"Set how new users are told about what."`
	} `cmd:"" help:"The default notification preferences, which a user created without any gets."`

	Job struct {
		List  jobList  `cmd:"" help:"List the work that is queued, and what was given up."`
		Retry jobRetry `cmd:"" help:"Try work again that was given up."`
	} `cmd:"" help:"Jobs: work that is done in the background, such as sending email."`

	Audit struct {
		List   auditList   `cmd:"" help:"List who changed what."`
		Verify auditVerify `cmd:"" help:"Find out whether the audit is whole."`
	} `cmd:"" help:"The audit: who changed what."`

	Login  login  `cmd:"" help:"Keep a server and an API token for later commands."`
	Logout logout `cmd:"" help:"Forget what roster login kept."`

	Doctor     doctor     `cmd:"" help:"Look for what is wrong, and say what to do."`
	Version    version    `cmd:"" help:"Print the version."`
	Completion completion `cmd:"" help:"Print the script that completes roster's commands in a shell."`
}
