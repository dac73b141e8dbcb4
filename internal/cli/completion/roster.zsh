# Completion of roster's commands in zsh. Print it with: roster completion zsh
_roster() {
  local -a candidates
  local candidate
  for candidate in "${(@f)$(roster __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $candidate ]] || continue
    candidates+=("${${candidate%%$'\t'*}//:/\\:}:${candidate#*$'\t'}")
  done
  if (( ${#candidates} )); then
    _describe roster candidates
  else
    _files
  fi
}
compdef _roster roster
