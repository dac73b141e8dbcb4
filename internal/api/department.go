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
		Named
		View
	}
	createDepartment struct {
		Once
		sent[newDepartment]
	}
	changeDepartment struct {
		Named
		Precondition
		sent[departmentChange]
	}
	deleteDepartment struct {
		Named
		Precondition
	}
)

// departments registers the calls about departments.
func (a *api) departments(d *directory.Directory) {
	const tag, all, one = "Departments", "/departments", "/departments/{id}"
	shown := showDepartment(exampleDepartment)
	listRoute(a, operation{
		id: "listDepartments", call: "GET " + all, tag: tag, summary: "List departments",
		description: "The departments.", answer: listed[department]{Items: []department{shown}},
	}, listing[roster.Department, directory.Place]{
		key: func(dep roster.Department) directory.Place { return directory.PlaceOf(dep.Name, dep.Number) }, show: func(dep roster.Department) any { return showDepartment(dep) }, attributes: directory.DepartmentAttributes,
	}, func(_ roster.Actor, q *listDepartments, after *directory.Place) (directory.DepartmentList, error) {
		return directory.DepartmentList{Order: q.order(after)}, nil
	}, d.ListDepartments)
	route(a, operation{
		id: "createDepartment", call: "POST " + all, tag: tag, status: 201, summary: "Make a department",
		description: "Makes a department.", request: newDepartment{DisplayName: "Operations"}, answer: shown,
	}, func(_ roster.Actor, q *createDepartment) (in directory.NewDepartment, err error) {
		in = directory.NewDepartment{Name: q.doc.DisplayName, Faults: q.faults}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, d.CreateDepartment, func(_ *createDepartment, dep roster.Department) answer {
		return answer{body: showDepartment(dep), version: dep.Version, location: all + "/" + string(dep.ID)}
	})
	route(a, operation{
		id: "getDepartment", call: "GET " + one, tag: tag, summary: "Read a department", description: "One department.", answer: shown,
	}, func(_ roster.Actor, q *readDepartment) (roster.Ref, error) {
		return q.ref(), nil
	}, d.GetDepartment, func(_ *readDepartment, dep roster.Department) answer {
		return answer{body: showDepartment(dep), version: dep.Version}
	})
	route(a, operation{
		id: "updateDepartment", call: "PATCH " + one, tag: tag, fails: []int{409}, summary: "Change a department",
		description: "Changes what the merge patch names.", request: departmentChange{DisplayName: value("Operations")}, answer: shown,
	}, func(_ roster.Actor, q *changeDepartment) (in directory.DepartmentChange, err error) {
		in = directory.DepartmentChange{Department: q.ref(), Name: q.doc.DisplayName.Set, Faults: q.faults}
		in.IfVersion = q.version()
		return in, nil
	}, d.UpdateDepartment, func(_ *changeDepartment, dep roster.Department) answer {
		return answer{body: showDepartment(dep), version: dep.Version}
	})
	route(a, operation{
		id: "deleteDepartment", call: "DELETE " + one, tag: tag, status: 204, summary: "Delete a department",
		description: "Deletes a department: its name is free again, and nobody belongs to it.",
	}, func(_ roster.Actor, q *deleteDepartment) (in directory.Deletion, err error) {
		in.Ref = q.ref()
		in.IfVersion = q.version()
		return in, nil
	}, d.DeleteDepartment, func(*deleteDepartment, roster.Department) answer { return answer{} })
}

func showDepartment(dep roster.Department) department {
	return department{ID: dep.ID, Number: dep.Number, DisplayName: dep.Name, Version: dep.Version}
}
