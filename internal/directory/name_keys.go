package directory

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"roster"
)

// keysSetting is the setting with the number of the last user whose keys RekeyNames has looked at.
// Another form of keys needs another setting.
const keysSetting = "user-keys-4"

// RekeyNames gives the records that an older binary stored the keys that this one looks for, a page
// at a time. It remembers how far it came among the users. It can be repeated, by several replicas
// at once.
//
// A record stays as it is if another one has the key already: the log says which. It is found by
// its id then, and an administrator renames or deletes it. RekeyNames is for a background worker,
// not for a face, and so asks no policy.
func RekeyNames(ctx context.Context, store Store, log *slog.Logger) error {
	if err := rekeyUsers(ctx, store, log); err != nil {
		return err
	}
	for kind := GroupNames; kind < NameKinds; kind++ {
		if err := rekey(ctx, store, log, kind); err != nil {
			return err
		}
	}
	return nil
}

// rekeyUsers gives users their keys and words.
func rekeyUsers(ctx context.Context, store Store, log *slog.Logger) error {
	from, err := markOf(ctx, store, keysSetting)
	if err != nil {
		return err
	}
	for after := max(0, from-indexOverlap); ; {
		var users []roster.User
		var left []NamedRecord
		err := store.Update(ctx, func(tx Tx) (err error) {
			left = nil
			if users, err = usersEverywhere(tx, after, indexBatch); err != nil || len(users) == 0 {
				return err
			}
			for _, u := range users {
				if err := rekeyUser(tx, u, &left); err != nil {
					return err
				}
			}
			return tx.PutSetting(keysSetting, strconv.FormatInt(users[len(users)-1].Number, 10))
		})
		if err != nil {
			return err
		}
		warnOfRivals(ctx, log, left)
		if len(users) < indexBatch {
			return nil
		}
		after = users[len(users)-1].Number
	}
}

// rekeyUser adds to left a user whose key another one has.
func rekeyUser(tx Tx, u roster.User, left *[]NamedRecord) error {
	r := NamedRecord{OrganizationID: u.OrganizationID, ID: string(u.ID), Name: u.DisplayName}
	if _, err := tx.SetNameKey(UserDisplayNames, r, SortKey(u.DisplayName)); err != nil {
		return err
	}
	if isPlain(u.UserName) && isPlain(u.Email) && isPlain(u.DisplayName) && isPlain(u.ExternalID) {
		return nil
	}
	r.Name = u.UserName
	held, err := tx.SetNameKey(UserNames, r, Fold(u.UserName))
	if err != nil {
		return err
	}
	if !held {
		*left = append(*left, r)
	}
	r.Name = u.Email
	if _, err := tx.SetNameKey(UserEmails, r, Fold(u.Email)); err != nil {
		return err
	}
	return tx.InsertWords(u.OrganizationID, wordPlaces(u))
}

// rekey gives records of one kind their keys.
func rekey(ctx context.Context, store Store, log *slog.Logger, kind NameKind) error {
	for after := (NamedRecord{}); ; {
		var page, left []NamedRecord
		err := store.Update(ctx, func(tx Tx) (err error) {
			left = nil
			if page, err = tx.NamesEverywhere(kind, after, indexBatch); err != nil {
				return err
			}
			for _, r := range page {
				if isPlain(r.Name) {
					continue
				}
				held, err := tx.SetNameKey(kind, r, Fold(r.Name))
				if err != nil {
					return err
				}
				if !held {
					left = append(left, r)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		warnOfRivals(ctx, log, left)
		if len(page) < indexBatch {
			return nil
		}
		after = page[len(page)-1]
	}
}

// isPlain reports a name that has the same key in every form of keys: ASCII without blanks around
// it, and without a domain that has another form.
func isPlain(name string) bool {
	return isASCII(name) && strings.TrimSpace(name) == name && !strings.Contains(strings.ToLower(name), "xn--")
}

// warnOfRivals tells the operator of records that are not found by their name.
func warnOfRivals(ctx context.Context, log *slog.Logger, left []NamedRecord) {
	for _, r := range left {
		log.WarnContext(ctx, "the name of a record looks like that of another one; it is found by its id only until it is renamed or deleted",
			"organization", r.OrganizationID, "id", r.ID, "name", r.Name)
	}
}

// markOf returns the number that a setting holds, 0 if it is not there.
func markOf(ctx context.Context, store Store, setting string) (number int64, err error) {
	err = store.View(ctx, func(tx Tx) error {
		value, found, err := tx.Setting(setting)
		if number = 0; err != nil || !found {
			return err
		}
		if number, err = strconv.ParseInt(value, 10, 64); err != nil {
			return fmt.Errorf("the setting %s is no number: %w", setting, err)
		}
		return nil
	})
	return number, err
}
