package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	batchSize   = 1000 // users in a request, the most that the server takes
	batchers    = 2    // concurrent senders of batches
	pageSize    = 100
	growCallers = 8
	growSeeds   = 400 // users that are read one by one, spread over all
)

// sizes returns the numbers of users at which the same reads are measured. The first is the
// reference. The step to the second is the batch that is measured.
func (b *bench) sizes(store string) []int {
	switch {
	case b.window < 2*time.Second:
		return []int{1_000, 20_000}
	case store == storePostgres:
		return []int{1_000, 100_000}
	default:
		return []int{1_000, 100_000, 1_000_000}
	}
}

// measureGrowth measures batches, and the cost of reads over the native API as the directory grows.
// It uses a new store, so that the number of users is exact.
func (b *bench) measureGrowth(ctx context.Context, l launch, store string) error {
	if !b.grows() {
		return nil
	}
	s, err := openSite(ctx, l, store)
	if err != nil {
		return err
	}
	defer func() { _ = s.stop() }()
	if s.token, err = s.cli(ctx, "", "token", "create", "--name", "bench", "--access", "read-write"); err != nil {
		return err
	}
	before := map[string]float64{} // rates at the first size, by work
	for i, size := range b.sizes(store) {
		if err := b.growTo(ctx, s, size, i == 1); err != nil {
			return err
		}
		if err := b.readAt(ctx, s, size, before); err != nil {
			return err
		}
	}
	return s.stop()
}

// grows reports whether any measurement of this file is requested.
func (b *bench) grows() bool {
	for _, work := range []string{batchWork, "native API"} {
		if strings.Contains(work, b.only) {
			return true
		}
	}
	return strings.Contains(b.only, "native API")
}

const batchWork = "batch create without passwords (users), native API"

// growTo adds users by batches up to the size, and measures that if measured is set.
func (b *bench) growTo(ctx context.Context, s *site, size int, measured bool) error {
	from := s.grown
	b.say(s.store, fmt.Sprintf("batches from %s to %s users", thousands(float64(from)), thousands(float64(size))))
	start, cpu := time.Now(), cpuTimeOf(s.id)
	var mu sync.Mutex
	var latencies histogram
	var failure error
	next := from
	var work sync.WaitGroup
	for range batchers {
		work.Go(func() {
			for {
				mu.Lock()
				at := next
				next = min(size, next+batchSize)
				stop := at >= size || failure != nil
				mu.Unlock()
				if stop {
					return
				}
				begin := time.Now()
				made, err := s.createBatch(ctx, at, min(size, at+batchSize))
				mu.Lock()
				latencies.add(time.Since(begin))
				s.keep(made, size)
				if err != nil && failure == nil {
					failure = err
				}
				mu.Unlock()
			}
		})
	}
	work.Wait()
	s.grown = size
	if failure != nil || !measured {
		return failure
	}
	users := float64(size - from)
	r := row{
		work: batchWork, callers: batchers, value: users / time.Since(start).Seconds(),
		p50: latencies.quantile(0.50), p99: latencies.quantile(0.99),
		cpu: (cpuTimeOf(s.id) - cpu) / time.Duration(size-from), against: key{controlRows, 1},
	}
	b.aimBatch(&r, s)
	b.put(s, r)
	b.note(fmt.Sprintf("%s users in batches of %d; latencies are those of a batch", thousands(users), batchSize))
	return s.forgetLog()
}

// keep keeps some of the new users, to be read later.
func (s *site) keep(made []seed, size int) {
	every := max(1, size/growSeeds)
	for i := 0; i < len(made); i += every {
		s.seeds = append(s.seeds, made[i])
	}
}

// Names of people. There are enough that few people share a first name.
var (
	syllables = [...]string{"ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va"}
)

// nameOf spells a number with so many syllables.
func nameOf(n, length int) string {
	var b strings.Builder
	for range length {
		b.WriteString(syllables[n%len(syllables)])
		n /= len(syllables)
	}
	return b.String()
}

// address is the address of the user with the number, and userName that user's name.
func address(n int) string {
	return fmt.Sprintf("%s.%s.%d@example.org", nameOf(n*7, 3), nameOf(n*13, 4), n)
}

// createBatch makes the users with the numbers from one to before another.
func (s *site) createBatch(ctx context.Context, from, to int) ([]seed, error) {
	type newUser struct {
		UserName    string `json:"userName"`
		DisplayName string `json:"displayName"`
		Email       string `json:"email"`
		AccessLevel string `json:"accessLevel"`
	}
	users := make([]newUser, 0, to-from)
	for n := from; n < to; n++ {
		mail := address(n)
		users = append(users, newUser{mail, nameOf(n*7, 3) + " " + nameOf(n*13, 4), mail, "user"})
	}
	body, err := json.Marshal(map[string]any{"users": users})
	if err != nil {
		return nil, err
	}
	var out struct {
		Results []struct {
			Status   int
			ID       string
			UserName string
		}
	}
	if err := s.ask(ctx, "POST", "/api/v1/users/batch", string(body), &out); err != nil {
		return nil, err
	}
	made := make([]seed, 0, len(out.Results))
	for _, r := range out.Results {
		if r.Status != http.StatusCreated {
			return nil, fmt.Errorf("a user of a batch was answered %d", r.Status)
		}
		made = append(made, seed{r.ID, r.UserName})
	}
	return made, nil
}

// readAt measures the reads of the native API at a size.
func (b *bench) readAt(ctx context.Context, s *site, size int, before map[string]float64) error {
	deep, page, err := s.deepPage(ctx, size)
	if err != nil {
		return err
	}
	auth := "Authorization: Bearer " + s.token
	list := func(query string) func(seed) string {
		return func(seed) string { return get("/api/v1/users?limit="+fmt.Sprint(pageSize)+query, auth) }
	}
	some := func(seed) string { return `"userName":` }
	name := func(u seed) string { return `"userName":"` + u.userName + `"` }
	for _, m := range []struct {
		work    string
		request func(seed) string
		holds   func(seed) string
	}{
		{"get by id, native API", func(u seed) string { return get("/api/v1/users/"+u.id, auth) }, name},
		{"look-up by email, native API", func(u seed) string {
			return get("/api/v1/users?filter="+url.QueryEscape(`email eq "`+u.userName+`"`), auth)
		}, name},
		{"list, page 1 of 100, native API", list(""), some},
		{"list, a deep page of 100, native API", list("&cursor=" + url.QueryEscape(deep)), some},
		{"prefix search, one hit, native API", func(u seed) string {
			return get("/api/v1/users?limit=20&search="+url.QueryEscape(u.userName[:strings.IndexByte(u.userName, '@')-1]), auth)
		}, some},
		{"prefix search, many hits, page of 20, native API", func(u seed) string {
			return get("/api/v1/users?limit=20&search="+u.userName[:2], auth)
		}, some},
		{"search by two words, first name and domain, native API", func(u seed) string {
			return get("/api/v1/users?limit=20&search="+u.userName[:strings.IndexByte(u.userName, '.')]+"+example", auth)
		}, some},
		{"search by two words, nobody has both, native API", func(u seed) string {
			return get("/api/v1/users?limit=20&search="+u.userName[:strings.IndexByte(u.userName, '.')]+"+"+disjoint(u.userName), auth)
		}, func(seed) string { return `"items":` }},
	} {
		r := row{work: m.work + ", " + thousands(float64(size)) + " users", callers: growCallers}
		if first, ok := before[m.work]; ok {
			r.base, r.againstText = first, "the same at 1,000 users"
		}
		b.aimGrowth(&r, m.work, s)
		if err := b.drive(ctx, s, r, s.reading(m.request, m.holds)); err != nil {
			return err
		}
		if last := b.rows[len(b.rows)-1]; before[m.work] == 0 && last.work == r.work {
			before[m.work] = last.value
		}
		if strings.Contains(m.work, "deep") && strings.Contains(r.work, b.only) {
			b.note(fmt.Sprintf("page %s", thousands(float64(page))))
		}
	}
	return nil
}

// disjoint returns another first name than the one of the address, with the same beginning. Hardly
// anybody has the two.
func disjoint(address string) string {
	first := address[:strings.IndexByte(address, '.')]
	for i, s := range syllables {
		if end := len(first) - len(s); first[end:] == s {
			return first[:end] + syllables[(i+1)%len(syllables)]
		}
	}
	return first
}

// deepPage walks to page 2,000, or half way where there are fewer, and returns the cursor of it.
func (s *site) deepPage(ctx context.Context, size int) (cursor string, page int, err error) {
	page = min(2000, size/pageSize/2)
	for left := (page - 1) * pageSize; left > 0; {
		step := min(left, batchSize)
		var out struct{ Next string }
		path := fmt.Sprintf("/api/v1/users?fields=id&limit=%d", step)
		if cursor != "" {
			path += "&cursor=" + url.QueryEscape(cursor)
		}
		if err := s.ask(ctx, "GET", path, "", &out); err != nil {
			return "", 0, err
		}
		cursor, left = out.Next, left-step
	}
	return cursor, page, nil
}

// growthLaunch is where the server of this file has its store.
func (b *bench) growthLaunch(l launch) launch {
	l.data = filepath.Join(b.work, "growth-"+filepath.Base(l.data))
	return l
}
