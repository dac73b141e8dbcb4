package phone

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

var update = flag.Bool("update", false, "take the plans anew from the library")

// oracle returns what the library reads in a text.
func oracle(text, country string) (Number, bool) {
	n, err := phonenumbers.Parse(text, country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return Number{}, false
	}
	return Number{phonenumbers.Format(n, phonenumbers.E164), n.GetExtension() != ""}, true
}

// same compares with the library.
func same(t *testing.T, text, country string) {
	t.Helper()
	want, valid := oracle(text, country)
	if got, ok := Parse(text, country); got != want || ok != valid {
		t.Errorf("Parse(%q, %q) is %v %v, the library's is %v %v", text, country, got, ok, want, valid)
	}
}

// lengths writes lengths in the form of a plan.
func lengths(all []int32) string {
	if len(all) == 0 {
		return ""
	}
	return "," + strings.ReplaceAll(strings.Trim(fmt.Sprint(all), "[]"), " ", ",") + ","
}

// written returns the library's plans, a line each, by calling code, the main country first.
func written(t *testing.T) []byte {
	t.Helper()
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for _, m := range all.GetMetadata() {
		general := m.GetGeneralDesc()
		f := []string{
			m.GetId(), fmt.Sprint(m.GetCountryCode()), m.GetInternationalPrefix(), m.GetNationalPrefixForParsing(), m.GetNationalPrefixTransformRule(),
			m.GetLeadingDigits(), lengths(general.GetPossibleLength()), lengths(general.GetPossibleLengthLocalOnly()), general.GetNationalNumberPattern(),
		}
		for _, kind := range []*phonenumbers.PhoneNumberDesc{
			m.GetFixedLine(), m.GetMobile(), m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(), m.GetPersonalNumber(), m.GetVoip(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
		} {
			if kind.GetNationalNumberPattern() != "" {
				f = append(f, lengths(kind.GetPossibleLength()), kind.GetNationalNumberPattern())
			}
		}
		lines[fmt.Sprint(m.GetCountryCode(), " ", m.GetId())] = strings.Join(f, "\t") + "\n"
	}
	var text bytes.Buffer
	for _, code := range slices.Sorted(maps.Keys(phonenumbers.GetSupportedCallingCodes())) {
		for _, country := range phonenumbers.GetRegionCodesForCountryCode(code) {
			text.WriteString(lines[fmt.Sprint(code, " ", country)])
		}
	}
	return text.Bytes()
}

func TestThePlansAreTheLibrarys(t *testing.T) {
	want := written(t)
	if *update {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(want)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("plans.txt.gz", b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		packed = b.Bytes()
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the plans are not the library's: go test ./internal/phone -update")
	}
	for country := range phonenumbers.GetSupportedRegions() {
		if !Known(country) {
			t.Errorf("%s has no plan", country)
		}
	}
	if len(all().byCountry) != len(phonenumbers.GetSupportedRegions()) {
		t.Errorf("there are %d countries, the library has %d", len(all().byCountry), len(phonenumbers.GetSupportedRegions()))
	}
}

func TestEveryPlanCanBeUsed(t *testing.T) {
	t.Parallel()
	for code, same := range all().byCode {
		for _, p := range same {
			if p.code != code || p.min < minNational || p.max < p.min || len(p.kinds) == 0 {
				t.Errorf("the plan of %s %s is %+v", p.country, code, p)
			}
			patterns := []string{p.abroad, p.trunk, p.begins, p.any}
			for _, k := range p.kinds {
				patterns = append(patterns, k.pattern)
			}
			for _, pattern := range patterns {
				if _, err := regexp.Compile("^(?:" + pattern + ")$"); err != nil {
					t.Errorf("the plan of %s %s: %v", p.country, code, err)
				}
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		_, _ = Parse("020 7946 0958", "GB")
	}
}

// examples visits an example of every country and kind.
func examples(visit func(country string, n *phonenumbers.PhoneNumber)) {
	for _, country := range slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())) {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			if n := phonenumbers.GetExampleNumberForType(country, kind); n != nil {
				visit(country, n)
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(phonenumbers.GetSupportedGlobalNetworkCallingCodes())) {
		visit("GB", phonenumbers.GetExampleNumberForNonGeoEntity(code))
	}
}

func TestEveryCountrysNumbersAreReadAsTheLibraryReadsThem(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	countries := append(slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())), "", "ZZ", "gb")
	count := 0
	examples(func(country string, n *phonenumbers.PhoneNumber) {
		count++
		e164 := phonenumbers.Format(n, phonenumbers.E164)
		forms := []string{
			e164, phonenumbers.Format(n, phonenumbers.INTERNATIONAL), phonenumbers.Format(n, phonenumbers.NATIONAL), phonenumbers.Format(n, phonenumbers.RFC3966),
			e164[1:], "00" + e164[1:], "011" + e164[1:], "+" + e164, "0" + phonenumbers.GetNationalSignificantNumber(n), phonenumbers.GetNationalSignificantNumber(n),
			phonenumbers.FormatOutOfCountryCallingNumber(n, country), "1" + e164[1:], e164 + " ext. 12", e164 + "x7", e164 + "0", e164[:len(e164)-1],
		}
		for range 8 {
			form := []byte(forms[random.IntN(len(forms))])
			form[random.IntN(len(form))] = "0123456789+ -"[random.IntN(13)]
			forms = append(forms, string(form))
		}
		for _, form := range forms {
			same(t, form, country)
			same(t, form, countries[random.IntN(len(countries))])
		}
	})
	if count < 1000 {
		t.Errorf("only %d numbers were looked at", count)
	}
}

// odd are texts in uncommon forms.
var odd = []string{
	"", "0", "12", "123", "+", "++", "+0", "+1", "+12", "x", "tel:+44-20-7946-0958", "tel:7946-0958;phone-context=+44-20", "tel:020-7946-0958;phone-context=example.com;x=y",
	"7946;phone-context=", "7946;phone-context=+", "7946;phone-context=;", "a;phone-context=tel:+44;b", "+44 20 7946 0958;isub=12", "(020) 7946-0958 x302/x2303", "020 7946 0958 / x7",
	"1-800-FLOWERS", "1-800-FLOWERS ext 5", "0800 TAXI", "٠٢٠٧٩٤٦٠٩٥٨", "۰۲۰۷۹۴۶۰۹۵۸", "０２０７９４６０９５８", "＋４４２０７９４６０９５８", "०२०७९४६०९५८", "+४४ 2079460958", "+44 (0)20 7946 0958",
	"call 020 7946 0958 now", "020 7946 0958.", "020 7946 0958#", "020 7946 0958,,12", "020 7946 0958;12", "020\x007946", "020 7946 0958\n", "011 54 9 11 8765 4321", "0054 9 11 8765 4321", "011 15 8765-4321",
	"0 15 11 8765 4321", "+39 06 1234 5678", "+390612345678", "06 1234 5678", "+5511961234567", "0 15 11 96123 4567", "+800 1234 5678", "+979 123 456 789", "+882 1234 5678", "+1 242 365 1234", "+7 701 234 5678", "+44 1534 712345",
	"00800 1234 5678", "0011 44 20 7946 0958", "8~10 44 20 7946 0958", "810442079460958", "+00", "000", "0000000000", "99999999999999999999999", strings.Repeat("1", 251), strings.Repeat("1", 250), "+44+44 2079460958",
	"12+34", "++44 20 7946 0958", "+999 123456", "+4420 7946 0958 доб 5", "+44 20 7946 0958 anexo 5", "ab12cd", "12ab3c", "1 2 3", "&&x]", "12&&x]", "*12345", "#31#0207946095", "~020~7946~0958", "52 1 33 1234 5678", "+52 1 33 1234 5678",
}

func TestOddTextsAreReadAsTheLibraryReadsThem(t *testing.T) {
	t.Parallel()
	for _, text := range odd {
		for _, country := range []string{"", "GB", "US", "CA", "DE", "IT", "AR", "BR", "MX", "RU", "KZ", "AU", "JE", "SG", "XX"} {
			same(t, text, country)
		}
	}
}

// FuzzParse compares with the library.
func FuzzParse(f *testing.F) {
	for i, text := range odd {
		f.Add(text, []string{"GB", "US", "AR", "IT", "", "JE"}[i%6])
	}
	f.Fuzz(func(t *testing.T, text, country string) { same(t, text, country) })
}
