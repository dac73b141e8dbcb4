// Package web serves the pages: the start page, the page behind a link to set a password, and, in a
// demonstration, the outbox. Every page works without JavaScript, is rendered from an embedded
// template, and loads nothing from other servers.
//
//   - web.go: [Register], which adds the pages to a mux
//   - page.go: what all pages share: layout, headers, rendering
//   - start.go, password.go, outbox.go: the pages
//   - problem.go: pages about errors, and their statuses
//   - assets.go, assets/: stylesheet, scripts and mark
//
// The package has no rules about links or passwords: it decodes a request, calls one verb of
// internal/directory and shows the result. Before that, the server has moved secrets out of the
// paths (see [dialect.Origin]) and refused cross-origin requests.
package web
