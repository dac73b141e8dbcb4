package realm_test

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"

	"roster"
	"roster/internal/auth/realm"
)

// quick is the timeout in tests with a server that keeps a caller waiting.
const quick = 150 * time.Millisecond

// serve listens, answers each connection by the function, and returns the address as a URL.
func serve(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); answer(c) }()
		}
	}()
	return "ldap://" + l.Addr().String()
}

// bare returns the settings of a realm at the address: as simple as can be.
func bare(url string) realm.LDAPConfig {
	return realm.LDAPConfig{
		Name: "corp", URLs: []string{url}, BaseDN: "dc=x", DefaultRoles: []string{"Operator"},
		ConnectionTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second,
	}
}

// element writes an element with its content, with a length of 4 bytes as some servers have it.
func element(tag byte, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	n := len(content)
	return append([]byte{tag, 0x84, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, content...)
}

func text(s string) []byte         { return element(0x04, []byte(s)) }
func number(tag, n byte) []byte    { return element(tag, []byte{n}) }
func message(id, op []byte) []byte { return element(0x30, id, op) }

// result is a response of the kind that ends an operation.
func result(tag, code byte, said string) []byte {
	return element(tag, number(0x0a, code), text(""), text(said))
}

// entry is a search result with attributes, given as name and value by turns.
func entry(dn string, attributes ...string) []byte {
	var list [][]byte
	for i := 0; i+1 < len(attributes); i += 2 {
		list = append(list, element(0x30, text(attributes[i]), element(0x31, text(attributes[i+1]))))
	}
	return element(0x64, text(dn), element(0x30, list...))
}

// Responses to requests (RFC 4511 §4).
const (
	bindResponse = 0x61
	searchDone   = 0x65
	reference    = 0x73
)

// scripted answers each request by what the functions return, without the envelope: nothing closes.
func scripted(bind, search func() [][]byte) func(net.Conn) {
	return func(c net.Conn) {
		for {
			p, err := ber.ReadPacket(c)
			if err != nil || len(p.Children) < 2 {
				return
			}
			answer := search
			if p.Children[1].Tag == 0 {
				answer = bind
			}
			ops := answer()
			if ops == nil {
				return
			}
			id := element(0x02, p.Children[0].ByteValue)
			for _, op := range ops {
				if _, err := c.Write(message(id, op)); err != nil {
					return
				}
			}
		}
	}
}

func always(ops ...[]byte) func() [][]byte { return func() [][]byte { return ops } }

const jane = "uid=jane,dc=x"

func goodBind() [][]byte   { return [][]byte{result(bindResponse, 0, "")} }
func goodSearch() [][]byte { return [][]byte{entry(jane, "uid", "jane"), result(searchDone, 0, "")} }

func TestAServerThatLiesMakesNoTrouble(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("x", 300<<10)
	var nested []byte
	for range 2000 {
		nested = element(0x30, nested)
	}
	var flood [][]byte
	for range 40 {
		flood = append(flood, entry(jane, "uid", huge[:100<<10]))
	}
	for name, c := range map[string]struct {
		answer func(net.Conn)
		kind   roster.Kind
	}{
		"closes at once":             {func(net.Conn) {}, roster.Unavailable},
		"says garbage":               {func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") }, roster.Unavailable},
		"says zeroes":                {func(c net.Conn) { _, _ = c.Write(make([]byte, 1<<16)) }, roster.Unavailable},
		"says 0xff":                  {func(c net.Conn) { _, _ = c.Write(bytes.Repeat([]byte{0xff}, 1<<16)) }, roster.Unavailable},
		"announces 2 GB":             {func(c net.Conn) { _, _ = c.Write([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}) }, roster.Unavailable},
		"has an indefinite length":   {func(c net.Conn) { _, _ = c.Write(bytes.Repeat([]byte{0x30, 0x80}, 1<<15)) }, roster.Unavailable},
		"nests":                      {func(c net.Conn) { _, _ = c.Write(nested) }, roster.Unavailable},
		"closes in mid-answer":       {func(c net.Conn) { _, _ = c.Write(message(number(0x02, 1), goodSearch()[0])[:20]) }, roster.Unavailable},
		"closes after the search":    {scripted(always(), goodSearch), roster.Unavailable},
		"sends a huge value":         {scripted(goodBind, always(entry(jane, "uid", huge), result(searchDone, 0, ""))), roster.Unavailable},
		"sends a flood of entries":   {scripted(goodBind, always(flood...)), roster.Unauthenticated},
		"sends many elements":        {scripted(goodBind, always(element(0x64, text(jane), element(0x30, bytes.Repeat([]byte{0x30, 0}, 5000))))), roster.Unavailable},
		"sends an entry of numbers":  {scripted(goodBind, always(element(0x64, number(0x02, 1), element(0x30, number(0x02, 2))), result(searchDone, 0, ""))), roster.Unavailable},
		"sends an entry of nothing":  {scripted(goodBind, always(element(0x64), result(searchDone, 0, ""))), roster.Unavailable},
		"sends a result of nothing":  {scripted(always(element(bindResponse)), goodSearch), roster.Unavailable},
		"sends a result of texts":    {scripted(always(element(bindResponse, text("0"), text(""), text(""))), goodSearch), roster.Unavailable},
		"answers a search by a bind": {scripted(goodBind, always(result(bindResponse, 0, ""), result(searchDone, 0, ""))), roster.Unauthenticated},
		"answers a bind by an entry": {scripted(always(entry(jane)), goodSearch), roster.Unavailable},
		"has an entry without a DN":  {scripted(goodBind, always(entry("", "uid", "jane"), result(searchDone, 0, ""))), roster.Unauthenticated},
		"has an entry with no DN":    {scripted(goodBind, always(entry("jane", "uid", "jane"), result(searchDone, 0, ""))), roster.Unauthenticated},
		"has two entries":            {scripted(goodBind, always(entry(jane), entry(jane), result(searchDone, 0, ""))), roster.Unauthenticated},
		"finds too many":             {scripted(goodBind, always(entry(jane), result(searchDone, 4, ""))), roster.Unauthenticated},
		"refers elsewhere":           {scripted(goodBind, always(element(reference, text("ldap://127.0.0.1:1/dc=x")), result(searchDone, 0, ""))), roster.Unauthenticated},
		"refers a search":            {scripted(goodBind, always(result(searchDone, 10, ""))), roster.Unavailable},
		"refers a bind":              {scripted(always(result(bindResponse, 10, "")), goodSearch), roster.Unauthenticated},
		"refuses the password":       {scripted(always(result(bindResponse, 49, "no, not pa55word")), goodSearch), roster.Unauthenticated},
		"is busy":                    {scripted(always(result(bindResponse, 51, "pa55word must wait")), goodSearch), roster.Unavailable},
		"wants something else":       {scripted(always(result(bindResponse, 13, "pa55word in the clear?")), goodSearch), roster.Unavailable},
		"repeats the password":       {scripted(always(element(0x64, text(jane), element(0x30, element(0x30, text("pa55word"), number(0x02, 1))))), goodSearch), roster.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := open(t, bare(serve(t, c.answer))).Authenticate(t.Context(), "jane", "pa55word")
			if err == nil || roster.KindOf(err) != c.kind {
				t.Fatalf("%+v, %v", id, err)
			}
			if strings.Contains(err.Error(), "pa55word") {
				t.Errorf("what the server says is in the error: %v", err)
			}
		})
	}
}

func TestTheSameServerWithoutLiesLetsIn(t *testing.T) {
	t.Parallel()
	ref := func() [][]byte { // a reference beside the entry is no harm
		return [][]byte{element(reference, text("ldap://elsewhere/")), entry(jane, "uid", "jane", "mail", "not an address"), result(searchDone, 0, "")}
	}
	id, err := open(t, bare(serve(t, scripted(goodBind, ref)))).Authenticate(t.Context(), "jane", "pa55word")
	if err != nil || id.UserName != "jane" || id.Subject != jane || id.Email != "" {
		t.Errorf("%+v, %v", id, err)
	}
}

func TestAServerThatNeverAnswersIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(net.Conn){
		"says nothing": func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"never reads":  func(net.Conn) { <-t.Context().Done() },
		"says a byte a while": func(c net.Conn) {
			pace := time.NewTicker(quick / 5)
			defer pace.Stop()
			for _, b := range message(number(0x02, 1), goodSearch()[0]) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				<-pace.C
			}
		},
		"stops after the search": scripted(func() [][]byte { <-t.Context().Done(); return nil }, goodSearch),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := bare(serve(t, answer))
			c.ReadTimeout = quick
			if _, err := open(t, c).Authenticate(t.Context(), "jane", "pa55word"); roster.KindOf(err) != roster.Unavailable {
				t.Errorf("%v", err)
			}
			c.StartTLS, c.ConnectionTimeout = true, quick
			if _, err := open(t, c).Authenticate(t.Context(), "jane", "pa55word"); roster.KindOf(err) != roster.Unavailable {
				t.Errorf("with StartTLS: %v", err)
			}
		})
	}
}

func TestTLSThatDoesNotBeginIsNoConnection(t *testing.T) {
	t.Parallel()
	var asked atomic.Bool
	begin := func(answer []byte) func(net.Conn) {
		return func(c net.Conn) {
			if _, err := ber.ReadPacket(c); err != nil {
				return
			}
			_, _ = c.Write(answer)
			rest, _ := io.ReadAll(c)
			if bytes.Contains(rest, []byte("pa55word")) {
				asked.Store(true)
			}
		}
	}
	good := message(number(0x02, 1), result(0x78, 0, ""))
	for name, answer := range map[string][]byte{
		"refused":                message(number(0x02, 1), result(0x78, 2, "")),
		"answered by a bind":     message(number(0x02, 1), result(bindResponse, 0, "")),
		"answered by garbage":    []byte("garbage"),
		"answered by nothing":    element(0x30),
		"no TLS after it":        append(bytes.Clone(good), "garbage, and more of it"...),
		"more in the same piece": append(bytes.Clone(good), message(number(0x02, 1), result(bindResponse, 0, ""))...),
	} {
		c := bare(serve(t, begin(answer)))
		c.StartTLS, c.InsecureSkipVerify = true, true
		if _, err := open(t, c).Authenticate(t.Context(), "jane", "pa55word"); roster.KindOf(err) != roster.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	if asked.Load() {
		t.Error("a password was sent in the clear")
	}
}

func TestASlowDirectoryHoldsOnlySoManyCallersUp(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	var at atomic.Int64
	slow := func() [][]byte {
		at.Add(1)
		<-stop
		return [][]byte{result(searchDone, 0, "")}
	}
	l := open(t, bare(serve(t, scripted(goodBind, slow))))
	const callers, inside = 200, 16 + 64
	answers := make(chan error, callers)
	for range callers {
		go func() {
			_, err := l.Authenticate(t.Context(), "jane", "pa55word")
			answers <- err
		}()
	}
	for range callers - inside { // these at once, though nobody is answered yet
		err := <-answers
		if roster.KindOf(err) != roster.Unavailable || roster.All(err)[0].RetryAfter == 0 {
			t.Errorf("%v", err)
		}
	}
	close(stop)
	for range inside {
		if err := <-answers; roster.KindOf(err) != roster.Unauthenticated {
			t.Errorf("who waited: %v", err)
		}
	}
}

func TestADirectoryThatIsAwayIsTriedByOneCallerAtATime(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	release := make(chan struct{})
	url := serve(t, func(c net.Conn) {
		if connections.Add(1) > 1 {
			<-release
		}
	})
	l := open(t, bare(url))
	if _, err := l.Authenticate(t.Context(), "jane", "pa55word"); roster.KindOf(err) != roster.Unavailable {
		t.Fatalf("%v", err)
	}
	first := make(chan error)
	go func() {
		_, err := l.Authenticate(t.Context(), "jane", "pa55word")
		first <- err
	}()
	for connections.Load() < 2 {
		runtime.Gosched()
	}
	for range 20 {
		if _, err := l.Authenticate(t.Context(), "jane", "pa55word"); roster.KindOf(err) != roster.Unavailable {
			t.Errorf("%v", err)
		}
	}
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections", n)
	}
	close(release)
	<-first
}

func TestARealmWhoseOwnPasswordIsWrongDoesNotLockItsAccount(t *testing.T) {
	t.Parallel()
	var binds atomic.Int64
	now := time.Now()
	var ahead atomic.Int64
	c := bare(serve(t, scripted(func() [][]byte {
		binds.Add(1)
		return [][]byte{result(bindResponse, 49, "")}
	}, goodSearch)))
	c.SystemUser, c.SystemPassword = "cn=roster,dc=x", "system secret"
	l, err := realm.NewLDAP(c, func() time.Time { return now.Add(time.Duration(ahead.Load())) })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	try := func(want int64) {
		t.Helper()
		for range 5 {
			if _, err := l.Authenticate(t.Context(), "jane", "pa55word"); roster.KindOf(err) != roster.Unavailable {
				t.Errorf("%v", err)
			}
		}
		if n := binds.Load(); n != want {
			t.Errorf("%d binds, want %d", n, want)
		}
	}
	try(1)
	ahead.Store(int64(31 * time.Second))
	try(2)
}

func TestAServerThatComesBackIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	var away atomic.Bool
	away.Store(true)
	url := serve(t, func(c net.Conn) {
		if !away.Load() {
			scripted(goodBind, goodSearch)(c)
		}
	})
	l := open(t, bare(url))
	if _, err := l.Authenticate(t.Context(), "jane", "pa55word"); roster.KindOf(err) != roster.Unavailable {
		t.Fatalf("%v", err)
	}
	away.Store(false)
	for range 3 {
		if _, err := l.Authenticate(t.Context(), "jane", "pa55word"); err != nil {
			t.Error(err)
		}
	}
}

func TestAConnectionThatEndedWhileItLayIdleIsReplaced(t *testing.T) {
	t.Parallel()
	l := open(t, bare(serve(t, func(c net.Conn) {
		var served int
		scripted(func() [][]byte { served++; return goodBind() }, func() [][]byte {
			if served++; served > 1 {
				return nil // closes instead of a second answer
			}
			return goodSearch()
		})(c)
	})))
	for range 4 {
		if _, err := l.Authenticate(t.Context(), "jane", "pa55word"); err != nil {
			t.Error(err)
		}
	}
}

func TestAnUnknownNameCostsABindLikeAWrongPassword(t *testing.T) {
	t.Parallel()
	for name, search := range map[string]func() [][]byte{
		"known": goodSearch, "unknown": always(result(searchDone, 0, "")),
		"twice": always(entry(jane), entry(jane), result(searchDone, 0, "")),
	} {
		var requests atomic.Int64
		count := func(answer func() [][]byte) func() [][]byte {
			return func() [][]byte { requests.Add(1); return answer() }
		}
		c := bare(serve(t, scripted(count(always(result(bindResponse, 49, ""))), count(search))))
		c.GroupBaseDN = "dc=x"
		if _, err := open(t, c).Authenticate(t.Context(), "jane", "pa55word"); roster.KindOf(err) != roster.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
		if n := requests.Load(); n != 2 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

func TestGroupsThatAreCutOffAreAnError(t *testing.T) {
	t.Parallel()
	searches := 0
	c := bare(serve(t, scripted(goodBind, func() [][]byte {
		if searches++; searches == 1 {
			return goodSearch()
		}
		return [][]byte{entry("cn=a,dc=x", "cn", "a"), result(searchDone, 4, "")}
	})))
	c.GroupBaseDN = "dc=x"
	if id, err := open(t, c).Authenticate(t.Context(), "jane", "pa55word"); roster.KindOf(err) != roster.Unavailable {
		t.Errorf("%+v, %v", id, err)
	}
}

func TestWhatIsNoProofIsNotEvenSent(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	l := open(t, bare(serve(t, func(c net.Conn) {
		connections.Add(1)
		scripted(goodBind, goodSearch)(c) // as a server does that takes an empty password for nobody's
	})))
	for _, try := range [][2]string{{"jane", ""}, {"jane", "\x00"}, {"jane", "\x00pa55word"}, {"jane", "\xff"}, {"", "pa55word"}, {" ", "pa55word"}, {"jane\x00", "pa55word"}} {
		if _, err := l.Authenticate(t.Context(), try[0], try[1]); roster.KindOf(err) != roster.Unauthenticated {
			t.Errorf("%q: %v", try, err)
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections", n)
	}
}

func TestTheNextServerIsAskedWhereOneCannotAnswer(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(net.Conn){
		"is busy":        scripted(always(result(bindResponse, 51, "")), goodSearch),
		"is unavailable": scripted(goodBind, always(result(searchDone, 52, ""))),
		"closes":         func(net.Conn) {},
		"talks nonsense": func(c net.Conn) { _, _ = io.WriteString(c, "nonsense") },
	} {
		c := bare(serve(t, answer))
		c.URLs = append(c.URLs, serve(t, scripted(goodBind, goodSearch)))
		if id, err := open(t, c).Authenticate(t.Context(), "jane", "pa55word"); err != nil || id.UserName != "jane" {
			t.Errorf("%s: %+v, %v", name, id, err)
		}
	}
}
