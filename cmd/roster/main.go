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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process as it always does
	return cli.Run(ctx, version, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}
