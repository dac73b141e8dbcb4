package checkcentral

import (
	"log/slog"
	"net/http"

	"roster/internal/dialect"
	"roster/internal/directory"
)

// Options are what the dialect needs. Service, Verifier and Log are needed.
type Options struct {
	Service  *directory.Service
	Verifier dialect.Verifier
	Log      *slog.Logger

	// DefaultPreferences gives a user who is created without notifications the default matrix. The
	// vendor's published default is none.
	DefaultPreferences bool

	// Limit is how many calls each token has; nil: any number.
	Limit *dialect.Limiter
}

// Register adds the dialect's routes to mux. It returns the function that answers requests which the server turns
// away, and calls that there are not.
func Register(mux *http.ServeMux, o Options) (refuse func(http.ResponseWriter, *http.Request, error)) {
	svc, face := o.Service, newFace(o)
	for _, e := range []struct {
		method  string
		path    string
		handler http.Handler
	}{
		{"POST", "/createUser", dialect.Endpoint(face, decodeCreateUser(o.DefaultPreferences), svc.CreateUser, encodeCreated)},
		{"POST", "/updateUser", dialect.Endpoint(face, decodeUpdateUser, updateUser(svc), encodeCreated)},
		{"POST", "/deleteUser", dialect.Endpoint(face, decodeDeleteUser, deleteUser(svc), encodeDeletedUser)},
		{"POST", "/createUserGroup", dialect.Endpoint(face, decodeCreateUserGroup, svc.CreateGroup, encodeGroup)},
		{"POST", "/updateUserGroup", dialect.Endpoint(face, decodeUpdateUserGroup, svc.UpdateGroup, encodeGroup)},
		{"POST", "/deleteUserGroup", dialect.Endpoint(face, decodeDeleteUserGroup, svc.DeleteGroup, encodeDeletedGroup)},
		{"POST", "/createCheck", dialect.Endpoint(face, decodeCreateCheck, svc.CreateCheck, encodeCreatedCheck)},
		{"GET", "/getUsers", dialect.Endpoint(face, decodeGetUsers, each(svc.ListUsers), encodeUsers)},
		{"GET", "/getUserGroups", dialect.Endpoint(face, decodeGetUserGroups, each(svc.ListGroups), encodeGroups)},
		{"GET", "/getPermissions", dialect.Endpoint(face, decodeGetPermissions, getPermissions(svc), encodePermissions)},
		{"GET", "/getOverview", dialect.Endpoint(face, decodeNothing, svc.GetOverview, encodeOverview)},
		{"GET", "/getChecks", dialect.Endpoint(face, decodeGetChecks, getChecks(svc), encodeChecks)},
		{"GET", "/getActivities", dialect.Endpoint(face, decodeGetActivities, getActivities(svc), encodeActivities)},
		{"GET", "/getCheckGroups", dialect.Endpoint(face, decodeGetCheckGroups, getCheckGroups(svc), encodeCheckGroups("checkGroups"))},
		{"GET", "/getGroups", dialect.Endpoint(face, decodeGetCheckGroups, getCheckGroups(svc), encodeCheckGroups("groups"))},
	} {
		mux.Handle(e.method+" "+e.path, e.handler)
		mux.Handle(e.path, face.Refuse(dialect.WrongMethod(e.method)))
	}
	return face.TurnAway
}
