package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// stopGrace is how long a process may take to end itself.
	stopGrace = 10 * time.Second

	// startLimit is how long a process may take to become ready.
	startLimit = 30 * time.Second

	// askAgain is the interval at which a starting server is asked whether it is ready.
	askAgain = 500 * time.Microsecond
)

// process is a server that this program started. It ends with this program at the latest.
type process struct {
	cmd     *exec.Cmd
	address string
	id      int
	ready   time.Duration // from exec to the first answer of readiness
	end     sync.Once
	ended   error
}

// start runs a command and waits until it has printed its address, in a line that addressIn
// understands, and answers 200 at path.
func start(ctx context.Context, cmd *exec.Cmd, addressIn func(line string) string, path string) (*process, error) {
	cmd.SysProcAttr = dieWithParent()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p := &process{cmd: cmd}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p.id = cmd.Process.Pid
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if p.address, err = readAddress(ctx, out, addressIn); err == nil {
		err = waitReady(ctx, "http://"+p.address+path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", cmd.Path, err), p.stop())
	}
	p.ready = time.Since(begin)
	return p, nil
}

var errSilent = errors.New("it ended, or did not say where it listens")

// readAddress reads lines until one has the address, and discards the rest.
func readAddress(ctx context.Context, out io.Reader, addressIn func(line string) string) (string, error) {
	found := make(chan string, 1)
	go func() {
		defer close(found)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if address := addressIn(lines.Text()); address != "" {
				found <- address
				_, _ = io.Copy(io.Discard, out)
				return
			}
		}
	}()
	select {
	case address := <-found:
		if address == "" {
			return "", errSilent
		}
		return address, nil
	case <-ctx.Done():
		return "", errSilent
	}
}

func waitReady(ctx context.Context, url string) error {
	for {
		if status, _ := fetch(ctx, url); status == http.StatusOK {
			return nil
		}
		if pause(ctx, askAgain); ctx.Err() != nil {
			return fmt.Errorf("it is not ready: %w", ctx.Err())
		}
	}
}

// stop ends the process, gracefully if possible, and waits for its end.
func (p *process) stop() error {
	p.end.Do(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(stopGrace, func() { _ = p.cmd.Process.Kill() })
		defer kill.Stop()
		if err := p.cmd.Wait(); err != nil {
			p.ended = fmt.Errorf("stop %s: %w", p.cmd.Path, err)
		}
	})
	return p.ended
}

// firstWord is the address of a control: the whole line.
func firstWord(line string) string { return strings.TrimSpace(line) }

// fetch gets a page, without measuring.
func fetch(ctx context.Context, url string, headers ...string) (status int, body []byte) {
	return call(ctx, http.MethodGet, url, "", headers...)
}

// call sends a request, without measuring. Status 0 means no answer; the body says why.
func call(ctx context.Context, method, url, body string, headers ...string) (int, []byte) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, []byte(err.Error())
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, []byte("no answer") // the error names the URL, and the URL may hold a token
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxBody))
	if err != nil {
		return 0, []byte("the answer was cut")
	}
	return answer.StatusCode, text
}

// tail returns the end of a file, for an error message.
func tail(path string) string {
	const most = 2000 // bytes
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text[max(0, len(text)-most):])
}
