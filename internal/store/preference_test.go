package store

import (
	"testing"

	"roster"
	"roster/internal/directory"
)

func TestEqualPreferencesHaveOneText(t *testing.T) {
	t.Parallel()
	email, sms := roster.ServiceEmail, roster.ServiceSMS
	for want, prefs := range map[string][]roster.Preference{
		"":               {{Type: roster.TypeDigest}},
		"failures=email": {{Type: roster.TypeFailures, Services: []roster.Service{email, email}}},
		"failures=email,sms+5 digest=email pages=": {
			{Type: roster.TypePages},
			{Type: roster.TypeDigest, Services: []roster.Service{email}, Delays: []roster.Delay{{Service: sms, Minutes: 7}, {Service: email}}},
			{Type: roster.TypeFailures, Services: []roster.Service{sms, email}, Delays: []roster.Delay{{Service: sms, Minutes: 5}}},
		},
		"pages=push,call+1440": {{Type: roster.TypePages, Services: []roster.Service{roster.ServiceCall, roster.ServicePush}, Delays: []roster.Delay{{Service: roster.ServiceCall, Minutes: roster.MaxDelay}}}},
	} {
		if got := preferenceText(prefs); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// FuzzStoredPreferencesAreInTheirFormOrRefused asks that a text is refused, or is the form of what
// it reads as.
func FuzzStoredPreferencesAreInTheirFormOrRefused(f *testing.F) {
	for _, text := range []string{
		"", "failures=email", "failures=email,sms+5 digest=email pages=", "pages=call+1440", "digest=email failures=email", "failures=sms,email", "failures=email,email",
		"failures=", "failures", "=", "weather=email", "failures=fax", "failures=email+0", "failures=email+05", "failures=email+-1", "failures=email+1441", "failures=email+x",
		" failures=email", "failures=email  digest=email", "failures=email failures=sms", "failures=email,", "failures=+5", "\xff",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		prefs, err := parsePreferences(text)
		if err != nil {
			return
		}
		if again := preferenceText(prefs); again != text {
			t.Errorf("%q is read as %v, which is %q", text, prefs, again)
		}
		for _, p := range prefs {
			for _, d := range p.Delays {
				if d.Minutes < 1 || d.Minutes > roster.MaxDelay {
					t.Errorf("%q has a delay of %d minutes", text, d.Minutes)
				}
			}
		}
		if sorted := preferenceText(directory.SortPreferences(prefs)); sorted != text {
			t.Errorf("%q is %q when it is sorted", text, sorted)
		}
	})
}

func TestStoredPreferencesOfAnotherFormAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"digest=email failures=email", "failures=", "failures=email+0", "failures=email+1441", "weather=email", "failures=fax", " failures=email"} {
		if prefs, err := parsePreferences(text); err == nil {
			t.Errorf("%q is read as %v", text, prefs)
		}
	}
}
