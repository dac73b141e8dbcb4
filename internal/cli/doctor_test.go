package cli

import (
	"errors"
	"testing"

	"roster"
	"roster/internal/control"
)

// healthy is a server of which there is nothing to say.
func healthy() control.Status {
	return control.Status{
		AdminReady: true,
		Jobs:       []control.JobCount{{Lane: roster.LaneEmail, Waiting: 2, Running: 1}},
		Server: control.Server{
			Version: "v1", Engine: "sqlite", Schema: 1, Key: "roster.key",
			PublicURL: "https://roster.example.com", Mail: "mail.example.com:587", FreeBytes: littleRoom,
		},
	}
}

func TestTheDoctorFindsWhatIsWrongAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*control.Status)
		way    way
		want   finding
	}{
		{"no server", func(*control.Status) {}, byFolder, finding{warning, "server", "none runs on this data folder", "start it: roster serve"}},
		{"another release", func(s *control.Status) { s.Server.Version = "v9" }, byServer, finding{warning, "server", "is release v9, this command v1", "use the same release for both"}},
		{"a demonstration", func(s *control.Status) { s.Server.Demonstration = true }, byServer, finding{warning, "server", "is a demonstration: everybody knows its passwords", "for real use: roster serve, without --demo"}},
		{"no administrator", func(s *control.Status) { s.AdminReady = false }, byServer, finding{warning, "administrator", "admin has no password yet", "get a link to set one: roster user set-password admin"}},
		{"no public URL", func(s *control.Status) { s.Server.PublicURL = "" }, byServer, finding{warning, "public URL", "is not set: links work on this machine only", "start the server with --public-url https://…"}},
		{"no mail, messages waiting", func(s *control.Status) { s.Server.Mail = "" }, byServer, finding{warning, "mail", "mail is not configured, 2 messages wait", "start the server with --smtp-address HOST:PORT and --smtp-from ADDRESS"}},
		{"no mail, nothing waiting", func(s *control.Status) { s.Server.Mail, s.Jobs = "", nil }, byServer, finding{warning, "mail", "mail is not configured", "start the server with --smtp-address HOST:PORT and --smtp-from ADDRESS"}},
		{"little room", func(s *control.Status) { s.Server.FreeBytes = littleRoom - 1 }, byServer, finding{warning, "disk", "1023 MiB free for ", "make room soon: changes are refused once the disk is full"}},
		{"no room", func(s *control.Status) { s.Server.FreeBytes = noRoom - 1 }, byServer, finding{bad, "disk", "63 MiB free for ", "make room: changes are refused once the disk is full"}},
		{"buried jobs", func(s *control.Status) { s.Jobs[0].Buried = 3 }, byServer, finding{bad, "jobs: email", "2 waiting, 1 running, 3 given up after the last attempt", "the server's log says why"}},
	} {
		s := healthy()
		c.change(&s)
		var wrong []finding
		for _, f := range diagnose(s, c.way, "v1") {
			if f.Verdict != fine {
				wrong = append(wrong, f)
			}
		}
		if len(wrong) != 1 || wrong[0] != c.want {
			t.Errorf("%s: %+v", c.name, wrong)
		}
	}
}

func TestTheDoctorIsContentWithAHealthyServer(t *testing.T) {
	t.Parallel()
	for _, f := range diagnose(healthy(), byServer, "v1") {
		if f.Verdict != fine || f.Text == "" {
			t.Errorf("%+v", f)
		}
	}
}

func TestADirectoryThatCannotBeOpenedIsAFinding(t *testing.T) {
	t.Parallel()
	findings := unreachable(errors.New("disk is gone"))
	if len(findings) != 1 || findings[0].Verdict != bad || findings[0].Text != "disk is gone" {
		t.Errorf("%+v", findings)
	}
}
