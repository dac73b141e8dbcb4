package auth

import (
	"strconv"
	"testing"
	"time"

	"roster"
)

// epoch is when every test begins.
var epoch = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

func TestAKeyIsGoodForItsTimeAndUseDoesNotProlongIt(t *testing.T) {
	t.Parallel()
	e := newExpiring[string](time.Minute, 10)
	e.add("a", epoch)
	for after, want := range map[time.Duration]bool{0: true, 59 * time.Second: true, time.Minute: false, time.Hour: false} {
		if got := e.has("a", epoch.Add(after)); got != want {
			t.Errorf("after %v: %v", after, got)
		}
	}
	e.add("a", epoch.Add(59*time.Second))
	if e.has("a", epoch.Add(time.Minute)) {
		t.Error("adding it again prolonged it")
	}
	e.add("a", epoch.Add(time.Minute))
	if !e.has("a", epoch.Add(time.Minute)) {
		t.Error("it cannot be added again when it is over")
	}
}

func TestAFullSetGivesUpTheOldestKey(t *testing.T) {
	t.Parallel()
	e := newExpiring[string](time.Hour, 3)
	for i := range 5 {
		e.add(strconv.Itoa(i), epoch.Add(time.Duration(i)))
	}
	for i := range 5 {
		if got, want := e.has(strconv.Itoa(i), epoch), i >= 2; got != want {
			t.Errorf("key %d: %v", i, got)
		}
	}
	if e.len() != 3 || e.order.Len() != 3 {
		t.Errorf("%d keys, %d in order", e.len(), e.order.Len())
	}
}

func TestKeysThatAreOverMakeRoom(t *testing.T) {
	t.Parallel()
	e := newExpiring[string](time.Minute, 3)
	e.add("a", epoch)
	e.add("b", epoch)
	e.add("c", epoch.Add(time.Minute))
	if e.len() != 1 {
		t.Errorf("%d keys are kept", e.len())
	}
}

func TestASetOfSizeZeroStaysEmpty(t *testing.T) {
	t.Parallel()
	e := newExpiring[string](time.Minute, 0)
	e.add("a", epoch)
	if e.has("a", epoch) || e.len() != 0 {
		t.Error("it holds a key")
	}
}

func TestADigestIsOfOneUserOneVersionAndOnePassword(t *testing.T) {
	t.Parallel()
	c := newCredentials(10)
	a := roster.Account{UserID: "u1", CredentialVersion: 1}
	c.add(c.digest(a, "secret"), epoch)
	for name, other := range map[string]digest{
		"another user":     c.digest(roster.Account{UserID: "u2", CredentialVersion: 1}, "secret"),
		"another version":  c.digest(roster.Account{UserID: "u1", CredentialVersion: 2}, "secret"),
		"another password": c.digest(a, "Secret"),
		"another process":  newCredentials(10).digest(a, "secret"),
	} {
		if c.has(other, epoch) {
			t.Errorf("%s is taken for the same", name)
		}
	}
	if !c.has(c.digest(a, "secret"), epoch.Add(cacheTTL-1)) {
		t.Error("the same is not found")
	}
	if c.has(c.digest(a, "secret"), epoch.Add(cacheTTL)) {
		t.Error("it is found after five minutes")
	}
	if hits := c.hits.Load(); hits != 1 {
		t.Errorf("%d hits", hits)
	}
}

func BenchmarkCacheHit(b *testing.B) {
	c := newCredentials(DefaultCacheEntries)
	a := roster.Account{UserID: "01900000-0000-7000-8000-000000000001", CredentialVersion: 1}
	for i := range DefaultCacheEntries {
		c.add(c.digest(a, strconv.Itoa(i)), epoch)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if !c.has(c.digest(a, "17"), epoch) {
				b.Fail()
			}
		}
	})
}
