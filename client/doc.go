// Package client calls Roster's native API (/api/v1) from Go. It imports the standard library only.
//
//	c, err := client.New("https://roster.example", client.WithToken(token))
//	u, err := c.Users.Create(ctx, client.NewUser{UserName: "ada", Roles: []string{"Operator"}})
//	for u, err := range c.Users.List(ctx, client.UserListOptions{Search: "ada"}) { … }
//	change := client.UserChange{Department: client.Set("Support")}
//	u, err = c.Users.Update(ctx, u.ID, change, client.IfVersion(u.Version))
//
// # Values
//
// A null in an answer is the zero value: "", 0, the zero time, a nil pointer. In requests
// a plain field that is zero is left out. An [Optional] tells apart what a request does not name,
// what it sets to null, and what it gives a value: its zero value is left out, [Null] resets, [Set]
// sets. Lists and maps in new records are left out where they are nil and sent where they are
// empty. Where a request refers to another record, by a field of type string or []string, its id or
// its name will do. A method that takes an id takes the name of a user, group, team, department,
// role, realm, token, check, check group or organization too; an id wins.
//
// # Retries
//
// A call is sent again after a failure of the network (an answer that was cut in the middle too)
// and after 429, 502, 503 and 504, with exponential backoff and full jitter, not sooner than
// Retry-After asks, until it succeeds, the attempts or the time of [WithRetries] are used up, or
// its context ends. Other answers are final.
//
// Each call that creates something carries an Idempotency-Key, the same in all its attempts, so
// that a create whose answer was lost makes one record. The key is random; [WithIdempotencyKey]
// gives one that also survives the caller's own restart. Changes and deletions can be repeated by
// their nature: a deletion that finds nothing, after an attempt that the server did not answer, has
// succeeded. Where a 503 came before, the deletion fails with [ErrNotFound], for the record may
// never have been; and a conditional change ([IfVersion]) may fail with [ErrStale] because its own
// first attempt was done. [Error.Unclear] says so in both cases, and reading the record tells.
//
// Calls that could do harm twice ([Sessions.Open], [Users.SetUpLink], [Jobs.Retry]) are sent again
// only where nothing can have been done: where there was no connection, and after 429.
//
// # Errors
//
// A refusal of the server is an [*Error], with all faults of the request. errors.Is knows its kind:
// [ErrNotFound], [ErrConflict] and so on. No error and no log line holds a credential or anything
// else of a request's body or query. Redirects are not followed, for they would carry credentials
// elsewhere. Where the context ended, the error is both what the context says, such as
// [context.Canceled], and the cause that was given with it.
package client
