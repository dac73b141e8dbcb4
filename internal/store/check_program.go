package store

import "roster"

// insertProgram stores the size of a check's regular expressions, if it has any.
func (t *tx) insertProgram(c roster.Check, number int64) error {
	const text = `INSERT INTO check_programs (organization, check_number, size) VALUES ($1, $2, $3)`
	size := c.Matching.Program + c.Success.Program + c.Warning.Program
	if size == 0 {
		return nil
	}
	return t.put("insert size of regular expressions", text, t.org(c.OrganizationID), number, size)
}

func (t *tx) dropProgram(org roster.OrganizationID, number int64) error {
	const text = `DELETE FROM check_programs WHERE organization = $1 AND check_number = $2`
	return t.put("drop size of regular expressions", text, t.org(org), number)
}

// ProgramSize implements directory.CheckTx. Most checks have no regular expression, and no row.
func (t *tx) ProgramSize(org roster.OrganizationID, besides roster.CheckID) (n int64, err error) {
	const text = `SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM check_programs
	WHERE organization = $1 AND check_number <> COALESCE(` + numberOfCheck + `, 0)`
	_, err = t.one("read size of regular expressions", text, []any{t.org(org), uid(besides)}, &n)
	return n, err
}
