package store

import (
	"slices"
	"time"

	"roster/internal/directory"
)

// guessOver is true if the window of a stored count is over, or if nothing is counted in it. A
// window that ends later than a new one would is over too: the clock was set back since.
const guessOver = `(guesses.ends_at <= excluded.since OR guesses.ends_at > excluded.ends_at OR guesses.room > excluded.room)`

// ReserveGuesses implements directory.GuessTx. It locks rows in the order of guesses. Callers that
// always give pairs, names and addresses in this order cannot deadlock.
func (t *tx) ReserveGuesses(guesses []directory.Guess, at time.Time) (reserved, full []directory.Guess, err error) {
	const text = `INSERT INTO guesses (guess_key, room, since, ends_at) VALUES $*
	ON CONFLICT (guess_key) DO UPDATE SET
		room = CASE WHEN ` + guessOver + ` THEN excluded.room ELSE guesses.room - 1 END,
		since = CASE WHEN ` + guessOver + ` THEN excluded.since ELSE guesses.since END,
		ends_at = CASE WHEN ` + guessOver + ` THEN excluded.ends_at ELSE guesses.ends_at END
	WHERE guesses.room > 0 OR ` + guessOver + `
	RETURNING guess_key, since`
	var args []any
	for _, g := range guesses {
		args = append(args, digest(g.Key), g.Most-1, micros(at), micros(at.Add(directory.GuessWindow)))
	}
	reserved, err = collect(t, "reserve guesses", t.texts.rows(text, len(guesses), "$1,$2,$3,$4"), args, scanGuess)
	if err != nil || len(reserved) == len(guesses) {
		return reserved, nil, err
	}
	full, err = t.fullGuesses(guesses, reserved)
	return nil, full, err
}

// fullGuesses returns the guesses that were not reserved.
func (t *tx) fullGuesses(guesses, reserved []directory.Guess) ([]directory.Guess, error) {
	const text = `SELECT since FROM guesses WHERE guess_key = $1`
	var full []directory.Guess
	for _, g := range guesses {
		if slices.ContainsFunc(reserved, func(r directory.Guess) bool { return r.Key == g.Key }) {
			continue
		}
		if _, err := t.one("read guesses", text, []any{digest(g.Key)}, instant{&g.Since}); err != nil {
			return nil, err
		}
		full = append(full, g)
	}
	return full, nil
}

func scanGuess(r scanner) (g directory.Guess, err error) {
	err = r.Scan(hashed{&g.Key}, instant{&g.Since})
	return g, err
}

// RefundGuesses implements directory.GuessTx.
func (t *tx) RefundGuesses(guesses []directory.Guess) error {
	const text = `UPDATE guesses SET room = room + 1 WHERE guess_key = $1 AND since = $2`
	for _, g := range guesses {
		if err := t.put("refund guess", text, digest(g.Key), micros(g.Since)); err != nil {
			return err
		}
	}
	return nil
}

// DeleteGuesses implements directory.GuessTx. It skips counts that another transaction is changing.
func (t *tx) DeleteGuesses(at time.Time, most int) (int, error) {
	text := `DELETE FROM guesses WHERE guess_key IN
	(SELECT guess_key FROM guesses WHERE ends_at <= $1 ORDER BY ends_at LIMIT $2` + t.engine.skipLocked + `)`
	n, err := t.exec("delete guesses", text, micros(at), most)
	return int(n), err
}
