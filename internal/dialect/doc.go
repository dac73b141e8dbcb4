// Package dialect is what all HTTP faces share: the adapter from a request to a verb ([Endpoint]),
// the strict reading of JSON ([Parse]) and of forms ([ParseForm]), of arguments with the faults in
// them ([Reading]), bodies and their bounds, where a request came from ([Origin]), and the writing
// of answers, whole or streamed.
//
// It knows no dialect: what an endpoint is called, what its arguments mean and how an error looks
// is in the packages graze, checkcentral and those that follow. It holds no rule about the
// directory either.
package dialect
