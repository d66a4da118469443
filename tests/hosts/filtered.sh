#!/bin/bash
# Runs in the virtual machine: what becomes of a program with a seccomp filter when its returns are followed. $returns says what
# the kernel does to them, as affected.sh has it: fatal, or harmless.
# shellcheck disable=SC2154 # It is in the environment.
cd /test || exit
tracing=/sys/kernel/tracing
mkfifo early.in late.in next.in
checks=0

echo
echo "# $(uname -r)"

check() {
    checks=$((checks + 1))
    if eval "$2"; then
        echo "ok $1"
    else
        echo "not ok $1: $2"
        head -n 5 messages ./*.out ./*.status 2>/dev/null | sed 's/^/# /'
    fi
}
eventually() {
    for ((i = 0; i < 300; i++)); do
        eval "$1" >/dev/null 2>&1 && return
        sleep 0.1
    done
    false
}

# Programs by name: each has its input, NAME.in; its output; and its status when it has ended, in files as well.
declare -A input
trap '' PIPE
# What runs in the background must not hold the inputs of others open.
alone() {
    local opened
    for opened in "${input[@]}"; do exec {opened}>&-; done
    "$@"
}
program() {
    ./filtered "${@:2}" <"$1.in" >"$1.out"
    echo $? >"$1.status"
}
start() {
    local opened
    rm -f "$1.status"
    : >"$1.out"
    alone program "$@" 2>/dev/null &
    exec {opened}>"$1.in"
    input[$1]=$opened
}
ask() {
    local lines
    lines=$(wc -l <"$1.out")
    { echo "$2" >&"${input[$1]}"; } 2>/dev/null
    eventually "(( \$(wc -l <$1.out) > $lines )) || [[ -s $1.status ]]"
}
finish() {
    local opened=${input[$1]}
    exec {opened}>&-
    unset "input[$1]"
    eventually "[[ -s $1.status ]]"
}
# Answered all, and ended by itself.
well() { [[ $(tr '\n' ' ' <"$1.out") == "$2 " && $(cat "$1.status") == 0 ]]; }

echo 3 | ./filtered >alone.out
echo "${PIPESTATUS[1]}" >alone.status
check "the program has a filter that allows what it needs" 'well alone 9'

# By the kernel's own means, without the agent.
echo "r:proof/square /test/filtered:0x$(cat offset)" >$tracing/uprobe_events
echo 1 >$tracing/events/proof/square/enable
{ bash -c 'echo 3 | ./filtered >alone.out; echo ${PIPESTATUS[1]} >alone.status'; } 2>/dev/null
echo 0 >$tracing/events/proof/square/enable
echo >$tracing/uprobe_events
if [[ $returns == fatal ]]; then
    check "a return that the kernel's own tracing follows ends the program, by SIGSYS" '[[ $(cat alone.status) == $((128 + 31)) && ! -s alone.out ]]'
else
    check "a return that the kernel's own tracing follows does nothing to the program" 'well alone 9'
fi

# scene WAY PROGRAMS LINE…: the agent with a rule of these lines, and of the programs: `early` has its filter already when the agent
# looks, `late` sets it afterwards, `next` starts afterwards.
scene() {
    local way=$1 programs=$2 agent name line
    scene="$(printf '%s, ' "${@:3}" "$way")${programs// /, }"
    {
        printf 'rules:\n  - {name: square, binary: /test/filtered, symbol: Square'
        for line in "${@:3}"; do printf ', %s' "$line"; done
        echo '}'
    } >rules.yaml
    rm -f events messages
    for name in ${programs/next/}; do start $name ${name/early/}; done
    [[ $programs != *early* ]] || ask early 3
    alone exec env "TRACEAGENT_ATTACH=$way" ./traceagent run --rules rules.yaml --socket none --output events 2>messages &
    agent=$!
    check "$scene: the agent is ready" 'eventually "grep -qw ready messages"'
    start next
    ask late 3
    for name in $programs; do ask $name 4; done
    for name in $programs; do finish $name; done
    [[ $programs != *early* ]] || check "$scene: early is not harmed" 'well early "9 16"'
    check "$scene: late is not harmed" 'well late "9 16"'
    check "$scene: next is not harmed" 'well next 16'
    kill "$agent"
    wait "$agent"
}
squares() { grep -c '"symbol":"Square"' events; }
# seen SQUARES RETURNED: an event for each call, and in so many the answer to 4.
seen() { check "$scene: the calls are seen" "((\$(squares) == $1 && \$(grep -c '\"ret\":16[,}]' events) == $2 && \$(grep -c TA231 messages) == 0))"; }
refused() { check "$scene: the rule is refused with TA231, once" '(($(grep -c TA231 messages) == 1 && $(squares) == 0))'; }

for way in multi perf; do
    scene $way 'early late next' 'on: call' 'return_at: caller' 'unsafe: true'
    [[ $returns == fatal ]] && refused || seen 4 3
    scene $way 'late next' 'on: call' 'return_at: caller' 'unsafe: true'
    [[ $returns == fatal ]] && refused || seen 3 2
    scene $way 'late next' 'on: return' 'return_at: caller' 'unsafe: true'
    [[ $returns == fatal ]] && refused || seen 3 2
    scene $way 'early late next' 'on: call'
    seen 4 3
    scene $way 'early late next' 'on: entry'
    seen 4 0
done
echo "the end of $checks checks"
