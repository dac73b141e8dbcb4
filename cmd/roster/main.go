// Command roster is the people directory: the server, and the command line to it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"roster/internal/cli"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}
