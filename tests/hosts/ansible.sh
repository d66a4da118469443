#!/usr/bin/env bash
# The life of the Ansible role on a Debian host with systemd, in a virtual machine.
# ansible.sh [SERIES]: with the newest kernel of this series, 6.12 unless it is given. About half an hour: an emulated processor
# takes minutes for each run of the role. What has nothing to do with the service is left to `make test-ansible`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/vm.sh"
series=${1:-6.12}
kernel=$("$root/tests/hosts/kernel.sh" "$series")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/tests/ansible/packages.sh" "$work/packages"
cp -r "$root/packaging/ansible" "$work/collection"
cat >"$work/run" <<'END'
#!/bin/bash
echo
echo "# $(uname -r)"
ROLE_BRIEF=yes /test/role.sh /test/collection /test/packages
END

log=$hosts/ansible-$series.log
rm -f "$log"
more_packages="ansible-core python3-apt" make_image "$work/disk" "$work/run" "$root/tests/ansible/role.sh" "$work"/{packages,collection}
boot "$kernel" "$log" 7200 "$work/disk"
"$root/tests/hosts/count.sh" "$log" "ansible, kernel $series"
