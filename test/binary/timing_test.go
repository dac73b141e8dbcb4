package binary_test

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"roster/internal/auth/realm/ldaptest"
	"roster/test/binary"
)

// timingTries is how many tries of each kind are measured, such as 1000. Nothing is measured
// without it: a busy machine tells little, and tests must not depend on time.
const timingTries = "ROSTER_TIMING"

// significance is how improbable a difference between two kinds must be to count as one (the
// two-sided p of the Mann-Whitney test), shared out among the comparisons of a run.
const significance = 0.01

// namesOfAKind keeps 1,000 tries below the limit of 100 failures for a name.
const namesOfAKind = ldaptest.Visitors / 2

// TestTheTimeOfAFailureDoesNotSayWhoExists measures wrong passwords of names of every kind, in
// random order, and asks whether the times of one kind differ from those of names that nobody has.
func TestTheTimeOfAFailureDoesNotSayWhoExists(t *testing.T) {
	tries, _ := strconv.Atoi(os.Getenv(timingTries))
	if tries <= 0 {
		t.Skipf("%s says how many tries of each kind are measured", timingTries)
	}
	for _, e := range engines() {
		t.Run(e.name+" with a realm", func(t *testing.T) {
			timeFailures(t, timingServer(t, e, "--ldap-file", ldapFile(t)), tries, true)
		})
		t.Run(e.name+" without a realm", func(t *testing.T) {
			timeFailures(t, timingServer(t, e), tries, false)
		})
	}
}

// timingServer starts a server that believes what a client on this machine says of its address.
func timingServer(t *testing.T, e engine, args ...string) *binary.Server {
	return binary.Start(t, binary.Options{Env: e.env(t), Args: append(args, "--trusted-proxies", "127.0.0.0/8")})
}

// ldapFile declares the test directory as a realm.
func ldapFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ldap.yaml")
	text := fmt.Sprintf("ldap:\n  - name: Corporate\n    urls: [%q]\n    system_user: %q\n    system_password: %q\n"+
		"    base_dn: %q\n    group_base_dn: %q\n    attribute_map: {uid: username}\n    default_roles: [Manager]\n",
		ldaptest.Start(t).URL, ldaptest.SystemUser, ldaptest.SystemPassword, ldaptest.PeopleDN, ldaptest.GroupsDN)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// unknownNames is the kind that all others are compared with.
const unknownNames = "unknown"

// timeFailures measures and compares.
func timeFailures(t *testing.T, s *binary.Server, tries int, realm bool) {
	kinds := []string{unknownNames, "local", "inactive"}
	for i := range namesOfAKind {
		for _, kind := range kinds[1:] {
			s.Must("a password here", "user", "create", "--name", fmt.Sprint(kind, i), "--password-stdin", "--role", "Manager")
		}
		s.Must("", "user", "deactivate", fmt.Sprint("inactive", i))
	}
	name := func(kind string, i int) string { return fmt.Sprint(kind, i%namesOfAKind) }
	if realm {
		kinds = append(kinds, "realm user", "realm person")
		name = func(kind string, i int) string {
			switch n := i % namesOfAKind; kind {
			case "realm user":
				return ldaptest.Visitor(n)
			case "realm person":
				return ldaptest.Visitor(namesOfAKind + n)
			default:
				return fmt.Sprint(kind, n)
			}
		}
		for i := range namesOfAKind { // the first sign-in makes the user
			failure(t, s, ldaptest.Visitor(i), ldaptest.VisitorPassword, "198.51.100.1", http.StatusOK)
		}
	}
	times := map[string][]float64{}
	for i := range tries {
		for _, k := range rand.Perm(len(kinds)) {
			from := fmt.Sprintf("10.%d.%d.%d", k, i/250, i%250)
			d := failure(t, s, name(kinds[k], i), fmt.Sprint("wrong ", rand.Uint64()), from, http.StatusUnauthorized)
			times[kinds[k]] = append(times[kinds[k]], d)
		}
	}
	compare(t, "not let in", kinds, times)
	timeRefusals(t, s, tries, kinds, name)
}

// timeRefusals measures tries that the throttle turns away.
func timeRefusals(t *testing.T, s *binary.Server, tries int, kinds []string, name func(string, int) string) {
	const from, limit = "203.0.113.1", 10
	for _, kind := range kinds {
		for range 2 * limit {
			failure(t, s, name(kind, 0), fmt.Sprint("wrong ", rand.Uint64()), from, 0)
		}
	}
	times := map[string][]float64{}
	for range tries {
		for _, k := range rand.Perm(len(kinds)) {
			d := failure(t, s, name(kinds[k], 0), fmt.Sprint("wrong ", rand.Uint64()), from, http.StatusTooManyRequests)
			times[kinds[k]] = append(times[kinds[k]], d)
		}
	}
	compare(t, "throttled", kinds, times)
}

// failure tries to sign in and returns the milliseconds that it took. A status of 0 is any.
func failure(t *testing.T, s *binary.Server, name, password, from string, status int) float64 {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.HTTP+"/graze/v1/getUsers?limit=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(name, password)
	r.Header.Set("X-Forwarded-For", from)
	start := time.Now()
	answer, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	took := time.Since(start)
	if closed := answer.Body.Close(); err != nil || closed != nil || status != 0 && answer.StatusCode != status {
		t.Fatalf("%s from %s: status %d, %v, %v", name, from, answer.StatusCode, err, closed)
	}
	return took.Seconds() * 1000
}

// compare reports the times of each kind beside those of unknown names.
func compare(t *testing.T, what string, kinds []string, times map[string][]float64) {
	t.Helper()
	for _, kind := range kinds {
		p := mannWhitney(times[kind], times[unknownNames])
		all := slices.Sorted(slices.Values(times[kind]))
		t.Logf("%s, %s: %d tries, median %.3f ms, quarter %.3f to %.3f ms, p %.4f",
			what, kind, len(all), all[len(all)/2], all[len(all)/4], all[len(all)*3/4], p)
		if kind != unknownNames && p < significance/float64(len(kinds)-1) {
			t.Errorf("%s: the time tells %q from %q", what, kind, unknownNames)
		}
	}
}

// mannWhitney returns the probability that samples of one distribution differ as much as a and b
// do: the two-sided p of the rank-sum test in its normal approximation, with ties.
func mannWhitney(a, b []float64) float64 {
	type value struct {
		time float64
		ofA  bool
	}
	var all []value
	for _, x := range a {
		all = append(all, value{x, true})
	}
	for _, x := range b {
		all = append(all, value{x, false})
	}
	slices.SortFunc(all, func(x, y value) int { return cmp.Compare(x.time, y.time) })
	var ranks, ties float64
	for i := 0; i < len(all); {
		end := i
		for end < len(all) && all[end].time == all[i].time {
			end++
		}
		n := float64(end - i)
		ties += n*n*n - n
		for ; i < end; i++ {
			if all[i].ofA {
				ranks += float64(end) - (n-1)/2 // the mean rank of equal times, from 1
			}
		}
	}
	na, nb, n := float64(len(a)), float64(len(b)), float64(len(all))
	deviation := math.Sqrt(na * nb / 12 * (n + 1 - ties/(n*(n-1))))
	z := (ranks - na*(n+1)/2) / deviation
	return math.Erfc(math.Abs(z) / math.Sqrt2)
}

func TestTheComparisonOfTimesSeesADifference(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	sample := func(shift float64) (all []float64) {
		for range 1000 {
			all = append(all, 30+r.NormFloat64()+shift)
		}
		return all
	}
	base := sample(0)
	if p := mannWhitney(sample(0), base); p < significance {
		t.Errorf("of the same kind: p %v", p)
	}
	if p := mannWhitney(sample(0.3), base); p >= significance {
		t.Errorf("0.3 ms later: p %v", p)
	}
	if p := mannWhitney(base, base); p != 1 {
		t.Errorf("the same: p %v", p)
	}
}
