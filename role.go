package roster

// Role is a named set of permissions (RFC 7643 §4.1.2 "roles").
type Role struct {
	ID             RoleID
	OrganizationID OrganizationID
	Number         int64 // unique in the organization; fixed for shipped roles
	Name           string
	Description    string
	Permissions    Permissions
	Shipped        bool // came with Roster: can be neither changed nor deleted
	Version        int64
}

// Numbers of the shipped roles, fixed by the public record of Graze (6 and 7 are ours).
const (
	RoleSuperUser     int64 = 1
	RoleAdministrator int64 = 2
	RoleManager       int64 = 3
	RoleOperator      int64 = 4
	RoleCustomer      int64 = 5
	RoleGrazer        int64 = 6
	RoleRESTLAMSender int64 = 7
)

const (
	alertWork = AlertAssign | AlertClose | AlertModify | SigCreate | SigClose | SigModify |
		ThreadCreate | AddMedia | Filter | ModeratorAssign | PrcFeedback
	administrator = AllPermissions &^ (SuperPrivileges | GrantAnyRole | ManageRealms)
	manager       = GrazeLogin | AllData | ManageMaint | alertWork | ReadDirectory | Acknowledge | ManageUsers | ManageGroups
)

// ShippedRoles returns the roles of a new organization (DECISIONS 8), without ids.
func ShippedRoles() []Role {
	return []Role{
		{Number: RoleSuperUser, Name: "Super User", Permissions: AllPermissions},
		{Number: RoleAdministrator, Name: "Administrator", Permissions: administrator},
		{Number: RoleManager, Name: "Manager", Permissions: manager},
		{Number: RoleOperator, Name: "Operator", Permissions: alertWork | ReadDirectory | Acknowledge},
		{Number: RoleCustomer, Name: "Customer", Permissions: ReadDirectory},
		{Number: RoleGrazer, Name: "Grazer", Permissions: manager | GrantAnyRole},
		{Number: RoleRESTLAMSender, Name: "REST LAM Sender", Permissions: SendEvents},
	}
}

// Department is a part of the company. A user belongs to one at most.
type Department struct {
	ID             DepartmentID
	OrganizationID OrganizationID
	Number         int64 // unique in the organization
	Name           string
	Version        int64
}
