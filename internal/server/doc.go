// Package server connects the network with the routes: listeners, TLS, the middleware of every
// request, health, and metrics.
//
// Its only routes are /livez, /readyz and /metrics. It knows no dialect and no rules of the
// directory, and does not authenticate: a function decides who may read the metrics.
//
// # Map
//
//   - options.go, server.go: the options, and the order of the middleware.
//   - listen.go, serve.go: binding addresses; serving; stopping without loss.
//   - lift.go: removes secrets from the URL before anything else sees it.
//   - requestid.go, access.go, recover.go, address.go, organization.go, headers.go, host.go,
//     crossorigin.go: one middleware each, in their order.
//   - connections.go, response.go: bounds of connections; recording what was answered.
//   - health.go, metrics.go, exposition.go: the server's own routes.
//   - certificate.go, selfsigned.go: the certificate, reloaded while serving.
//   - log.go: adds the request id to every log line.
package server
