package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"roster"
)

// wordWalk is how users with several words are found: the places of one word, the lead, are walked
// through. Each place begins with the lead, and so tells the next page which word led.
type wordWalk struct {
	words  []string // the longest first
	lead   string
	also   []string // words so rare that the store compares them
	work   int      // of one reading of the store to compare these, in steps
	led    bool     // the place where the page begins has chosen the lead
	passed int      // how many places were walked through
	level  int      // the next of rareWords
}

// rareWords are the numbers of places up to which a word counts as rare. They are tried one after
// another, the later ones once a page has passed so many places and is still not full: a page that
// is soon full costs no counting, and any other no more than the walk.
var rareWords = [...]struct{ places, passed int }{{64, 0}, {1024, 1}, {4096, 64}, {16384, 512}}

const (
	// maxCounted is how many words of a search are counted, the longest ones. The others are compared.
	maxCounted = 4
	// Work of the store for one place, in steps: to count it, to compare it with another word, and to
	// read what the user is called, often from a page of the disk that nothing else was read from.
	countWork, placeWork, nameWork = 6, 20, 500
)

// walkOf begins a walk. Beyond the first page the place tells the lead, so that all pages are in
// the same order.
func walkOf(wanted []string, after *UserPlace) *wordWalk {
	w := &wordWalk{words: distinctive(wanted)}
	for _, word := range w.words {
		if w.lead == "" && after != nil && strings.HasPrefix(after.Key, word) {
			w.lead, w.led = word, true
		}
	}
	if len(w.words) == 1 {
		w.lead, w.level = w.words[0], len(rareWords)
	}
	return w
}

// advance counts the words as far as it is time to, and chooses the lead and what the store
// compares. It returns the work, and whether the walk begins anew with another lead.
func (w *wordWalk) advance(tx SearchTx, org roster.OrganizationID) (work int, anew bool, err error) {
	for ; w.level < len(rareWords) && w.passed >= rareWords[w.level].passed; w.level++ {
		counts := make([]WordCount, len(w.words))
		for i, word := range w.words {
			if counts[i], err = tx.CountWords(org, word, rareWords[w.level].places+1); err != nil {
				return 0, false, err
			}
			work += countWork * counts[i].Places
		}
		before := w.lead
		w.choose(counts, rareWords[w.level].places)
		anew = anew || before != "" && w.lead != before
	}
	return work, anew, nil
}

// choose chooses the lead: it stays if it is rare or a former page had it, else the rarest word
// leads. Where all are common, it is one whose users lie far apart. The store compares the other
// rare words only if the lead is rare.
func (w *wordWalk) choose(counts []WordCount, rare int) {
	lead := slices.Index(w.words, w.lead)
	if !w.led && (lead < 0 || counts[lead].Places > rare) {
		rarest := slices.IndexFunc(counts, func(c WordCount) bool { return c.Places == minPlaces(counts) })
		switch {
		case counts[rarest].Places <= rare:
			lead = rarest
		case lead < 0:
			lead = thinnest(counts)
		}
		w.lead = w.words[lead]
	}
	w.also, w.work = nil, 0
	if counts[lead].Places > rare || rare == rareWords[0].places {
		return // a walk through so few costs less than to read all places of another word
	}
	for i, count := range counts {
		if i != lead && count.Places <= rare {
			w.also = append(w.also, w.words[i])
			w.work += placeWork * (count.Places + counts[lead].Places)
		}
	}
}

func minPlaces(counts []WordCount) int {
	return slices.MinFunc(counts, func(a, b WordCount) int { return cmp.Compare(a.Places, b.Places) }).Places
}

// thinnest returns the first of the words whose users lie about as far apart as those of any.
func thinnest(counts []WordCount) int {
	most := slices.MaxFunc(counts, func(a, b WordCount) int { return cmp.Compare(a.Spread, b.Spread) }).Spread
	return slices.IndexFunc(counts, func(c WordCount) bool { return c.Spread >= most/4 })
}

// distinctive returns the words that are counted, the longest first. Whoever has a word that begins
// with one of them has one that begins with a part of it.
func distinctive(wanted []string) []string {
	words := slices.DeleteFunc(slices.Clone(wanted), func(word string) bool {
		return slices.ContainsFunc(wanted, func(w string) bool { return w != word && strings.HasPrefix(w, word) })
	})
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a)) })
	return words[:min(len(words), maxCounted)]
}

// wordsFor returns the words of a user who has all that are looked for, and nil of any other. It
// counts the work.
func (f *userFind) wordsFor(u roster.User) []string {
	if len(f.wanted) == 0 {
		return nil
	}
	f.sought += wordWork(u)
	names := foldedOf(u)
	if !names.mayHave(f.wanted) {
		return nil
	}
	if have := names.words(); matches(have, f.wanted) {
		return have
	}
	return nil
}

// byWords finds users by the words that begin with the lead. Of several places of a user the one of
// the least word counts, so that nobody comes twice, on one page or on two.
func (f *userFind) byWords() userSource {
	var walk *wordWalk
	return func(ctx context.Context, after *UserPlace, n int) (userPiece, error) {
		if walk == nil {
			walk = walkOf(f.wanted, after)
		}
		c, err := f.candidates(ctx, walk, after, n)
		if err != nil {
			return userPiece{}, err
		}
		at, err := f.placesThatCount(ctx, walk, &c)
		if err != nil {
			return userPiece{}, err
		}
		named, err := f.named(ctx, slices.DeleteFunc(slices.Clone(c.places), func(p WordPlace) bool { return at[p.Number] != p }))
		if err != nil {
			return userPiece{}, err
		}
		piece := userPiece{found: make([]found, len(c.places)), examined: len(c.places), anew: c.anew}
		for i, place := range c.places {
			piece.found[i].place = place
			// A user renamed since then is found by the new name.
			if u, there := named[place.Number]; there && at[place.Number] == place && sameNames(u, c.users[place.Number]) {
				piece.found[i].User = u
			}
		}
		if c.more {
			piece.next = &piece.found[len(c.places)-1].place
		}
		return piece, nil
	}
}

// walked are the next places of a walk.
type walked struct {
	places []WordPlace
	users  map[int64]roster.User // who is there, with nothing but the names
	more   bool                  // others may come later
	anew   bool                  // these are the first ones of another lead
}

// candidates reads the next places of a walk, in one snapshot with the counts that chose how.
func (f *userFind) candidates(ctx context.Context, walk *wordWalk, after *UserPlace, n int) (walked, error) {
	return view(ctx, f.Directory, func(tx Tx) (c walked, err error) {
		if work := 0; n > 1 { // a full page only asks whether anybody comes later
			if work, c.anew, err = walk.advance(tx, f.org); err != nil {
				return c, err
			}
			f.sought += work
		}
		f.sought += walk.work
		var from UserPlace
		if after != nil && !c.anew {
			from = *after
		}
		if c.places, err = tx.UsersByWord(f.org, walk.lead, walk.also, from, n); err != nil {
			return c, err
		}
		walk.passed += len(c.places)
		c.more = len(c.places) == n
		users, err := tx.UserNames(f.org, numbersOf(c.places))
		c.users = byNumber(users)
		return c, err
	})
}

// placesThatCount returns the place of each candidate who has all the words. Where that was enough
// work the later candidates are left out.
func (f *userFind) placesThatCount(ctx context.Context, walk *wordWalk, c *walked) (map[int64]WordPlace, error) {
	at := make(map[int64]WordPlace, len(c.users))
	seen := make(map[int64]bool, len(c.users))
	for i, place := range c.places {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if i > 0 && f.sought >= MaxListWork {
			c.places, c.more = c.places[:i], true
			break
		}
		u, there := c.users[place.Number]
		if !there || seen[place.Number] {
			continue
		}
		seen[place.Number] = true
		if len(walk.words) > 1 {
			f.sought += nameWork
		}
		if have := f.wordsFor(u); have != nil {
			at[place.Number] = WordPlace{Key: smallestWord(have, walk.lead), Number: place.Number}
		}
	}
	return at, nil
}

// named reads those of the users who are in the group that is asked for, with all that is asked
// for.
func (f *userFind) named(ctx context.Context, places []WordPlace) (map[int64]roster.User, error) {
	if len(places) == 0 {
		return nil, nil
	}
	with := f.With
	if f.group != "" {
		with |= WithGroups | WithTeams
	}
	users, err := view(ctx, f.Directory, func(tx Tx) ([]roster.User, error) { return usersByNumbers(tx, f.org, numbersOf(places), with) })
	if f.group != "" {
		users = slices.DeleteFunc(users, func(u roster.User) bool { return !isMember(u, f.group) })
	}
	return byNumber(users), err
}

func byNumber(users []roster.User) map[int64]roster.User {
	all := make(map[int64]roster.User, len(users))
	for _, u := range users {
		all[u.Number] = u
	}
	return all
}

func numbersOf(places []WordPlace) []int64 {
	numbers := make([]int64, len(places))
	for i, p := range places {
		numbers[i] = p.Number
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func isMember(u roster.User, group roster.GroupID) bool {
	return slices.ContainsFunc(slices.Concat(u.Groups, u.Teams), func(g roster.GroupLink) bool { return g.ID == group })
}
