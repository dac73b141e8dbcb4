package server

import (
	"fmt"
	"net/http"

	"roster"
)

// crossOrigin refuses requests that a page of another site makes a browser send. Other clients send
// neither Sec-Fetch-Site nor Origin and pass. refuse is [Options].Refuse.
func crossOrigin(trusted []string, refuse func(http.ResponseWriter, *http.Request, error) bool) (func(http.Handler) http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range trusted {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf("%q is not an origin", origin), Err: err}
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		const why = "A page of another site may not send this. " +
			"If that page is Roster behind a proxy, set --public-url to the address that the browser shows."
		if !refuse(w, r, &roster.Error{Kind: roster.Forbidden, Detail: why}) {
			writeText(w, http.StatusForbidden, "application/json; charset=utf-8", `{"error":"cross-origin","message":"`+why+`"}`)
		}
	}))
	return protection.Handler, nil
}
