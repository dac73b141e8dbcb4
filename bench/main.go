package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := command(ctx, os.Args[1:])
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "bench:", err)
	return 1
}

// command runs the bench, or one of the controls that it starts itself.
func command(ctx context.Context, args []string) error {
	if len(args) == 2 {
		switch args[0] {
		case echoCommand:
			return serveControl(ctx, echoRoutes())
		case modelCommand:
			return serveModel(ctx, args[1])
		}
	}
	return measureAll(ctx, args)
}

func measureAll(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	seconds := flags.Float64("seconds", 3, "how long each measurement takes; controls take two thirds of it")
	quick := flags.Bool("quick", false, "a first look: a second each, and no results file unless -out says so")
	only := flags.String("only", "", "measure only the loads whose name holds this `text`; nothing is written to a file unless -out says so")
	binary := flags.String("binary", "bin/roster", "the `file` that is measured")
	out := flags.String("out", "", "the `file` for the results (default bench/results.md)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b := &bench{
		binary: *binary, window: time.Duration(*seconds * float64(time.Second)), settle: 2 * time.Second,
		idle: 30 * time.Second, starts: 9, only: *only, progress: os.Stderr, rivals: make(map[key]sample),
	}
	b.control = b.window * 2 / 3
	if *quick {
		b.window, b.control, b.settle, b.idle, b.starts = time.Second, time.Second/2, time.Second, 3*time.Second, 3
	}
	if *only != "" {
		b.idle, b.starts = b.settle, 3
	}
	if *out == "" && !*quick && *only == "" {
		*out = filepath.Join("bench", "results.md")
	}
	return b.measureInto(ctx, *out)
}

// measureInto runs the bench in a temporary folder beside the binary, prints the table, and also
// writes it to the file out if that is given. An interrupted run prints nothing.
func (b *bench) measureInto(ctx context.Context, out string) (err error) {
	if b.window < time.Second/2 {
		return errors.New("half a second is the least for a measurement")
	}
	if b.self, err = os.Executable(); err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if b.work, err = os.MkdirTemp(filepath.Dir(b.binary), "bench-"); err != nil {
		return fmt.Errorf("make a folder to work in: %w", err)
	}
	defer os.RemoveAll(b.work)
	failure := b.run(ctx)
	if ctx.Err() != nil {
		return errors.New("interrupted; nothing was written")
	}
	var text bytes.Buffer
	if err := b.report(&text, time.Now()); err != nil {
		return err
	}
	if _, err := os.Stdout.Write(text.Bytes()); err != nil {
		return err
	}
	if failure == nil && out != "" {
		failure = os.WriteFile(out, text.Bytes(), 0o644)
	}
	return failure
}
