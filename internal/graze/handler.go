package graze

import (
	"log/slog"
	"net/http"

	"roster/internal/dialect"
	"roster/internal/directory"
)

// Options hold what the dialect needs. Directory, Verifier and Log are required.
type Options struct {
	Directory *directory.Directory
	Verifier  dialect.Verifier
	Log       *slog.Logger

	// RequireAllArguments requires every argument of createUser, as the published table says. Null
	// counts as given.
	RequireAllArguments bool
}

// Root is the path below which the API is.
const Root = "/graze"

// base is the path before an endpoint's name.
const base = Root + "/v1/"

// Register adds the dialect's routes to mux. It returns the function that answers requests below
// [Root] which the server refuses.
func Register(mux *http.ServeMux, o Options) (refuse func(http.ResponseWriter, *http.Request, error)) {
	d, credential := o.Directory, byCredential(o.Verifier)
	signIn := newFace(o, userWords, byPassword(o.Verifier))
	users, userChanges := newFace(o, userWords, credential), newFace(o, userChangeWords, credential)
	teams, services := newFace(o, teamWords, credential), newFace(o, serviceWords, credential)
	realms := newFace(o, realmWords, credential)
	unknown := users.Refuse(unknownEndpoint)
	mux.Handle(Root, unknown)
	mux.Handle(Root+"/", unknown)
	for _, e := range []struct {
		name    string
		methods []string
		handler http.Handler
	}{
		{"authenticate", []string{"GET", "POST"}, dialect.Endpoint(signIn, decodeNothing, d.CreateSession, encodeSession)},

		{"createUser", []string{"POST"}, dialect.Endpoint(users, decodeCreateUser(o.RequireAllArguments), d.CreateUser, encodeUserID)},
		{"updateUser", []string{"POST"}, dialect.Endpoint(userChanges, decodeUpdateUser, changedUser(d.UpdateUser), encodeNothing)},
		{"getUserInfo", []string{"GET"}, dialect.Endpoint(users, decodeUser, oneUser(d.GetUser), encodeUser)},
		{"getUserRoles", []string{"GET"}, dialect.Endpoint(users, decodeUser, oneUser(d.GetUserRoles), encodeUserRoles)},
		{"getUserTeams", []string{"GET"}, dialect.Endpoint(users, decodeUser, oneUser(d.GetUser), encodeUserTeams)},
		{"getUsers", []string{"GET"}, dialect.Endpoint(users, decodeGetUsers, d.ListUsers, encodeUsers)},

		{"createTeam", []string{"POST"}, dialect.Endpoint(teams, decodeCreateTeam, d.CreateGroup, encodeTeamID)},
		{"updateTeam", []string{"POST"}, dialect.Endpoint(teams, decodeUpdateTeam, known("team", d.UpdateGroup), encodeNothing)},
		{"deleteTeam", []string{"POST"}, dialect.Endpoint(teams, decodeDeleteTeam, known("team", d.DeleteGroup), encodeNothing)},
		{"getTeam", []string{"GET"}, dialect.Endpoint(teams, decodeGetTeam, lookedUp("team", d.GetGroup), encodeTeam)},
		{"getTeams", []string{"GET"}, dialect.Endpoint(teams, decodeGetTeams, d.ListTeams, encodeTeams)},
		{"getTeamsForService", []string{"GET"}, dialect.Endpoint(services, decodeGetTeamsForService, lookedUp("service", d.ListTeams), encodeTeams)},

		{"createSecurityRealm", []string{"POST"}, dialect.Endpoint(realms, decodeCreateRealm, d.CreateRealm, encodeNothing)},
		{"updateSecurityRealm", []string{"POST"}, dialect.Endpoint(realms, decodeUpdateRealm, d.UpdateRealm, encodeNothing)},
		{"getSecurityRealms", []string{"GET"}, dialect.Endpoint(realms, decodeGetRealms, d.ListRealms, encodeRealms)},

		{"getSystemStatus", []string{"GET"}, dialect.Endpoint(users, decodeNothing, d.GetComponents, encodeStatus)},
	} {
		for _, method := range e.methods {
			mux.Handle(method+" "+base+e.name, e.handler)
		}
		mux.Handle(base+e.name, users.Refuse(dialect.WrongMethod(e.methods...)))
	}
	return users.TurnAway
}
