package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
)

func TestWhoIsToBeToldBySMSMayGiveANumberOnThePageBehindTheLink(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	made, err := e.svc.CreateUser(t.Context(), e.system(), directory.NewUser{
		UserName: "grace", Email: "grace@example.org",
		Preferences: roster.Some([]roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceSMS}}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	link, err := e.svc.IssueLink(t.Context(), e.system(), directory.NewLink{
		User: directory.UserSelector{ID: made.ID}, Purpose: roster.LinkWelcome, ByEmail: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	path := "/set-password/" + link.Secret
	send := func(phone string) answer {
		form := url.Values{"password": {goodPassword}, "phone": {phone}}
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return e.do(r)
	}
	e.get(path).want(t, 200, "Phone number for SMS")
	bad := send("12")
	bad.want(t, 422, "This must be a phone number with its country")
	if !strings.Contains(bad.body, `aria-describedby="phone-fault phone-hint"`) {
		t.Errorf("the fault is not beside the field: %s", bad.body)
	}
	send(" +44 20 7946 0958 ").want(t, 200, "Your password is set")
	u, err := e.svc.GetUser(t.Context(), e.system(), directory.UserSelector{ID: made.ID})
	if err != nil {
		t.Fatal(err)
	}
	phones := 0
	for _, c := range u.ContactMethods {
		if c.Service == roster.ServiceSMS && c.Address == "+442079460958" && c.ConfirmedAt.IsZero() {
			phones++
		}
	}
	if phones != 1 || u.ManagedBy.Reach != roster.FaceWeb {
		t.Errorf("contact methods %+v, managed by %s", u.ContactMethods, u.ManagedBy.Reach)
	}
}

func TestNobodyElseIsAskedForANumber(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	if a := e.get(e.link("grace", "Grace Hopper")); strings.Contains(a.body, "phone") {
		t.Errorf("the page asks for a phone number: %s", a.body)
	}
}
