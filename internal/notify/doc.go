// Package notify composes and sends messages to people: for now the welcome email.
//
//   - message.go: [Message] and [Mailer], the interface of everything that sends
//   - welcome.go, templates/: [Welcome], the handler of welcome-email jobs
//   - smtp.go, refusal.go: [SMTP] sends through a mail server; its answers become errors
//   - outbox.go: [Outbox] keeps messages instead of sending them, for demonstrations
//
// An error is Unavailable if another attempt may succeed, and Invalid if not. The package does not
// retry and has no queue; its callers do. No error or log line contains a link, a password or a
// server's answer that may repeat one.
package notify
