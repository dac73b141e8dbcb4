package graze_test

import (
	"fmt"
	"sync"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// BenchmarkGetUsers is a getUsers with its default limit of 1000 among so many users: it must not
// cost more among many.
func BenchmarkGetUsers(b *testing.B) {
	e := dialecttest.Open(b, dialecttest.Options{})
	documented(b, e)
	made := 0
	for _, total := range []int{2_000, 100_000} {
		fill(b, e, made, total)
		made = total
		b.Run(fmt.Sprint(total), func(b *testing.B) {
			for b.Loop() {
				if w := e.Do(b, as, "GET /graze/v1/getUsers"); w.Code != 200 || w.Body.Len() < 50_000 {
					b.Fatalf("answered %d with %d bytes", w.Code, w.Body.Len())
				}
			}
		})
	}
}

// fill makes users until there are total, in a team each.
func fill(b *testing.B, e *dialecttest.Env, from, total int) {
	b.Helper()
	var wg sync.WaitGroup
	const hands = 64
	for hand := range hands {
		wg.Go(func() {
			for i := from + hand; i < total; i += hands {
				if _, err := e.Directory.CreateUser(b.Context(), e.By, directory.NewUser{
					UserName: fmt.Sprintf("user%d", i), Teams: []roster.Ref{{Name: "my team 1"}},
				}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
