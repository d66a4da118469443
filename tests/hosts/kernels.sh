#!/usr/bin/env bash
# The agent on Debian's kernels, in virtual machines: a named refusal on 5.10, end-to-end tests on 6.1 (perf events), 6.12 and
# the newest (uprobe_multi as well).
# kernels.sh [SERIES…]: only these. TESTS: names of other classes or tests. QUICK: what `make test` asks for, machines side by
# side. TRACEAGENT_TEST_PROGRAMS: what the tests compiled in an earlier run. The last line is `N passed, N failed, N skipped`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/vm.sh"
(($#)) || set -- 5.10 6.1 6.12 newest

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
built=tests/TraceAgent.EndToEnd/bin/Debug/net10.0

# A list names classes or methods; a line with a minus is what the names of tests must not contain.
list=$root/tests/hosts/${QUICK:+quick-}tests
read -ra tests <<<"${TESTS:-$(grep -E '^[A-Z]' "$list" | tr '\n' ' ')}"
mapfile -t without < <(sed -n 's/^- //p' "$list")

# Compilers are not on the machines, and would take their time: programs are compiled by a run of the tests here.
programs() {
    [[ ! ${TRACEAGENT_TEST_PROGRAMS:-} ]] || return 0
    export TRACEAGENT_TEST_PROGRAMS=$work/programs
    dotnet build "$root/tests/TraceAgent.EndToEnd" -v quiet -nodeReuse:false </dev/null
    # What a script runs in the background ignores SIGINT, and so would the agents, to which a test sends it.
    env --default-signal=INT dotnet "$root/$built/TraceAgent.EndToEnd.dll" "${tests[@]}" --without "${without[@]}"
}

pack() {
    local tree=$work/tree dotnet runtime series
    mkdir -p "$tree/repository" "$tree/dotnet"
    (cd "$root" && cp -r --parents TraceAgent.sln Directory.Build.props schemas examples out/traceagent "$built" "$tree/repository/")
    cp -r "$TRACEAGENT_TEST_PROGRAMS" "$tree/programs"
    # The runtime alone: the tests run themselves.
    dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
    runtime=$(cd "$dotnet/shared/Microsoft.NETCore.App" && printf '%s\n' 10.* | sort -V | tail -n 1)
    (cd "$dotnet" && cp -r --parents dotnet host "shared/Microsoft.NETCore.App/$runtime" "$tree/dotnet/")
    cp "$root/tests/hosts/endtoend.sh" "$tree/run"
    # uprobe_multi came with 6.6; where it is, perf events are left to the older kernel when there is little time.
    local -A leaves_out=([6.1]='method: Multi' [6.12]="${QUICK:+method: Perf}")
    for series in "$@"; do
        printf '%s\n' "${tests[@]}" --without "${without[@]}" ${leaves_out[$series]:+"${leaves_out[$series]}"} >"$tree/chosen-$series"
    done
    make_bare_image "$work/tests" "$tree"
    rm -rf "$tree"
}

run() {
    local series=$1 log=$hosts/kernel-$1.log kernel
    kernel=$("$root/tests/hosts/kernel.sh" "$series")
    if [[ $series == 5.* ]]; then
        make_image "$work/refusal" "$root/tests/hosts/refusal.sh" "$root/out/traceagent"
        boot "$kernel" "$log" 1800 "$work/refusal"
    else
        [[ -e $work/tests ]] || fail "the tests could not be packed"
        snapshot=yes boot "$kernel" "$log" "$([[ ${QUICK:-} ]] && echo 1500 || echo 7200)" "$work/tests" init=/init "chosen=chosen-$series"
    fi
}

# In the background, because what fails there ends: behind a condition it would go on. Whatever does not come to count has failed.
aside() {
    "$@" &
    [[ ${QUICK:-} && $1 == run ]] || wait $! || true
}
aside programs
[[ ${TRACEAGENT_TEST_PROGRAMS:-} ]] || export TRACEAGENT_TEST_PROGRAMS=$work/programs
aside pack "$@"
for series in "$@"; do
    rm -f "$hosts/kernel-$series.log"
    aside run "$series"
done
wait

passed=0 failed=0
for series in "$@"; do
    "$root/tests/hosts/count.sh" "$hosts/kernel-$series.log" "kernel $series" | tee "$work/counted" || true
    read -r p f < <(sed -nE 's/^kernel .*: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$work/counted") || true
    passed=$((passed + ${p:-0}))
    failed=$((failed + (${p:-0} + ${f:-0} ? ${f:-0} : 1)))
done
echo "$passed passed, $failed failed, 0 skipped"
((failed == 0 && passed > 0))
