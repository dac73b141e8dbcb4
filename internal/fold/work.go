package fold

// Work estimates the work of making the key of a text, in steps of at most 30 ns. Each byte beyond
// ASCII needs tables, in the text and in the key.
func Work(text, key string) int {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return len(text) + len(key)
		}
	}
	return 1 + len(text)/32
}
