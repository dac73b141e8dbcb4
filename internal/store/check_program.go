package store

import "roster"

// insertProgram stores the size of a check's regular expressions, if it has any.
func (t *tx) insertProgram(c roster.Check) error {
	const text = `INSERT INTO check_programs (organization_id, check_id, size) VALUES ($1, $2, $3)`
	size := c.Matching.Program + c.Success.Program + c.Warning.Program
	if size == 0 {
		return nil
	}
	return t.put("insert size of regular expressions", text, string(c.OrganizationID), string(c.ID), size)
}

func (t *tx) dropProgram(org roster.OrganizationID, id roster.CheckID) error {
	const text = `DELETE FROM check_programs WHERE organization_id = $1 AND check_id = $2`
	return t.put("drop size of regular expressions", text, string(org), string(id))
}

// ProgramSize implements directory.CheckTx. Most checks have no regular expression, and no row.
func (t *tx) ProgramSize(org roster.OrganizationID, besides roster.CheckID) (n int64, err error) {
	const text = `SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM check_programs
	WHERE organization_id = $1 AND check_id <> $2`
	_, err = t.one("read size of regular expressions", text, []any{string(org), string(besides)}, &n)
	return n, err
}
