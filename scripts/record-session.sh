#!/usr/bin/env bash
# record-session.sh: runs the session that README.md shows, for real, and prints what a terminal would. Needs root.
# --write draws docs/session.svg; --check fails when that shows something of another shape: numbers may differ, words may not.
set -emuo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
agent=${TRACEAGENT_BINARY:-$root/out/traceagent}
picture=$root/docs/session.svg

fail() { echo "record-session: $*" >&2; exit 1; }
((EUID == 0)) || fail "needs root"
[[ -x $agent ]] || fail "$agent is missing: run 'make build'"

work=$(mktemp -d)
clean_up() {
    # Each is the leader of a group, of which the program itself is a member.
    local job running
    running=$(jobs -p)
    disown -a
    for job in $running; do kill -9 -- "-$job" 2>/dev/null || true; done
    rm -rf "$work"
}
trap clean_up EXIT

# The shell of the session: `sudo` is shown, and not needed by root.
sudo() { "$@"; }
traceagent() { "$agent" "$@"; }
# type COMMAND: shows it and runs it.
type() { printf '$ %s\n' "$1"; eval "$1" </dev/null 2>&1 || true; }
quietly() { for ((i = 0; i < 200; i++)); do if eval "$1" >/dev/null 2>&1; then return; fi; sleep 0.1; done; fail "waited in vain for: $1"; }

session() {
    cd "$work"
    cp "$root/examples/addnum/addnum.c" .
    # Of its own, so that it asks no other agent; what is shown works with the default.
    local socket=$work/agent.sock
    type 'gcc -O1 -o addnum addnum.c && ./addnum 100000 200 >sums &   # a program that runs: it calls AddNum five times a second'
    quietly 'test -s sums'
    type "sudo traceagent trace './addnum:AddNum(a: int, b: int) -> int' --count 2"
    echo
    printf 'rules:\n  - name: add-num\n    binary: ./addnum\n    symbol: AdNum\n    args: 2\n    on: call\n' >rules.yaml
    type 'cat rules.yaml'
    type 'traceagent check rules.yaml'
    type "sed -i 's/AdNum/AddNum/' rules.yaml && traceagent check rules.yaml"
    echo
    printf '$ %s\n' 'sudo traceagent run --rules rules.yaml --output events.json 2>log &'
    "$agent" run --rules rules.yaml --output events.json --socket "$socket" 2>log &
    local pid=$!
    # What tracing adds to a duration is measured after the first rule is attached.
    quietly 'grep -q ready: log && tail -n 1 events.json | grep -q tracing_ns'
    type 'tail -n 1 events.json'
    echo
    type "echo '    format: \"{arg1} and {arg2} make {ret}\"' >>rules.yaml   # saved while both run"
    quietly 'grep -q "rule changed" log && tail -n 1 events.json | grep -q " make "'
    type 'tail -n 1 log'
    type 'tail -n 1 events.json'
    echo
    printf '$ %s\n' 'sudo traceagent status'
    sleep 2.5
    "$agent" status --socket "$socket"
    printf '$ %s\n' 'sudo pkill -x traceagent; tail -n 1 log   # the program goes on without a probe'
    kill "$pid"
    wait "$pid" || true
    tail -n 1 log
}

# Of what differs from run to run nothing but that it is there.
shape() { sed -E 's/[0-9][0-9.,:]*/N/g; s/N ?(ns|µs|ms|s)\b/N/g; s/N(-N)*TNZ/TIME/g; s/"@i":"[^"]*"/"@i":"X"/; s/[0-9a-f]{8}/X/g; s/uprobe_multi|perf_event/WAY/; s/reloads/reload/; s/, N over the limit//; s/<N ago/N ago/; s/ +/ /g; s/ $//'; }
shown() { "$root/scripts/session-picture.py" --text "$picture"; }

trap 'clean_up; rm -f "$work.session" "$work.errors"' EXIT
# Not by a pipe, which the program in the background would keep open.
session >"$work.session" 2>"$work.errors" || { cat "$work.session" "$work.errors" >&2; exit 1; }
cd /
sed -i "s|$work/|/home/me/|g" "$work.session"
case ${1:-} in
    --write)
        "$root/scripts/session-picture.py" <"$work.session" >"$work.svg"
        cat "$work.svg" >"$picture"
        rm -f "$work.svg"
        ;;
    --check)
        diff <(shown | shape) <(shape <"$work.session") >&2 || fail "docs/session.svg does not show what the program does: scripts/record-session.sh --write"
        ;;
    '') cat "$work.session" ;;
    *) fail "--write or --check, not $1" ;;
esac
