package api

import (
	"roster"
	"roster/internal/directory"
)

// department is a department as it is shown.
type department struct {
	ID          roster.DepartmentID `json:"id" format:"uuid" doc:"The department's id."`
	Number      int64               `json:"number" doc:"Its number, unique in the organization."`
	DisplayName string              `json:"displayName" doc:"Its name, unique without regard to case."`
	Version     int64               `json:"version" doc:"Rises by one with every change."`
}

// newDepartment is a department to be made.
type newDepartment struct {
	DisplayName string `json:"displayName" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
}

// departmentChange is what is to change of a department.
type departmentChange struct {
	DisplayName optional[string] `json:"displayName,omitzero" nullable:"false" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
}

// The requests about departments.
type (
	listDepartments struct {
		Page
		Filter
		Sort
	}
	readDepartment struct {
		One
		View
	}
	createDepartment struct {
		Once
		sent[newDepartment]
	}
	changeDepartment struct {
		One
		Precondition
		sent[departmentChange]
	}
	deleteDepartment struct {
		One
		Precondition
	}
)

// departmentAttributes are what filters may ask of departments.
var departmentAttributes = attributes[roster.Department]{
	"id":          ident(func(d roster.Department) roster.DepartmentID { return d.ID }),
	"number":      number(func(d roster.Department) int64 { return d.Number }),
	"displayName": text(func(d roster.Department) string { return d.Name }),
	"version":     number(func(d roster.Department) int64 { return d.Version }),
}

// departments registers the calls about departments.
func (a *api) departments(svc *directory.Service) {
	const tag, all, one = "Departments", "/departments", "/departments/{id}"
	shown := showDepartment(exampleDepartment)
	listRoute(a, operation{
		id: "listDepartments", call: "GET " + all, tag: tag, summary: "List departments",
		description: "The departments.", answer: listed[department]{Items: []department{shown}},
	}, listing[roster.Department, directory.Place]{
		key: func(d roster.Department) directory.Place { return directory.PlaceOf(d.Name, d.Number) }, show: func(d roster.Department) any { return showDepartment(d) }, attributes: departmentAttributes,
	}, func(_ roster.Actor, q *listDepartments, after *directory.Place) (directory.ListOrder, error) {
		return q.order(after), nil
	}, svc.ListDepartments)
	route(a, operation{
		id: "createDepartment", call: "POST " + all, tag: tag, status: 201, summary: "Make a department",
		description: "Makes a department.", request: newDepartment{DisplayName: "Operations"}, answer: shown,
	}, func(_ roster.Actor, q *createDepartment) (in directory.NewDepartment, err error) {
		in = directory.NewDepartment{Name: q.doc.DisplayName, Faults: q.faults}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, svc.CreateDepartment, func(_ *createDepartment, d roster.Department) answer {
		return answer{body: showDepartment(d), version: d.Version, location: all + "/" + string(d.ID)}
	})
	route(a, operation{
		id: "getDepartment", call: "GET " + one, tag: tag, summary: "Read a department", description: "One department.", answer: shown,
	}, func(_ roster.Actor, q *readDepartment) (roster.Ref, error) {
		return roster.Ref{ID: q.ID}, nil
	}, svc.GetDepartment, func(_ *readDepartment, d roster.Department) answer {
		return answer{body: showDepartment(d), version: d.Version}
	})
	route(a, operation{
		id: "updateDepartment", call: "PATCH " + one, tag: tag, fails: []int{409}, summary: "Change a department",
		description: "Changes what the merge patch names.", request: departmentChange{DisplayName: value("Operations")}, answer: shown,
	}, func(_ roster.Actor, q *changeDepartment) (in directory.DepartmentChange, err error) {
		in = directory.DepartmentChange{Department: roster.Ref{ID: q.ID}, Name: q.doc.DisplayName.Set, Faults: q.faults}
		in.IfVersion = q.version()
		return in, nil
	}, svc.UpdateDepartment, func(_ *changeDepartment, d roster.Department) answer {
		return answer{body: showDepartment(d), version: d.Version}
	})
	route(a, operation{
		id: "deleteDepartment", call: "DELETE " + one, tag: tag, status: 204, summary: "Delete a department",
		description: "Deletes a department: its name is free again, and nobody belongs to it.",
	}, func(_ roster.Actor, q *deleteDepartment) (in directory.Deletion, err error) {
		in.Ref = roster.Ref{ID: q.ID}
		in.IfVersion = q.version()
		return in, nil
	}, svc.DeleteDepartment, func(*deleteDepartment, roster.Department) answer { return answer{} })
}

func showDepartment(d roster.Department) department {
	return department{ID: d.ID, Number: d.Number, DisplayName: d.Name, Version: d.Version}
}
