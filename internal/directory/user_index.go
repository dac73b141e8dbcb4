package directory

import (
	"context"
	"strconv"

	"roster"
)

const (
	// wordsSetting is the setting with the number of the last user whose words IndexUsers has stored.
	wordsSetting = "user-words"
	// indexBatch is how many users one transaction gives their words.
	indexBatch = 250
	// indexOverlap is how many numbers before the last one are looked at again: a transaction of an
	// older binary, which stores no words, may commit a number after a greater one was seen.
	indexOverlap = 1000
)

// IndexUsers stores the words of those users who were made by a binary that knew of none, a batch
// at a time until the last user is reached, and remembers how far it came. It can be repeated, by
// several replicas at once; until it has come to a user, that user is not found by words. Whom such
// a binary renames afterwards, on the same database, it does not come to again: CHANGELOG.md says
// what helps. It is for a background worker, not for a face, and so asks no policy.
func IndexUsers(ctx context.Context, store Store) error {
	from, err := markOf(ctx, store, wordsSetting)
	if err != nil {
		return err
	}
	for after := max(0, from-indexOverlap); ; {
		var users []roster.User
		err := store.Update(ctx, func(tx Tx) (err error) {
			if users, err = usersEverywhere(tx, after, indexBatch); err != nil || len(users) == 0 {
				return err
			}
			if err := indexSome(tx, users); err != nil {
				return err
			}
			return tx.PutSetting(wordsSetting, strconv.FormatInt(users[len(users)-1].Number, 10))
		})
		if err != nil || len(users) < indexBatch {
			return err
		}
		after = users[len(users)-1].Number
	}
}

// indexSome stores the words of users. What is there already stays, so that only a user who has
// none costs much.
func indexSome(tx Tx, users []roster.User) error {
	g := newUserBatchTx(tx)
	for _, u := range users {
		if err := g.InsertWords(u.OrganizationID, wordPlaces(u)); err != nil {
			return err
		}
	}
	return g.flush()
}
