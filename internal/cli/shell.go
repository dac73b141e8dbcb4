package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"roster"
	"roster/internal/directory"
)

// shell is what a command has around it: where it reads and prints.
type shell struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // stdout is one: print for a person
	build          build
	typed          map[string]bool // flags that stand on the command line, by name
}

func newShell(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) *shell {
	return &shell{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, terminal: isTerminal(stdout)}
}

// isTerminal reports whether somebody reads or types there.
func isTerminal(stream any) bool {
	f, isFile := stream.(*os.File)
	return isFile && term.IsTerminal(int(f.Fd()))
}

// note says something about the work on the standard error.
func (sh *shell) note(text string) { fmt.Fprintf(sh.stderr, "roster: %s\n", printable(text)) }

// say prints a line of the result.
func (sh *shell) say(format string, args ...any) error {
	_, err := fmt.Fprintf(sh.stdout, format+"\n", args...)
	return err
}

// printAnswer prints the last answer of the native API as it came, indented.
func (sh *shell) printAnswer(l link) error {
	text, err := readable(l.seen.last)
	if err != nil {
		return err
	}
	return sh.say("%s", text)
}

// readable returns JSON indented.
func readable(text []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Indent(&out, unescaped(text), "", "  "); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return out.Bytes(), nil
}

// unescaped returns JSON with &, < and > as they are. The server escapes them for the sake of
// browsers.
func unescaped(text []byte) []byte {
	var out []byte
	for len(text) > 0 {
		plain, escaped := map[string]byte{`\u0026`: '&', `\u003c`: '<', `\u003e`: '>'}[string(text[:min(len(text), 6)])]
		switch {
		case escaped:
			out, text = append(out, plain), text[6:]
		case text[0] == '\\' && len(text) > 1:
			out, text = append(out, text[:2]...), text[2:]
		default:
			out, text = append(out, text[0]), text[1:]
		}
	}
	return out
}

// retryNotes is a log that tells a person who waits of every further attempt of a call.
type retryNotes struct {
	slog.Handler // for what nobody asks of it
	sh           *shell
}

// retries returns the log for a client.
func (sh *shell) retries() *slog.Logger { return slog.New(retryNotes{slog.DiscardHandler, sh}) }

// Enabled implements [slog.Handler].
func (retryNotes) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle implements [slog.Handler].
func (n retryNotes) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "wait" {
			const tenth = time.Second / 10
			n.sh.note(fmt.Sprintf("no good answer yet; trying again in %s", max(a.Value.Duration().Round(tenth), tenth)))
		}
		return true
	})
	return nil
}

// printJSON prints one value, indented.
func (sh *shell) printJSON(v any) error {
	return indented(sh.stdout).Encode(v)
}

func indented(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e
}

// printJSONWith prints an object as it came with a list as one more member, its last. The list's
// values come as in [printJSONList].
func printJSONWith[T any](sh *shell, object json.RawMessage, name string, values iter.Seq2[T, error]) error {
	head, err := readable(object)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(sh.stdout, "%s,\n  %q: ", bytes.TrimSuffix(head, []byte("\n}")), name); err != nil {
		return err
	}
	if err := printJSONList(sh, values); err != nil {
		return err
	}
	return sh.say("}")
}

// printJSONList prints an array with a line for each value, as they come. After an error the array
// stays open, so that nobody takes it for whole.
func printJSONList[T any](sh *shell, values iter.Seq2[T, error]) error {
	out := bufio.NewWriter(sh.stdout)
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	before := "[\n"
	for v, err := range values {
		if err == nil {
			line.Reset()
			err = e.Encode(v)
		}
		if err != nil {
			return errors.Join(out.Flush(), err)
		}
		_, _ = out.WriteString(before) // Flush tells of errors
		_, _ = out.Write(bytes.TrimSuffix(line.Bytes(), []byte("\n")))
		before = ",\n"
	}
	after := "\n]\n"
	if before == "[\n" {
		after = "[]\n"
	}
	_, _ = out.WriteString(after)
	return out.Flush()
}

// slowAfter is how long a command may take before it says that it is at work.
const slowAfter = 2 * time.Second

// patience tells a person who waits that the work goes on. done ends it.
func (sh *shell) patience(what string) (done func()) {
	if !isTerminal(sh.stderr) {
		return func() {}
	}
	timer := time.AfterFunc(slowAfter, func() { sh.note(what) })
	return func() { timer.Stop() }
}

// readPassword reads a password, as [shell.readSecret] does.
func (sh *shell) readPassword() (string, error) { return sh.readSecret("Password: ", "password") }

// readSecret reads one line: without echo from a terminal, after a prompt, otherwise from a pipe.
func (sh *shell) readSecret(prompt, noun string) (string, error) {
	if isTerminal(sh.stdin) {
		fmt.Fprint(sh.stderr, prompt)
		secret, err := term.ReadPassword(int(sh.stdin.(*os.File).Fd()))
		fmt.Fprintln(sh.stderr)
		return string(secret), err
	}
	line, err := bufio.NewReader(io.LimitReader(sh.stdin, directory.MaxPassword+2)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the %s: %w", noun, err)
	}
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if line == "" {
		return "", &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf("there is no %s on the standard input; give it as one line", noun)}
	}
	return line, nil
}
