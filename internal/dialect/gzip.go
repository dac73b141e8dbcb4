package dialect

import (
	"net/http"
	"strconv"
	"strings"
)

// TakesGzip reports whether a client takes an answer in gzip (RFC 9110 §12.5.3).
func TakesGzip(h http.Header) bool {
	takes := false
	for header := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		coding, parameters, _ := strings.Cut(header, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		key, weight, _ := strings.Cut(strings.ToLower(parameters), "=")
		q := 1.0
		if strings.TrimSpace(key) == "q" {
			q, _ = strconv.ParseFloat(strings.TrimSpace(weight), 64) // what cannot be read is none
		}
		if coding == "gzip" || coding == "x-gzip" {
			return q > 0
		}
		takes = takes || coding == "*" && q > 0
	}
	return takes
}
