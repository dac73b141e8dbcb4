package control

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// Options are what the control handler is made of. All are needed but Log.
type Options struct {
	Directory    *directory.Directory
	Organization roster.OrganizationID // of a call that names none

	// BaseURL returns what links to the server begin with, without a slash at the end.
	BaseURL func() string

	// Server describes the process and the engine. Errors: as of a verb.
	Server func(context.Context) (Server, error)

	// Examine looks for damage in the store. Errors: as of a verb.
	Examine func(context.Context) (Examination, error)

	Log *slog.Logger
}

// Register adds the calls to mux. The mux must be served to the server's operator only.
func Register(mux *http.ServeMux, o Options) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := routes{mux: mux, face: face(o)}
	d := o.Directory

	handle(r, CreateToken, NewToken.verb, d.CreateToken, showCreatedToken)
	handle(r, RevokeToken, Name.ref, d.RevokeToken, showToken)
	stream(r, ListTokens, TokenList.verb, d.ListTokens, showToken)

	handle(r, CreateUser, NewUser.verb, d.CreateUser, showCreatedUser)
	handle(r, ShowUser, UserName.selector, d.GetUser, showUser)
	stream(r, ListUsers, UserList.verb, d.ListUsers, showUser)
	handle(r, UpdateUser, UserChange.verb, d.UpdateUser, showUser)
	handle(r, SetPassword, NewPassword.verb, d.SetPassword, showSummary)
	handle(r, IssueLink, UserName.link, d.IssueLink, showLink(o.BaseURL))
	handle(r, DeleteUser, UserName.deletion, d.DeleteUser, showSummary)
	handle(r, SetServerAdmin, ServerAdmin.verb, d.SetServerAdmin, showSummary)

	groups(r, d, roster.KindGroup, CreateGroup, ListGroups, ShowGroup, ListGroupMembers, UpdateGroup, DeleteGroup)
	groups(r, d, roster.KindTeam, CreateTeam, ListTeams, ShowTeam, ListTeamMembers, UpdateTeam, DeleteTeam)
	handle(r, CreateDepartment, NewDepartment.verb, d.CreateDepartment, showDepartment)
	stream(r, ListDepartments, fromStart, d.ListDepartments, showDepartment)
	handle(r, CreateRole, NewRole.verb, d.CreateRole, showRole)
	stream(r, ListRoles, fromStart, d.ListRoles, showRole)
	handle(r, UpdateRole, RoleChange.verb, d.UpdateRole, showRole)
	handle(r, DeleteRole, Name.deletion, d.DeleteRole, showRole)
	stream(r, ListRealms, realmList, d.ListRealms, showRealm)

	handle(r, CreateOrganization, NewOrganization.verb, d.CreateOrganization, showCreatedOrganization(o.BaseURL))
	stream(r, ListOrganizations, firstSlug, d.ListOrganizations, showOrganization)
	handle(r, ShowOrganization, Name.subject, d.GetOrganization, showOrganization)
	handle(r, ShowSettings, nothing, d.GetSettings, showSettings)
	handle(r, SetSettings, SettingsChange.verb, d.UpdateSettings, showSettings)
	stream(r, ListJobs, JobList.verb, d.ListJobs, showJob)
	handle(r, RetryJob, JobName.verb, d.ReviveJob, showJob)

	handle(r, ShowPreferences, PreferencesOf.verb, d.GetDefaultPreferences, showPreferences)
	handle(r, SetPreferences, Preferences.verb, d.SetDefaultPreferences, showPreferences)

	stream(r, ListAudit, AuditList.verb, d.ListAudit, showAuditEntry)
	handle(r, VerifyAudit, nothing, d.VerifyAudit, showVerified)

	handle(r, ShowStatus, nothing, status(d, o.Server), func(s Status) Status { return s })
	handle(r, Examine, nothing, examination(o.Examine), func(x Examination) Examination { return x })
	mux.Handle("/", r.unknown())
}

// groups adds the calls about the groups of one kind.
func groups(
	r routes, d *directory.Directory, kind roster.GroupKind,
	create Call[NewNamed, Group], list Listing[Empty, Group], show Call[Name, GroupDetails],
	members Listing[Name, Member], update Call[GroupChange, GroupDetails], remove Call[Name, GroupSummary],
) {
	handle(r, create, newGroup(kind), d.CreateGroup, showGroup)
	stream(r, list, groupList(kind), d.ListGroups, showGroup)
	handle(r, show, groupNamed(kind), d.GetGroup, showView)
	stream(r, members, groupNamed(kind), membersOf(d), showMember)
	handle(r, update, groupChange(kind), d.UpdateGroup, showDetails)
	handle(r, remove, groupNamed(kind), d.DeleteGroup, showGroupSummary)
}

// membersOf takes the members out of what GetGroup returns.
func membersOf(d *directory.Directory) func(context.Context, roster.Actor, directory.GroupSelector) (iter.Seq2[roster.UserLink, error], error) {
	return func(ctx context.Context, by roster.Actor, in directory.GroupSelector) (iter.Seq2[roster.UserLink, error], error) {
		g, err := d.GetGroup(ctx, by, in)
		return g.Members, err
	}
}

// routes is where the calls are added.
type routes struct {
	mux  *http.ServeMux
	face *dialect.Face[request]
}

// handle serves a call that is answered by one value.
func handle[In, Out, VerbIn, VerbOut any](
	r routes, c Call[In, Out],
	decode func(In) VerbIn,
	call func(context.Context, roster.Actor, VerbIn) (VerbOut, error),
	show func(VerbOut) Out,
) {
	r.add(c.path, func(ctx context.Context, w http.ResponseWriter, by roster.Actor, req request) error {
		var in In
		if err := req.decode(&in); err != nil {
			return err
		}
		out, err := call(ctx, by, decode(in))
		if err != nil {
			return err
		}
		return dialect.WriteJSON(w, http.StatusOK, show(out))
	})
}

// stream serves a call that is answered by any number of values.
func stream[In, Item, VerbIn, Record any](
	r routes, l Listing[In, Item],
	decode func(In) VerbIn,
	call func(context.Context, roster.Actor, VerbIn) (iter.Seq2[Record, error], error),
	show func(Record) Item,
) {
	r.add(l.path, func(ctx context.Context, w http.ResponseWriter, by roster.Actor, req request) error {
		var in In
		if err := req.decode(&in); err != nil {
			return err
		}
		records, err := call(ctx, by, decode(in))
		if err != nil {
			return err
		}
		return dialect.StreamJSON(w, "", records, func(r Record) any { return show(r) }, "\n")
	})
}

// add adds a call. The compiler makes [handle] and [stream] anew for every call; what can be said once is here.
func (r routes) add(path string, answer func(ctx context.Context, w http.ResponseWriter, by roster.Actor, req request) error) {
	r.mux.Handle("POST "+path, r.face.Handler(answer))
}

// unknown answers what is no call: the two ends are of different releases.
func (r routes) unknown() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.face.Fail(w, req, &dialect.Refusal{
			Status: http.StatusNotFound,
			Detail: fmt.Sprintf("the running server has no call %s %q; command and server must be of the same release", req.Method, req.URL.Path),
		})
	})
}

// examination makes a verb of a look at the store, which is no part of the directory.
func examination(examine func(context.Context) (Examination, error)) func(context.Context, roster.Actor, directory.None) (Examination, error) {
	return func(ctx context.Context, _ roster.Actor, _ directory.None) (Examination, error) { return examine(ctx) }
}

// status joins what the directory knows with what the process knows.
func status(d *directory.Directory, server func(context.Context) (Server, error)) func(context.Context, roster.Actor, directory.None) (Status, error) {
	return func(ctx context.Context, by roster.Actor, in directory.None) (Status, error) {
		d, err := d.GetStatus(ctx, by, in)
		if err != nil {
			return Status{}, err
		}
		process, err := server(ctx)
		return showStatus(d, process), err
	}
}
