package directory

import "encoding/json"

// Gathering returns how many creates wait or, if each transaction has one, are under way.
func Gathering(d *Directory) int {
	d.gather.mu.Lock()
	defer d.gather.mu.Unlock()
	return len(d.gather.waiting) + d.gather.underWay
}

// ReadDeletedDocument reads the document of a deleted user and writes it again.
func ReadDeletedDocument(text []byte) ([]byte, error) {
	var doc deletedDocument
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}
