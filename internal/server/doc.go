// Package server is what stands between the network and the routes: listeners, TLS, the middleware
// that every request passes, health, and metrics.
//
// It holds no route of its own but /livez, /readyz and /metrics, knows no dialect and no rule about
// the directory, and verifies nobody's identity: who may read the metrics is a function given to
// it.
//
// # Map
//
//   - options.go, server.go: what it is made of, and the order of the middleware.
//   - listen.go, serve.go: binding addresses; serving until told to stop, and stopping without
//     loss.
//   - lift.go: takes secrets out of the URL before anything else sees it.
//   - requestid.go, access.go, recover.go, address.go, organization.go, headers.go, crossorigin.go:
//     one middleware each, in their order.
//   - health.go, metrics.go: the server's own routes.
//   - certificate.go, selfsigned.go: the certificate, reloaded while serving.
//   - log.go: how the request id gets into every log line.
package server
