// Command roster is the people directory: the server, and the command line to it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"roster/internal/cli"
)

var version string // stamped by the linker: -X main.version=…

func main() { os.Exit(run()) }

func run() int {
	signalled, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, end := context.WithCancel(context.Background())
	defer end()
	// The first signal gives signals back to the system before anything learns of it. A second one
	// then ends the process at once, however soon it comes.
	context.AfterFunc(signalled, func() { stop(); end() })
	return cli.Run(ctx, version, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}
