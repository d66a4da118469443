#!/usr/bin/env bash
# Traces a running program, changes the rule while both run, and cleans up.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
agent=${TRACEAGENT_BINARY:-$root/out/traceagent}

say() { printf '\n# %s\n' "$*"; }

if ((EUID != 0)); then
    if command -v sudo >/dev/null; then
        echo "Tracing needs root: continuing with sudo."
        exec sudo --preserve-env=TRACEAGENT_BINARY "${BASH_SOURCE[0]}"
    fi
    echo "Tracing needs root: run 'make demo' as root." >&2
    exit 77
fi
[[ -x $agent ]] || { echo "$agent is missing: run 'make build'" >&2; exit 1; }

folder=$(mktemp -d)
program_pid='' agent_pid=''
clean_up() {
    if [[ $agent_pid ]]; then kill "$agent_pid" 2>/dev/null && wait "$agent_pid" || true; fi
    if [[ $program_pid ]]; then kill "$program_pid" 2>/dev/null && wait "$program_pid" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# await FILE TEXT COUNT: until FILE has COUNT lines with TEXT (at most 30 s).
await() {
    local found=0
    for ((i = 0; i < 300; i++)); do
        found=$(grep -cF -- "$2" "$1" || true)
        ((found >= $3)) && return
        sleep 0.1
    done
    echo "demo: waited in vain for '$2'; the agent said:" >&2
    cat "$folder/agent.log" >&2
    exit 1
}

say "A C program runs: it calls AddNum(a, b) five times a second."
gcc -O1 -o "$folder/addnum" "$root/examples/addnum/addnum.c"
"$folder/addnum" 100000 200 >"$folder/program.out" &
program_pid=$!
grep -A3 'int AddNum' "$root/examples/addnum/addnum.c"

say "This rule says what to log of it:"
cp "$root/examples/addnum/rules.yaml" "$folder/rules.yaml"
grep -v '^#' "$folder/rules.yaml"

say "The agent starts. The program goes on, unchanged and not restarted."
touch "$folder/events.json" "$folder/agent.log"
"$agent" run --rules "$folder/rules.yaml" --output "$folder/events.json" 2>"$folder/agent.log" &
agent_pid=$!
await "$folder/agent.log" ready 1
await "$folder/events.json" '"event":"call"' 3
grep -F '"event":"call"' "$folder/events.json" | head -n 3

say "Now the message in the rule file changes, while both run:"
sed 's/format: .*/format: "{arg1} + {arg2} is {ret}"/' "$folder/rules.yaml" >"$folder/rules.new"
mv "$folder/rules.new" "$folder/rules.yaml"
grep 'format:' "$folder/rules.yaml"
await "$folder/events.json" ' + 2 is ' 3
grep -F ' + 2 is ' "$folder/events.json" | head -n 3

say "The agent stops, and says what it has logged:"
kill "$agent_pid"
wait "$agent_pid" || { echo "demo: the agent ended with $?" >&2; exit 1; }
agent_pid=''
tail -n 5 "$folder/agent.log"
tail -n 1 "$folder/events.json"

kill -0 "$program_pid" || { echo "demo: the program has died" >&2; exit 1; }
say "The program still runs: its last result is $(tail -n 1 "$folder/program.out"). Done."
