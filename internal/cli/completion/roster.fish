# Completion of roster's commands in fish. Print it with: roster completion fish
function __roster_complete
    set -l candidates (roster __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
    if test (count $candidates) -gt 0
        printf '%s\n' $candidates
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c roster -f -a '(__roster_complete)'
