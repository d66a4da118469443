#!/bin/bash
# What `make test-ansible` runs: ansible-lint over the collection, and the life of the role on a copy of this host.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/tests/ansible/packages.sh" "$work/packages"

# ansible-lint skips what git does not know, and is content: the number of files is asked for, too.
files=$(git -C "$root/packaging/ansible" ls-files '*.yml' | wc -l)
lint=$(cd "$root/packaging/ansible" && ansible-lint --offline --nocolor --profile production 2>&1) || true
if [[ $lint =~ "Passed with production profile: 0 failure(s), 0 warning(s) on "([0-9]+) ]] && ((BASH_REMATCH[1] >= files)); then
    echo "ok ansible-lint has nothing to say"
else
    printf 'not ok ansible-lint has nothing to say\n%s\n' "$lint"
fi | tee "$work/log"
"$root/tests/ansible/scratch.sh" "$root/tests/ansible/role.sh" "$root/packaging/ansible" "$work/packages" | tee -a "$work/log"

passed=$(grep -c '^ok ' "$work/log" || true)
failed=$(grep -c '^not ok ' "$work/log" || true)
# A check whose line is missing has failed, too; ansible-lint is one more.
expected=$(sed -n 's/^the end of \([0-9]*\) checks$/\1/p' "$work/log")
if ((passed + failed != ${expected:-0} + 1)); then
    failed=$((failed + 1))
fi
echo "ansible: $passed passed, $failed failed"
((failed == 0 && passed > 0))
