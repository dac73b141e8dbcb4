package cli

import (
	"errors"
	"testing"

	"roster"
	"roster/internal/operator"
)

// healthy is a server of which there is nothing to say.
func healthy() operator.Status {
	return operator.Status{
		AdminReady: true,
		Jobs:       []operator.JobCount{{Lane: roster.LaneWelcome, Waiting: 2, Running: 1}},
		Server: operator.Server{
			Version: "v1", Engine: "sqlite", Schema: 1, Key: "roster.key",
			PublicURL: "https://roster.example.com", Mail: "mail.example.com:587", FreeBytes: littleRoom,
		},
	}
}

func TestTheDoctorFindsWhatIsWrongAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*operator.Status)
		way    way
		want   finding
	}{
		{"no server", func(*operator.Status) {}, byFolder, finding{warning, "server", "none runs on this data folder", "start it: roster serve"}},
		{"another release", func(s *operator.Status) { s.Server.Version = "v9" }, bySocket, finding{warning, "server", "is release v9, this command v1", "use the same release for both"}},
		{"a demonstration", func(s *operator.Status) { s.Server.Demonstration = true }, bySocket, finding{warning, "server", "is a demonstration: everybody knows its passwords", "for real use: roster serve, without --demo"}},
		{"no administrator", func(s *operator.Status) { s.AdminReady = false }, bySocket, finding{warning, "administrator", "admin has no password yet", "get a link to set one: roster user set-password admin"}},
		{"no public URL", func(s *operator.Status) { s.Server.PublicURL = "" }, bySocket, finding{warning, "public URL", "is not set: links work on this machine only", "start the server with --public-url https://…"}},
		{"no mail, messages waiting", func(s *operator.Status) { s.Server.Mail, s.Jobs[0].Waits = "", "mail is not configured" }, bySocket, finding{warning, "mail", "mail is not configured, 2 messages wait", "start the server with --smtp-address HOST:PORT and --smtp-from ADDRESS"}},
		{"no mail, nothing waiting", func(s *operator.Status) { s.Server.Mail, s.Jobs = "", nil }, bySocket, finding{warning, "mail", "mail is not configured", "start the server with --smtp-address HOST:PORT and --smtp-from ADDRESS"}},
		{"little room", func(s *operator.Status) { s.Server.FreeBytes = littleRoom - 1 }, bySocket, finding{warning, "disk", "1023 MiB free for ", "make room soon: changes are refused once the disk is full"}},
		{"no room", func(s *operator.Status) { s.Server.FreeBytes = noRoom - 1 }, bySocket, finding{bad, "disk", "63 MiB free for ", "make room: changes are refused once the disk is full"}},
		{"no heartbeat", func(s *operator.Status) { s.Server.Heartbeat = &operator.Heartbeat{Why: "no server sweeps"} }, bySocket, finding{bad, "heartbeat", "is not called: no server sweeps", "whoever watches it takes this server for dead"}},
		{"buried jobs", func(s *operator.Status) { s.Jobs[0].Buried = 3 }, bySocket, finding{bad, "jobs: welcome", "2 waiting, 1 running, 3 given up after the last attempt", "the server's log says why"}},
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
	for _, f := range diagnose(healthy(), bySocket, "v1") {
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
