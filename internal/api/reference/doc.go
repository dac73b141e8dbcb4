// Package reference is the browsable description of the native API, at /api/docs: Swagger UI,
// embedded, within a page of ours. Nothing is loaded from elsewhere, and what a reader tries out
// goes to this server only.
//
//   - reference.go: [Register], and the page
//   - asset.go: the files that the page loads, compressed
//   - files/: Swagger UI (its README says which), and the page around it
package reference
