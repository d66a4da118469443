# shellcheck shell=bash
# Completion of traceagent for bash. The words are the program's own, so they are those of the version that is installed.
_traceagent() {
    local typed=${COMP_LINE:0:COMP_POINT} words
    local word=${typed##*[[:space:]]}
    words=$("$1" "[suggest:${#typed}]" "$typed" 2>/dev/null | grep -vx -e '/[?h]' -e '-[?h]')
    # Options only when asked for: a PATH is what most commands want.
    [[ $word == -* ]] || words=$(grep -v '^-' <<<"$words")
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    # Of a word with a colon, bash replaces what is after the last one.
    if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
    fi
    # What a value follows directly, such as "user=".
    [[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace 2>/dev/null
}
# Without a word of the program: a file.
complete -o bashdefault -o default -F _traceagent traceagent
