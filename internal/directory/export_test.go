package directory

// Gathering returns how many creates wait or, if each transaction has one, are under way.
func Gathering(d *Directory) int {
	d.gather.mu.Lock()
	defer d.gather.mu.Unlock()
	return len(d.gather.waiting) + d.gather.underWay
}
