package config

// maxCompared is the longest name that gets a suggestion, in bytes. The work is the product of both
// lengths.
const maxCompared = 100

// nearest returns the most similar candidate, "" if more than half of it would have to be changed.
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

// distance returns how many bytes must be inserted, deleted or replaced to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // distances from the start of a to each start of b
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
