// Package notify writes and sends what Roster tells people: for now the welcome email.
//
//   - message.go: [Message] and [Mailer], what is sent and by whom
//   - welcome.go, templates/: [Welcome], the handler of welcome-email jobs
//   - smtp.go, refusal.go: [SMTP], which hands messages to a mail server, and what its answers mean
//   - outbox.go: [Outbox], which keeps messages instead of sending them, for demonstrations
//
// Errors are sorted by what another attempt can mend: Unavailable is worth one, Invalid is not. The
// package does not retry and keeps no queue; whoever calls it does. No link, password or server's
// words that might repeat them are in an error or a log line.
package notify
