package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"roster"
	"roster/internal/directory"
)

var errOurs = errors.New("changed my mind")

var transactions = []sentence{
	{text: "what a failed update wrote is gone", test: func(f *fixture) {
		row := f.row("ada")
		err := f.store.Update(f.Context(), func(tx directory.Tx) error {
			if _, err := tx.InsertUser(row); err != nil {
				return err
			}
			return errOurs
		})
		if !errors.Is(err, errOurs) {
			f.Fatalf("got %v, want the error that fn returned", err)
		}
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.User(f.org, directory.UserSelector{ID: row.ID}, 0)
			return err
		})
	}},
	{text: "an update sees what it wrote itself", test: func(f *fixture) {
		f.update(func(tx directory.Tx) error {
			row := f.row("ada")
			if _, err := tx.InsertUser(row); err != nil {
				return err
			}
			_, err := tx.User(f.org, directory.UserSelector{UserName: "ada"}, 0)
			return err
		})
	}},
	{text: "a panic undoes its update and reaches the caller as an error", test: func(f *fixture) {
		row := f.row("ada")
		err := f.store.Update(f.Context(), func(tx directory.Tx) error {
			if _, err := tx.InsertUser(row); err != nil {
				return err
			}
			panic("no")
		})
		if err == nil || roster.KindOf(err) != roster.Internal {
			f.Fatalf("got %v, want an Internal error", err)
		}
		f.user("ada") // the name is free, and the store works
	}},
	{text: "a panic while reading reaches the caller as an error", test: func(f *fixture) {
		if err := f.store.View(f.Context(), func(directory.Tx) error { panic("no") }); err == nil {
			f.Fatal("got no error")
		}
		f.view(func(directory.Tx) error { return nil })
	}},
	{text: "an update that goes on after a failure fails", test: func(f *fixture) {
		f.user("ada")
		row := f.row("grace")
		err := f.store.Update(f.Context(), func(tx directory.Tx) error {
			if _, err := tx.InsertUser(f.row("ada")); err == nil {
				f.Error("got no error from the second ada")
			}
			_, err := tx.InsertUser(row)
			if err == nil {
				f.Error("a call after a failed one succeeded")
			}
			return nil
		})
		if err == nil {
			f.Fatal("got no error")
		}
		f.lacks(func(tx directory.Tx) error {
			_, err := tx.User(f.org, directory.UserSelector{ID: row.ID}, 0)
			return err
		})
	}},
	{text: "a view cannot change anything", test: func(f *fixture) {
		err := f.store.View(f.Context(), func(tx directory.Tx) error {
			_, err := tx.InsertUser(f.row("ada"))
			return err
		})
		if err == nil {
			f.Fatal("got no error")
		}
		f.user("ada")
	}},
	{text: "a view sees one state of things", test: func(f *fixture) {
		f.user("ada")
		f.view(func(tx directory.Tx) error {
			before, err := tx.Users(f.org, directory.UserQuery{}, 0)
			if err != nil {
				return err
			}
			f.user("grace") // in a transaction of its own
			after, err := tx.Users(f.org, directory.UserQuery{}, 0)
			if len(before.Users) != 1 || len(after.Users) != 1 {
				f.Errorf("got %d and then %d users, want 1 and 1", len(before.Users), len(after.Users))
			}
			return err
		})
	}},
	{text: "a caller who has left is not served", test: func(f *fixture) {
		ctx, cancel := context.WithCancel(f.Context())
		cancel()
		for name, run := range map[string]func(context.Context, func(directory.Tx) error) error{
			"Update": f.store.Update, "View": f.store.View,
		} {
			err := run(ctx, func(directory.Tx) error {
				f.Errorf("%s ran its function", name)
				return nil
			})
			if !errors.Is(err, context.Canceled) {
				f.Errorf("%s: got %v, want context.Canceled", name, err)
			}
		}
	}},
	{text: "a caller who leaves in the middle of its update learns the outcome", test: func(f *fixture) {
		ctx, cancel := context.WithCancel(f.Context())
		defer cancel()
		err := f.store.Update(ctx, func(tx directory.Tx) error {
			cancel()
			_, err := tx.InsertUser(f.row("ada"))
			return err
		})
		if err != nil {
			f.Fatalf("got %v, want the change to have been made", err)
		}
		f.view(func(tx directory.Tx) error {
			_, err := tx.User(f.org, directory.UserSelector{UserName: "ada"}, 0)
			return err
		})
	}},
	{text: "of many who take one name at the same time one gets it", test: func(f *fixture) {
		const callers = 16
		var wg sync.WaitGroup
		errs := make([]error, callers)
		for i := range callers {
			row := f.row("ada")
			wg.Go(func() {
				errs[i] = f.store.Update(f.Context(), func(tx directory.Tx) error {
					_, err := tx.InsertUser(row)
					return err
				})
			})
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
				continue
			}
			f.isError(err, roster.Conflict, "userName")
		}
		if made != 1 {
			f.Fatalf("%d callers got the name, want 1", made)
		}
	}},
	{text: "those who make groups at the same time get different numbers", test: func(f *fixture) {
		const callers = 8
		var wg sync.WaitGroup
		numbers := make([]int64, callers)
		for i := range callers {
			g := roster.Group{ID: roster.GroupID(f.id()), OrganizationID: f.org, Kind: roster.KindTeam, Name: fmt.Sprint("team ", i)}
			wg.Go(func() {
				err := f.store.Update(f.Context(), func(tx directory.Tx) (err error) {
					numbers[i], err = tx.InsertGroup(g, g.Name)
					return err
				})
				if err != nil {
					f.Errorf("group %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		seen := map[int64]bool{}
		for _, n := range numbers {
			if n < 1 || seen[n] {
				f.Fatalf("got the numbers %v", numbers)
			}
			seen[n] = true
		}
	}},
}
