package auth

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func TestSecretsHaveTheirFormAndDiffer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mint func() string
		form string
	}{
		"a token":   {Secrets{}.Token, `^roster_[0-9A-Za-z]{49}$`},
		"a session": {Secrets{}.Session, `^[0-9a-f]{32}$`},
		"a link":    {Secrets{}.Link, `^[0-9A-Za-z_-]{43}$`},
	} {
		form, seen := regexp.MustCompile(c.form), make(map[string]bool)
		for range 100 {
			s := c.mint()
			if !form.MatchString(s) {
				t.Errorf("%s is %q", name, s)
			}
			if seen[s] {
				t.Errorf("%s came twice", name)
			}
			seen[s] = true
		}
	}
}

func TestMintedSecretsAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, b := range []byte{0, 1, 0x7f, 0xff} {
		r := bytes.NewReader(bytes.Repeat([]byte{b}, 100))
		if s := NewTokenSecret(r); !wellFormedToken(s) || len(s) != tokenLength {
			t.Errorf("the token %q of bytes %#x is not", s, b)
		}
		if s := NewSessionToken(r); !wellFormedSession(s) {
			t.Errorf("the session %q of bytes %#x is not", s, b)
		}
	}
}

func TestATypingErrorInATokenIsFound(t *testing.T) {
	t.Parallel()
	good := NewTokenSecret(bytes.NewReader(bytes.Repeat([]byte{0x5a}, secretBytes)))
	bad := []string{"", good[1:], good + "0", good[:len(good)-1], strings.ToUpper(good), "roster-" + good[7:]}
	for i := len(tokenPrefix); i < len(good); i++ {
		other := byte('0')
		if good[i] == other {
			other = '1'
		}
		bad = append(bad, good[:i]+string(other)+good[i+1:])
		if i+1 < len(good) && good[i] != good[i+1] {
			bad = append(bad, good[:i]+string(good[i+1])+string(good[i])+good[i+2:])
		}
	}
	for _, s := range bad {
		if wellFormedToken(s) {
			t.Errorf("%q passes for well-formed", s)
		}
	}
	for _, s := range []string{"", strings.Repeat("A", 32), strings.Repeat("g", 32), strings.Repeat("a", 31), strings.Repeat("a", 33)} {
		if wellFormedSession(s) {
			t.Errorf("the session %q passes for well-formed", s)
		}
	}
}

func TestASecretIsKeptAsItsSHA256(t *testing.T) {
	t.Parallel()
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, B.1
	if got := (Secrets{}).Hash("abc"); got != want {
		t.Errorf("got %s", got)
	}
}

func TestMintingPanicsWhenTheRandomnessEnds(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("it returned")
		}
	}()
	NewTokenSecret(bytes.NewReader(make([]byte, secretBytes-1)))
}

func FuzzWellFormedToken(f *testing.F) {
	f.Add(Secrets{}.Token())
	f.Add("roster_")
	f.Fuzz(func(t *testing.T, s string) {
		if wellFormedToken(s) && (len(s) != tokenLength || checksum(s[:len(s)-tokenChecksum]) != s[len(s)-tokenChecksum:]) {
			t.Errorf("%q is taken for a token", s)
		}
	})
}
