package cli

import (
	"errors"
	"fmt"
	"net/http"

	"roster"
	"roster/internal/app"
	"roster/internal/operator"
)

// verdict is how a finding is.
type verdict string

// The verdicts.
const (
	fine    verdict = "ok"
	warning verdict = "warn" // works, but not as it should in real use
	bad     verdict = "bad"  // somebody must act
)

// finding is what the doctor says about one thing.
type finding struct {
	Verdict verdict `json:"verdict"`
	About   string  `json:"about"`
	Text    string  `json:"text"`
	Advice  string  `json:"advice,omitempty"` // what to do
}

type doctor struct{ listing }

// Help returns the examples.
func (doctor) Help() string {
	return `Prints a line for each thing it looked at: ok, warn or bad, and what to do. Ends with exit code 1 when something is bad.

Examples:

    roster doctor
    roster doctor --json | jq '.[] | select(.verdict != "ok")'`
}

// Run looks, and prints what it found.
func (c doctor) Run(sh *shell) error {
	findings := c.examine(sh)
	if err := c.report(sh, findings); err != nil {
		return err
	}
	for _, f := range findings {
		if f.Verdict == bad {
			return errQuiet
		}
	}
	return nil
}

func (c doctor) report(sh *shell, findings []finding) error {
	if c.JSON {
		return sh.printJSON(findings)
	}
	t := newTable(sh, "VERDICT", "ABOUT", "FOUND", "WHAT TO DO")
	for _, f := range findings {
		t.row(string(f.Verdict), f.About, f.Text, f.Advice)
	}
	return t.end()
}

// examine returns what there is to say. That the directory cannot be opened is a finding too.
func (c doctor) examine(sh *shell) []finding {
	l, err := c.open(sh, false)
	if err != nil {
		return unreachable(err)
	}
	if l.way == byNetwork {
		return []finding{{
			bad, "server", "cannot be examined over the network",
			"run roster doctor on the server's own machine, or give --data or --database",
		}}
	}
	var status operator.Status
	err = l.operate(sh.ctx, http.MethodGet, "/status", nil, &status)
	var found operator.Examination
	var failed error // why the database could not be examined
	if err == nil {
		done := sh.patience("reading the whole database; this takes a while")
		failed = l.operate(sh.ctx, http.MethodGet, "/examination", nil, &found)
		done()
	}
	if closeErr := l.close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return unreachable(err)
	}
	return append(diagnose(status, l.way, sh.build.Version), diagnoseFiles(found, failed)...)
}

func unreachable(err error) []finding {
	var findings []finding
	for _, e := range faultsOf(err) {
		findings = append(findings, finding{bad, "database", explain(e, wording{}), "nothing else can be looked at before this is mended"})
	}
	return findings
}

// diagnose judges how the server and the directory stand. release is that of the command.
func diagnose(s operator.Status, w way, release string) []finding {
	findings := []finding{
		diagnoseServer(s.Server, w, release),
		{fine, "database", fmt.Sprintf("%s, schema %d", engineName(s.Server.Engine), s.Server.Schema), ""},
		{fine, "key", "from " + s.Server.Key, "keep a copy apart from the backups"},
		diagnoseAdmin(s.AdminReady),
		diagnoseURL(s.Server),
		diagnoseMail(s),
	}
	if s.Server.Heartbeat != nil {
		findings = append(findings, diagnoseHeartbeat(*s.Server.Heartbeat))
	}
	if s.Server.FreeBytes >= 0 {
		findings = append(findings, diagnoseDisk(s.Server.Folder, s.Server.FreeBytes))
	}
	return append(findings, diagnoseJobs(s.Jobs)...)
}

func engineName(engine string) string {
	if name, known := map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}[engine]; known {
		return name
	}
	return engine
}

func diagnoseServer(s operator.Server, w way, release string) finding {
	switch {
	case w == byDatabase:
		return finding{fine, "server", "not asked: the command looked at the database itself", ""}
	case w == byFolder:
		return finding{warning, "server", "none runs on this data folder", "start it: roster serve"}
	case s.Version != release:
		return finding{warning, "server", fmt.Sprintf("is release %s, this command %s", s.Version, release), "use the same release for both"}
	case s.Demonstration:
		return finding{warning, "server", "is a demonstration: everybody knows its passwords", "for real use: roster serve, without --demo"}
	}
	return finding{fine, "server", "answers; release " + s.Version, ""}
}

func diagnoseAdmin(ready bool) finding {
	if ready {
		return finding{fine, "administrator", "can sign in", ""}
	}
	return finding{warning, "administrator", "admin has no password yet", "get a link to set one: roster user set-password admin"}
}

func diagnoseURL(s operator.Server) finding {
	if s.PublicURL != "" {
		return finding{fine, "public URL", s.PublicURL, ""}
	}
	return finding{warning, "public URL", "is not set: links work on this machine only", "start the server with --public-url https://…"}
}

func diagnoseMail(s operator.Status) finding {
	if s.Server.Mail != "" {
		return finding{fine, "mail", "goes to " + s.Server.Mail, ""}
	}
	counts := make([]roster.JobCounts, len(s.Jobs))
	for i, j := range s.Jobs {
		counts[i] = roster.JobCounts{Lane: j.Lane, Waiting: j.Waiting, Running: j.Running, Buried: j.Buried, Waits: j.Waits}
	}
	text := app.MailWaits(counts)
	if text == "" {
		text = "mail is not configured"
	}
	return finding{warning, "mail", text, "start the server with --smtp-address HOST:PORT and --smtp-from ADDRESS"}
}

func diagnoseHeartbeat(h operator.Heartbeat) finding {
	switch {
	case h.Why != "":
		return finding{bad, "heartbeat", "is not called: " + h.Why, "whoever watches it takes this server for dead"}
	case h.Called.IsZero():
		return finding{fine, "heartbeat", "is not called yet", ""}
	}
	return finding{fine, "heartbeat", "was called at " + stamp(h.Called), ""}
}

// How much room on the data folder's disk is too little, and how much is soon so, in bytes.
const (
	noRoom     = 64 << 20
	littleRoom = 1 << 30
)

func diagnoseDisk(folder string, free int64) finding {
	f := finding{fine, "disk", fmt.Sprintf("%d MiB free for %s", free>>20, folder), ""}
	switch {
	case free < noRoom:
		f.Verdict, f.Advice = bad, "make room: changes are refused once the disk is full"
	case free < littleRoom:
		f.Verdict, f.Advice = warning, "make room soon: changes are refused once the disk is full"
	}
	return f
}

// diagnoseFiles judges the database's files by an examination, or by why there is none.
func diagnoseFiles(found operator.Examination, failed error) []finding {
	const about = "database files"
	var findings []finding
	for _, e := range faultsOf(failed) {
		findings = append(findings, finding{bad, about, explain(e, wording{}), "the server's log says more"})
	}
	for _, line := range found.Damage {
		findings = append(findings, finding{bad, about, "damaged: " + oneLine(errors.New(line)), "stop the server, restore a backup and start it again"})
	}
	switch {
	case len(findings) > 0 || found.Tables == 0:
	case found.Checked < found.Tables:
		findings = append(findings, finding{
			warning, about, fmt.Sprintf("no damage in %d of %d tables; there was no time for the others", found.Checked, found.Tables),
			"for all of them, on a copy: sqlite3 COPY 'PRAGMA quick_check'",
		})
	default:
		findings = append(findings, finding{fine, about, fmt.Sprintf("no damage in %d tables", found.Tables), ""})
	}
	return findings
}

// diagnoseJobs says how each lane stands. A buried job is work that was promised and not done.
func diagnoseJobs(lanes []operator.JobCount) []finding {
	var findings []finding
	for _, j := range lanes {
		f := finding{fine, "jobs: " + string(j.Lane), fmt.Sprintf("%d waiting, %d running", j.Waiting, j.Running), ""}
		if j.Buried > 0 {
			f.Verdict = bad
			f.Text += fmt.Sprintf(", %d given up after the last attempt", j.Buried)
			f.Advice = "the server's log says why"
		}
		if j.Waits != "" {
			f.Text += "; waits: " + j.Waits
		}
		findings = append(findings, f)
	}
	return findings
}
