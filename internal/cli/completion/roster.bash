# Completion of roster's commands in bash. Print it with: roster completion bash
_roster() {
  local IFS=$'\n' candidate
  COMPREPLY=()
  for candidate in $(roster __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
    COMPREPLY+=("${candidate%%$'\t'*}")
  done
}
complete -o bashdefault -o default -F _roster roster
