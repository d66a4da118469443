#!/bin/bash
# Runs in the virtual machine, at each of two boots.
cd /test || exit

# A line of its own: the terminal may hold half of another one.
echo

check() {
    echo >>checks
    if eval "$2"; then
        echo "ok $1"
    else
        echo "not ok $1: $2"
        systemctl status --no-pager --full traceagent 2>&1 | sed 's/^/# /'
        journalctl --no-pager --quiet --unit traceagent --lines 20 | sed 's/^/# /'
    fi
}
eventually() {
    for ((i = 0; i < 300; i++)); do
        eval "$2" >/dev/null 2>&1 && break
        sleep 0.2
    done
    check "$1" "$2"
}
events() { cat /var/log/traceagent/events-*.json; }
# Whether an event has TEXT in a line that came after the last call of `from_here`.
from_here() { seen=$(events 2>/dev/null | wc -l); }
logged() { events | tail -n +$((seen + 1)) | grep -q -- "$1"; }
main_pid() { systemctl show --property MainPID --value traceagent; }
# Sets `pid`. There is none between two starts, as after a watchdog timeout on a host that was too busy for the machine; a signal
# to 0 would be one to this script.
wait_for_pid() {
    for ((i = 0; i < 300; i++)); do
        pid=$(main_pid)
        ((pid)) && return
        sleep 0.2
    done
    pid=none
}

# What docs/NAME.md tells to type.
document() { sed -n '/^```sh$/,/^```$/{/^```/d;p}' "/usr/share/doc/traceagent/docs/$1.md"; }

rule() {
    cat <<EOF
rules:
  - name: add-num
    binary: /test/addnum
    symbol: AddNum
    args: 2
    on: call
    format: "$1"
EOF
}

# Whether packets that arrive at lo from now on are counted.
counted() { echo >/dev/udp/127.0.0.1/9; logged '"event":"packets","interface":"lo"'; }

echo "# $(uname -r)"
if [[ ! -e rebooted ]]; then
    check "the package installs" "dpkg --install first.deb >/dev/null 2>&1"
    eventually "the service runs after the installation" "systemctl is-active --quiet traceagent"
    check "it is not root" "[[ \$(ps -o user= -p \$(main_pid)) == traceag* ]]"
    check "it is enabled" "systemctl is-enabled --quiet traceagent"
    check "the manual page, the completion and the examples are there" \
        "ls /usr/share/man/man8/traceagent.8.gz /usr/share/bash-completion/completions/traceagent /usr/share/doc/traceagent/examples/addnum/rules.yaml >/dev/null"
    check "its exposure is at most 3.0" "systemd-analyze security --no-pager --threshold=30 traceagent.service >/dev/null"

    ./addnum 1000000 50 >/dev/null &
    from_here
    rule 'first {arg1} + {arg2} = {ret}' >/etc/traceagent/rules.d/add.yaml
    eventually "a rule that is dropped into the folder logs the running program" "logged 'first [0-9]* + 2 = [0-9]*'"
    check "others cannot read the events" "[[ \$(stat -c %a /var/log/traceagent) == 750 && \$(stat -c %a /var/log/traceagent/events-*.json) == 640 ]]"

    rule 'second {arg1}' | sed 's/AddNum/AddNumm/' >/etc/traceagent/rules.d/add.yaml
    check "a reload with a mistake fails" "! systemctl reload traceagent 2>/dev/null"
    eventually "the mistake is in the journal, with its position" "journalctl --quiet --unit traceagent | grep -q \"add.yaml:4:13: error TA201.*AddNumm\""
    from_here
    eventually "the last valid rule stays active" "logged 'first '"
    from_here
    rule 'second {arg1}' >/etc/traceagent/rules.d/add.yaml
    check "a reload without mistakes succeeds" "systemctl reload traceagent"
    eventually "the edited rule holds" "logged '\"second '"
    check "status knows the rule" "traceagent status | grep -q add-num"

    wait_for_pid
    kill -9 "$pid"
    eventually "systemd restarts a killed agent" "[[ \$(main_pid) != 0 && \$(main_pid) != $pid ]] && systemctl is-active --quiet traceagent"
    eventually "a rule file that changed shortly before the end is held back" "traceagent status | grep -q TA161"
    touch /etc/traceagent/rules.d/add.yaml
    from_here
    eventually "the restarted agent logs when the file was touched" "logged second"

    wait_for_pid
    kill -STOP "$pid"
    eventually "the watchdog ends a stopped agent" "journalctl --quiet --unit traceagent | grep -qi 'watchdog timeout'"
    eventually "and systemd restarts it" "[[ \$(main_pid) != 0 && \$(main_pid) != $pid ]] && systemctl is-active --quiet traceagent"

    touch /etc/traceagent/rules.d/add.yaml
    from_here
    eventually "and logs when the file was touched" "logged second"

    echo '# edited by the administrator' >>/etc/traceagent/agent.yaml
    wait_for_pid
    check "the package upgrades" "dpkg --install second.deb >/dev/null 2>&1 && dpkg-query --show --showformat '\${Version}' traceagent | grep -q -- -2"
    eventually "the upgraded agent runs anew" "[[ \$(main_pid) != $pid ]] && systemctl is-active --quiet traceagent"
    check "an edited configuration survives the upgrade" "grep -q administrator /etc/traceagent/agent.yaml"
    from_here
    eventually "the upgraded agent logs" "logged second"

    printf '%s\n' packets: '  - {name: edge, interface: lo, count: {every: 1s}}' >/etc/traceagent/rules.d/edge.yaml
    from_here
    eventually "packets are counted by the service as it is packed" counted

    if (($(uname -r | cut -d. -f1) * 100 + $(uname -r | cut -d. -f2) >= 606)); then
        check "the agent starts without CAP_SYS_ADMIN, as docs/install.md says" "document install | sed -n '/^install .*sys-admin/,\$p' | bash -e"
        # CAP_SYS_ADMIN is bit 21.
        check "it does not have CAP_SYS_ADMIN" "! ((0x\$(sed -n 's/^CapEff:\t//p' /proc/\$(main_pid)/status) >> 21 & 1))"
        from_here
        eventually "it logs without CAP_SYS_ADMIN" "logged second"

        eventually "packet rules are refused without it, and say what they need" \
            "journalctl --quiet --unit traceagent | grep -q 'edge.yaml:2:12: .*needs .*CAP_NET_ADMIN'"
        check "the agent starts with CAP_NET_ADMIN, as docs/packets.md says" "document packets | bash -e"
        from_here
        eventually "then packets are counted without CAP_SYS_ADMIN" counted
    fi

    rm /etc/traceagent/rules.d/edge.yaml

    echo 'metrics: {textfile: /var/lib/prometheus/node-exporter/traceagent.prom}' >>/etc/traceagent/agent.yaml
    check "the service may write for node-exporter, as docs/pipelines.md says" "document pipelines | bash -e"
    eventually "and writes its numbers there" "grep -q '^traceagent_rules' /var/lib/prometheus/node-exporter/traceagent.prom"

    rule 'second {arg1}' | sed 's/AddNum/AddNumm/' >/etc/traceagent/rules.d/add.yaml
    check "a rule with a mistake does not keep the agent from starting" "systemctl restart traceagent"
    check "a strict start, as docs/install.md says, is refused for it" "document install | sed '/^install /,\$d' | bash -e && ! systemctl restart traceagent 2>/dev/null"
    rule 'second {arg1}' >/etc/traceagent/rules.d/add.yaml
    systemctl reset-failed traceagent
    check "and goes on when it is mended" "systemctl restart traceagent"
    rm /etc/systemd/system/traceagent.service.d/strict.conf
    systemctl daemon-reload

    # What does not mend itself is not tried again and again: neither is a start counted after the first one.
    given_up() { [[ $(systemctl show --property ExecMainStatus --value traceagent) == "$1" && $(systemctl is-failed traceagent) == failed ]]; }
    not_again() { given_up "$1" && [[ $(systemctl show --property NRestarts --value traceagent) == 0 ]]; }
    cp /etc/traceagent/agent.yaml /test/agent.yaml.good
    echo "rulez: x" >/etc/traceagent/agent.yaml
    systemctl restart traceagent 2>/dev/null
    eventually "an invalid configuration ends the agent with 78" "given_up 78"
    check "which is not started again" "sleep 5; not_again 78"
    cp /test/agent.yaml.good /etc/traceagent/agent.yaml
    dropped=/run/systemd/system/traceagent.service.d/zz-test.conf
    mkdir -p "$(dirname $dropped)"
    printf '%s\n' '[Service]' ExecStart= 'ExecStart=/usr/bin/traceagent run --no-such-option' >$dropped
    systemctl daemon-reload
    systemctl restart traceagent 2>/dev/null
    eventually "a wrong option ends it with 2" "given_up 2"
    check "and it is not started again" "sleep 5; not_again 2"
    printf '%s\n' '[Service]' CapabilityBoundingSet= AmbientCapabilities= >$dropped
    systemctl daemon-reload
    systemctl restart traceagent 2>/dev/null
    eventually "missing capabilities end it with 77" "given_up 77"
    check "and so it stays" "sleep 5; not_again 77"
    rm $dropped
    systemctl daemon-reload
    systemctl reset-failed traceagent
    check "the service starts again with everything mended" "systemctl start traceagent"
    touch rebooted
    sync
    systemctl reboot --force
    sleep 60
fi

eventually "the service runs after a reboot" "systemctl is-active --quiet traceagent"
from_here
./addnum 1000000 50 >/dev/null &
eventually "the rule holds after a reboot" "logged second"
check "the package is removed" "dpkg --remove traceagent >/dev/null 2>&1"
check "nothing runs" "! systemctl is-active --quiet traceagent && ! pgrep -x traceagent >/dev/null"
check "configuration and events stay" "[[ -e /etc/traceagent/agent.yaml && -e /etc/traceagent/rules.d/add.yaml ]] && ls /var/log/traceagent/*.json >/dev/null"
check "the package is purged" "dpkg --purge traceagent >/dev/null 2>&1"
check "only the administrator's rules stay" "[[ \$(find /etc/traceagent -type f) == /etc/traceagent/rules.d/add.yaml && ! -e /var/log/traceagent && ! -e /usr/bin/traceagent ]]"
echo "the end of $(wc -l <checks) checks"
