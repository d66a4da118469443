#!/usr/bin/env bash
# compare.sh [JOB…]: the same jobs by TraceAgent, bpftrace, perf probe and SystemTap, one after the other, on programs of its
# own (scripts/compare). It prints each command and what came of it, and judges nothing: docs/comparison.md does.
# Needs root. Installs bpftrace, linux-perf and systemtap by apt-get when they are missing. Jobs: those of `jobs` below.
# Job control: without it, what runs in the background ignores interrupts, by which tracers end.
set -emuo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
agent=${TRACEAGENT_BINARY:-$root/out/traceagent}
jobs=(text literal call reload bytes losses nop replaced go theirs)

fail() { echo "compare: $*" >&2; exit 1; }
((EUID == 0)) || fail "needs root"
[[ -x $agent ]] || fail "$agent is missing: run 'make build'"
chosen=("$@")
((${#chosen[@]})) || chosen=("${jobs[@]}")
for name in "${chosen[@]}"; do [[ " ${jobs[*]} " == *" $name "* ]] || fail "there is no job '$name'; there are: ${jobs[*]}"; done

if [[ -z ${COMPARE_INSIDE:-} ]]; then
    missing=()
    command -v bpftrace >/dev/null || missing+=(bpftrace)
    command -v perf >/dev/null || missing+=(linux-perf)
    command -v stap >/dev/null || missing+=(systemtap)
    if ((${#missing[@]})); then
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null </dev/null ||
            echo "compare: could not install ${missing[*]}; going on without" >&2
    fi
    # perf and bpftrace need tracefs, which not every host has mounted: in a mount namespace of its own.
    COMPARE_INSIDE=1 exec unshare --mount -- "$0" "${chosen[@]}"
fi
[[ -e /sys/kernel/tracing/uprobe_events ]] || mount -t tracefs none /sys/kernel/tracing
[[ -e /sys/kernel/debug/tracing ]] || mount -t debugfs none /sys/kernel/debug

work=$(mktemp -d)
cd "$work"
tracer=''
clean_up() {
    stop >/dev/null 2>&1 || true
    perf probe -q -d 'compare:*' >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap clean_up EXIT
export BPFTRACE_STRLEN=64
export PERF_BUILDID_DIR=$work/buildid

build() { gcc -O1 -g -fcf-protection=none -DVERSION="${1:-1}" -o target.new "$root/scripts/compare/target.c" && mv target.new target; }
build

say() { printf '\n## %s\n' "$*"; }
tool() { printf '\n[%s] %s\n' "$1" "${*:2}"; }
# What reads less than all comes first in a pipe: after another program it would end that one, and with it this script.
show() { head -n "${3:-8}" "$1" | sed "s|$work/||g; s|^|    |" | cut -c1-${2:-250}; }
has() { command -v "$1" >/dev/null || { echo "    not installed"; return 1; }; }

# await FILE TEXT: at most 20 s.
await() { for ((i = 0; i < 200; i++)); do grep -qF -- "$2" "$1" 2>/dev/null && return; sleep 0.1; done; echo "    waited in vain for '$2'"; show "$1"; return 1; }
stop() {
    [[ $tracer ]] || return 0
    kill -INT "$tracer" 2>/dev/null || true
    wait "$tracer" 2>/dev/null || true
    tracer=''
}

# ours RULE-KEYS [OPTIONS…]: an agent on rules.yaml; events in out, what it says in err.
ours() {
    printf 'rules:\n  - %s\n' "${1//$'\n'/$'\n'    }" >rules.yaml
    : >out; : >err
    "$agent" run --rules rules.yaml --socket none --output - "${@:2}" >out 2>err &
    tracer=$!
    await err 'ready: ' || true
}
# theirs_bpftrace [OPTIONS…] -e PROGRAM
by_bpftrace() {
    : >out; : >err
    bpftrace "$@" >out 2>err &
    tracer=$!
    for ((i = 0; i < 100; i++)); do
        if grep -qs -e Attaching -e attached_probes out err || ! kill -0 "$tracer" 2>/dev/null; then break; fi
        sleep 0.1
    done
    sleep 1
}
events() { grep -v '"event":"agent"' out || true; }
lines() { grep -v -e '^Attaching' -e '^$' out || true; }
# by_perf PROBES… -- COMMAND…: adds the probes to the target, records, prints.
by_perf() {
    local probes=()
    while [[ $1 != -- ]]; do probes+=("$1"); shift; done
    shift
    for probe in "${probes[@]}"; do
        perf probe -q -f -x "${PERF_FILE:-./target}" "compare:$probe" >perf.err 2>&1 || { show perf.err; return 0; }
    done
    perf record -q -o perf.data -e 'compare:*' ${PERF_OPTIONS:-} -a -- "$@" >perf.out 2>perf.err || true
    perf script -i perf.data -F comm,pid,time,event,trace 2>/dev/null >out || true
    perf probe -q -d 'compare:*' >/dev/null 2>&1 || true
}
by_stap() {
    tool SystemTap "stap -e '$1' -c './target greet world'"
    has stap || return 0
    stap -e "$1" -c './target greet world' >out 2>err || true
    { cat out; grep -v '^$' err; } >both || true
    show both 200 5
}

job_text() {
    say "text: the argument strings of a function"
    tool TraceAgent "trace './target:Greet(name: string, times: int)'"
    ours $'name: greet\nbinary: ./target\nsymbol: Greet\nargs: [name: string, times: int]'
    ./target greet world; sleep 0.3; stop; events >shown; show shown 400
    local program='uprobe:./target:Greet { printf("%s[%d] Greet(%s, %d)\n", comm, pid, str(arg0), arg1); }'
    tool bpftrace "-e '$program'"
    if has bpftrace; then by_bpftrace -e "$program"; ./target greet world; sleep 0.3; stop; lines >shown; show shown; fi
    tool perf "probe -x ./target 'greet=Greet name:string times'   (by DWARF)"
    if has perf; then by_perf 'greet=Greet name:string times' -- ./target greet world; show out; fi
    by_stap 'probe process("./target").function("Greet") { printf("Greet(%s, %d)\n", user_string($name), $times) }'
}

job_literal() {
    say "literal: the same, of a text on a page that the program has not touched yet"
    tool TraceAgent "the same rule"
    ours $'name: greet\nbinary: ./target\nsymbol: Greet\nargs: [name: string, times: int]'
    ./target literal; sleep 0.3; stop; events | grep -o '"@m":[^}]*' >shown || true; show shown
    tool bpftrace "the same program"
    if has bpftrace; then by_bpftrace -e 'uprobe:./target:Greet { printf("Greet(%s, %d)\n", str(arg0), arg1); }'; ./target literal; sleep 0.3; stop; lines >shown; show shown; fi
    tool perf "the same probe"
    if has perf; then by_perf 'greet=Greet name:string times' -- ./target literal; show out; fi
}

job_call() {
    say "call: one line a call, with result and duration"
    tool TraceAgent "on: call"
    ours $'name: greet\nbinary: ./target\nsymbol: Greet\non: call\nargs: [name: string, times: int]\nret: int\nformat: "Greet({name}, {times}) = {ret} in {duration}"'
    ./target slow; sleep 0.3; stop; events | grep -o '"@m":"[^"]*"' >shown || true; show shown
    local program='uprobe:./target:Greet { @at[tid] = nsecs; @name[tid] = arg0; } uretprobe:./target:Greet /@at[tid]/ { printf("Greet(%s) = %d in %d us\n", str(@name[tid]), retval, (nsecs - @at[tid]) / 1000); delete(@at[tid]); delete(@name[tid]); }'
    tool bpftrace "-e '$program'"
    if has bpftrace; then by_bpftrace -e "$program"; ./target slow; sleep 0.3; stop; lines >shown; show shown; fi
    tool perf "two probes, 'greet=Greet name:string' and 'back=Greet%return \$retval'; their pairs are the reader's to find"
    if has perf; then by_perf 'greet=Greet name:string' 'back=Greet%return result=$retval' -- ./target slow; show out; fi
}

# missed FILE: of the numbers 1 to 4000, how many are in no line.
missed() { grep -o 'n=[0-9]*' "$1" | sort -u | wc -l | { read -r seen; echo "    $((4000 - seen)) of 4000 calls are in no line; $(grep -c 'new n=' "$1" || true) have the new text"; }; }
job_reload() {
    say "reload: the text changes while 4000 calls are made, two a millisecond"
    tool TraceAgent "write the rule file anew"
    ours $'name: count\nbinary: ./target\nsymbol: Count\nargs: 1\nformat: "old n={arg1}"'
    ./target count 4000 2 >/dev/null & local program=$!
    sleep 0.8; sed 's/old n/new n/' rules.yaml >rules.next; mv rules.next rules.yaml
    wait "$program"; sleep 0.5; stop; missed out
    tool bpftrace "end it, start it with the other text"
    if has bpftrace; then
        by_bpftrace -e 'uprobe:./target:Count { printf("old n=%d\n", arg0); }'
        ./target count 4000 2 >/dev/null & program=$!
        sleep 0.8; stop; cp out first
        by_bpftrace -e 'uprobe:./target:Count { printf("new n=%d\n", arg0); }'
        wait "$program"; sleep 0.5; stop; cat first out >shown; missed shown
    fi
    tool perf "record: the text is made later, by 'perf script', as often as one likes"
    if has perf; then by_perf 'count=Count number' -- ./target count 4000 2; sed 's/.*number=/n=/' out >shown; missed shown; fi
}

job_bytes() {
    say 'bytes: the text a"b\n followed by the bytes 0xff 0x01, as JSON'
    local text=$'a"b\n\xff\x01'
    judge() { /usr/bin/python3 -c 'import json, sys
good = bad = 0
for line in sys.stdin.buffer:
    try: json.loads(line.decode()); good += 1
    except ValueError as why: bad += 1; print("    no JSON:", ascii(line), why)
print(f"    {good} lines are JSON, {bad} are not")'; }
    tool TraceAgent "lines as they are"
    ours $'name: greet\nbinary: ./target\nsymbol: Greet\nargs: [name: string, times: int]'
    ./target greet "$text"; sleep 0.3; stop; events >shown; show shown 400; judge <shown
    tool bpftrace "-f json"
    if has bpftrace; then by_bpftrace -f json -e 'uprobe:./target:Greet { printf("%s", str(arg0)); }'; ./target greet "$text"; sleep 0.3; stop; show out; judge <out; fi
    tool perf "script (text; 'perf data convert --to-json' makes JSON of recordings)"
    if has perf; then
        by_perf 'greet=Greet name:string' -- ./target greet "$text"; show out
        perf data convert -i perf.data --force --to-json perf.json >/dev/null 2>perf.err || show perf.err
        if [[ -e perf.json ]]; then /usr/bin/python3 -c 'import json; print("    as JSON:", [s for s in json.load(open("perf.json"))["samples"]][:1])' 2>&1 | cut -c1-400 | tail -n 1; fi
    fi
}

job_losses() {
    say "losses: 300000 calls as fast as possible, small buffers"
    tool TraceAgent "run --ring-size 4096"
    ours $'name: count\nbinary: ./target\nsymbol: Count\nargs: 1\nbudget: none' --ring-size 4096
    ./target count 300000 0 >/dev/null; sleep 1; stop
    echo "    lines: $(grep -c '"event":"entry"' out)"; grep -e '300,000' -e 'calls' err >shown || true; show shown
    tool bpftrace "BPFTRACE_PERF_RB_PAGES=1"
    if has bpftrace; then
        BPFTRACE_PERF_RB_PAGES=1 by_bpftrace -e 'uprobe:./target:Count { printf("%d\n", arg0); }'
        ./target count 300000 0 >/dev/null; sleep 1; stop
        echo "    lines: $(grep -c '^[0-9]' out)"
        echo "    it says: $(cat out err | grep -i lost | awk '{ sum += $2 } END { print NR " times Lost, " sum " events together" }')"
    fi
    tool perf "record -m 1"
    if has perf; then
        PERF_OPTIONS='-m 1' by_perf 'count=Count number' -- ./target count 300000 0
        echo "    lines: $(grep -c . out)"
        echo "    it says: $(perf report -i perf.data --stats 2>/dev/null | grep -i -e 'LOST events' -e LOST_SAMPLES | tr -s ' ' | tr '\n' ';')"
        perf script -i perf.data --show-lost-events 2>/dev/null | grep -i 'lost' | awk '{ sum += $NF } END { print "    lost in its records: " sum + 0 }'
    fi
}

job_nop() {
    say "nop: a probe on a 5-byte NOP in the middle of a function that uses the red zone ($(uname -r))"
    gcc -O1 -o nop "$root/scripts/compare/nop.c"
    echo "    untraced: $(./nop)"
    tool TraceAgent "symbol: Keep+0x5"
    printf 'rules:\n  - {name: keep, binary: ./nop, symbol: Keep+0x5}\n' >rules.yaml
    "$agent" check rules.yaml >out 2>&1 || true
    show out
    tool bpftrace "-e 'uprobe:./nop:Keep+5 { @ = count(); }'"
    if has bpftrace; then by_bpftrace -e 'uprobe:./nop:Keep+5 { @ = count(); }'; ./nop >program; stop; { sed 's/^/the program: /' program; cat out err | grep -v '^$'; } >shown; show shown; fi
    tool perf "probe -x ./nop 'keep=Keep+5'"
    if has perf; then PERF_FILE=./nop by_perf 'keep=Keep+5' -- ./nop; echo "    $(wc -l <out) lines"; sed 's/^/the program: /' perf.out >shown; show shown; fi
}

job_replaced() {
    say "replaced: another version of the program takes the place of the traced one"
    tool TraceAgent "run"
    build 1
    ours $'name: count\nbinary: ./target\nsymbol: Count\nargs: 1\non: call'
    ./target count 3 1 >/dev/null; build 2; sleep 1.5; ./target count 3 1 >/dev/null; sleep 0.5; stop
    echo "    $(grep -c '"event":"call"' out) of 6 calls"
    tool bpftrace "uprobe:./target:Count"
    build 1
    if has bpftrace; then
        by_bpftrace -e 'uprobe:./target:Count { printf("%d\n", arg0); }'
        ./target count 3 1 >/dev/null; build 2; sleep 1.5; ./target count 3 1 >/dev/null; sleep 0.5; stop
        echo "    $(grep -c '^[0-9]' out) of 6 calls"
    fi
    tool perf "probe -x ./target Count"
    build 1
    if has perf; then by_perf 'count=Count number' -- bash -c "./target count 3 1; cp target.two target.new; mv target.new target; ./target count 3 1" 2>/dev/null; echo "    $(grep -c . out) of 6 calls"; fi
    build 1
}

job_go() {
    say "go: results of a Go function whose stack grows and moves"
    command -v go >/dev/null || { echo "    no Go compiler here"; return; }
    GOFLAGS=-mod=mod GO111MODULE=off go build -o gotarget "$root/scripts/compare/target.go"
    echo "    untraced: $(./gotarget)"
    tool TraceAgent "on: call"
    ours $'name: grow\nbinary: ./gotarget\nsymbol: main.Grow\non: call\nargs: [depth: int]\nret: int\nbudget: none'
    { ./gotarget 2>&1 || true; } >program; sleep 0.5; stop
    { sed 's/^/the program: /' program; events | grep -o '"@m":"[^"]*"' | sed -n 1p; echo "$(grep -c '"event":"call"' out) of 201 calls"; } >shown; show shown
    tool bpftrace "-e 'uretprobe:./gotarget:\"main.Grow\" { @ = count(); }'"
    if has bpftrace; then
        by_bpftrace -e 'uretprobe:./gotarget:"main.Grow" { @ = count(); }'
        { ./gotarget 2>&1 || echo "(exit code $?)"; } >program; stop
        { head -n 3 program | sed 's/^/the program: /'; tail -n 1 program | sed 's/^/the program: /'; cat out err | grep -v -e '^$' -e Attaching; } >shown; show shown
    fi
    tool perf "probe -x ./gotarget 'grow=main.Grow%return'"
    if has perf; then
        PERF_FILE=./gotarget by_perf 'grow=main.Grow%return' -- bash -c './gotarget 2>&1 || echo "(exit code $?)"'
        { head -n 3 perf.out; tail -n 1 perf.out; } | sed 's/^/the program: /' >shown; show shown
    fi
}

job_theirs() {
    say "theirs: what the others do and TraceAgent does not"
    if has bpftrace; then
        local program='tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); } interval:s:1 { exit(); }'
        tool bpftrace "the kernel, counts by key: -e '$program'"
        timeout 20 bpftrace -e "$program" 2>&1 | grep '^@' >shown || true; show shown 100 3
        program='uprobe:./target:Count { @ = hist(arg0); }'
        tool bpftrace "histograms in the kernel: -e '$program'"
        by_bpftrace -e "$program"; ./target count 1000 0 >/dev/null; stop; lines >shown; show shown 100 5
        program='uprobe:./target:Count { @[ustack(3)] = count(); }'
        tool bpftrace "stacks: -e '$program'"
        by_bpftrace -e "$program"; ./target count 3 0 >/dev/null; stop; lines >shown; show shown 100 6
    fi
    if has perf; then
        tool perf "source lines and local variables by DWARF: probe -x ./target -V main:12"
        perf probe -x ./target -V main:12 >shown 2>&1 || true; show shown 100 6
        tool perf "recordings with stacks, for flame graphs: record -g"
        PERF_OPTIONS=-g by_perf 'count=Count number' -- ./target count 2 0
        perf script -i perf.data 2>/dev/null >shown || true; show shown 100 4
    fi
}

echo "kernel $(uname -r); $("$agent" --version | sed 's/^/traceagent /'); $(bpftrace --version 2>/dev/null || echo no bpftrace); $(perf --version 2>/dev/null || echo no perf); $(stap --version 2>&1 | head -n 1 || echo no stap)"
build 2; cp target target.two; build 1
for name in "${chosen[@]}"; do "job_$name"; done
