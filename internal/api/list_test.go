package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// page is a page of a list.
type page struct {
	Items          []map[string]any
	Next           *string
	Total          *int
	TotalIsAtLeast *bool
}

// pageOf requests a page as the named caller.
func pageOf(t testing.TB, e *dialecttest.Env, as, path string) page {
	t.Helper()
	w := e.Do(t, as, "GET "+path)
	var p page
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s is answered %d %s", path, w.Code, w.Body)
	}
	return p
}

// walk requests all pages, and returns the values of a member in the order in which they came.
func walk(t testing.TB, e *dialecttest.Env, as, path, member string) []string {
	t.Helper()
	var all []string
	for cursor, pages := "", 0; ; pages++ {
		p := pageOf(t, e, as, path+cursor)
		for _, item := range p.Items {
			all = append(all, fmt.Sprint(item[member]))
		}
		if p.Next == nil || pages == 100 {
			return all
		}
		cursor = "&cursor=" + *p.Next
	}
}

// crowd creates users u00 to u24 and groups g0 to g9, besides those of staff.
func crowd(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	staff(t, e)
	for i := range 25 {
		in := directory.NewUser{UserName: fmt.Sprintf("u%02d", i), DisplayName: fmt.Sprintf("Person %c", 'z'-i), Email: fmt.Sprintf("m%02d@example.com", 24-i)}
		if i%5 == 0 {
			in.Groups = []roster.Ref{{Name: "Acme"}}
		}
		if i == 7 {
			in.ExternalID, in.Title, in.Teams, in.Department = "HR-7", "Clerk", []roster.Ref{{Name: "Storage"}}, roster.Ref{Name: "Operations"}
		}
		e.User(t, in)
	}
	for i := range 10 {
		e.Group(t, fmt.Sprintf("g%d", i))
	}
}

// busy is crowd with several events, jobs, sessions, contact methods, and entries on a check group.
func busy(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	crowd(t, e)
	const boss = "boss:" + password
	answers(t, e, boss, "POST /api/v1/check-groups"+sendJSON+`{"displayName":"Night"}`, http.StatusCreated)
	for i := range 7 {
		send := func(method, path, body string, status int) {
			answers(t, e, boss, method+" /api/v1"+path+sendJSON+fmt.Sprintf(body, i), status)
		}
		send("POST", "/events", `{"title":"event %d","status":"`+[]string{"failure", "success"}[i%2]+`"}`, http.StatusCreated)
		send("POST", "/users", `{"userName":"w%[1]d","email":"w%[1]d@example.com","sendWelcomeEmail":true}`, http.StatusCreated)
		send("POST", "/users/boss/contact-methods", `{"service":"email","address":"boss%d@example.com"}`, http.StatusCreated)
		send("PUT", "/check-groups/night/permissions", `{"user":"u0%d","accessLevel":"readonly"}`, http.StatusOK)
		answers(t, e, boss, "POST /api/v1/sessions", http.StatusCreated)
	}
}

// numbered returns the names for the numbers from from to to, formatted with format.
func numbered(format string, from, to, step int) []string {
	var all []string
	for i := from; i != to; i += step {
		all = append(all, fmt.Sprintf(format, i))
	}
	return all
}

func TestListsAreReadPageByPage(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(crowd)(t, e)
	query := func(text string) string { return url.QueryEscape(e.Fill(text)) }
	ours := `filter=` + query(`userName sw "u" and not (userName eq "user")`)
	inAcme := []string{"ann", "bob", "cat", "u00", "u05", "u10", "u15", "u20"}
	for name, c := range map[string]struct {
		path, member string
		want         []string
	}{
		"groups":                         {"/groups?limit=3&filter=" + query(`displayName sw "g"`), "displayName", numbered("g%d", 0, 10, 1)},
		"groups one by one":              {"/groups?limit=1&fields=displayName", "displayName", append([]string{"Network", "Acme"}, numbered("g%d", 0, 10, 1)...)},
		"groups as many as there are":    {"/groups?limit=12", "displayName", append([]string{"Network", "Acme"}, numbered("g%d", 0, 10, 1)...)},
		"teams":                          {"/teams?limit=1", "displayName", []string{"Cloud DevOps", "Storage"}},
		"roles":                          {"/roles?limit=2&filter=" + query(`shipped eq true and permissions eq "graze_login"`), "displayName", []string{"Super User", "Administrator", "Manager", "Grazer"}},
		"departments":                    {"/departments?limit=1", "displayName", []string{"Operations"}},
		"members":                        {"/groups/{group Acme}/members?limit=3", "userName", inAcme},
		"users by number":                {"/users?limit=7&" + ours, "userName", numbered("u%02d", 0, 25, 1)},
		"users by number, descending":    {"/users?limit=7&sort=-number&" + ours, "userName", numbered("u%02d", 24, -1, -1)},
		"users by name, descending":      {"/users?limit=7&sort=-userName&" + ours, "userName", numbered("u%02d", 24, -1, -1)},
		"users by address":               {"/users?limit=7&sort=email&" + ours, "userName", numbered("u%02d", 24, -1, -1)},
		"users of a group":               {"/users?limit=2&fields=userName&filter=" + query(`groups eq "{group Acme}"`), "userName", inAcme},
		"users of a group that are more": {"/users?limit=2&filter=" + query(`groups eq "{group Acme}" and userName gt "u09"`), "userName", []string{"u10", "u15", "u20"}},
		"users of a word":                {"/users?limit=1&search=" + query("pers Z"), "userName", []string{"u00"}},
		"users of a prefix":              {"/users?limit=7&search=pers", "userName", numbered("u%02d", 0, 25, 1)},
		"a user by name":                 {"/users?filter=" + query(`USERNAME EQ "U07"`), "userName", []string{"u07"}},
		"a user by address":              {"/users?filter=" + query(`email eq "M07@example.com"`), "userName", []string{"u17"}},
		"a user by id":                   {"/users?filter=" + query(`id eq "{user u03}"`), "userName", []string{"u03"}},
		"a user by two":                  {"/users?filter=" + query(`id eq "{user u03}" and userName eq "u04"`), "userName", nil},
		"users by one or another":        {"/users?filter=" + query(`userName eq "u03" or userName eq "u04"`), "userName", []string{"u03", "u04"}},
		"users by role":                  {"/users?filter=" + query(`roles pr and not (hasPassword eq true)`), "userName", []string{"admin", "super"}},
		"users of a group by its name":   {"/users?limit=3&filter=" + query(`groups eq "ACME"`), "userName", inAcme},
		"users of a group by its id":     {"/users?limit=3&filter=" + query(`groups.id eq "{group Acme}"`), "userName", inAcme},
		"users of a group's part":        {"/users?limit=3&filter=" + query(`groups[displayName sw "ac" and id eq "{group Acme}"]`), "userName", inAcme},
		"users of no group":              {"/users?filter=" + query(`groups eq "Storage"`), "userName", nil},
		"users of a team by its name":    {"/users?filter=" + query(`teams eq "storage"`), "userName", []string{"u07"}},
		"users of a primary group":       {"/users?limit=3&filter=" + query(`primaryGroup.displayName eq "acme" or primaryGroup eq "{group Acme}"`), "userName", nil},
		"users of a department":          {"/users?filter=" + query(`department eq "operations" and department.id pr`), "userName", []string{"u07"}},
		"users of a title":               {"/users?filter=" + query(`title eq "clerk" or title sw "head"`), "userName", []string{"u07"}},
		"users of a role":                {"/users?filter=" + query(`roles eq "super user"`), "userName", []string{"admin", "super"}},
		"an externalId with blanks":      {"/users?filter=" + query(`externalId eq " HR-7 "`), "userName", []string{"u07"}},
		"a user by id with blanks":       {"/users?filter=" + query(`id eq " {user u03} "`), "userName", []string{"u03"}},
		"users of a group with blanks":   {"/users?limit=3&filter=" + query(`groups.id eq " {group Acme} "`), "userName", inAcme},
		"users of a group, with blanks":  {"/users?limit=3&filter=" + query(`groups eq " {group Acme} "`), "userName", inAcme},
		"a time in the first year":       {"/users?filter=" + query(`joinedAt gt "0001-01-01T00:00:00Z" and userName eq "u03"`), "userName", []string{"u03"}},
		"an externalId in another case":  {"/users?filter=" + query(`externalId eq "hr-7"`), "userName", nil},
		"groups by name":                 {"/groups?limit=3&sort=displayName", "displayName", append(append([]string{"Acme"}, numbered("g%d", 0, 10, 1)...), "Network")},
		"groups by name, descending":     {"/groups?limit=3&sort=-displayName", "displayName", append(append([]string{"Network"}, numbered("g%d", 9, -1, -1)...), "Acme")},
		"groups by number, descending":   {"/groups?limit=3&sort=-number", "displayName", append(numbered("g%d", 9, -1, -1), "Acme", "Network")},
		"some groups by name":            {"/groups?limit=1&sort=-displayName&filter=" + query(`displayName lt "g3"`), "displayName", []string{"g2", "g1", "g0", "Acme"}},
		"teams by name, descending":      {"/teams?limit=1&sort=-displayName", "displayName", []string{"Storage", "Cloud DevOps"}},
		"teams by service":               {"/teams?filter=" + query(`services pr`), "displayName", nil},
		"roles by name":                  {"/roles?limit=2&sort=displayName", "displayName", []string{"Administrator", "Customer", "Grazer", "Manager", "Operator", "REST LAM Sender", "Super User"}},
		"departments by name":            {"/departments?limit=1&sort=displayName", "displayName", []string{"Operations"}},
		"users without an address":       {"/users?filter=" + query(`userName sw "u" and not (email pr)`), "userName", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := walk(t, e, "Bearer {token read}", "/api/v1"+c.path+and(c.path), c.member); !slices.Equal(got, c.want) {
				t.Errorf("the list is %v, want %v", got, c.want)
			}
		})
	}
}

// and appends ? or & to a path, so that a parameter can follow.
func and(path string) string {
	if strings.Contains(path, "?") {
		return ""
	}
	return "?"
}

func TestAComparisonMeansTheSameAloneAndBesideOneThatIsFalse(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(crowd)(t, e)
	for text, want := range map[string][]string{
		`externalId eq "HR-7"`: {"u07"}, `externalId eq "hr-7"`: nil, `userName eq "U07"`: {"u07"}, `email eq "M07@EXAMPLE.com"`: {"u17"},
		`id eq "{user u07}"`: {"u07"}, strings.ToUpper(e.Fill(`id eq "{user u07}"`)): {"u07"}, `groups eq "{group Network}"`: {"out"}, `groups eq "network"`: {"out"}, `groups eq "Storage"`: nil,
		`teams eq "STORAGE"`: {"u07"}, `teams.id eq "{team Storage}"`: {"u07"}, `groups.id eq "{team Storage}"`: nil, `groups eq ""`: nil,
	} {
		text = e.Fill(text)
		for _, filter := range []string{text, text + ` or userName eq "zz"`, `not (not (` + text + `))`} {
			if got := walk(t, e, "Bearer {token read}", "/api/v1/users?filter="+url.QueryEscape(filter), "userName"); !slices.Equal(got, want) {
				t.Errorf("%s finds %v, want %v", filter, got, want)
			}
		}
	}
}

func TestAListIsCountedWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(busy)(t, e)
	for _, list := range []string{
		"/users?", "/users?sort=-userName&", "/users?search=pers&", `/users?filter=userName sw "u" and active eq true&`, `/users?filter=displayName co "son"&`,
		`/users?filter=groups eq "acme"&`, `/users?search=pers&filter=groups eq "acme"&`, `/users?filter=id eq "x"&`, "/groups?", `/groups?filter=memberCount gt 0&`, "/teams?",
		`/teams?filter=services pr&`, "/roles?sort=displayName&", "/departments?", "/realms?", "/checks?", "/check-groups?", "/tokens?", "/audit?", "/events?", "/events?status=failure&", "/events?matched=false&", "/events?from=2030-01-01T00:00:00Z&",
		"/jobs?", "/jobs?state=ready&", "/jobs?state=running&", "/jobs?state=buried&", "/groups/acme/members?", "/teams/storage/members?", "/users/boss/sessions?", "/sessions?", "/users/boss/contact-methods?",
		"/check-groups/night/permissions?", `/audit?filter=action sw "user"&`,
	} {
		path := "/api/v1" + strings.ReplaceAll(list, " ", "%20")
		for _, as := range []string{"boss:" + password, "Bearer {token acme}"} {
			if w := e.Do(t, as, "GET "+path); as != "boss:"+password && w.Code != http.StatusOK {
				continue // not everybody sees everything
			}
			all := walk(t, e, as, path+"limit=1000", "id")
			for p, cursor := pageOf(t, e, as, path+"limit=3"), ""; ; {
				counted := pageOf(t, e, as, path+"limit=3&count=true"+cursor)
				if p.Total != nil || counted.Total == nil || *counted.Total != len(all) || counted.TotalIsAtLeast != nil {
					t.Errorf("%s has the total %v without being asked, and %v (at least: %v) if asked, want %d", list, p.Total, counted.Total, counted.TotalIsAtLeast, len(all))
				}
				if p.Next == nil || cursor != "" {
					break
				}
				cursor = "&cursor=" + *p.Next
				p = pageOf(t, e, as, path+"limit=3"+cursor)
			}
		}
	}
	answers(t, e, "boss:"+password, "GET /api/v1/users?count=yes", http.StatusBadRequest)
}

func TestWhoIsLimitedToGroupsListsTheirPeople(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(crowd)(t, e)
	for _, path := range []string{"/users?limit=2", "/users?limit=2&sort=userName", "/groups/{group Acme}/members?limit=2"} {
		if got, want := walk(t, e, "Bearer {token acme}", "/api/v1"+path, "userName"), []string{"ann", "bob", "cat", "u00", "u05", "u10", "u15", "u20"}; !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", path, got, want)
		}
	}
}

func TestACursorIsGoodForItsListOnly(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(crowd)(t, e)
	const as, wrong = "Bearer {token read}", "is not one of this list with these parameters"
	groups := *pageOf(t, e, as, "/api/v1/groups?limit=1").Next
	users := *pageOf(t, e, as, "/api/v1/users?limit=1&sort=userName").Next
	rejected := func(name, path string) {
		t.Run(name, func(t *testing.T) {
			w := e.Do(t, as, "GET /api/v1"+path)
			if !strings.Contains(w.Body.String(), `"errors":[{"parameter":"cursor","detail":"`+wrong+`"}]`) || w.Code != http.StatusBadRequest {
				t.Errorf("%s is answered %d %s", path, w.Code, w.Body)
			}
		})
	}
	rejected("another list", "/teams?cursor="+groups)
	rejected("another filter", "/groups?filter=active+eq+true&cursor="+groups)
	rejected("another order", "/users?sort=-userName&cursor="+users)
	rejected("no order", "/users?cursor="+users)
	rejected("another group's members", "/groups/{group Network}/members?cursor="+*pageOf(t, e, as, "/api/v1/groups/{group Acme}/members?limit=1").Next)
	rejected("an end that is cut off", "/groups?cursor="+groups[:len(groups)-3])
	var list struct {
		List string          `json:"l"`
		Key  json.RawMessage `json:"k"`
	}
	text, err := base64.RawURLEncoding.DecodeString(groups)
	if err != nil || json.Unmarshal(text, &list) != nil {
		t.Fatalf("the cursor is %s", text)
	}
	for name, key := range map[string]string{"another kind of place": `"x"`, "no place": `null`, "half a number": `1.5`, "an object": `{}`} {
		forged, _ := json.Marshal(map[string]any{"l": list.List, "k": json.RawMessage(key)})
		rejected(name, "/groups?cursor="+base64.RawURLEncoding.EncodeToString(forged))
	}
	if got := pageOf(t, e, as, "/api/v1/groups?limit=5&fields=id&cursor="+groups); len(got.Items) != 5 {
		t.Errorf("with another limit and other fields the page has %d records", len(got.Items))
	}
}

func TestAForgedPlaceWithANULIsRefusedBeforeAnEngineSeesIt(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	described(crowd)(t, e)
	as := "boss:" + password
	e.Token(t, directory.NewToken{Name: "another", Access: roster.AccessRead})
	next := *pageOf(t, e, as, "/api/v1/tokens?limit=1").Next
	text, _ := base64.RawURLEncoding.DecodeString(next)
	before, _, _ := strings.Cut(string(text), `"k":`)
	forged := base64.RawURLEncoding.EncodeToString([]byte(before + `"k":"\u0000"}`))
	answers(t, e, as, "GET /api/v1/tokens?limit=1&cursor="+forged, http.StatusBadRequest)
}

func TestTheLongestNamesAreListedPageByPage(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	staff(t, e)
	for _, name := range []string{strings.Repeat("<", 254), strings.Repeat("\u20dd", 254), strings.Repeat("😀", 254)} {
		for _, n := range []string{"1", "2"} {
			e.User(t, directory.NewUser{UserName: name + n, DisplayName: name + n})
			e.Group(t, name+n)
		}
	}
	for _, list := range []string{"users?sort=userName", "users?sort=-userName", "users?sort=displayName", "groups?sort=displayName", "groups?sort=number"} {
		path := "/api/v1/" + list + "&limit="
		if single, whole := walk(t, e, "boss:"+password, path+"1", "id"), walk(t, e, "boss:"+password, path+"100", "id"); !slices.Equal(single, whole) || len(whole) < 6 {
			t.Errorf("%s: one at a time %d are found, at once %d", list, len(single), len(whole))
		}
	}
}

func TestAListThatTakesMuchWorkToCompareHasShorterPages(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	staff(t, e)
	for i := range 300 {
		e.Group(t, fmt.Sprint(strings.Repeat("😀", 250), i))
		e.User(t, directory.NewUser{UserName: fmt.Sprint(i), DisplayName: fmt.Sprint(strings.Repeat("😀", 250), i)})
	}
	for _, list := range []string{"groups", "users"} {
		const few = `displayName ew "😀7"`
		want := walk(t, e, "boss:"+password, "/api/v1/"+list+"?filter="+url.QueryEscape(few), "id")
		path := "/api/v1/" + list + "?filter=" + url.QueryEscape(few+strings.Repeat(` or displayName co "q"`, 49))
		page := pageOf(t, e, "boss:"+password, path)
		if got := walk(t, e, "boss:"+password, path, "id"); !slices.Equal(got, want) || len(got) == 0 || page.Next == nil {
			t.Errorf("%s: the first page has %d of %d, and all have %v", list, len(page.Items), len(want), got)
		}
		if page := pageOf(t, e, "boss:"+password, path+"&count=true"); page.Total == nil || *page.Total > len(want) || page.TotalIsAtLeast == nil {
			t.Errorf("%s: the total is %v, of %d", list, page.Total, len(want))
		}
	}
}
