package binary_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"roster/test/binary"
)

// The vendors' own requests, letter for letter: the cURL command of Graze's page on createUser, and
// the example body of CheckCentral's.
const (
	grazeFile        = "testdata/graze-createUser.sh"
	checkCentralFile = "testdata/checkcentral-createUser.json"
)

// printed returns the text of a golden file without the line's end.
func printed(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(string(text), "\n")
}

func TestTheGoldenRequestsAreThoseOfTheVendorsPages(t *testing.T) {
	t.Parallel()
	for _, g := range []struct{ file, source string }{
		{grazeFile, "seeds/004_c866fa5cba282a7c.txt"},
		{checkCentralFile, "spec/checkcentral-record.md"},
	} {
		source, err := os.ReadFile(filepath.Join("../../../shared", g.source))
		if os.IsNotExist(err) {
			t.Logf("%s is not beside the project: %s is taken as it is", g.source, g.file)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(source), printed(t, g.file)) {
			t.Errorf("%s is not what %s prints", g.file, g.source)
		}
	}
}

// answered is what curl shows of an answer with -v: its status line and its body.
type answered struct{ status, body string }

// statusLine is that line in what curl -v says, where its progress meter may stand before it.
var statusLine = regexp.MustCompile(`(?m)< (HTTP/\S+ \d+.*?)\s*$`)

// curl runs a command line with the real curl, in a real shell.
func curl(t *testing.T, s *binary.Server, line string) answered {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		missing(t, "curl")
	}
	r := s.Shell(line)
	if r.Code != 0 {
		t.Fatalf("curl ended with %d: %s", r.Code, r.Stderr)
	}
	m := statusLine.FindStringSubmatch(r.Stderr)
	if m == nil {
		t.Fatalf("curl -v shows no status line: %s", r.Stderr)
	}
	return answered{m[1], r.Stdout}
}

// missing ends a test that lacks a program: by skipping it, but not where everything has to be
// there.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", what)
	}
	t.Skipf("%s is not installed", what)
}

// grazeCommand is the printed command for another host, and where credential is not "", by another
// user.
func grazeCommand(t *testing.T, base, credential string) string {
	line := strings.Replace(printed(t, grazeFile), "https://localhost", base, 1)
	if credential != "" {
		line = strings.Replace(line, "-u graze:graze", "-u '"+credential+"'", 1)
	}
	return line
}

// checkCentralCommand sends the printed body to the printed path.
func checkCentralCommand(t *testing.T, base, token, group string) string {
	body := strings.Replace(printed(t, checkCentralFile), "userGroupID", group, 1)
	return `curl -k -v "` + base + `/createUser/?apiToken=` + token + `" -H "Content-Type: application/json" -d '` + body + `'`
}

// ok reports whether a status line is that of a 200, as old clients compare it.
func (a answered) ok() bool {
	return a.status == "HTTP/1.1 200 OK" || a.status == "HTTP/2 200"
}

var userID = regexp.MustCompile(`^\{"user_id":([0-9]+)\}$`)

// checkGraze runs the printed command and reads back what it made.
func checkGraze(t *testing.T, s *binary.Server, base, credential string) {
	t.Helper()
	first := curl(t, s, grazeCommand(t, base, credential))
	m := userID.FindStringSubmatch(first.body)
	if !first.ok() || m == nil {
		t.Fatalf("the printed command was answered %q %s", first.status, first.body)
	}
	if again := curl(t, s, grazeCommand(t, base, credential)); again.body != first.body || !again.ok() {
		t.Errorf("the same command again was answered %q %s", again.status, again.body)
	}
	if credential == "" {
		credential = "graze:graze"
	}
	info := ask(t, s.Client(), request{url: base + "/graze/v1/getUserInfo?user_id=" + m[1], basic: credential}).want(t, 200)
	want := `{"full_name":"John Doe","user_id":` + m[1] + `,"username":"johndoe1","fullname":"John Doe",` +
		`"email":"johndoe@moogsoft.com","active":true,"contact_num":"555-1234","timezone":"Europe/London",` +
		`"department":1,"primary_group":2,"groupname":"Network","roles":[1,4],"teams":[2,3,4],"joined":1494951621,` +
		`"session_expiry":null,"competencies":[],"properties":null,"realms":["DB"]}`
	if info != want {
		t.Errorf("getUserInfo answers\n%s, not\n%s", info, want)
	}
	ask(t, s.Client(), request{url: base + "/graze/v1/authenticate?username=johndoe1&password=johndoe1"}).want(t, 200)
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

// checkCheckCentral sends the printed body and reads back what it made.
func checkCheckCentral(t *testing.T, s *binary.Server, base, token, group string) {
	t.Helper()
	line := checkCentralCommand(t, base, token, group)
	first := curl(t, s, line)
	const user = `{"id":"…","email":"person@myorg.realdomain","name":"Person Somename","accessLevel":"user",` +
		`"userGroups":[{"id":"…","name":"Network"}],"notifications":[{"type":"failures","services":["sms","push"]}]}`
	const want = `{"user":` + user + `,"warnings":["sms: no phone yet; the welcome email asks for it",` +
		`"push: no browser or device yet; the welcome email asks for it"]}`
	if got := uuid.ReplaceAllString(first.body, "…"); !first.ok() || got != want {
		t.Fatalf("the printed body was answered %q\n%s, not\n%s", first.status, got, want)
	}
	if again := curl(t, s, line); again.body != first.body || !again.ok() {
		t.Errorf("the same request again was answered %q %s", again.status, again.body)
	}
	read := ask(t, s.Client(), request{url: base + "/getUsers?userEmail=person@myorg.realdomain&apiToken=" + token}).want(t, 200)
	if got := uuid.ReplaceAllString(read, "…"); got != `{"users":[`+user+`]}` {
		t.Errorf("getUsers answers %s", got)
	}
}

// bases are the two ways to a server.
func bases(s *binary.Server) map[string]string {
	return map[string]string{"HTTP": s.HTTP, "HTTPS": s.HTTPS}
}

func TestThePrintedRequestsWorkOnADemonstration(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"HTTP", "HTTPS"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			s := binary.Start(t, binary.Options{Args: []string{"--demo"}})
			token := regexp.MustCompile(`apiToken=(\w+)`).FindStringSubmatch(s.Banner())
			group := regexp.MustCompile(`"userGroups": \["([^"]+)"\]`).FindStringSubmatch(s.Banner())
			if token == nil || group == nil {
				t.Fatalf("the demonstration prints no call of CheckCentral's: %s", s.Banner())
			}
			checkGraze(t, s, bases(s)[scheme], "")
			checkCheckCentral(t, s, bases(s)[scheme], token[1], group[1])
		})
	}
}

// TestWhatADemonstrationPrintsCanBePasted takes the commands from the terminal and not from this
// test.
func TestWhatADemonstrationPrintsCanBePasted(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"both": nil, "HTTP only": {"--https", "off"}, "HTTPS only": {"--http", "off"},
		"every address": {"--http", ":0", "--https", "0.0.0.0:0", "--demo-anywhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := binary.Start(t, binary.Options{Args: append([]string{"--demo"}, args...)})
			pasted, outbox := 0, ""
			for line := range strings.Lines(s.Banner()) {
				line = strings.TrimSpace(line)
				if rest, found := strings.CutPrefix(line, "Outbox "); found {
					outbox = strings.Fields(rest)[0]
				}
				if !strings.HasPrefix(line, "curl ") {
					continue
				}
				pasted++
				if a := curl(t, s, line+" -v"); !a.ok() {
					t.Errorf("%s\nwas answered %q %s", line, a.status, a.body)
				}
			}
			if pasted != 2 {
				t.Errorf("the demonstration prints %d commands", pasted)
			}
			ask(t, s.Client(), request{url: outbox}).want(t, 200)
		})
	}
}

var makeIt = regexp.MustCompile(`\(make it with: (roster [^()]+)\)`)

func TestThePrintedRequestsWorkOnAServerForRealUse(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := binary.Start(t, binary.Options{Env: e.env(t)})
			setAdminPassword(t, s)

			unmade := curl(t, s, grazeCommand(t, s.HTTPS, admin))
			if !strings.Contains(unmade.status, "400") {
				t.Fatalf("without the objects that it names the command was answered %q %s", unmade.status, unmade.body)
			}
			debug := decode[struct {
				Additional struct{ DebugMessage string }
			}](t, unmade.body).Additional.DebugMessage
			for _, m := range makeIt.FindAllStringSubmatch(debug, -1) {
				if r := s.Shell(m[1]); r.Code != 0 {
					t.Fatalf("%s: exit code %d: %s", m[1], r.Code, r.Stderr)
				}
			}
			checkGraze(t, s, s.HTTPS, admin)
			checkGraze(t, s, s.HTTP, admin) // the same create again, another way

			token := strings.TrimSpace(s.Must("", "token", "create", "--name", "ci", "--access", "read-write"))
			groups := ask(t, s.Client(), request{url: s.HTTP + "/getUserGroups/?apiToken=" + token}).want(t, 200)
			id := decode[struct{ UserGroups []struct{ ID, Name string } }](t, groups).UserGroups[0].ID
			checkCheckCentral(t, s, s.HTTPS, token, id)
			checkCheckCentral(t, s, s.HTTP, token, id)
		})
	}
}

var setUpLink = regexp.MustCompile(`https?://\S+(/set-password/\S+)`)

// setAdminPassword sets it twice: on the page of the link that the first start prints, and with the
// command line, after which the first is good for nothing.
func setAdminPassword(t *testing.T, s *binary.Server) {
	t.Helper()
	const first = "a first one that nobody keeps 41"
	link := setUpLink.FindStringSubmatch(s.Banner())
	if link == nil {
		t.Fatalf("the first start prints no set-up link: %s", s.Banner())
	}
	page := s.HTTP + link[1]
	ask(t, s.Client(), request{url: page}).want(t, 200)
	post := request{
		url: page, body: "password=" + strings.ReplaceAll(first, " ", "+"),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	}
	if a := ask(t, s.Client(), post); a.status >= 400 {
		t.Fatalf("the set-up page answers %d: %s", a.status, a.body)
	}
	info := request{url: s.HTTP + "/graze/v1/getUserInfo?username=admin", basic: "admin:" + first}
	ask(t, s.Client(), info).want(t, 200)
	ask(t, s.Client(), post).want(t, 404) // used

	s.Must(adminPassword+"\n", "user", "set-password", "admin", "--password-stdin")
	ask(t, s.Client(), info).want(t, 401)
	info.basic = admin
	ask(t, s.Client(), info).want(t, 200)
}
