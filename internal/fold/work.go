package fold

// Work is about how much work it was to make the key of a text, in steps of 30 ns at worst. What is
// not ASCII needs tables, for each byte that came and each that became of it.
func Work(text, key string) int {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return len(text) + len(key)
		}
	}
	return 1 + len(text)/32
}
