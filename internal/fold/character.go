package fold

import (
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// The keys of single characters are cached: a look-up is a hundred times faster than making the
// key. Keys are made a block at a time, when the first one of the block is needed.
const (
	blockSize  = 256
	keptBefore = 0x20000 // most ideographs from here on are their own key
)

// characterKey is the key of a character.
type characterKey struct {
	key    string // "" if itself is set
	itself bool   // the key is the character
	joins  bool   // it may combine with the character before it
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

// byCharacter returns what Part returns, made from the keys of single characters (Unicode 16, D146
// and R5). It fails for text that is not valid UTF-8.
func byCharacter(s string) (string, bool) {
	for range maxRounds {
		key, joins, ok := joinKeys(s)
		if !ok {
			return "", false
		}
		if !joins || norm.NFC.IsNormal(key) {
			return string(key), true
		}
		key = norm.NFC.Bytes(key) // neighbours combine, perhaps to a character with another key
		if string(key) == s {
			break
		}
		s = string(key)
	}
	return s, true
}

// joinKeys returns the keys of a text's characters one after another. It reports whether some of
// them may combine, and fails for text that is not valid UTF-8.
func joinKeys(s string) (key []byte, joins, ok bool) {
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

// rounds returns the key of any text. It is slow.
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
