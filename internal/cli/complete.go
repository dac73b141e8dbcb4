package cli

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// completeCommand is the hidden command by which a shell asks for candidates: "roster __complete"
// and the words of the command line up to the one that is being typed.
const completeCommand = "__complete"

// candidate is something that may be typed next.
type candidate struct{ text, help string }

// complete prints a line for each candidate: its text, a tab, what it means. It prints nothing
// where the shell should offer files.
func (sh *shell) complete(root *kong.Node, words []string) {
	for _, c := range candidates(root, words) {
		help, _, _ := strings.Cut(c.help, "\n")
		fmt.Fprintf(sh.stdout, "%s\t%s\n", c.text, help)
	}
}

// candidates returns what the last word may become, given those before it.
func candidates(root *kong.Node, words []string) []candidate {
	if len(words) == 0 {
		words = []string{""}
	}
	last := len(words) - 1
	at := position{node: root}
	for _, word := range words[:last] {
		at.pass(word)
	}
	return at.offer(words[last])
}

// position is a place in a command line.
type position struct {
	node *kong.Node
	flag *kong.Flag // whose value comes next, nil if none's does
	args int        // positional arguments passed
}

// pass goes on over a word. A shell may have split "--flag=value" into three words.
func (p *position) pass(word string) {
	if p.flag != nil {
		if word != "=" {
			p.flag = nil
		}
		return
	}
	if strings.HasPrefix(word, "-") {
		name, _, hasValue := strings.Cut(word, "=")
		if f := p.find(name); f != nil && !hasValue && !f.IsBool() {
			p.flag = f
		}
		return
	}
	for _, child := range p.node.Children {
		if child.Name == word {
			p.node = child
			return
		}
	}
	p.args++
}

// offer returns what the word, begun or empty, may become.
func (p *position) offer(word string) []candidate {
	if p.flag != nil {
		return starting(strings.TrimPrefix(word, "="), "", values(p.flag.Value))
	}
	if name, value, split := strings.Cut(word, "="); split && strings.HasPrefix(word, "-") {
		if f := p.find(name); f != nil {
			return starting(value, name+"=", values(f.Value))
		}
		return nil
	}
	if strings.HasPrefix(word, "-") {
		return starting(word, "", p.flags())
	}
	var next []candidate
	for _, child := range p.node.Children {
		if !child.Hidden {
			next = append(next, candidate{child.Name, child.Help})
		}
	}
	if p.args < len(p.node.Positional) {
		next = append(next, values(p.node.Positional[p.args])...)
	}
	return starting(word, "", next)
}

// starting returns the candidates that begin with what was typed, each behind a prefix.
func starting(typed, prefix string, all []candidate) []candidate {
	var out []candidate
	for _, c := range all {
		if strings.HasPrefix(c.text, typed) {
			out = append(out, candidate{prefix + c.text, c.help})
		}
	}
	return out
}

// values returns the values that a flag or argument takes, none if it takes any.
func values(v *kong.Value) []candidate {
	var out []candidate
	for _, text := range v.EnumSlice() {
		if text != "" {
			out = append(out, candidate{text: text})
		}
	}
	return out
}

// flags returns the flags of the command and of those above it.
func (p *position) flags() []candidate {
	var out []candidate
	for _, group := range p.node.AllFlags(true) {
		for _, f := range group {
			out = append(out, candidate{"--" + f.Name, f.Help})
		}
	}
	return out
}

// find returns the flag with the name, nil if there is none.
func (p *position) find(name string) *kong.Flag {
	for _, group := range p.node.AllFlags(false) {
		for _, f := range group {
			if "--"+f.Name == name || f.Short != 0 && "-"+string(f.Short) == name {
				return f
			}
		}
	}
	return nil
}
