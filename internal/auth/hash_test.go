package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"roster"
	"roster/internal/directory"
)

// fakeHashTime is how long a fake hash takes.
const fakeHashTime = 50 * time.Millisecond

// bench counts the fake hashes that run.
type bench struct {
	mu      sync.Mutex
	running int
	most    int // that ran at a time
	total   int
}

func (b *bench) work(d time.Duration) {
	b.mu.Lock()
	b.running++
	b.total++
	b.most = max(b.most, b.running)
	b.mu.Unlock()
	time.Sleep(d)
	b.mu.Lock()
	b.running--
	b.mu.Unlock()
}

// fakePHC is a string in PHC form that stands for the password; nothing is hard about it.
func fakePHC(password string) roster.PasswordHash {
	sum := sha256.Sum256([]byte(password))
	return roster.PasswordHash("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$" + base64.RawStdEncoding.EncodeToString(sum[:]))
}

// newFakeHasher returns a hasher whose hashes only take time.
func newFakeHasher(slots int) (*Hasher, *bench) {
	h, b := newHasher(time.Now, slots), new(bench)
	h.hash = func(password string) (string, error) {
		b.work(fakeHashTime)
		return string(fakePHC(password)), nil
	}
	h.compare = func(password, hash string) (bool, error) {
		b.work(fakeHashTime)
		return string(fakePHC(password)) == hash, nil
	}
	return h, b
}

// stranger is a caller who is not known, and somebody an actor who is.
var (
	stranger = caller{address: "192.0.2.1"}
	somebody = roster.Actor{Kind: roster.ActorUser, Address: "192.0.2.1"}
)

// hashFor hashes a password for somebody.
func (h *Hasher) hashFor(ctx context.Context, share, password string) (roster.PasswordHash, error) {
	return h.Hash(ctx, somebody, directory.NewHash{Share: share, Password: password})
}

func isKind(t *testing.T, err error, want roster.Kind) *roster.Error {
	t.Helper()
	var e *roster.Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Fatalf("got error %v, want one of kind %v", err, want)
	}
	return e
}

func TestAHashIsVerifiedByItsPasswordOnly(t *testing.T) {
	t.Parallel()
	h := NewHasher(time.Now)
	hash, err := h.hashFor(t.Context(), "", "Gänseblümchen 7")
	if err != nil {
		t.Fatal(err)
	}
	if want := "$argon2id$v=19$m=19456,t=2,p=1$"; !strings.HasPrefix(string(hash), want) {
		t.Errorf("got %s, want it to begin with %s", hash, want)
	}
	for password, want := range map[string]bool{"Gänseblümchen 7": true, "gänseblümchen 7": false, "": false} {
		got, err := h.verify(t.Context(), stranger, hash, password)
		if got != want || err != nil {
			t.Errorf("Verify(%q) = %v, %v", password, got, err)
		}
	}
	if s := h.Stats(); s.Done != 4 || s.Running != 0 || s.MeanSeconds <= 0 {
		t.Errorf("stats are %+v after 4 hashes", s)
	}
}

func TestTheSamePasswordGetsASaltOfItsOwn(t *testing.T) {
	t.Parallel()
	h := NewHasher(time.Now)
	one, err1 := h.hashFor(t.Context(), "", "password")
	two, err2 := h.hashFor(t.Context(), "", "password")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if one == two {
		t.Error("two hashes are the same")
	}
}

func TestTheDummyHashAsksForTheWorkOfANewOne(t *testing.T) {
	t.Parallel()
	if err := validateHash(dummyHash); err != nil {
		t.Fatal(err)
	}
	h := NewHasher(time.Now)
	fresh, err := h.hashFor(t.Context(), "", "password")
	if err != nil {
		t.Fatal(err)
	}
	work := func(s roster.PasswordHash) string { return strings.Join(strings.Split(string(s), "$")[:4], "$") }
	if work(fresh) != work(dummyHash) || len(fresh) != len(dummyHash) {
		t.Errorf("the dummy %s is not like %s", dummyHash, fresh)
	}
}

func TestAStoredHashThatIsBrokenOrAbsurdIsRefusedUnhashed(t *testing.T) {
	t.Parallel()
	h, b := newFakeHasher(1)
	good := string(fakePHC("x"))
	replaced := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for name, hash := range map[string]string{
		"none":                     "",
		"not PHC":                  "password",
		"of bcrypt":                "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"of argon2i":               replaced("argon2id", "argon2i"),
		"of an older version":      replaced("v=19", "v=16"),
		"more than 64 MiB":         replaced("m=19456", "m=65537"),
		"memory beyond any number": replaced("m=19456", "m=99999999999"),
		"more than 10 iterations":  replaced("t=2", "t=11"),
		"no iteration":             replaced("t=2", "t=0"),
		"no lane":                  replaced("p=1", "p=0"),
		"too many lanes":           replaced("p=1", "p=5"),
		"a short salt":             replaced("c2FsdHNhbHQ", "c2FsdA"),
		"a long salt":              replaced("c2FsdHNhbHQ", strings.Repeat("QUFB", 22)),
		"no key":                   good[:strings.LastIndex(good, "$")+1],
		"a short key":              good[:strings.LastIndex(good, "$")+1] + "QUFB",
		"a long key":               good[:strings.LastIndex(good, "$")+1] + strings.Repeat("QUFB", 22),
		"too many parts":           good + "$",
	} {
		ok, err := h.verify(t.Context(), stranger, roster.PasswordHash(hash), "x")
		if ok || err == nil {
			t.Errorf("%s: got %v, %v", name, ok, err)
		}
	}
	if b.total != 0 {
		t.Errorf("%d were hashed", b.total)
	}
}

func TestAPasswordBeyondTheLimitIsNotHashed(t *testing.T) {
	t.Parallel()
	h, b := newFakeHasher(1)
	long := strings.Repeat("x", MaxPasswordBytes+1)
	_, err := h.hashFor(t.Context(), "", long)
	if e := isKind(t, err, roster.Invalid); e.Field != "password" {
		t.Errorf("the field is %q", e.Field)
	}
	if ok, err := h.verify(t.Context(), stranger, fakePHC(long), long); ok || err != nil {
		t.Errorf("Verify: %v, %v", ok, err)
	}
	if err := h.dummy(t.Context(), stranger, "nobody", long); err != nil {
		t.Errorf("Dummy: %v", err)
	}
	if b.total != 0 {
		t.Errorf("%d were hashed", b.total)
	}
	if _, err := h.hashFor(t.Context(), "", long[1:]); err != nil {
		t.Errorf("a password at the limit: %v", err)
	}
}

func TestEqualCallsInFlightShareOneHash(t *testing.T) {
	t.Parallel()
	calls := map[string]struct {
		call func(h *Hasher, ctx context.Context, i int) error
		want int
	}{
		"Verify with the same hash and password": {func(h *Hasher, ctx context.Context, _ int) error {
			ok, err := h.verify(ctx, stranger, fakePHC("a"), "a")
			if err == nil && !ok {
				err = errors.New("the password was wrong")
			}
			return err
		}, 1},
		"Verify with two passwords": {func(h *Hasher, ctx context.Context, i int) error {
			_, err := h.verify(ctx, stranger, fakePHC("a"), "ab"[:1+i%2])
			return err
		}, 2},
		"Dummy for the same name": {func(h *Hasher, ctx context.Context, _ int) error {
			return h.dummy(ctx, stranger, "nobody", "a")
		}, 1},
		"Dummy for two names": {func(h *Hasher, ctx context.Context, i int) error {
			return h.dummy(ctx, stranger, []string{"nobody", "somebody"}[i%2], "a")
		}, 2},
		"Hash with the same share": {func(h *Hasher, ctx context.Context, _ int) error {
			_, err := h.hashFor(ctx, "create johndoe1", "a")
			return err
		}, 1},
		"Hash with two shares": {func(h *Hasher, ctx context.Context, i int) error {
			_, err := h.hashFor(ctx, []string{"one", "two"}[i%2], "a")
			return err
		}, 2},
		"Hash with the same share and two passwords": {func(h *Hasher, ctx context.Context, i int) error {
			_, err := h.hashFor(ctx, "one", "ab"[:1+i%2])
			return err
		}, 2},
		"Hash without a share": {func(h *Hasher, ctx context.Context, _ int) error {
			_, err := h.hashFor(ctx, "", "a")
			return err
		}, 50},
	}
	for name, c := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, b := newFakeHasher(2)
				var wg sync.WaitGroup
				for i := range 50 {
					wg.Go(func() {
						if err := c.call(h, t.Context(), i); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if b.total != c.want {
					t.Errorf("%d hashes, want %d", b.total, c.want)
				}
			})
		})
	}
}

func TestACallerWhoLeavesASharedHashDoesNotFailTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, b := newFakeHasher(1)
		first, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := h.verify(first, stranger, fakePHC("a"), "a")
			left <- err
		}()
		synctest.Wait()
		stayed := make(chan bool, 1)
		go func() {
			ok, err := h.verify(t.Context(), stranger, fakePHC("a"), "a")
			stayed <- ok && err == nil
		}()
		synctest.Wait()
		leave()
		isKind(t, <-left, roster.Unavailable)
		if !<-stayed {
			t.Error("who stayed got no answer")
		}
		if b.total != 1 {
			t.Errorf("%d hashes, want 1", b.total)
		}
	})
}

func TestASharedHashThatEverybodyLeftIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, b := newFakeHasher(1)
		go h.hashFor(t.Context(), "", "keeps the slot")
		synctest.Wait()
		ctx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := h.verify(ctx, stranger, fakePHC("a"), "a"); roster.KindOf(err) != roster.Unavailable {
					t.Errorf("got error %v", err)
				}
			})
		}
		synctest.Wait()
		leave()
		wg.Wait()
		time.Sleep(10 * fakeHashTime)
		if s := h.Stats(); b.total != 1 || s.Waiting != 0 || s.Running != 0 {
			t.Errorf("%d hashes, stats %+v", b.total, s)
		}
	})
}

func TestAPanicInASharedHashIsAnError(t *testing.T) {
	t.Parallel()
	h, _ := newFakeHasher(1)
	h.compare = func(string, string) (bool, error) { panic("out of order") }
	if _, err := h.verify(t.Context(), stranger, fakePHC("a"), "a"); err == nil {
		t.Error("no error")
	}
	if s := h.Stats(); s.Running != 0 {
		t.Errorf("the slot is lost: %+v", s)
	}
}

func TestDigestsKeepPartsApartAndAreKeyed(t *testing.T) {
	t.Parallel()
	m := newMAC()
	if m.sum("a", "bc") == m.sum("ab", "c") || m.sum("a") == m.sum("a", "") {
		t.Error("different parts have one digest")
	}
	if first, again := m.sum("a", "bc"), m.sum("a", "bc"); first != again {
		t.Error("equal parts have two digests")
	}
	if newMAC().sum("a") == m.sum("a") {
		t.Error("two keys give one digest")
	}
	s := m.pool.Get().(*macState)
	s.buf = append(s.buf[:0], make([]byte, 64)...)
	m.pool.Put(s)
	m.sum("a secret that must not stay")
	if s := m.pool.Get().(*macState); bytes.Contains(s.buf[:cap(s.buf)], []byte("secret")) {
		t.Error("the secret stays in the buffer")
	}
}
