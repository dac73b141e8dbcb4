package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"text/template"

	"roster"
	"roster/internal/directory"
)

// banner prints the addresses of the server on the terminal, once, at its start. It includes a link
// to set the administrator's password until somebody has set one (DECISIONS 19).
func (a *App) banner(ctx context.Context, out io.Writer) error {
	var http, https string
	if a.bound != nil {
		http, https = a.bound.Addrs()
	}
	bound := cmp.Or(reach("http", http), reach("https", https))
	facts := map[string]any{
		"Version": a.config.Version, "HTTP": http, "HTTPS": https, "Data": a.config.Settings.Data,
		"Demo": a.demo != nil, "Mail": a.mailer != nil, "Base": bound,
	}
	if a.demo != nil {
		facts["Graze"], facts["CheckCentral"] = a.demo.calls(http, https)
	}
	if !a.ready && a.demo == nil {
		link, err := a.directory.IssueLink(ctx, a.system(a.org.ID), directory.NewLink{
			User: directory.UserSelector{UserName: directory.AdminUser}, Purpose: roster.LinkSetUp,
		})
		if err != nil {
			return err
		}
		base := a.publicURL()
		if a.config.Settings.PublicURL == "" {
			base = bound // the setting may leave the port open
		}
		facts["SetUp"] = base + "/set-password/" + link.Secret
	}
	waiting, err := a.waitingMail(ctx)
	if err != nil {
		return err
	}
	facts["Waiting"] = waiting
	var text strings.Builder
	if err := bannerText.Execute(&text, facts); err != nil {
		return err
	}
	_, err = io.WriteString(out, text.String())
	return err
}

// reach returns the start of URLs for somebody on this machine, "" for a listener that is off. For
// a listener on all addresses it uses localhost.
func reach(scheme, address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// waitingMail returns a sentence about messages that cannot be sent, "" if there are none.
func (a *App) waitingMail(ctx context.Context) (string, error) {
	if a.mailer != nil {
		return "", nil
	}
	status, err := a.directory.GetStatus(ctx, a.system(a.org.ID), directory.None{})
	if err != nil {
		return "", err
	}
	return MailWaits(status.Jobs), nil
}

// MailWaits returns a sentence with the number of messages that wait because mail is not
// configured, "" if there are none.
func MailWaits(jobs []roster.JobCounts) string {
	var n int64
	for _, lane := range jobs {
		if lane.Waits != "" {
			n += lane.Waiting
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "mail is not configured, 1 message waits"
	default:
		return fmt.Sprintf("mail is not configured, %d messages wait", n)
	}
}

var bannerText = template.Must(template.New("banner").Parse(`Roster {{.Version}}
{{- if .Demo}}: a demonstration. No message leaves this machine. Data: {{.Data}}{{end}}
{{- if .HTTP}}
  HTTP    http://{{.HTTP}}/
{{- end}}{{if .HTTPS}}
  HTTPS   https://{{.HTTPS}}/
{{- end}}
{{- if .SetUp}}

Set the password of the user admin within 15 minutes:

  {{.SetUp}}

For another link: roster user set-password admin
{{- end}}
{{- if .Waiting}}

{{.Waiting}}: see roster doctor
{{- end}}
{{- if .Demo}}
  Outbox  {{.Base}}/demo/outbox   every email that would have been sent

Create a user in Moogsoft Graze's dialect:

  {{.Graze}}

Create a user in CheckCentral's dialect, with a welcome email:

  {{.CheckCentral}}
{{- end}}

Press Ctrl+C to stop.
`))
