package store

import (
	"fmt"
	"path/filepath"
	"testing"
)

// pagesTest is a database whose write-ahead log is moved from 100 pages on. The test runs the moves
// itself.
type pagesTest struct {
	*testing.T
	*checkpointer
	conn *connection
}

func newPagesTest(t *testing.T) *pagesTest {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roster.db")
	if err := createPrivate(path); err != nil {
		t.Fatal(err)
	}
	p := &pagesTest{T: t, checkpointer: &checkpointer{at: location{path, checkpointPragmas()}, threshold: 100, requested: make(chan struct{}, 1)}}
	p.conn = p.connect(writerPragmas())
	p.do(p.conn, "CREATE TABLE t (b)")
	return p
}

func (p *pagesTest) connect(pragmas []string) *connection {
	p.Helper()
	c, err := connect(p.at.path, pragmas)
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { _ = c.close() })
	return c
}

func (p *pagesTest) do(c *connection, text string) {
	p.Helper()
	if err := c.do(text); err != nil {
		p.Fatal(err)
	}
}

// write commits the given number of pages, and then calls afterCommit as the writer does.
func (p *pagesTest) write(pages int) {
	p.Helper()
	p.do(p.conn, fmt.Sprintf("INSERT INTO t VALUES (zeroblob(%d))", pages*4096))
	if err := p.afterCommit(p.conn); err != nil {
		p.Fatal(err)
	}
}

// reads returns a connection with an open read transaction, which keeps seeing the current state.
func (p *pagesTest) reads() *connection {
	p.Helper()
	c := p.connect(readerPragmas())
	p.do(c, "BEGIN")
	p.do(c, "SELECT count(*) FROM t")
	return c
}

// wants checks the number of pages in the log, the maximum that are not in the database yet, and
// whether a move was requested.
func (p *pagesTest) wants(least, most, restMost int, asked bool) {
	p.Helper()
	pages, moved, err := p.conn.checkpoint(false)
	if err != nil || pages < least || pages > most || pages-moved > restMost {
		p.Errorf("%d pages are in the log and %d of them moved (%v), want %d to %d, and %d at most not moved", pages, moved, err, least, most, restMost)
	}
	was := false
	select {
	case <-p.requested:
		was = true
	default:
	}
	if was != asked {
		p.Errorf("the goroutine was asked: %v, want %v", was, asked)
	}
}

func TestTheLogIsMovedBesideTheWriterWhoMovesTheRest(t *testing.T) {
	t.Parallel()
	p := newPagesTest(t)
	p.write(50)
	p.wants(50, 60, 60, false)
	p.write(100)
	p.wants(150, 165, 165, true)
	reader := p.reads()
	p.write(20) // as if the goroutine were moving pages
	p.wants(170, 190, 190, true)
	if err := p.move(); err != nil {
		t.Fatal(err)
	}
	p.do(reader, "COMMIT")
	p.write(5)
	p.wants(175, 200, 0, false)
	p.write(10) // over the log from its beginning
	p.wants(10, 20, 20, false)
}

func TestALogThatNobodyMovesIsMovedByTheWriter(t *testing.T) {
	t.Parallel()
	p := newPagesTest(t)
	for range 3 {
		p.write(125)
	}
	p.wants(375, 395, 395, true)
	p.write(125)
	p.wants(500, 520, 0, false)
}

func TestAReaderKeepsWhatItReadsInTheLog(t *testing.T) {
	t.Parallel()
	p := newPagesTest(t)
	p.write(10)
	reader := p.reads()
	p.write(600)
	p.wants(600, 630, 620, false)
	p.do(reader, "COMMIT")
	p.write(1)
	p.wants(600, 640, 0, false)
}
