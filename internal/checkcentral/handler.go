package checkcentral

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

	// DefaultPreferences gives users created without notifications the default matrix. The vendor's
	// documented default is none.
	DefaultPreferences bool

	// Limit limits the calls of each token; nil: no limit.
	Limit *dialect.Limiter
}

// Register adds the dialect's routes to mux. It returns the function that answers unknown calls,
// and requests that the server refuses.
func Register(mux *http.ServeMux, o Options) (refuse func(http.ResponseWriter, *http.Request, error)) {
	d, face := o.Directory, newFace(o)
	for _, e := range []struct {
		method  string
		path    string
		handler http.Handler
	}{
		{"POST", "/createUser", dialect.Endpoint(face, decodeCreateUser(o.DefaultPreferences), d.CreateUser, encodeCreated)},
		{"POST", "/updateUser", dialect.Endpoint(face, decodeUpdateUser, updateUser(d), encodeCreated)},
		{"POST", "/deleteUser", dialect.Endpoint(face, decodeDeleteUser, deleteUser(d), encodeDeletedUser)},
		{"POST", "/createUserGroup", dialect.Endpoint(face, decodeCreateUserGroup, d.CreateGroup, encodeGroup)},
		{"POST", "/updateUserGroup", dialect.Endpoint(face, decodeUpdateUserGroup, d.UpdateGroup, encodeGroup)},
		{"POST", "/deleteUserGroup", dialect.Endpoint(face, decodeDeleteUserGroup, d.DeleteGroup, encodeDeletedGroup)},
		{"POST", "/createCheck", dialect.Endpoint(face, decodeCreateCheck, d.CreateCheck, encodeCreatedCheck)},
		{"GET", "/getUsers", dialect.Endpoint(face, decodeGetUsers, each(d.ListUsers), encodeUsers)},
		{"GET", "/getUserGroups", dialect.Endpoint(face, decodeGetUserGroups, each(d.ListGroups), encodeGroups)},
		{"GET", "/getPermissions", dialect.Endpoint(face, decodeGetPermissions, getPermissions(d), encodePermissions)},
		{"GET", "/getOverview", dialect.Endpoint(face, decodeNothing, d.GetOverview, encodeOverview)},
		{"GET", "/getChecks", dialect.Endpoint(face, decodeGetChecks, getChecks(d), encodeChecks)},
		{"GET", "/getActivities", dialect.Endpoint(face, decodeGetActivities, getActivities(d), encodeActivities)},
		{"GET", "/getCheckGroups", dialect.Endpoint(face, decodeGetCheckGroups, getCheckGroups(d), encodeCheckGroups("checkGroups"))},
		{"GET", "/getGroups", dialect.Endpoint(face, decodeGetCheckGroups, getCheckGroups(d), encodeCheckGroups("groups"))},
	} {
		mux.Handle(e.method+" "+e.path, e.handler)
		mux.Handle(e.path, face.Refuse(dialect.WrongMethod(e.method)))
	}
	return face.TurnAway
}
