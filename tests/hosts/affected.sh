#!/usr/bin/env bash
# Returns under seccomp filters, on a kernel that shows the filter the system call by which they are followed, and on one that
# does not: some ten minutes. The first is Debian's without the fix, see unfix.py.
# AGENT: another one than out/traceagent. The last line is `N passed, N failed, 0 skipped`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/vm.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernel=$("$root/tests/hosts/kernel.sh" 6.12)
python3 "$root/tests/hosts/unfix.py" "$kernel" "$work/vmlinux-unfixed"

mkdir "$work/tree"
gcc -O1 -o "$work/tree/filtered" "$root/tests/TraceAgent.EndToEnd/Programs/filtered.c"
nm "$work/tree/filtered" | sed -n 's/ T Square$//p' >"$work/tree/offset"
cp "${AGENT:-$root/out/traceagent}" "$work/tree/traceagent"
cp "$root/tests/hosts/filtered.sh" "$work/tree/run"
make_bare_image "$work/disk" "$work/tree"

# try RETURNS KERNEL
passed=0 failed=0
try() {
    local log=$hosts/returns-$1.log p=0 f=0
    rm -f "$log"
    (snapshot=yes boot "$2" "$log" 1800 "$work/disk" init=/init "returns=$1") || true
    "$root/tests/hosts/count.sh" "$log" "returns are $1" | tee "$work/counted" || true
    read -r p f < <(sed -nE 's/^returns are .*: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$work/counted") || true
    passed=$((passed + p))
    failed=$((failed + (p + f ? f : 1)))
}
try fatal "$work/vmlinux-unfixed"
try harmless "$kernel"
echo "$passed passed, $failed failed, 0 skipped"
((failed == 0 && passed > 0))
