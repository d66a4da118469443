# Completion of traceagent for fish. The words are the program's own, so they are those of the version that is installed.
function __traceagent_complete
    set -l typed (commandline -cp)
    set -l word (commandline -ct)
    set -l program (commandline -opc)[1]
    set -l offered ($program "[suggest:"(string length -- $typed)"]" $typed 2>/dev/null | string match -rv '^[/-][?h]$')
    # Options only when asked for: a PATH is what most commands want.
    if not string match -q -- '-*' $word
        set offered (string match -rv '^-' -- $offered)
    end
    set offered (string match -r -- '^'(string escape --style=regex -- "$word")'.*' $offered)
    if set -q offered[1]
        printf '%s\n' $offered
    else
        __fish_complete_path $word
    end
end
complete -c traceagent -f -a '(__traceagent_complete)'
