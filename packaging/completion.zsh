#compdef traceagent
# Completion of traceagent for zsh. The words are the program's own, so they are those of the version that is installed.
local typed="${(j: :)words[1,CURRENT]}"
local -a offered
offered=(${(f)"$($words[1] "[suggest:${#typed}]" "$typed" 2>/dev/null)"})
offered=(${offered:#(/|-)[?h]})
# Options only when asked for: a PATH is what most commands want.
[[ $words[CURRENT] == -* ]] || offered=(${offered:#-*})
offered=(${(M)offered:#${(b)words[CURRENT]}*})
if (( $#offered )); then
    # What a value follows directly, such as "user=", gets no blank.
    compadd -S '' -- ${(M)offered:#*=}
    compadd -- ${offered:#*=}
else
    _files
fi
