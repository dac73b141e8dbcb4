package server

import (
	"fmt"
	"net/http"

	"roster"
)

// crossOrigin refuses what a page of another site makes a browser send. Callers that are no browsers
// send neither Sec-Fetch-Site nor Origin, and pass.
func crossOrigin(trusted []string) (func(http.Handler) http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range trusted {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf("%q is not an origin", origin), Err: err}
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeText(w, http.StatusForbidden, "application/json; charset=utf-8",
			`{"error":"cross-origin","message":"A page of another site may not send this. `+
				`If that page is Roster behind a proxy, set --public-url to the address that the browser shows."}`)
	}))
	return protection.Handler, nil
}
