package store

import (
	"time"

	"roster"
	"roster/internal/directory"
)

const departmentColumns = `id, number, name, version`

func scanDepartment(org roster.OrganizationID, r scanner, more ...any) (dep roster.Department, err error) {
	dep.OrganizationID = org
	to := []any{(*string)(&dep.ID), &dep.Number, &dep.Name, &dep.Version}
	err = r.Scan(append(to, more...)...)
	return dep, err
}

// InsertDepartment implements directory.GroupTx.
func (t *tx) InsertDepartment(dep roster.Department, key string) (number int64, err error) {
	const text = `INSERT INTO departments (number, id, organization, name, name_key, version)
	VALUES (` + nextNumber + `(SELECT COALESCE(MAX(number), 0) + 1 FROM departments WHERE organization = $3) END,
	$2, $3, $4, $5, $6) RETURNING number`
	return t.insertNumbered("insert department", text, dep.Number, uid(dep.ID), t.org(dep.OrganizationID), dep.Name, orNull(key), dep.Version)
}

// FindDepartment implements directory.GroupTx.
func (t *tx) FindDepartment(org roster.OrganizationID, ref roster.Ref) (roster.Department, error) {
	const text = `SELECT ` + departmentColumns + `, name_key FROM departments WHERE organization = $1 AND COALESCE(name_key, '') <> ''`
	found, err := resolve(t, &resolution[roster.Department]{
		doing: "find department", text: text, args: []any{t.org(org)}, refs: []roster.Ref{ref},
		scan: func(r scanner) (named[roster.Department], error) {
			var key string
			dep, err := scanDepartment(org, r, &key)
			return named[roster.Department]{dep, string(dep.ID), dep.Number, key}, err
		},
	})
	if err != nil {
		return roster.Department{}, err
	}
	return found[0], nil
}

// comparedOfDepartments are the attributes of departments that an index serves.
var comparedOfDepartments = sqlAttributes{"id": {is: "id", present: "1 = 1", id: true}, "displayName": {is: "name_key", present: "1 = 1"}}

// Departments implements directory.GroupTx.
func (t *tx) Departments(org roster.OrganizationID, q directory.DepartmentQuery) (directory.Rows[roster.Department], error) {
	return list(t, listing[roster.Department]{
		noun: "departments", columns: departmentColumns, scan: func(r scanner) (roster.Department, error) { return scanDepartment(org, r) },
		from: func(b *query) error {
			b.add(" FROM departments")
			b.where("organization = ?", t.org(org))
			b.where("name_key IS NOT NULL")
			return b.whereAll(comparedOfDepartments, q.Where)
		},
		order: byNumberOrName("", q.Order), limit: q.Limit, count: q.Count,
	})
}

// UpdateDepartment implements directory.GroupTx.
func (t *tx) UpdateDepartment(dep roster.Department, key string) error {
	const text = `UPDATE departments SET name = $3, name_key = $4, version = $5
	WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL`
	return t.mustChange("department", "update department", text, t.org(dep.OrganizationID), uid(dep.ID), dep.Name, orNull(key), dep.Version)
}

// DeleteDepartment implements directory.GroupTx.
func (t *tx) DeleteDepartment(org roster.OrganizationID, id roster.DepartmentID, at time.Time) error {
	const free = `UPDATE departments SET name_key = NULL WHERE organization = $1 AND id = $2 AND name_key IS NOT NULL RETURNING number`
	number, err := t.changed("department", "delete department", free, t.org(org), uid(id))
	if err != nil {
		return err
	}
	const leave = `UPDATE users SET department_number = NULL, version = version + 1, updated_at = $3
	WHERE organization = $1 AND department_number = $2`
	_, err = t.exec("leave department", leave, t.org(org), number, micros(at))
	return err
}
