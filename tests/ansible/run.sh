#!/bin/bash
# What `make test-ansible` runs: ansible-lint over the collection, and the life of the role on a copy of this host.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# options EXPRESSION FILE: what the document, the defaults and the specification of arguments name must be the same.
options() { sed -nE "s/^$1.*/\1/p" "$root/$2" | sort; }
role=packaging/ansible/roles/traceagent
specified=$(options ' {6}(traceagent_[a-z_]+):' $role/meta/argument_specs.yml)
for named in "$(options '(traceagent_[a-z_]+):' $role/defaults/main.yml)" "$(options '\| `(traceagent_[a-z_]+)`' docs/ansible.md)"; do
    diff <(echo "$specified") <(echo "$named") || { echo "ansible: these options differ from argument_specs.yml"; exit 1; }
done

# ansible-lint skips what git does not know, and is content: the number of files is asked for, too.
files=$(git -C "$root/packaging/ansible" ls-files '*.yml' | wc -l)
lint=$(cd "$root/packaging/ansible" && ansible-lint --offline --nocolor --profile production 2>&1) || true
if ! [[ $lint =~ "Passed with production profile: 0 failure(s), 0 warning(s) on "([0-9]+) ]] || ((BASH_REMATCH[1] < files)); then
    echo "$lint"
    echo "ansible: ansible-lint is not content"
    exit 1
fi
"$root/tests/ansible/packages.sh" "$work/packages"
"$root/tests/ansible/scratch.sh" "$root/tests/ansible/role.sh" "$root/packaging/ansible" "$work/packages" >"$work/log" || true
"$root/tests/hosts/count.sh" "$work/log" ansible
