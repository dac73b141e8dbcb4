package control

import (
	"errors"
	"net/http"
	"time"

	"roster"
	"roster/internal/dialect"
)

// statuses maps each kind of error to a status. The body has the kind by name; the status is for those
// who look at the socket with curl.
var statuses = map[roster.Kind]int{
	roster.Internal:        http.StatusInternalServerError,
	roster.Invalid:         http.StatusBadRequest,
	roster.Conflict:        http.StatusConflict,
	roster.NotFound:        http.StatusNotFound,
	roster.Unauthenticated: http.StatusUnauthorized,
	roster.Forbidden:       http.StatusForbidden,
	roster.RateLimited:     http.StatusTooManyRequests,
	roster.Unavailable:     http.StatusServiceUnavailable,
	roster.Stale:           http.StatusPreconditionFailed,
}

// errorBody is the answer to a call that went wrong. It has every fault.
type errorBody struct {
	Errors []fault `json:"errors"`
}

// fault is a roster.Error on the wire, without its cause.
type fault struct {
	Kind              string `json:"kind"`
	Field             string `json:"field,omitempty"`
	Detail            string `json:"detail,omitempty"`
	RetryAfterSeconds int64  `json:"retryAfterSeconds,omitempty"`
	HolderID          string `json:"holderId,omitempty"`
	HolderNumber      int64  `json:"holderNumber,omitempty"`
}

// writeError writes the faults in err; causes stay here.
func writeError(w http.ResponseWriter, _ *http.Request, status int, err error) {
	var body errorBody
	var refusal *dialect.Refusal
	if errors.As(err, &refusal) {
		body.Errors = []fault{{Kind: roster.Invalid.String(), Detail: refusal.Detail}}
	} else {
		for _, e := range roster.All(err) {
			body.Errors = append(body.Errors, describe(e))
		}
	}
	_ = dialect.WriteJSON(w, status, body) // an operator who left is not told
}

func describe(e *roster.Error) fault {
	return fault{
		Kind: e.Kind.String(), Field: e.Field, Detail: e.Detail,
		RetryAfterSeconds: int64((e.RetryAfter + time.Second - 1) / time.Second),
		HolderID:          e.Holder.ID, HolderNumber: e.Holder.Number,
	}
}

// err returns the faults as the error they came from, without its cause.
func (b errorBody) err() error {
	faults := make(roster.Faults, len(b.Errors))
	for i, f := range b.Errors {
		faults[i] = &roster.Error{
			Kind: kindNamed(f.Kind), Field: f.Field, Detail: f.Detail,
			RetryAfter: time.Duration(f.RetryAfterSeconds) * time.Second,
			Holder:     roster.Holder{ID: f.HolderID, Number: f.HolderNumber},
		}
	}
	return faults.Err()
}

// kindNamed returns the kind with the name; Internal for one that it does not know.
func kindNamed(name string) roster.Kind {
	for _, k := range roster.Kinds {
		if k.String() == name {
			return k
		}
	}
	return roster.Internal
}
