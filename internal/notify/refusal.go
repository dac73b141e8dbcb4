package notify

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"unicode"

	"github.com/wneessen/go-mail"

	"roster"
)

// connectionFailed is the error of a connection that failed before a message was offered. Such a
// failure says nothing about the message, so another attempt is always worth it.
func connectionFailed(err error) error {
	e := &roster.Error{Kind: roster.Unavailable, Detail: "the mail server cannot be used"}
	var refusal *textproto.Error
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.As(err, &refusal):
		if refusal.Code/10 == 53 { // RFC 4954 §6
			e.Detail = "the mail server does not accept the user name and password"
		}
		e.Err = fmt.Errorf("connect: %d %s", refusal.Code, readable(refusal.Msg))
	case errors.As(err, &certificate):
		e.Detail, e.Err = "the mail server's certificate is not trusted", err
	case errors.As(err, &network):
		e.Detail, e.Err = "the mail server does not answer", err
	default:
		e.Err = fmt.Errorf("connect: %s", readable(err.Error()))
	}
	return e
}

// refused is the error of a message that the server did not take. A permanent refusal of the
// recipient or the content is final. A refusal of the sender's address or a missing sign-in is
// about our settings, which may be corrected while the message waits.
func refused(err error) error {
	var refusal *mail.SendError
	if !errors.As(err, &refusal) {
		return &roster.Error{
			Kind: roster.Unavailable, Detail: "the connection to the mail server was lost",
			Err: fmt.Errorf("send: %s", readable(fmt.Sprint(err))),
		}
	}
	code := refusal.ErrorCode()
	e := &roster.Error{Kind: roster.Unavailable, Err: fmt.Errorf("send: %s", readable(refusal.Error()))}
	switch {
	case code == 0:
		e.Detail = "the connection to the mail server was lost"
	case code/10 == 53:
		e.Detail = fmt.Sprintf("the mail server wants its users to sign in (%d)", code)
	case refusal.Reason == mail.ErrSMTPMailFrom:
		e.Detail = fmt.Sprintf("the mail server does not accept the sender's address (%d)", code)
	case code/100 == 5 && refusal.Reason == mail.ErrSMTPRcptTo:
		e.Kind, e.Detail = roster.Invalid, fmt.Sprintf("the mail server does not accept the recipient (%d)", code)
	case code/100 == 5:
		e.Kind, e.Detail = roster.Invalid, fmt.Sprintf("the mail server does not accept the message (%d)", code)
	default:
		e.Detail = fmt.Sprintf("the mail server cannot take the message now (%d)", code)
	}
	return e
}

// Bounds of what is kept of a server's answer.
const (
	maxAnswer = 200 // bytes
	maxWord   = 20  // characters
)

// readable keeps the plain words and numbers of a server's answer and drops the rest. The server
// may repeat what it was sent: addresses, links and passwords.
func readable(answer string) string {
	var kept []string
	length := 0
	for word := range strings.FieldsSeq(answer) {
		if !isPlainWord(strings.Trim(word, `.,;:!?()"'<>-`)) {
			word = "…"
			if len(kept) > 0 && kept[len(kept)-1] == word {
				continue
			}
		}
		if length += len(word) + 1; length > maxAnswer {
			break
		}
		kept = append(kept, word)
	}
	return strings.Join(kept, " ")
}

// isPlainWord reports whether a word is lower or upper case, capitalised, or a number such as 550
// or 5.7.1.
func isPlainWord(word string) bool {
	if len(word) > maxWord {
		return false
	}
	if strings.Trim(word, "0123456789.") == "" {
		return true
	}
	for i, r := range word {
		if r >= 0x80 || !unicode.IsLetter(r) || i > 0 && unicode.IsUpper(r) && word != strings.ToUpper(word) {
			return false
		}
	}
	return true
}
