package api

import (
	"time"

	"roster"
)

// The examples in the document. They fit together: the user is a member of the group and the team.
var (
	exampleTime = time.Date(2026, time.November, 21, 9, 30, 0, 0, time.UTC)

	exampleGroup = roster.Group{
		ID: "019aa1f0-5a10-7b21-8f3a-6d1c2b3a4f01", Kind: roster.KindGroup, Number: 12, Name: "Network", Description: "Routers and switches",
		Active: true, MemberCount: 1, Version: 1, CreatedAt: exampleTime,
	}
	exampleTeam = roster.Group{
		ID: "019aa1f0-5b20-7c32-9a4b-7e2d3c4b5a02", Kind: roster.KindTeam, Number: 4, Name: "Storage", Active: true, MemberCount: 1,
		Version: 1, CreatedAt: exampleTime, Routing: roster.Routing{
			AlertFilter: `source = "disk"`, Services: []roster.BusinessServiceLink{{ID: "019aa1f0-5c30-7d43-ab5c-8f3e4d5c6b03", Number: 3, Name: "Backup"}},
		},
	}
	exampleDeletedUser = roster.DeletedUser{
		ID: exampleUser.ID, Number: exampleUser.Number, UserName: exampleUser.UserName, DisplayName: exampleUser.DisplayName,
		Email: exampleUser.Email, DeletedAt: exampleTime,
	}
	exampleDepartment = roster.Department{ID: "019aa1f0-5d40-7e54-bc6d-9a4f5e6d7c04", Number: 2, Name: "Operations", Version: 1}
	exampleRole       = roster.Role{
		ID: "019aa1f0-5e60-7f65-8d7e-ab5a6f7e8d06", Number: 8, Name: "Service desk", Permissions: roster.ReadDirectory | roster.Acknowledge, Version: 1,
	}
	exampleRealm = roster.Realm{
		ID: "019aa1f0-5f70-7a76-9e8f-bc6b7a8f9e07", Name: "Corporate", Kind: roster.RealmSAML, Active: true, Version: 1,
		CreatedAt: exampleTime, UpdatedAt: exampleTime,
	}
	exampleToken = roster.Token{
		ID: "019aa1f0-6080-7b87-af9a-cd7c8b9aaf08", Name: "deploy", Access: roster.AccessReadWrite, Groups: []roster.GroupLink{linkTo(exampleGroup)},
		CreatedAt: exampleTime,
	}
	exampleAudit = roster.AuditEntry{
		ID: "019aa1f0-6190-7c98-8aab-de8d9cabb009", At: exampleTime, ActorKind: roster.ActorToken,
		Actor: "token 019aa1f0-6080-7b87-af9a-cd7c8b9aaf08", ActorName: "deploy", Face: roster.FaceAPI, Address: "192.0.2.7",
		RequestID: "JBSWY3DPEHPK3PXPJBSWY3DPEH", Action: "group.create", Target: string(exampleGroup.ID), TargetName: "Network",
		Details: []byte(`{"after":{"kind":"group","number":12,"displayName":"Network","active":true}}`),
	}
	exampleUser = roster.User{
		ID: "019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55", Number: 777, UserName: "ann@example.com", DisplayName: "Ann Lee", Title: "Network Engineer", Email: "ann@example.com",
		Active: true, AccessLevel: roster.LevelEditor, Realm: roster.RealmDB, HasPassword: true, JoinedAt: exampleTime, TimeZone: "Europe/London",
		ContactNumber: "+44 20 7946 0958", Version: 1, CreatedAt: exampleTime, UpdatedAt: exampleTime,
		Department:   roster.DepartmentLink{ID: "019aa1f0-5d40-7e54-bc6d-9a4f5e6d7c04", Number: 2, Name: "Operations"},
		PrimaryGroup: linkTo(exampleGroup), Groups: []roster.GroupLink{linkTo(exampleGroup)}, Teams: []roster.GroupLink{linkTo(exampleTeam)},
		Roles: []roster.RoleGrant{{RoleLink: roster.RoleLink{ID: "019aa1f0-5e50-7f65-8d7e-ab5a6f7e8d05", Number: 4, Name: "Operator"}}},
		ContactMethods: []roster.ContactMethod{
			{ID: "019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55", Service: roster.ServiceEmail, Address: "ann@example.com", ConfirmedAt: exampleTime, CreatedAt: exampleTime},
		},
		Competencies: []roster.Competency{{Name: "Linux", Ranking: 80}},
		Preferences: []roster.Preference{{
			Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail, roster.ServiceSMS}, Delays: []roster.Delay{{Service: roster.ServiceSMS, Minutes: 5}},
		}},
		ManagedBy: roster.ManagedBy{Profile: roster.FaceAPI, Access: roster.FaceAPI, Groups: roster.FaceAPI, Reach: roster.FaceAPI},
	}
	exampleNewUser = newUser{
		UserName: "ann@example.com", SendWelcomeEmail: value(true),
		UserMembers: UserMembers{
			DisplayName: value("Ann Lee"), Title: value("Network Engineer"), Email: value("ann@example.com"), AccessLevel: value(roster.LevelEditor), Roles: value([]grantReference{{role: "Operator"}}),
			Groups: value([]reference{"Network"}), Teams: value([]reference{"Storage"}), PrimaryGroup: value(reference("Network")), Department: value(reference("Operations")),
			TimeZone: value("Europe/London"), PhoneNumber: value("+44 20 7946 0958"),
			Preferences: value(matrixChange{Failures: value([]roster.Service{roster.ServiceEmail, roster.ServiceSMS})}),
		},
	}
	exampleUserChange = userChange{UserMembers: UserMembers{DisplayName: value("Ann Lee-Grey"), Active: value(true)}}
)

func linkTo(g roster.Group) roster.GroupLink {
	return roster.GroupLink{ID: g.ID, Number: g.Number, Name: g.Name}
}
