package directory

import "roster"

// DepartmentAttributes are what filters may ask of departments.
var DepartmentAttributes = Attributes[roster.Department]{
	"id":          ident(func(dep roster.Department) roster.DepartmentID { return dep.ID }).stored(Indexed),
	"number":      number(func(dep roster.Department) int64 { return dep.Number }),
	"displayName": name(func(dep roster.Department) string { return dep.Name }).stored(Indexed),
	"version":     number(func(dep roster.Department) int64 { return dep.Version }),
}
