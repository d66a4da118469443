# shellcheck shell=bash
# Completion of traceagent for bash. The words are the program's own, so they are those of the version that is installed.
_traceagent() {
    local word=${COMP_WORDS[COMP_CWORD]} words
    words=$("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null | grep -v -e '^/' -e '^-.$')
    # Options only when asked for: a PATH is what most commands want.
    [[ $word == -* ]] || words=$(grep -v '^-' <<<"$words")
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
# Without a word of the program: a file.
complete -o bashdefault -o default -F _traceagent traceagent
