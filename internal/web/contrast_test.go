package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var oklch = regexp.MustCompile(`--([a-z-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)`)

// luminance is the relative luminance (WCAG 2.2) of a colour in OKLCH (CSS Color 4 §9.4): lightness
// from 0 to 1, chroma, hue in degrees. A channel beyond sRGB is clipped, as screens do.
func luminance(l, c, h float64) float64 {
	a, b := c*math.Cos(h*math.Pi/180), c*math.Sin(h*math.Pi/180)
	cube := func(x float64) float64 { return x * x * x }
	x := cube(l + 0.3963377774*a + 0.2158037573*b)
	y := cube(l - 0.1055613458*a - 0.0638541728*b)
	z := cube(l - 0.0894841775*a - 1.2914855480*b)
	clip := func(v float64) float64 { return min(max(v, 0), 1) }
	return 0.2126*clip(4.0767416621*x-3.3077115913*y+0.2309699292*z) +
		0.7152*clip(-1.2684380046*x+2.6097574011*y-0.3413193965*z) +
		0.0722*clip(-0.0041960863*x-0.7034186147*y+1.7076147010*z)
}

// themes reads the colours of the stylesheet: light, and dark.
func themes(t *testing.T) map[string]map[string]float64 {
	t.Helper()
	css, err := assetFiles.ReadFile("assets/roster.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, found := strings.Cut(string(css), "prefers-color-scheme: dark")
	if !found {
		t.Fatal("no dark colours")
	}
	out := map[string]map[string]float64{}
	for name, text := range map[string]string{"light": light, "dark": dark} {
		out[name] = map[string]float64{}
		for _, m := range oklch.FindAllStringSubmatch(text, -1) {
			var n [3]float64
			for i := range n {
				if n[i], err = strconv.ParseFloat(m[i+2], 64); err != nil {
					t.Fatal(err)
				}
			}
			out[name][m[1]] = luminance(n[0]/100, n[1], n[2])
		}
	}
	return out
}

func TestColoursCanBeToldApart(t *testing.T) {
	t.Parallel()
	if white, black := luminance(1, 0, 0), luminance(0, 0, 0); math.Abs(white-1) > 1e-6 || black != 0 {
		t.Fatalf("white %v, black %v", white, black)
	}
	const text, control = 4.5, 3.0 // WCAG 2.2, 1.4.3 and 1.4.11
	for theme, colours := range themes(t) {
		for _, c := range []struct {
			front, back string
			least       float64
		}{
			{"text", "surface", text},
			{"text", "surface-raised", text},
			{"text", "surface-sunk", text},
			{"text", "bad-surface", text},
			{"text-muted", "surface", text},
			{"text-muted", "surface-raised", text},
			{"accent", "surface", text},
			{"accent", "surface-raised", text},
			{"accent-hover", "surface", text},
			{"on-accent", "accent", text},
			{"on-accent", "accent-hover", text},
			{"bad", "surface", text},
			{"ok", "surface", text},
			{"bad", "bad-surface", control},
			{"line-control", "surface", control},
			{"line-control", "surface-raised", control},
			{"line-control", "surface-sunk", control},
		} {
			t.Run(fmt.Sprintf("%s: %s on %s", theme, c.front, c.back), func(t *testing.T) {
				t.Parallel()
				front, ok := colours[c.front]
				back, known := colours[c.back]
				if !ok || !known {
					t.Fatal("no such colour")
				}
				if ratio := (max(front, back) + 0.05) / (min(front, back) + 0.05); ratio < c.least {
					t.Errorf("contrast %.2f, want %.1f", ratio, c.least)
				}
			})
		}
	}
}
