package roster

import (
	"math/bits"
	"strings"
)

// Permissions is a set of permissions.
type Permissions uint64

// The permissions. Those of the first block are Graze's, from its role documentation. They are
// stored and shown, but only super_privileges, all_data and graze_login have an effect.
const (
	SuperPrivileges Permissions = 1 << iota // everything within the organization
	AlertAssign
	AlertClose
	AlertModify
	AllData
	ManageMaint
	ModeratorAssign
	PrcFeedback
	SigCreate
	SigClose
	SigModify
	ThreadCreate
	AddMedia
	GrazeLogin // may call the Graze API and read through it
	Filter

	ReadDirectory  // sees users, groups, checks and what happened to them
	Acknowledge    // answers notifications for others
	SendEvents     // posts events
	ManageChecks   // makes and changes checks and check groups
	ManageUsers    // makes and changes users, up to the actor's own permissions
	ManageGroups   // makes and changes groups, teams and departments
	ManageRoles    // makes and changes roles, up to the actor's own permissions
	ManageTokens   // makes, lists and revokes API tokens
	ManageSettings // changes the organization's settings and default matrices
	ReadAudit      // reads who changed what
	ManageRealms   // says where users prove their identity
	GrantAnyRole   // may grant more than the actor holds (for exceptions see DECISIONS 9)
	ServerAdmin    // makes organizations: given by the command line, in no role

	endOfPermissions
)

// AllPermissions is every permission that a role may hold: all except server_admin.
const AllPermissions = endOfPermissions - 1 - ServerAdmin

var permissionNames = [...]string{
	"super_privileges", "alert_assign", "alert_close", "alert_modify", "all_data", "manage_maint",
	"moderator_assign", "prc_feedback", "sig_create", "sig_close", "sig_modify", "thread_create",
	"add_media", "graze_login", "filter",
	"read_directory", "acknowledge", "send_events", "manage_checks", "manage_users", "manage_groups",
	"manage_roles", "manage_tokens", "manage_settings", "read_audit", "manage_realms",
	"grant_any_role", "server_admin",
}

// permissionTexts says what each permission allows, in the same order.
var permissionTexts = [...]string{
	"May do everything within the organization.",
	"May assign alerts in Moogsoft; kept and shown, and means nothing here.",
	"May close alerts in Moogsoft; kept and shown, and means nothing here.",
	"May change alerts in Moogsoft; kept and shown, and means nothing here.",
	"Sees all data in Moogsoft; kept and shown.",
	"May manage maintenance windows in Moogsoft; kept and shown, and means nothing here.",
	"May assign moderators in Moogsoft; kept and shown, and means nothing here.",
	"May give feedback on probable root causes in Moogsoft; kept and shown, and means nothing here.",
	"May create Situations in Moogsoft; kept and shown, and means nothing here.",
	"May close Situations in Moogsoft; kept and shown, and means nothing here.",
	"May change Situations in Moogsoft; kept and shown, and means nothing here.",
	"May create threads in Moogsoft; kept and shown, and means nothing here.",
	"May add media in Moogsoft; kept and shown, and means nothing here.",
	"May call the Graze API, and read with it.",
	"May use filters in Moogsoft; kept and shown, and means nothing here.",
	"Sees users, groups, checks and what happened to them.",
	"Answers notifications for others.",
	"Posts events.",
	"Makes and changes checks and check groups.",
	"Makes and changes users, up to one's own permissions.",
	"Makes and changes groups, teams and departments.",
	"Makes and changes roles, up to one's own permissions.",
	"Makes, lists and revokes API tokens.",
	"Changes the organization's settings and default preferences.",
	"Reads who changed what.",
	"Says where users prove their identity.",
	"Grants roles that hold more than one's own permissions.",
	"Makes organizations; given on the server's command line, in no role.",
}

// Has reports whether p holds every permission of q.
func (p Permissions) Has(q Permissions) bool { return p&q == q }

// HasAny reports whether p holds at least one permission of q.
func (p Permissions) HasAny(q Permissions) bool { return p&q != 0 }

// Names returns the names of the permissions, in their fixed order.
func (p Permissions) Names() []string {
	names := make([]string, 0, bits.OnesCount64(uint64(p)))
	for i, name := range permissionNames {
		if p&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Descriptions returns what the permissions allow, a sentence each, in the order of Names.
func (p Permissions) Descriptions() []string {
	sentences := make([]string, 0, bits.OnesCount64(uint64(p)))
	for i, text := range permissionTexts {
		if p&(1<<i) != 0 {
			sentences = append(sentences, text)
		}
	}
	return sentences
}

// String returns the names separated by spaces, as a role is stored.
func (p Permissions) String() string { return strings.Join(p.Names(), " ") }

// ParsePermissions reads the form of [Permissions.String]. It also returns the names that it does
// not know. A store ignores these, so that an older binary can read a newer role.
func ParsePermissions(s string) (p Permissions, unknown []string) {
	for _, word := range strings.Fields(s) {
		found := false
		for i, name := range permissionNames {
			if name == word {
				p |= 1 << i
				found = true
				break
			}
		}
		if !found {
			unknown = append(unknown, word)
		}
	}
	return p, unknown
}

// AccessLevel is one of CheckCentral's levels. CheckCentral's "disabled" is none of them here: it
// is an inactive user (see [User.Active]), who keeps the level.
type AccessLevel string

// The levels. Each holds the permissions of the one before it.
const (
	LevelCustom        AccessLevel = "custom"
	LevelReadonly      AccessLevel = "readonly"
	LevelUser          AccessLevel = "user"
	LevelEditor        AccessLevel = "editor"
	LevelManager       AccessLevel = "manager"
	LevelAdministrator AccessLevel = "administrator"
)

// AccessLevels lists the levels, the lowest first.
var AccessLevels = [...]AccessLevel{
	LevelCustom, LevelReadonly, LevelUser, LevelEditor, LevelManager, LevelAdministrator,
}

// Permissions returns the permissions of the level, none for an unknown level.
func (l AccessLevel) Permissions() Permissions {
	switch l {
	case LevelReadonly:
		return ReadDirectory
	case LevelUser:
		return ReadDirectory | Acknowledge
	case LevelEditor:
		return ReadDirectory | Acknowledge | ManageChecks
	case LevelManager:
		return ReadDirectory | Acknowledge | ManageChecks | ManageUsers | ManageGroups
	case LevelAdministrator:
		return AllPermissions &^ (SuperPrivileges | GrantAnyRole)
	}
	return 0
}
