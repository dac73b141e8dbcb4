package fold

import (
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// The keys of single characters are kept: to look one up is a hundred times faster than to make it.
// They are made a block of them at a time, when the first one is needed.
const (
	blockSize  = 256
	keptBefore = 0x20000 // ideographs beyond it have no key but themselves, mostly
)

// characterKey is the key of a character.
type characterKey struct {
	key    string // "" with itself
	itself bool   // the key is the character
	joins  bool   // it may compose with what comes before it
}

var blocks [keptBefore / blockSize]atomic.Pointer[[blockSize]characterKey]

// keyOf returns the key of a character.
func keyOf(r rune) characterKey {
	if r >= keptBefore {
		return makeKey(r)
	}
	block := blocks[r/blockSize].Load()
	if block == nil {
		block = new([blockSize]characterKey)
		first := r / blockSize * blockSize
		for i := range block {
			block[i] = makeKey(first + rune(i))
		}
		blocks[r/blockSize].Store(block)
	}
	return block[r%blockSize]
}

func makeKey(r rune) characterKey {
	s := string(r)
	key := rounds(s)
	joins := key != "" && !norm.NFC.PropertiesString(key).BoundaryBefore()
	if key == s {
		return characterKey{itself: true, joins: joins}
	}
	return characterKey{key: key, joins: joins}
}

// byCharacter is Part by the keys of single characters (Unicode 16, D146 and R5). It fails for what
// is no text.
func byCharacter(s string) (string, bool) {
	for range maxRounds {
		key, joins, ok := together(s)
		if !ok {
			return "", false
		}
		if !joins || norm.NFC.IsNormal(key) {
			return string(key), true
		}
		key = norm.NFC.Bytes(key) // neighbours compose, to what may have another key
		if string(key) == s {
			break
		}
		s = string(key)
	}
	return s, true
}

// together returns the keys of the characters of a text one after another, and whether some may
// compose.
func together(s string) (key []byte, joins, ok bool) {
	key = make([]byte, 0, len(s)+len(s)/4)
	for at, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[at:], "\uFFFD") {
			return nil, false, false
		}
		one := keyOf(r)
		joins = joins || one.joins
		if one.itself {
			key = append(key, s[at:at+utf8.RuneLen(r)]...)
		} else {
			key = append(key, one.key...)
		}
	}
	return key, joins, true
}

// rounds makes a key of a text of any kind.
func rounds(s string) string {
	for range maxRounds {
		key := ignore(norm.NFKC.String(cases.Fold().String(norm.NFKD.String(ignore(s)))))
		if key == s {
			break
		}
		s = key
	}
	return s
}
