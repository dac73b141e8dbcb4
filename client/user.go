package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// AccessLevel is a shipped set of permissions, one for each user.
type AccessLevel string

// The access levels, the lowest first.
const (
	LevelCustom        AccessLevel = "custom"
	LevelReadonly      AccessLevel = "readonly"
	LevelUser          AccessLevel = "user"
	LevelEditor        AccessLevel = "editor"
	LevelManager       AccessLevel = "manager"
	LevelAdministrator AccessLevel = "administrator"
)

// Realms that are not records: where a user proves identity.
const (
	RealmDB       = "DB"       // by a password that Roster keeps, or one still to be set
	RealmExternal = "external" // elsewhere, and not yet said where
)

// Me is the id of the caller's own user, whoever that is.
const Me = "me"

// Link is what a record shows of another one.
type Link struct {
	ID          string `json:"id"`
	Number      int64  `json:"number"`
	DisplayName string `json:"displayName"`
}

// UserLink is what a record shows of a user.
type UserLink struct {
	ID       string `json:"id"`
	UserName string `json:"userName"`
}

// User is a person or a service account.
type User struct {
	ID                   string          `json:"id"`
	Number               int64           `json:"number"`   // unique in the whole server, never reused
	UserName             string          `json:"userName"` // unique in the organization without regard to case
	DisplayName          string          `json:"displayName"`
	Title                string          `json:"title"` // such as "Vice President"
	Email                string          `json:"email"`
	ExternalID           string          `json:"externalId"` // the id that the client's system gave
	Active               bool            `json:"active"`     // may sign in and be notified
	AccessLevel          AccessLevel     `json:"accessLevel"`
	AccessLevelGroups    []string        `json:"accessLevelGroups"` // ids of the groups for which the level is granted; none: the organization
	Realm                string          `json:"realm"`             // RealmDB, RealmExternal or the id of a realm
	HasPassword          bool            `json:"hasPassword"`
	Roles                []GrantedRole   `json:"roles"`
	Groups               []Link          `json:"groups"`
	Teams                []Link          `json:"teams"`
	PrimaryGroup         *Link           `json:"primaryGroup"`
	Department           *Link           `json:"department"`
	JoinedAt             time.Time       `json:"joinedAt"`
	Timezone             string          `json:"timezone"`
	PhoneNumber          string          `json:"phoneNumber"`          // as given; where it parses there is a contact method too
	SessionExpiryMinutes int             `json:"sessionExpiryMinutes"` // 0: the system's
	Competencies         []Competency    `json:"competencies"`
	Properties           map[string]any  `json:"properties"` // numbers are json.Number
	ContactMethods       []ContactMethod `json:"contactMethods"`
	Preferences          Preferences     `json:"preferences"`
	ManagedBy            ManagedBy       `json:"managedBy"`
	Version              int64           `json:"version"` // for IfVersion
	CreatedAt            time.Time       `json:"createdAt"`
	UpdatedAt            time.Time       `json:"updatedAt"`
}

// GrantedRole is a role that a user has, for the organization or for groups.
type GrantedRole struct {
	Link
	Groups []string `json:"groups"` // ids; none: the organization
}

// Competency says how well a user knows something.
type Competency struct {
	Name    string `json:"name,omitempty"` // this or CID
	CID     int64  `json:"cid,omitempty"`
	Ranking int    `json:"ranking"` // 0 to 100
}

// ManagedBy says for each part of a user which face set it last, such as "graze".
type ManagedBy struct {
	Profile string `json:"profile"` // names, title, address, zone, phone number, properties
	Access  string `json:"access"`  // active, level, roles, realm
	Groups  string `json:"groups"`  // groups, teams, primary group, department
	Reach   string `json:"reach"`   // contact methods, preferences
}

// NewUser is what makes a user. UserName is required; what is zero is left out and gets its
// default.
type NewUser struct {
	UserName             string         `json:"userName,omitempty"`
	DisplayName          string         `json:"displayName,omitempty"` // default: the userName
	Title                string         `json:"title,omitempty"`
	Email                string         `json:"email,omitempty"`
	ExternalID           string         `json:"externalId,omitempty"`
	Password             string         `json:"password,omitempty"`
	Active               Optional[bool] `json:"active,omitzero"`            // default: true
	AccessLevel          AccessLevel    `json:"accessLevel,omitempty"`      // default: LevelCustom
	AccessLevelGroups    []string       `json:"accessLevelGroups,omitzero"` // groups for which the level is granted; none: the organization
	Roles                []string       `json:"roles,omitzero"`             // for the organization
	RoleGrants           []RoleGrant    `json:"roleGrants,omitzero"`        // for groups
	Groups               []string       `json:"groups,omitzero"`
	Teams                []string       `json:"teams,omitzero"`
	PrimaryGroup         string         `json:"primaryGroup,omitempty"`
	Department           string         `json:"department,omitempty"`
	JoinedAt             time.Time      `json:"joinedAt,omitzero"`              // default: now
	Timezone             string         `json:"timezone,omitempty"`             // default: the organization's
	PhoneNumber          string         `json:"phoneNumber,omitempty"`          // makes an unconfirmed contact method where it parses
	SessionExpiryMinutes int            `json:"sessionExpiryMinutes,omitempty"` // default: the system's
	Competencies         []Competency   `json:"competencies,omitzero"`
	Properties           map[string]any `json:"properties,omitzero"`
	Preferences          *Preferences   `json:"preferences,omitempty"` // default: the organization's matrix, and the groups'
	Realm                string         `json:"realm,omitempty"`       // default: RealmDB
	SendWelcomeEmail     bool           `json:"sendWelcomeEmail,omitempty"`
}

// RoleGrant grants a role for groups.
type RoleGrant struct {
	Role   string   `json:"role"`
	Groups []string `json:"groups"`
}

// UserChange is what changes of a user. What is absent stays as it is.
type UserChange struct {
	UserName             Optional[string]         `json:"userName,omitzero"`
	DisplayName          Optional[string]         `json:"displayName,omitzero"`
	Title                Optional[string]         `json:"title,omitzero"`
	Email                Optional[string]         `json:"email,omitzero"`
	ExternalID           Optional[string]         `json:"externalId,omitzero"`
	Password             Optional[string]         `json:"password,omitzero"`
	Active               Optional[bool]           `json:"active,omitzero"`
	AccessLevel          Optional[AccessLevel]    `json:"accessLevel,omitzero"`
	AccessLevelGroups    Optional[[]string]       `json:"accessLevelGroups,omitzero"`
	Roles                Optional[[]string]       `json:"roles,omitzero"`
	RoleGrants           Optional[[]RoleGrant]    `json:"roleGrants,omitzero"`
	Groups               Optional[[]string]       `json:"groups,omitzero"`
	Teams                Optional[[]string]       `json:"teams,omitzero"`
	PrimaryGroup         Optional[string]         `json:"primaryGroup,omitzero"`
	Department           Optional[string]         `json:"department,omitzero"`
	JoinedAt             Optional[time.Time]      `json:"joinedAt,omitzero"`
	Timezone             Optional[string]         `json:"timezone,omitzero"`
	PhoneNumber          Optional[string]         `json:"phoneNumber,omitzero"`
	SessionExpiryMinutes Optional[int]            `json:"sessionExpiryMinutes,omitzero"`
	Competencies         Optional[[]Competency]   `json:"competencies,omitzero"`
	Properties           Optional[map[string]any] `json:"properties,omitzero"`
	Preferences          Optional[Preferences]    `json:"preferences,omitzero"` // of the types that it names
}

// UserListOptions say which users a list has, and in which order.
type UserListOptions struct {
	Search string // words: users with words that begin so
	Sort   string // "number" (the default), "userName" or "email", with a "-" before it the other way round
	Filter string // as in ListOptions
	Count  bool   // as in ListOptions
	PageOptions
}

func (o UserListOptions) query() url.Values {
	q := ListOptions{o.Filter, o.Count, o.PageOptions}.query()
	set(q, "search", o.Search)
	set(q, "sort", o.Sort)
	return q
}

// Users are the organization's users. Where a method takes an id, a userName will do, and [Me] is
// the caller's own user.
type Users struct{ c *Client }

// List returns the users that the caller may see. It fetches them page by page; an error ends the
// sequence.
func (s *Users) List(ctx context.Context, o UserListOptions) iter.Seq2[User, error] {
	return list[User](ctx, s.c, "/users", o.query())
}

// Page returns one page of what [Users.List] returns.
func (s *Users) Page(ctx context.Context, o UserListOptions) (Page[User], error) {
	return page[User](ctx, s.c, "/users", o.query())
}

// Get returns a user.
func (s *Users) Get(ctx context.Context, id string, opts ...GetOption) (User, error) {
	return get[User](ctx, s.c, at("/users", id), opts)
}

// Create makes a user.
func (s *Users) Create(ctx context.Context, u NewUser, opts ...CreateOption) (User, error) {
	return create[User](ctx, s.c, "/users", u, opts)
}

// Update changes a user. A user may change Preferences and Timezone of itself, as [Me], and with
// these nothing else.
func (s *Users) Update(ctx context.Context, id string, change UserChange, opts ...ChangeOption) (User, error) {
	return update[User](ctx, s.c, at("/users", id), change, opts)
}

// Delete deletes a user: the name is free again. [Users.Undelete] restores the user for 30 days.
func (s *Users) Delete(ctx context.Context, id string, opts ...ChangeOption) error {
	return remove(ctx, s.c, at("/users", id), opts)
}

// DeletedUser is a user who was deleted and can be restored.
type DeletedUser struct {
	ID              string    `json:"id"`
	Number          int64     `json:"number"`
	UserName        string    `json:"userName"` // another user may have it now
	DisplayName     string    `json:"displayName"`
	Email           string    `json:"email"`
	DeletedAt       time.Time `json:"deletedAt"`
	RestorableUntil time.Time `json:"restorableUntil"`
}

// Deleted returns the users who can be restored, by ascending number. It fetches them page by page;
// an error ends the sequence.
func (s *Users) Deleted(ctx context.Context, o PageOptions) iter.Seq2[DeletedUser, error] {
	return list[DeletedUser](ctx, s.c, "/deleted-users", o.query())
}

// DeletedPage returns one page of what [Users.Deleted] returns.
func (s *Users) DeletedPage(ctx context.Context, o CountOptions) (Page[DeletedUser], error) {
	return page[DeletedUser](ctx, s.c, "/deleted-users", o.query())
}

// UndeletedUser is a user who was restored.
type UndeletedUser struct {
	User    User     `json:"user"`
	Missing []string `json:"missing"` // what it had and is gone meanwhile, such as "group Night shift"
}

// Undelete restores a deleted user, by id or userName. Errors: [NotFound]; [Conflict] if another
// user has the name now.
func (s *Users) Undelete(ctx context.Context, id string) (UndeletedUser, error) {
	return call[UndeletedUser](ctx, s.c, newRequest(http.MethodPost, at("/users", id)+"/undelete", nil))
}

// UserAttribute is an attribute by which [Users.Upsert] finds a user.
type UserAttribute string

// The attributes.
const (
	ByUserName   UserAttribute = "userName"
	ByExternalID UserAttribute = "externalId"
	ByEmail      UserAttribute = "email"
)

// UpsertedUser is a user, and whether it was made or changed.
type UpsertedUser struct {
	User
	Created bool // false also where an attempt without an answer made it
}

// Upsert changes the user that has u's value of the attribute, or makes one. What u leaves out
// stays as it is. With [IfVersion] it changes the user that has this version, or fails.
func (s *Users) Upsert(ctx context.Context, by UserAttribute, u NewUser, opts ...ChangeOption) (UpsertedUser, error) {
	r := with(newRequest(http.MethodPut, "/users", u), opts)
	r.query.Set("match", string(by))
	var out UpsertedUser
	a, err := s.c.send(ctx, r, &out.User)
	if err != nil {
		return UpsertedUser{}, err
	}
	out.Created = a.status == http.StatusCreated
	return out, nil
}

// Batch is what became of the users of one [Users.CreateBatch].
type Batch struct {
	Created int           `json:"created"`
	Failed  int           `json:"failed"`
	Results []BatchResult `json:"results"` // one for each user, in their order
}

// BatchResult is what became of one user: ID, Number and UserName, or a Problem.
type BatchResult struct {
	Index    int    `json:"index"` // in the list that was sent
	Status   int    `json:"status"`
	ID       string `json:"id"`
	Number   int64  `json:"number"`
	UserName string `json:"userName"`
	Problem  *Error `json:"problem"`
}

// Err returns why the user was not made, an [*Error], or nil.
func (r BatchResult) Err() error {
	if r.Problem == nil {
		return nil
	}
	return r.Problem
}

// CreateBatch makes up to 1,000 users, each by itself: what is wrong with one does not keep the
// others from being made. Batch.Results says what became of each. Where the server had no time for
// some of them (503), the same batch is sent again, within the bounds of [WithRetries]: those who
// were made are not made twice. Beside an error the batch is what an earlier attempt was answered;
// without Results nothing is known of it.
func (s *Users) CreateBatch(ctx context.Context, users []NewUser, opts ...CreateOption) (Batch, error) {
	body := map[string][]NewUser{"users": users}
	if users == nil {
		body["users"] = []NewUser{}
	}
	r := newCreate("/users/batch", body, opts)
	e := s.c.begin()
	var b Batch
	for {
		var next Batch
		a, err := e.send(ctx, r, &next)
		if err != nil {
			return b, err
		}
		b = next
		put := b.putOff(retryAfter(a.header, s.c.clock.now()))
		if put == nil || e.again(ctx, r, put) != nil {
			return b, nil
		}
	}
}

// putOff returns the problem of a user for whom the server had no time, nil if there is none. It
// asks to wait as the whole answer does: within an answer there is no header.
func (b Batch) putOff(wait time.Duration) error {
	var put error
	for _, r := range b.Results {
		if r.Status == http.StatusServiceUnavailable && r.Problem != nil {
			r.Problem.RetryAfter = wait
			put = r.Problem
		}
	}
	return put
}

// SetPassword gives a user a password; its sessions are over. The version is the user's.
func (s *Users) SetPassword(ctx context.Context, id, password string, opts ...ChangeOption) error {
	r := with(newRequest(http.MethodPut, at("/users", id, "/password"), map[string]string{"password": password}), opts)
	_, err := s.c.send(ctx, r, nil)
	return err
}

// SetUpLink is a link by which a person sets a password, once. The URL is a secret.
type SetUpLink struct {
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// SetUpLink makes a link by which a user sets a password.
func (s *Users) SetUpLink(ctx context.Context, id string) (SetUpLink, error) {
	r := newRequest(http.MethodPost, at("/users", id, "/set-up-link"), nil)
	r.once = true
	return call[SetUpLink](ctx, s.c, r)
}

// Sessions returns the sessions of a user that are not over, the oldest first.
func (s *Users) Sessions(ctx context.Context, id string) ([]Session, error) {
	return all[Session](ctx, s.c, at("/users", id, "/sessions"))
}

// EndSessions ends all sessions of a user.
func (s *Users) EndSessions(ctx context.Context, id string) error {
	return remove(ctx, s.c, at("/users", id, "/sessions"), nil)
}

// EndSession ends one session of a user.
func (s *Users) EndSession(ctx context.Context, id, session string) error {
	return remove(ctx, s.c, at("/users", id, "/sessions", session), nil)
}

// all reads a list that is short: every page of it.
func all[T any](ctx context.Context, c *Client, path string) ([]T, error) {
	items := []T{}
	for item, err := range list[T](ctx, c, path, url.Values{}) {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
