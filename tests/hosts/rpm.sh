#!/bin/bash
# rpm.sh FIRST SECOND: the life of the RPM package, whose next release SECOND is, on this host, which it changes; PackageTests
# gives it a copy. The host is Debian: packages of RPM that stand for what other systems have are made here.
first=$1 second=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset LD_LIBRARY_PATH
export LC_ALL=C.UTF-8

check() {
    count=$((${count:-0} + 1))
    if eval "$2" >said 2>&1; then
        echo "ok $1"
    else
        echo "not ok $1: $2"
        sed 's/^/# /' said
    fi
}

# stands_for NAME PROVIDED…
stands_for() {
    local name=$1
    shift
    {
        printf '%s\n' "Name: $name" "Version: 1" "Release: 1" "Summary: $name" "License: MIT" "BuildArch: noarch"
        (($# == 0)) || printf 'Provides: %s\n' "$@"
        printf '%s\n' %description "$name" %files
    } >"$name.spec"
    rpmbuild -bb --quiet --define "_topdir $work" "$name.spec" >said 2>&1 && rpm -i RPMS/noarch/"$name"-*.rpm >>said 2>&1
}

# Debian's rpm warns of itself unless it is told that this is meant.
rpm() {
    case $1 in
        -i | -U | -e) command rpm --force-debian "$@" ;;
        *) command rpm "$@" ;;
    esac
}

# What systemd of Fedora and RHEL has: it says what it is asked for.
mkdir -p /usr/lib/systemd
printf '%s\n' '#!/bin/sh' "echo \"\$*\" >>$work/units" >/usr/lib/systemd/systemd-update-helper
chmod 755 /usr/lib/systemd/systemd-update-helper
asked() { [[ $(cat units) == "$1" ]] && rm units; }
mode() { [[ $(stat -c '%U:%G %a' "$2") == "root:root $1" ]]; }

rm -rf /var/lib/rpm /root/.rpmdb "$(rpm --eval '%{_dbpath}')"
rpm --initdb
check "what links is named, and no library of one distribution" \
    "! rpm -qpR $first | grep -vE '^(/bin/sh|systemd|config\(traceagent\)|rtld\(|rpmlib\(|(libbpf\.so\.1|libc\.so\.6|libm\.so\.6|ld-linux-[a-z0-9-]+\.so\.[12])\()'"
mapfile -t linked < <(rpm -qpR "$first" | grep -E '^(/bin/sh|rtld|ld-linux|libc\.|libm\.)')
check "stand-ins for libc and the shell come to the host" "stands_for glibc '${linked[0]}' $(printf "'%s' " "${linked[@]:1}")"
check "it is refused where the library that it loads is not" \
    "! rpm -i $first 2>refusal && cat refusal && grep -q 'libbpf.so.1()(64bit) is needed' refusal && grep -q 'systemd is needed' refusal"
check "stand-ins for libbpf and systemd come to the host" "stands_for libbpf 'libbpf.so.1()(64bit)' && stands_for systemd"
check "it installs, and says no more than that it makes a user" "rpm -i $first >words 2>&1; cat words; rpm -q traceagent && ! grep -v '^Creating ' words"
check "what was installed is what was packed" "rpm -V traceagent"
check "files have the modes that they need" "mode 755 /usr/bin/traceagent && mode 644 /etc/traceagent/agent.yaml && mode 755 /etc/traceagent/rules.d &&
    mode 644 /usr/lib/systemd/system/traceagent.service && mode 644 /usr/lib/sysusers.d/traceagent.conf"
check "the user is there, without a shell" "getent passwd traceagent | grep -q ':/var/log/traceagent:.*/nologin$'"
check "the unit is handed to systemd" "asked 'install-system-units traceagent.service'"
check "the program runs and is content with the configuration" "traceagent --version && traceagent check --config /etc/traceagent/agent.yaml"
check "the manual page is found" "man --where traceagent | grep -q /usr/share/man/man8/"

echo '# edited by the administrator' >>/etc/traceagent/agent.yaml
echo 'rules: []' >/etc/traceagent/rules.d/mine.yaml
check "it upgrades" "rpm -U $second && [[ \$(rpm -q --queryformat '%{RELEASE}' traceagent) == 2 ]]"
check "an edited configuration survives the upgrade" "grep -q administrator /etc/traceagent/agent.yaml && [[ -e /etc/traceagent/rules.d/mine.yaml ]]"
check "the running agent is to be started anew" "asked 'mark-restart-system-units traceagent.service'"

check "it is removed" "rpm -e traceagent && ! rpm -q traceagent"
check "the unit is stopped and disabled before that" "asked 'remove-system-units traceagent.service'"
check "nothing stays but what the administrator wrote" \
    "find /etc /usr /var/lib /var/log -path '*traceagent*' ! -type d | sort | tee /dev/stderr | diff - <(printf '%s\n' /etc/traceagent/{agent.yaml.rpmsave,rules.d/mine.yaml})"
echo "the end of $count checks"
