package store

import (
	"fmt"

	"roster/internal/premise"
)

// maxDeferred is the maximum number of statements that wait to be sent.
const maxDeferred = 64

// pipeline is one PostgreSQL transaction and its statements. A statement whose result nobody needs
// waits and is sent together with the next one: a journey of its own would cost more than the work.
//
// A transaction that reads has no BEGIN. The server runs what comes before a synchronization as one
// transaction, and this one reads one snapshot because its connections are set so. One that writes
// begins with BEGIN, in the journey of its first statement, so that the server ends it if the
// client is silent.
type pipeline struct {
	conn    *postgresConn
	writes  bool
	premise *premise.Premise // is verified in the first journey

	opened bool   // the first statement was queued
	asked  bool   // the premise was asked about, and the answer is not read
	begun  bool   // BEGIN was queued, and the transaction has not ended
	waits  int    // statements that are queued and not sent
	id     string // the server's id of the transaction; "" until it is read
	ending bool   // COMMIT was queued: from here on an error leaves the outcome open
}

// The statements of a transaction that writes. It asks for its own id in the first journey, in case
// the answer to its COMMIT is lost.
const (
	beginUpdate = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
	selectID    = "SELECT pg_current_xact_id()::text"
)

// open queues what comes before the first statement: BEGIN, and the question whether the premise
// holds.
func (p *pipeline) open() error {
	if p.opened {
		return nil
	}
	p.opened = true
	p.conn.evict()
	if p.writes {
		p.begun = true
		if err := p.conn.send("begin", beginUpdate, nil); err != nil {
			return err
		}
		if err := p.conn.send("begin", selectID, nil); err != nil {
			return err
		}
	}
	if r, assumed := p.premise.Assumed(); assumed {
		p.asked = true
		return p.conn.send("verify what is remembered of a caller", stillHolds, stillHoldsArgs(r))
	}
	return nil
}

// queue queues a statement.
func (p *pipeline) queue(doing, text string, args []any) error {
	if err := p.open(); err != nil {
		return err
	}
	p.waits++
	return p.conn.send(doing, text, args)
}

// flush sends what is queued, and reads all answers but those to the last n statements.
func (p *pipeline) flush(n int) error {
	if p.waits = 0; p.writes {
		p.conn.sync()
		n++
	}
	p.conn.work.journeys.Add(1)
	if err := p.conn.flush(!p.writes); err != nil {
		return err
	}
	if err := p.conn.forget(); err != nil {
		return err
	}
	if p.begun && p.id == "" {
		if err := p.readID(); err != nil {
			return err
		}
	}
	if p.asked {
		if err := p.readPremise(); err != nil {
			return err
		}
	}
	return p.conn.settle(n)
}

// readPremise reads whether the premise holds. Errors: premise.ErrOutdated.
func (p *pipeline) readPremise() error {
	p.asked = false
	holds := false
	_, err := p.conn.answer(func([][]byte) error {
		holds = true
		return nil
	})
	if err == nil && !holds {
		err = premise.ErrOutdated
	}
	if err == nil {
		p.premise.Verified()
	}
	return err
}

// readID reads the answers to BEGIN and to the question for the id.
func (p *pipeline) readID() error {
	if _, err := p.conn.answer(nil); err != nil {
		return err
	}
	_, err := p.conn.answer(func(values [][]byte) error {
		p.id = string(values[0])
		return nil
	})
	return err
}

func (p *pipeline) exec(text string, args []any) (int64, error) {
	if err := p.queue("", text, args); err != nil {
		return 0, err
	}
	if err := p.flush(1); err != nil {
		return 0, err
	}
	tag, err := p.conn.answer(nil)
	return changedRows(tag), err
}

func (p *pipeline) query(text string, args []any) (rows, error) {
	if err := p.queue("", text, args); err != nil {
		return nil, err
	}
	if err := p.flush(1); err != nil {
		return nil, err
	}
	return &postgresRows{conn: p.conn}, nil
}

func (p *pipeline) queries(all []lookup) (func() (rows, error), error) {
	if len(all) == 0 {
		return nil, nil
	}
	for _, q := range all {
		if err := p.queue(q.doing, q.text, q.args); err != nil {
			return nil, err
		}
	}
	if err := p.flush(len(all)); err != nil {
		return nil, err
	}
	return func() (rows, error) { return &postgresRows{conn: p.conn}, nil }, nil
}

func (p *pipeline) later(doing, text string, args []any) error {
	if err := p.queue(doing, text, args); err != nil {
		return err
	}
	if p.waits < maxDeferred {
		return nil
	}
	return p.flush(0)
}

// commit sends what is queued and COMMIT. A transaction without a statement was not even begun.
func (p *pipeline) commit() error {
	if !p.begun {
		return nil
	}
	if p.id == "" { // without it nobody could ask for the outcome
		if err := p.flush(0); err != nil {
			return err
		}
	}
	p.ending = true
	if err := p.conn.send("commit", "COMMIT", nil); err != nil {
		return err
	}
	if err := p.flush(1); err != nil {
		return err
	}
	tag, err := p.conn.answer(nil)
	if err == nil && tag != "COMMIT" {
		err = fmt.Errorf("COMMIT was answered with %s", tag)
	}
	p.begun = err != nil
	return err
}

// end ends a transaction that is not committed. Nobody waits for the answer: whoever uses the
// connection next reads it.
func (p *pipeline) end() {
	if p.begun {
		_ = p.conn.send("roll back", "ROLLBACK", nil)
	}
	if p.begun || p.opened && !p.writes {
		p.conn.sync()
		_ = p.conn.flush(false) // an error means that the connection is broken: that ends it, too
	}
	p.begun = false
	p.conn.leave()
}

// changedRows returns the number at the end of what command was done, such as "INSERT 0 3".
func changedRows(tag string) (n int64) {
	factor := int64(1)
	for i := len(tag) - 1; i >= 0 && tag[i] >= '0' && tag[i] <= '9'; i-- {
		n += factor * int64(tag[i]-'0')
		factor *= 10
	}
	return n
}
