#!/usr/bin/env bash
# The agent on Debian's kernels, in virtual machines: a named refusal on 5.10, the end-to-end tests on 6.1 (perf events) and
# 6.12 (uprobe_multi as well).
# kernels.sh [SERIES…]: only these. FILTER selects other tests, in the words of `dotnet test --filter`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/vm.sh"
(($#)) || set -- 5.10 6.1 6.12

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What emulation leaves time for: what is captured, which calls pair, what a reload does.
chosen='FullyQualifiedName~CaptureTests|FullyQualifiedName~ValueTests|FullyQualifiedName~PairingTests'
chosen+='|FullyQualifiedName~ConditionTests|(FullyQualifiedName~ExampleTests&DisplayName~way)'

pack_tests() {
    dotnet build "$root/tests/TraceAgent.EndToEnd" -v quiet -nodeReuse:false >&2
    tar --create --file "$work/repository.tar" --directory "$root" \
        TraceAgent.sln Directory.Build.props schemas examples out/traceagent tests/TraceAgent.EndToEnd/bin/Debug/net10.0
    local dotnet sdk
    dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
    sdk=sdk/$(cd "$root" && dotnet --version)
    # Of the SDK only what runs tests; without the list of its parts it takes what is there.
    mkdir "$work/dotnet"
    (cd "$dotnet" && cp -r --parents dotnet host shared/Microsoft.NETCore.App \
        "$sdk"/*.dll "$sdk"/vstest.console.runtimeconfig.json "$sdk"/Extensions "$work/dotnet/")
    tar --create --file "$work/dotnet.tar" --directory "$work/dotnet" .
}

result=0
for series in "$@"; do
    kernel=$("$root/tests/hosts/kernel.sh" "$series")
    log=$hosts/kernel-$series.log
    rm -f "$log"
    if [[ $series == 5.* ]]; then
        make_image "$work/disk" "$root/tests/hosts/refusal.sh" "$root/out/traceagent"
        boot "$work/disk" "$kernel" "$log" 1800
        summary=$(grep -aE '^(ok|not ok) ' "$log" | tr -d '\r')
        [[ $summary == ok\ * ]] || result=1
    else
        [[ -e $work/repository.tar ]] || pack_tests
        # The machine has a compiler of C only.
        left_out='(FullyQualifiedName!~_Rust_)&(FullyQualifiedName!~_Cpp_)'
        [[ $series != 6.1 ]] || left_out+='&(DisplayName!~Multi)'
        echo "(${FILTER:-$chosen})&$left_out" >"$work/filter"
        make_image "$work/disk" "$root/tests/hosts/endtoend.sh" "$work"/{repository.tar,dotnet.tar,filter}
        boot "$work/disk" "$kernel" "$log" 3600
        summary=$(sed -nE 's/^ *(Total tests|Passed|Failed|Skipped): *([0-9]+).*/\1 \2/p' "$log" | tr '\n' ' ')
        grep -aq 'Test Run Successful' "$log" || { grep -aE '^ *(Failed|Error Message|X) |^  *\[FAIL\]' "$log" | head -n 40; result=1; }
    fi
    echo "kernel $series: ${summary:-no test ran, see $log}"
    [[ $summary ]] || result=1
done
exit $result
