#!/bin/bash
# role.sh COLLECTION PACKAGES: the life of the Ansible role on this host, which it changes; run.sh gives it a copy.
# PACKAGES holds first.deb, second.deb and an archive, *.tar.gz.
# ROLE_BRIEF: leaves out what is the same without a service, where a run of the role takes minutes.
# What `check` evaluates, shellcheck takes for unused.
# shellcheck disable=SC2034
export ANSIBLE_NOCOLOR=1 ANSIBLE_PIPELINING=1 ANSIBLE_LOCALHOST_WARNING=false LC_ALL=C.UTF-8
collection=$1 packages=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export HOME=$work ANSIBLE_COLLECTIONS_PATH=$work/collections

check() {
    count=$((${count:-0} + 1))
    if eval "$2"; then
        echo "ok $1"
    else
        echo "not ok $1: $2"
        tail -n 25 said | sed 's/^/# /'
    fi
}

# play VARIABLES [OPTION…]: one run of the role; `said` holds what it printed.
play() {
    printf '%s\n' "$1" >variables.yml
    shift
    ansible-playbook -i localhost, -e ansible_python_interpreter=/usr/bin/python3 -e @variables.yml "$@" playbook.yml >said 2>&1
}
changes() { sed -nE 's/^localhost .*changed=([0-9]+).*/\1/p' said; }
service() { [[ -d /run/systemd/system ]] && systemctl "$@"; }
# Where there is no service, nothing is asked of it.
runs() { [[ ! -d /run/systemd/system ]] || service is-active --quiet traceagent; }
in_full() { [[ ${ROLE_BRIEF:-} ]] || check "$@"; }

cat >playbook.yml <<'EOP'
- hosts: localhost
  connection: local
  gather_subset: ["!all", "!min", distribution, service_mgr]
  tasks:
    - name: The role
      ansible.builtin.include_role:
        name: traceagent.agent.traceagent
EOP
cat >opened.yaml <<'EOP'
rules:
  - name: opened
    binary: libc.so.6
    symbol: open
EOP
sed -i "s:libc.so.6:$(ldconfig -p | sed -n '/x86-64/s/.*libc\.so\.6 .*=> //p' | head -n 1):" opened.yaml

# A bare `on` is what people write, and what YAML 1.1 takes for a truth value.
wanted="
traceagent_config: {outputs: [{file: {path: /var/log/traceagent/calls.json}}]}
traceagent_rules:
  - {name: copied, src: $work/opened.yaml}
  - name: inline
    content:
      rules:
        - name: linked
          binary: $(sed -n 's/.*binary: //p' opened.yaml)
          symbol: readlink
          on: call
          format: 'a \"true\": {ret}'
      packets:
        - {name: edge, interface: lo, count: {}, deny: [192.0.2.0/24, '2001:db8::/32'], dry_run: true}"
first="traceagent_package: $packages/first.deb$wanted"
second="traceagent_package: file://$packages/second.deb$wanted"

ansible-galaxy collection build --output-path . "$collection" >said 2>&1 &&
    ansible-galaxy collection install --offline -p collections ./traceagent-agent-*.tar.gz >>said 2>&1
check "the collection can be built and installed" "[[ -e collections/ansible_collections/traceagent/agent/MANIFEST.json ]]"

in_full "check mode says what would be done" "play \"\$first\" --check --diff && ((\$(changes) > 3)) && grep -q '^+ .*symbol: readlink' said"
in_full "and does nothing of it" "[[ ! -e /usr/bin/traceagent && ! -e /etc/traceagent && ! -e /opt/traceagent ]]"

check "the package, the configuration and the rules come to the host" "play \"\$first\" && [[ -x /usr/bin/traceagent ]]"
check "a copied file is as it was" "cmp opened.yaml /etc/traceagent/rules.d/copied.yaml"
check "a key that YAML 1.1 takes for a truth value is a key again, and texts stay" \
    "grep -q \"'on': call\" /etc/traceagent/rules.d/inline.yaml && grep -qF 'a \"true\": {ret}' /etc/traceagent/rules.d/inline.yaml"
check "packet rules come with the others" \
    "grep -A 9 '^packets:' /etc/traceagent/rules.d/inline.yaml | grep -q '^ *- 2001:db8::/32'"
check "editors know the schema of what is written" "head -n 1 /etc/traceagent/rules.d/inline.yaml | grep -q 'yaml-language-server: .schema=/' &&
    ls \$(sed -n '1s/.*schema=//p' /etc/traceagent/rules.d/inline.yaml /etc/traceagent/agent.yaml) >/dev/null"
check "the configuration is for the agent only" "[[ \$(stat -c %U:%G:%a /etc/traceagent/agent.yaml) == root:traceagent:640 ]]"
check "the agent runs" runs
check "a second run changes nothing" "play \"\$first\" && [[ \$(changes) == 0 ]]"

cp -r /etc/traceagent before
check "a rule with a mistake is refused, with its place" \
    "! play \"\${first/symbol: readlink/symbol: readlinkk}\" && grep -q 'error TA201' said && grep -q \"did you mean 'readlink'\" said"
in_full "a configuration with a mistake is refused" "! play \"\${first/path:/paths:}\" && grep -q \"'paths'\" said"
check "the files that were there are there" "diff -r before /etc/traceagent"
in_full "a misspelt option is refused before anything is done" \
    "! play \"\${first/src:/source:}\" && grep -q 'traceagent_rules.source. Supported parameters' said && diff -r before /etc/traceagent"
in_full "a name that two files use is found by the check of all of them" \
    "! play \"\${first/name: linked/name: opened}\" && grep -q \"'opened'\" said"
check "the agent still runs" runs

check "another version comes from an address, and rules that nobody named go" "echo 'rules: []' >/etc/traceagent/rules.d/mine.yaml
    play \"\${second/src: *opened.yaml/state: absent}
traceagent_rules_exclusive: true\" && [[ \$(dpkg-query --show --showformat '\${Version}' traceagent) == *-2 ]] &&
    [[ \$(ls /etc/traceagent/rules.d) == inline.yaml ]]"
check "the agent of that version runs" runs

check "it can be removed" "play 'traceagent_state: absent' && [[ ! -e /usr/bin/traceagent ]]"
check "configuration and rules stay" "[[ -e /etc/traceagent/agent.yaml && -e /etc/traceagent/rules.d/inline.yaml ]]"
in_full "a second removal changes nothing" "play 'traceagent_state: absent' && [[ \$(changes) == 0 ]]"

archive="traceagent_package: $(ls "$packages"/*.tar.gz)$wanted"
check "the archive is another way" "play \"\$archive\" && [[ -x /usr/bin/traceagent ]] &&
    [[ \$(dpkg-query --show --showformat '\${db:Status-Status}' traceagent) == config-files ]]"
check "the agent of the archive runs" runs
in_full "its second run changes nothing" "play \"\$archive\" && [[ \$(changes) == 0 ]]"
check "a removal with purge leaves nothing" "play '{traceagent_state: absent, traceagent_purge: true}' &&
    [[ ! -e /usr/bin/traceagent && ! -e /etc/traceagent && ! -e /opt/traceagent && ! -e /var/log/traceagent ]] &&
    ! dpkg-query --show traceagent 2>/dev/null"
echo "the end of $count checks"
