package cli

// serverGrammar is the part of the command line that the server needs. The rest is ten times as
// long, and would make its start longer.
type serverGrammar struct {
	Serve serveCommand `cmd:"" help:"Run the server."`
}

// grammar is the command line: kong reads it off the types and tags.
type grammar struct {
	Server serverGrammar `embed:""`

	User struct {
		Create      userCreate      `cmd:"" help:"Create a user."`
		List        userList        `cmd:"" help:"List the users."`
		Show        userShow        `cmd:"" help:"Show one user."`
		Update      userUpdate      `cmd:"" help:"Change a user."`
		Deactivate  userDeactivate  `cmd:"" help:"Sign a user out everywhere and stop notifying them."`
		Activate    userActivate    `cmd:"" help:"Let a user sign in and be notified again."`
		SetPassword userSetPassword `cmd:"" help:"Print a link where a user sets a password, or set the password."`
		Delete      userDelete      `cmd:"" help:"Delete a user."`
		Undelete    userUndelete    `cmd:"" help:"Restore a user who was deleted in the last 30 days."`
		Deleted     userDeleted     `cmd:"" help:"List the users who can be restored."`

		GrantServerAdmin  userGrantServerAdmin  `cmd:"" help:"Let a user create organizations."`
		RevokeServerAdmin userRevokeServerAdmin `cmd:"" help:"Stop a user from creating organizations."`
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
		Revoke tokenRevoke `cmd:"" help:"Revoke an API token at once."`
	} `cmd:"" help:"API tokens."`

	Organization struct {
		Create organizationCreate `cmd:"" help:"Create an organization and print a link for its administrator."`
		List   organizationList   `cmd:"" help:"List the organizations."`
		Show   organizationShow   `cmd:"" help:"Show one organization."`
	} `cmd:"" help:"Organizations: tenants that see nothing of one another."`

	Settings struct {
		Show settingsShow `cmd:"" help:"Show the organization's settings."`
		Set  settingsSet  `cmd:"" help:"Change the organization's settings."`
	} `cmd:"" help:"The settings of an organization."`

	Preferences struct {
		Show preferencesShow `cmd:"" help:"Show the default notification preferences."`
		Set  preferencesSet  `cmd:"" help:"Set the default notification preferences."`
	} `cmd:"" help:"The default notification preferences, which a user created without any gets."`

	Job struct {
		List  jobList  `cmd:"" help:"List queued jobs, and those that were given up."`
		Retry jobRetry `cmd:"" help:"Retry a job that was given up."`
	} `cmd:"" help:"Jobs: work that is done in the background, such as sending email."`

	Audit struct {
		List   auditList   `cmd:"" help:"List who changed what."`
		Verify auditVerify `cmd:"" help:"Verify that nobody changed the audit."`
	} `cmd:"" help:"The audit: who changed what."`

	Login  login  `cmd:"" help:"Keep a server and an API token for later commands."`
	Logout logout `cmd:"" help:"Forget what roster login kept."`

	Backup  backup  `cmd:"" help:"Write the whole directory into one file."`
	Restore restore `cmd:"" help:"Make the directory anew from a backup."`

	Doctor     doctor     `cmd:"" help:"Check the installation, and say what to do."`
	Version    version    `cmd:"" help:"Print the version."`
	Completion completion `cmd:"" help:"Print the script that completes roster's commands in a shell."`
}
