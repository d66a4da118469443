#!/bin/sh
# install.sh [FOLDER]: installs TraceAgent below / (or FOLDER). An agent.yaml that is there stays.
# install.sh --remove [FOLDER]: removes what was installed; /etc/traceagent and /var/log/traceagent stay.
set -eu
from=$(cd "$(dirname "$0")" && pwd)/root
remove=false
if [ "${1:-}" = --remove ]; then
    remove=true
    shift
fi
to=${1:-}
service() { [ -n "$to" ] || [ ! -d /run/systemd/system ] || systemctl "$@"; }

if $remove; then
    service disable --now traceagent.service
    (cd "$from" && find . -type f ! -path './etc/*') | while read -r file; do
        rm -f "$to/$file"
    done
    find "$to/usr/share/doc/traceagent" -depth -type d -empty -delete
    service daemon-reload
    exit
fi

(cd "$from" && find . -type f) | while read -r file; do
    if [ "$file" = ./etc/traceagent/agent.yaml ] && [ -e "$to/$file" ]; then
        continue
    fi
    mkdir -p "$(dirname "$to/$file")"
    # By another name first: a running executable cannot be written.
    cp -p "$from/$file" "$to/$file.new"
    chown 0:0 "$to/$file.new"
    mv -f "$to/$file.new" "$to/$file"
done
mkdir -p "$to/etc/traceagent/rules.d"
if [ -z "$to" ]; then
    systemd-sysusers /usr/lib/sysusers.d/traceagent.conf
fi
service daemon-reload
echo "installed; libbpf 1.0 or newer must be there as well. Start with: systemctl enable --now traceagent"
