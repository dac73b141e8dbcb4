package graze

import (
	"log/slog"
	"net/http"
	"strings"

	"roster/internal/dialect"
	"roster/internal/directory"
)

// Options are what the dialect needs. Service, Verifier and Log are needed.
type Options struct {
	Service  *directory.Service
	Verifier dialect.Verifier
	Log      *slog.Logger

	// RequireAllArguments enforces the published table of createUser, which marks every argument as
	// required, to the letter; null counts as given.
	RequireAllArguments bool
}

// base is the path before an endpoint's name.
const base = "/graze/v1/"

// Register adds the dialect's routes to mux.
func Register(mux *http.ServeMux, o Options) {
	svc, face, signIn := o.Service, newFace(o, byCredential(o.Verifier)), newFace(o, byPassword(o.Verifier))
	unknown := face.Refuse(unknownEndpoint)
	mux.Handle(base, unknown)
	mux.Handle(strings.TrimSuffix(base, "/"), unknown)
	for _, e := range []struct {
		name    string
		methods []string
		handler http.Handler
	}{
		{"authenticate", []string{"GET", "POST"}, dialect.Endpoint(signIn, decodeNothing, svc.CreateSession, encodeSession)},
		{"createUser", []string{"POST"}, dialect.Endpoint(face, decodeCreateUser(o.RequireAllArguments), svc.CreateUser, encodeUserID)},
		{"getUserInfo", []string{"GET"}, dialect.Endpoint(face, decodeUser, oneUser(svc.GetUser), encodeUser)},
		{"getUsers", []string{"GET"}, dialect.Endpoint(face, decodeGetUsers, svc.ListUsers, encodeUsers)},
	} {
		for _, method := range e.methods {
			mux.Handle(method+" "+base+e.name, e.handler)
		}
		mux.Handle(base+e.name, face.Refuse(dialect.WrongMethod(e.methods...)))
	}
}
