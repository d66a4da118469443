#!/usr/bin/env bash
# The life of the package on a Debian host, in a virtual machine: install, trace, edit, reload, upgrade, kill, reboot, purge.
# run.sh [SERIES]: with the newest kernel of this series, 6.1 unless it is given.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/vm.sh"
series=${1:-6.1}
kernel=$("$root/tests/hosts/kernel.sh" "$series")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first=$(REVISION=1 "$root/packaging/deb.sh" "$work/1")
second=$(REVISION=2 "$root/packaging/deb.sh" "$work/2")
gcc -O1 -o "$work/addnum" "$root/examples/addnum/addnum.c"
mv "$first" "$work/first.deb"
mv "$second" "$work/second.deb"

log=$hosts/lifetime-$series.log
rm -f "$log"
make_image "$work/disk" "$root/tests/hosts/lifetime.sh" "$work"/{first.deb,second.deb,addnum}
boot "$kernel" "$log" 3600 "$work/disk"
boot "$kernel" "$log" 3600 "$work/disk"

"$root/tests/hosts/count.sh" "$log" "kernel $series"
