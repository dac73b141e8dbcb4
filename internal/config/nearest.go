package config

// maxCompared is the longest name that a suggestion is looked for, in bytes: the comparison takes
// the product of both lengths.
const maxCompared = 100

// nearest returns the candidate that differs least from name, "" if none is near: more than half of
// it would have to be typed anew.
func nearest(name string, candidates []string) string {
	if len(name) > maxCompared {
		return ""
	}
	best, least := "", 0
	for _, c := range candidates {
		d := distance(name, c)
		if 2*d <= max(len(name), len(c)) && (best == "" || d < least) {
			best, least = c, d
		}
	}
	return best
}

// distance returns how many bytes must be put in, left out or replaced to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // from a's beginning so far to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
