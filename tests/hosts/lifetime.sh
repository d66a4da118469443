#!/bin/bash
# Runs in the virtual machine, at each of two boots.
cd /test

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

if [[ ! -e rebooted ]]; then
    echo "# $(uname -r)"
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
    eventually "the last good rule stays in force" "logged 'first '"
    from_here
    rule 'second {arg1}' >/etc/traceagent/rules.d/add.yaml
    check "a reload without mistakes succeeds" "systemctl reload traceagent"
    eventually "the edited rule holds" "logged '\"second '"
    check "status knows the rule" "traceagent status | grep -q add-num"

    pid=$(main_pid)
    kill -9 "$pid"
    eventually "systemd restarts a killed agent" "[[ \$(main_pid) != 0 && \$(main_pid) != $pid ]] && systemctl is-active --quiet traceagent"
    from_here
    eventually "the restarted agent logs" "logged second"

    pid=$(main_pid)
    kill -STOP "$pid"
    eventually "the watchdog ends a stopped agent" "journalctl --quiet --unit traceagent | grep -qi 'watchdog timeout'"
    eventually "and systemd restarts it" "[[ \$(main_pid) != 0 && \$(main_pid) != $pid ]] && systemctl is-active --quiet traceagent"

    echo '# edited by the administrator' >>/etc/traceagent/agent.yaml
    pid=$(main_pid)
    check "the package upgrades" "dpkg --install second.deb >/dev/null 2>&1 && dpkg-query --show --showformat '\${Version}' traceagent | grep -q -- -2"
    eventually "the upgraded agent runs anew" "[[ \$(main_pid) != $pid ]] && systemctl is-active --quiet traceagent"
    check "an edited configuration survives the upgrade" "grep -q administrator /etc/traceagent/agent.yaml"
    from_here
    eventually "the upgraded agent logs" "logged second"

    if (($(uname -r | cut -d. -f1) * 100 + $(uname -r | cut -d. -f2) >= 606)); then
        install -D -m 644 -t /etc/systemd/system/traceagent.service.d /usr/share/doc/traceagent/examples/systemd/without-sys-admin.conf
        systemctl daemon-reload
        check "the agent starts without CAP_SYS_ADMIN" "systemctl restart traceagent"
        # CAP_SYS_ADMIN is bit 21.
        check "it does not have CAP_SYS_ADMIN" "! ((0x\$(sed -n 's/^CapEff:\t//p' /proc/\$(main_pid)/status) >> 21 & 1))"
        from_here
        eventually "it logs without CAP_SYS_ADMIN" "logged second"
    fi

    cp /etc/traceagent/agent.yaml /test/agent.yaml.good
    echo "rulez: x" >/etc/traceagent/agent.yaml
    systemctl restart traceagent 2>/dev/null
    eventually "an invalid configuration is not tried again and again" \
        "[[ \$(systemctl show --property ExecMainStatus --value traceagent) == 78 && \$(systemctl is-failed traceagent) == failed ]]"
    cp /test/agent.yaml.good /etc/traceagent/agent.yaml
    systemctl reset-failed traceagent
    check "the service starts again with the configuration mended" "systemctl start traceagent"
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
