package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"roster"
	"roster/internal/app"
)

// keyAdvice is said with every backup: who has lost the key has lost the directory.
const keyAdvice = "the server's key (roster.key, or ROSTER_KEY) is not in a backup; keep a copy of it elsewhere"

type backup struct {
	File   string `arg:"" help:"The file to make; - for the standard output."`
	Verify bool   `help:"Make nothing: verify that the file is a whole backup."`
	Force  bool   `help:"Replace the file if it is there."`
	listing
}

// Help returns the examples.
func (backup) Help() string {
	return `Writes the whole directory into one file, as of one moment, while the server goes on. The file can be restored on SQLite and on PostgreSQL. It ends with its SHA-256, and gets its name once it is whole and on disk. The server's key is not in it.

Examples:

    roster backup /mnt/backup/roster-$(date +%F)
    roster backup --verify /mnt/backup/roster-2026-11-21
    roster backup - | ssh elsewhere 'cat > roster.backup'`
}

func (backup) fields() map[string]string { return map[string]string{"backup": "the file"} }

// Run makes the backup, or verifies one.
func (c backup) Run(sh *shell) error {
	if c.Verify {
		return c.verify(sh)
	}
	if c.File != "-" && !c.Force {
		if _, err := os.Lstat(c.File); err == nil {
			return &roster.Error{Kind: roster.Conflict, Detail: c.File + " is there already: choose another name, or replace it with --force"}
		}
	}
	l, err := c.open(sh, false)
	if err != nil {
		return err
	}
	if c.File == "-" {
		err = l.download(sh.ctx, "/backup", destination{sh.stdout, "the standard output", &progress{}})
		if err == nil {
			sh.note(keyAdvice)
		}
	} else {
		err = c.save(sh, l)
	}
	return errors.Join(l.explain(err), l.close())
}

// partial is what the name of a file ends with that is not whole yet.
const partial = ".partial"

// save makes the file beside its name, verifies it, and gives it the name.
func (c backup) save(sh *shell, l link) (err error) {
	f, err := createOwn(c.File + partial)
	if err != nil {
		return unwritten(c.File, err)
	}
	defer func() {
		_ = f.Close()
		if err != nil {
			_ = os.Remove(c.File + partial)
		}
	}()
	p := sh.progress("backing up", 0)
	defer p.end()
	if err := l.download(sh.ctx, "/backup", destination{f, c.File, p}); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return unwritten(c.File, err)
	}
	made, err := app.VerifyBackup(f, size)
	if err != nil {
		return err
	}
	if err := keep(f, c.File); err != nil {
		return unwritten(c.File, err)
	}
	p.end()
	if c.JSON {
		sh.note(keyAdvice)
		return sh.printJSON(shownBackup{c.File, size, made})
	}
	if err := sh.say("%s: %s", c.File, describeBackup(made, size)); err != nil {
		return err
	}
	return sh.say("Mind that %s.", keyAdvice)
}

// createOwn makes a file that only its owner reads. What has the name is removed first, not written
// to: in a folder that others use it may be theirs, or a link to somewhere else.
func createOwn(name string) (*os.File, error) {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

// keep gives a whole file its name, and returns once both are on disk.
func keep(f *os.File, name string) error {
	if err := errors.Join(f.Chmod(0o600), f.Sync()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func unwritten(name string, err error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: name + " cannot be written", Err: err}
}

// destination is where a backup is written. Its errors have its name.
type destination struct {
	io.Writer
	name string
	p    *progress
}

// Write writes a part of it.
func (d destination) Write(b []byte) (int, error) {
	n, err := d.Writer.Write(b)
	d.p.add(n)
	if err != nil {
		err = unwritten(d.name, err)
	}
	return n, err
}

// shownBackup is a backup as JSON.
type shownBackup struct {
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
	app.BackupContent
}

// describeBackup says what a backup holds.
func describeBackup(c app.BackupContent, size int64) string {
	return fmt.Sprintf("%d rows of %d tables as of %s, from %s; %s, SHA-256 %s",
		c.Rows, c.Tables, stamp(c.At), engineName(c.Engine), describeSize(size), c.Sum)
}

// describeSize says how large a file is.
func describeSize(bytes int64) string {
	if bytes < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// verify reads a whole backup.
func (c backup) verify(sh *shell) error {
	return openBackup(c.File, func(f *os.File, size int64) error {
		p := sh.progress("verifying", 2*size) // its bytes, and then its records
		defer p.end()
		found, err := app.VerifyBackup(metered{f, p}, size)
		if err != nil {
			return err
		}
		p.end()
		if c.JSON {
			return sh.printJSON(shownBackup{c.File, size, found})
		}
		return sh.say("%s is whole: %s", c.File, describeBackup(found, size))
	})
}

// openBackup runs fn on a file.
func openBackup(name string, fn func(f *os.File, size int64) error) error {
	f, err := os.Open(name)
	if err != nil {
		return &roster.Error{Kind: roster.NotFound, Detail: name + " cannot be read", Err: err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return &roster.Error{Kind: roster.Invalid, Detail: name + " is no file", Err: err}
	}
	return fn(f, info.Size())
}

// metered is a file whose reading is shown.
type metered struct {
	io.ReaderAt
	p *progress
}

// ReadAt reads a part of it.
func (m metered) ReadAt(b []byte, at int64) (int, error) {
	n, err := m.ReaderAt.ReadAt(b, at)
	m.p.add(n)
	return n, err
}

type restore struct {
	File     string `arg:"" help:"The backup."`
	Data     string `placeholder:"DIR" help:"The server's data folder (default: ./roster-data)."`
	Database string `placeholder:"URL" help:"Restore into this PostgreSQL database: postgres://…"`
	Config   string `placeholder:"FILE" help:"The server's configuration file ($ROSTER_CONFIG)."`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Help returns the examples.
func (restore) Help() string {
	return `Makes the directory anew from a backup, in an empty data folder or an empty PostgreSQL database. The backup is verified before anything is made. If the command fails, it leaves nothing. Put the server's key there too, because it is not in the backup.

Examples:

    roster restore /mnt/backup/roster-2026-11-21 --data /var/lib/roster
    roster restore roster.backup --database postgres://roster@db/roster`
}

func (restore) fields() map[string]string { return map[string]string{"backup": "the file"} }

// Run restores.
func (c restore) Run(sh *shell) error {
	settings, err := readSettings(connection{Data: c.Data, Database: c.Database, Config: c.Config})
	if err != nil {
		return err
	}
	return openBackup(c.File, func(f *os.File, size int64) error {
		p := sh.progress("restoring", 5*size) // it is verified twice: by those who make the folder and the database
		defer p.end()
		found, fits, err := app.Restore(sh.ctx, settings, os.Getenv(keyVariable), metered{f, p}, size)
		if errors.Is(err, app.ErrLocked) {
			err = &roster.Error{Kind: roster.Conflict, Detail: "a server uses this data folder: restore into an empty one", Err: err}
		}
		if err != nil {
			return err
		}
		p.end()
		if c.JSON {
			err = sh.printJSON(shownBackup{c.File, size, found})
		} else {
			err = sh.say("Restored %s.", describeBackup(found, size))
		}
		sayKey(sh, settings.Data, fits)
		return err
	})
}

// sayKey says what is to be done about the key before the server can start.
func sayKey(sh *shell, dir string, fits app.KeyFit) {
	switch fits {
	case app.KeyMissing:
		sh.note("now put the key of that server there: " + filepath.Join(dir, "roster.key") + ", or ROSTER_KEY")
	case app.KeyDiffers:
		sh.note("the key here is that of another directory: replace it by the one that belongs to the backup, or the server does not start")
	}
}

// download writes the answer of a call that only the operator may make to w. Errors: as of operate,
// and those of w.
func (l link) download(ctx context.Context, path string, w io.Writer) error {
	resp, err := l.askOperator(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		var ours *roster.Error
		if errors.As(err, &ours) {
			return err
		}
		return unfinished(err)
	}
	return nil
}

// progressEvery is the time between two lines about how far something is.
const progressEvery = 200 * time.Millisecond

// progress shows on a terminal how far something is.
type progress struct {
	out   io.Writer // nil: nobody looks
	what  string
	total int64 // bytes; 0 if that is not known
	done  int64
	shown time.Time
}

// progress returns one for so many bytes.
func (sh *shell) progress(what string, total int64) *progress {
	p := &progress{what: what, total: total}
	if isTerminal(sh.stderr) {
		p.out = sh.stderr
	}
	return p
}

// add counts bytes.
func (p *progress) add(n int) {
	p.done += int64(n)
	if p.out == nil || time.Since(p.shown) < progressEvery {
		return
	}
	p.shown = time.Now()
	if p.total == 0 {
		fmt.Fprintf(p.out, "\r%s: %.1f MB ", p.what, float64(p.done)/1e6)
		return
	}
	const width = 30
	share := min(1, float64(p.done)/float64(p.total))
	bar := []byte("..............................")
	for i := range int(share * width) {
		bar[i] = '#'
	}
	fmt.Fprintf(p.out, "\r%s [%s] %3.0f %%", p.what, bar, 100*share)
}

// end removes the line; later calls change nothing.
func (p *progress) end() {
	if p.out != nil && !p.shown.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	p.out = nil
}
