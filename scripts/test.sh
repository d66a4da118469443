#!/usr/bin/env bash
# Runs every check and every test project. The last line is `N passed, N failed, N skipped`.
# A project that does not build, crashes, or holds no test counts as one failure.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

results=$PWD/TestResults
passed=0 failed=0 skipped=0

# Unit tests first: they are quick, and their failures explain those of the end-to-end tests.
projects=()
for project in tests/*/*.Tests.csproj tests/TraceAgent.EndToEnd/*.csproj; do
    [[ -e $project ]] && projects+=("$project")
done

as_root=()
if ((EUID != 0)); then
    as_root=(sudo --preserve-env env "PATH=$PATH")
fi

# What the end-to-end tests compile, for the virtual machines. Everybody may read it.
programs=$(mktemp -d)
chmod 755 "$programs"
trap 'rm -rf "$programs" 2>/dev/null || "${as_root[@]}" rm -rf "$programs"' EXIT

rm -rf "$results" 2>/dev/null || "${as_root[@]}" rm -rf "$results"

echo "== format"
if ! dotnet format TraceAgent.sln --verify-no-changes </dev/null; then
    echo "format: run 'make format'"
    failed=$((failed + 1))
fi

echo "== scripts"
scripts/lint.sh </dev/null || failed=$((failed + 1))

# The counters of a .trx file: a test that did not execute was skipped.
counter() {
    sed -nE "s/.*<Counters [^>]*\\b$2=\"([0-9]+)\".*/\\1/p" "$1" | head -n 1
}

echo "== build"
solution_builds=true
dotnet build TraceAgent.sln -v quiet -nodeReuse:false </dev/null || solution_builds=false

for project in "${projects[@]}"; do
    name=$(basename "$project" .csproj)
    echo "== $name"
    # One project that does not build must not hide the results of the others.
    if ! $solution_builds && ! dotnet build "$project" -v quiet -nodeReuse:false </dev/null; then
        echo "$name: does not build"
        failed=$((failed + 1))
        continue
    fi

    run=(dotnet test "$project" --no-build --results-directory "$results"
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal"
        --blame-hang-timeout 10min --blame-hang-dump-type none)
    # They attach probes, give files to other users, and mount a disk that gets full. Agents and programs are sent signals, which
    # nohup and shells without job control would have them ignore.
    if [[ $name == *EndToEnd || $name == TraceAgent.Engine.Tests || $name == TraceAgent.Events.Tests ]]; then
        run=("${as_root[@]}" env "--default-signal=HUP,INT" "TRACEAGENT_TEST_PROGRAMS=$programs" "${run[@]}")
    fi
    # What needs large packages has a target of its own: make test-recipes.
    [[ $name == *EndToEnd ]] && run+=(--filter 'needs!=java')
    status=0
    "${run[@]}" </dev/null || status=$?

    trx=$results/$name.trx
    total=0 project_failed=0
    if [[ -e $trx ]]; then
        total=$(counter "$trx" total)
        project_failed=$(counter "$trx" failed)
        passed=$((passed + $(counter "$trx" passed)))
        skipped=$((skipped + total - $(counter "$trx" executed)))
    fi
    if ((total == 0)); then
        echo "$name: no test ran"
        project_failed=$((project_failed + 1))
    elif ((status != 0 && project_failed == 0)); then
        echo "$name: ended with $status although no test failed"
        project_failed=1
    fi
    failed=$((failed + project_failed))
done

# A kernel that cannot be had or started counts as a failure, too.
echo "== kernels 6.1 and 6.12"
counts=$("${as_root[@]}" env QUICK=1 "TRACEAGENT_TEST_PROGRAMS=$programs" tests/hosts/kernels.sh 6.1 6.12 </dev/null | tee /dev/stderr |
    sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p') || true
read -r more_passed more_failed more_skipped <<<"${counts:-0 1 0}"
passed=$((passed + more_passed)) failed=$((failed + more_failed)) skipped=$((skipped + more_skipped))

echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
