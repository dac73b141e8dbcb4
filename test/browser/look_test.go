package browser_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// narrow is the width of the narrowest screen that pages fit, in CSS pixels (WCAG 2.2, 1.4.10).
const narrow = 320

// everyPageEverywhere looks at each page in light and dark, on a narrow and on a wide screen.
func everyPageEverywhere(t *testing.T, b *tab) {
	b.welcome()
	form := b.follow()
	for _, p := range []struct {
		name, path string
		status     int64
	}{
		{"start", "/", 200},
		{"outbox", "/demo/outbox", 200},
		{"form", form, 200},
		{"gone", "/set-password/never-was", 404},
		{"nowhere", "/nowhere", 404},
	} {
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{narrow, 1280} {
				b.emulate(scheme, width)
				b.visit(p.path, p.status)
				b.shoot(p.name + " " + scheme + " " + map[bool]string{true: "narrow", false: "wide"}[width == narrow])
				checkFits(t, b, p.name, width)
				checkColours(t, b, p.name, scheme)
				checkNames(t, b, p.name)
			}
		}
	}
}

// emulate sets the width of the screen and the preferred colours.
func (b *tab) emulate(scheme string, width int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 800))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// checkFits asks that nobody has to scroll sideways, and that what is pressed is large enough
// (WCAG 2.2, 2.5.8: 24 by 24 CSS pixels, links in text excepted).
func checkFits(t *testing.T, b *tab, page string, width int64) {
	t.Helper()
	if w := eval[int64](b, `document.documentElement.scrollWidth`); w > width {
		t.Errorf("%s is %d pixels wide on a screen of %d", page, w, width)
	}
	small := eval[[]string](b, `[...document.querySelectorAll('button, input, select, summary')]
		.filter(e => e.getClientRects().length && e.type !== 'hidden' && (e.offsetWidth < 24 || e.offsetHeight < 24))
		.map(e => e.outerHTML)`)
	for _, e := range small {
		t.Errorf("%s: too small to be pressed: %s", page, e)
	}
}

// contrast computes the contrast of every piece of text with what is behind it (WCAG 2.2, 1.4.3),
// and the lightness of the page. A canvas turns every notation of a colour into numbers.
const contrast = `(() => {
	const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
	const rgba = c => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = c; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data]; };
	const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const over = (top, under) => { const a = top[3] / 255; return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a)).concat(255); };
	const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18, 255] : [255, 255, 255, 255];
	const behind = e => e ? over(rgba(getComputedStyle(e).backgroundColor), behind(e.parentElement)) : canvas;
	const bad = [], seen = new Set();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; n = walk.nextNode();) {
		const e = n.parentElement;
		if (!n.data.trim() || seen.has(e) || !e.getClientRects().length || e.closest('script, style, noscript')) continue;
		seen.add(e);
		const s = getComputedStyle(e), back = behind(e), a = light(over(rgba(s.color), back)), b = light(back);
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(s.fontSize);
		const large = size >= 24 || size >= 18.66 && s.fontWeight >= 700;
		if (ratio < (large ? 3 : 4.5)) bad.push(ratio.toFixed(2) + ': ' + e.outerHTML.slice(0, 200));
	}
	return {bad, page: light(behind(document.body)), texts: seen.size};
})()`

// checkColours asks that all text can be read, and that the page is light or dark as is preferred.
func checkColours(t *testing.T, b *tab, page, scheme string) {
	t.Helper()
	found := eval[struct {
		Bad   []string `json:"bad"`
		Page  float64  `json:"page"`
		Texts int      `json:"texts"`
	}](b, contrast)
	for _, e := range found.Bad {
		t.Errorf("%s, %s: contrast %s", page, scheme, e)
	}
	if found.Texts == 0 || (found.Page < 0.2) != (scheme == "dark") {
		t.Errorf("%s, %s: %d texts on a background of lightness %.2f", page, scheme, found.Texts, found.Page)
	}
}

// checkNames asks for what people who do not see the page need: a title, a language, one main
// heading, one main part, and a name for every control.
func checkNames(t *testing.T, b *tab, page string) {
	t.Helper()
	for what, fault := range eval[map[string]bool](b, `({
		'no title': !document.title.trim(),
		'no language': !document.documentElement.lang,
		'not one main heading': document.querySelectorAll('h1').length !== 1,
		'not one main part': document.querySelectorAll('main').length !== 1,
		'a field without a name': [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
			.some(e => !e.labels?.length && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')),
		'a link or button without a name': [...document.querySelectorAll('a[href], button')]
			.some(e => !e.innerText.trim() && !e.getAttribute('aria-label')),
		'a picture without a name': [...document.images].some(e => !e.hasAttribute('alt')),
		'a frame without a name': [...document.querySelectorAll('iframe')].some(e => !e.title),
		'no way to zoom': /user-scalable=no|maximum-scale=1/.test(document.querySelector('meta[name=viewport]')?.content ?? ''),
	})`) {
		if fault {
			t.Errorf("%s has %s", page, what)
		}
	}
}
