package directory

import (
	"context"
	"fmt"
	"slices"

	"roster"
)

// MaxBatch is how many users one CreateUsers takes.
const MaxBatch = 1000

// batchPart is how many users of a batch are made in one transaction: enough to make it quick, few
// enough that others who write do not wait long.
const batchPart = 500

// NewUsers are users to be created, each by itself: what is wrong with one does not keep the others
// from being made.
type NewUsers struct {
	Users []NewUser

	// IdempotencyKey is the caller's own name for the batch, "" for none. Under it, for a day, whoever
	// was made by an earlier run of the same batch is not made again but answered again; those who were
	// not made are tried anew.
	IdempotencyKey string
}

// CreatedUsers has a result for each of the users, in their order.
type CreatedUsers struct {
	Results []UserResult
}

// UserResult is what became of one user: User, or an error.
type UserResult struct {
	User CreatedUser
	Err  error // of those of CreateUser; nil if the user was made
}

// CreateUsers creates up to MaxBatch users in few transactions. Two of them with one name: the
// first gets it.
//
// Errors: Unauthenticated, Forbidden, Invalid, Unavailable; those of single users are in the
// results. Once some users are made, what keeps the server from making the others is an error of
// these.
func (d *Directory) CreateUsers(ctx context.Context, by roster.Actor, in NewUsers) (CreatedUsers, error) {
	if err := allow(by, ActUserCreate); err != nil {
		return CreatedUsers{}, err
	}
	var faults roster.Faults
	if len(in.Users) > MaxBatch {
		faults.Add("users", fmt.Sprintf("must not be more than %d", MaxBatch))
	}
	validateIdempotencyKey(&faults, in.IdempotencyKey)
	if err := faults.Err(); err != nil {
		return CreatedUsers{}, err
	}
	if in.NeedsHash() {
		if err := d.passwords.Ask(ctx, by); err != nil {
			return CreatedUsers{}, err
		}
	}
	b, err := d.newBatch(by, in)
	if err != nil {
		return CreatedUsers{}, err
	}
	if err := b.run(ctx); err != nil {
		return CreatedUsers{}, err
	}
	out := CreatedUsers{Results: make([]UserResult, len(b.items))}
	for i, it := range b.items {
		out.Results[i] = it.result
		out.Results[i].User.User = redactUser(b.by, it.result.User.User)
	}
	return out, nil
}

// userBatch is one CreateUsers under way.
type userBatch struct {
	*Directory
	by     roster.Actor
	items  []*batchItem
	memory batchMemory
}

// batchItem is one user of a batch: its creation, and how far it is.
type batchItem struct {
	creation
	index   int
	settled bool // the result stands
	result  UserResult
}

// creationsOf returns the creates of the items.
func creationsOf(items []*batchItem) creations {
	all := make(creations, len(items))
	for i, it := range items {
		all[i] = &it.creation
	}
	return all
}

func (d *Directory) newBatch(by roster.Actor, in NewUsers) (*userBatch, error) {
	in.Users = slices.Clone(in.Users)
	for i := range in.Users {
		in.Users[i].clean()
	}
	memory, err := d.batchMemory(by, in)
	if err != nil {
		return nil, err
	}
	b := &userBatch{Directory: d, by: by, items: make([]*batchItem, len(in.Users)), memory: memory}
	for i, u := range in.Users {
		b.items[i] = &batchItem{index: i, creation: creation{Directory: d, by: by, in: u, faults: d.validateNew(u)}}
	}
	return b, nil
}

// run makes the users, in their order.
func (b *userBatch) run(ctx context.Context) error {
	for from := 0; from < len(b.items); {
		to := b.end(from)
		err := b.together(ctx, b.items[from:to])
		if err != nil && roster.KindOf(err) == roster.Internal && ctx.Err() == nil {
			err = b.apart(ctx, b.items[from:to])
		}
		if err != nil {
			return b.stop(ctx, err)
		}
		from = to
	}
	return nil
}

// end returns where the part that begins at an item ends.
func (b *userBatch) end(from int) int {
	to := from + 1
	for to < len(b.items) && to%batchPart != 0 && !b.items[from].needsOwnTransaction() && !b.items[to].needsOwnTransaction() {
		to++
	}
	return to
}

// alone reports a user who is remembered by itself, and so is made by itself.
func (it *batchItem) needsOwnTransaction() bool {
	return it.in.Repeatable || it.in.IdempotencyKey != ""
}

// apart makes users one by one, so that only those fail who made the whole fail.
func (b *userBatch) apart(ctx context.Context, items []*batchItem) error {
	for i, it := range items {
		err := b.together(ctx, items[i:i+1])
		if err != nil && (roster.KindOf(err) != roster.Internal || ctx.Err() != nil) {
			return err
		}
		if err != nil {
			it.result, it.settled = UserResult{Err: err}, true
		}
	}
	return nil
}

// stop ends a batch that cannot go on: with an error where nothing was done yet or nobody waits any
// more.
func (b *userBatch) stop(ctx context.Context, err error) error {
	if ctx.Err() != nil || !b.items[0].settled {
		return err
	}
	for _, it := range b.items {
		if !it.settled {
			it.result = UserResult{Err: err}
		}
	}
	return nil
}

// together makes users in one transaction. All or none of them are settled then.
func (b *userBatch) together(ctx context.Context, items []*batchItem) error {
	if it := items[0]; it.needsOwnTransaction() {
		it.result.User, it.result.Err = b.CreateUser(ctx, b.by, it.in)
		it.settled = true
		return ctx.Err()
	}
	if err := b.hash(ctx, items); err != nil {
		return err
	}
	if err := b.store.Update(ctx, func(tx Tx) error { return b.create(tx, items) }); err != nil {
		return err
	}
	if err := b.verify(ctx, items); err != nil {
		return err
	}
	for _, it := range items {
		it.settled = true
		if u := it.result.User; u.ID != "" && !u.Repeated {
			it.warnOfZone(ctx)
		}
	}
	return nil
}

// hash hashes the passwords of those who can be made as far as the store knows, so that no hash is
// wasted.
func (b *userBatch) hash(ctx context.Context, items []*batchItem) error {
	var bare []*batchItem // whose password is not hashed
	wanted := false
	for _, it := range items {
		if it.hash == "" {
			it.refused = nil
			bare = append(bare, it)
			wanted = wanted || it.in.Password != "" && len(it.faults) == 0
		}
	}
	if err := b.judge(ctx, bare); err != nil || !wanted {
		return err
	}
	var pending []*batchItem
	err := b.store.View(ctx, func(tx Tx) error {
		made, err := b.memory.recall(tx, bare[0].index, b.now())
		if err != nil {
			return err
		}
		pending = made.without(bare)
		return creationsOf(pending).plan(newUserBatchTx(tx), b.now(), true)
	})
	if err != nil {
		return err
	}
	for _, it := range pending {
		switch {
		case it.in.Password == "", it.refused != nil:
		case it.fault != nil:
			it.refused = it.fault
		case it.taken != "":
			it.refused = valueTaken(roster.Holder{}, it.taken, it.requestedValue(it.taken))
		default:
			if it.hash, it.refused = b.passwords.Hash(ctx, b.by, NewHash{Password: it.in.Password}); ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

// judge judges the passwords that must be strong, before any transaction: it is work.
func (b *userBatch) judge(ctx context.Context, items []*batchItem) error {
	items = slices.DeleteFunc(slices.Clone(items), func(it *batchItem) bool {
		return it.in.Password == "" || it.faults.Has("password")
	})
	if len(items) == 0 {
		return nil
	}
	strong, err := view(ctx, b.Directory, func(tx Tx) (bool, error) {
		return b.requiresStrength(tx, b.by.OrganizationID, items[0].in.Password, nil)
	})
	if err != nil || !strong {
		return err
	}
	for _, it := range items {
		err := b.passwords.ValidateStrength(ctx, b.by, NewHash{Password: it.in.Password, Strong: true, About: it.in.personalWords()})
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
		case roster.KindOf(err) == roster.Invalid:
			it.weak = err
		default:
			it.refused = err
		}
	}
	return nil
}

// verify answers those whom an earlier run made only if they come with the passwords of that run
// (DECISIONS 20).
func (b *userBatch) verify(ctx context.Context, items []*batchItem) error {
	items = slices.DeleteFunc(slices.Clone(items), func(it *batchItem) bool { return !it.result.User.Repeated || it.in.Password == "" })
	if len(items) == 0 {
		return nil
	}
	hashes := make([]roster.PasswordHash, len(items))
	err := b.store.View(ctx, func(tx Tx) error {
		for i, it := range items {
			hash, err := hashOfCreate(tx, b.by.OrganizationID, it.result.User.ID)
			if err != nil {
				return err
			}
			hashes[i] = hash
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, it := range items {
		same, err := b.matchesFirstPassword(ctx, b.by, it.result.User.ID, hashes[i], it.in.Password)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			it.result = UserResult{Err: err}
		case !same:
			it.result = UserResult{Err: keyReused()}
		}
	}
	return nil
}

// create is the transaction.
func (b *userBatch) create(tx Tx, items []*batchItem) error {
	now := b.now()
	part, err := b.memory.claim(tx, items[0].index, now)
	if err != nil {
		return err
	}
	if err := b.answerAgain(tx, items, part.made); err != nil {
		return err
	}
	pending := part.made.without(items)
	if err := creationsOf(pending).create(tx, now); err != nil {
		return err
	}
	for _, it := range pending {
		it.result = UserResult{User: it.made.CreatedUser, Err: it.err}
		if it.err == nil {
			part.made[it.index] = it.made.Number
		}
	}
	return b.memory.remember(tx, part)
}

// answerAgain makes the results of those whom an earlier run made.
func (b *userBatch) answerAgain(tx Tx, items []*batchItem, made madeUsers) error {
	var numbers []int64
	for _, it := range items {
		if n := made[it.index]; n != 0 {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	users, err := usersByNumbers(tx, b.by.OrganizationID, numbers, WithRoles|WithGroups|WithTeams|WithReach)
	if err != nil {
		return err
	}
	byNumber := make(map[int64]roster.User, len(users))
	for _, u := range users {
		byNumber[u.Number] = u
	}
	for _, it := range items {
		if made[it.index] == 0 {
			continue
		}
		if u, there := byNumber[made[it.index]]; there && visible(b.by, ActUserRead, u) == nil {
			it.result = UserResult{User: CreatedUser{User: u, Repeated: true, WelcomeEmail: it.welcomes(u)}}
		} else {
			it.result = UserResult{Err: &roster.Error{
				Kind: roster.Conflict, Field: idempotencyKeyField, Detail: "was used for a record that is gone; use a new one to make another",
			}}
		}
	}
	return nil
}
