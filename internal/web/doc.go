// Package web is the pages: the start page, the page behind a link to set a password, and, in a
// demonstration, the outbox. Every page works without JavaScript, is rendered here from an embedded
// template and loads nothing from elsewhere.
//
//   - web.go: [Register], which puts the pages on a mux
//   - page.go: what all pages share: layout, headers, rendering
//   - start.go, password.go, outbox.go: the pages
//   - problem.go: pages for what went wrong, and the table from kinds of error to statuses
//   - assets.go, assets/: stylesheet, scripts and mark
//
// The package holds no rule about links or passwords: it decodes a request, calls one verb of
// internal/directory and shows the outcome. Secrets in paths have been lifted out by the server
// before (see [dialect.Origin]); cross-origin requests have been refused.
package web
