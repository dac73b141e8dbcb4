package directory

import "roster"

// DepartmentAttributes are what filters may ask of departments.
var DepartmentAttributes = Attributes[roster.Department]{
	"id":          ident(func(dep roster.Department) roster.DepartmentID { return dep.ID }),
	"number":      number(func(dep roster.Department) int64 { return dep.Number }),
	"displayName": text(func(dep roster.Department) string { return dep.Name }),
	"version":     number(func(dep roster.Department) int64 { return dep.Version }),
}
