#!/usr/bin/env bash
# newest-bpftrace.sh FOLDER: prints the command of the newest bpftrace that Debian has, unpacked into FOLDER with the libraries that it
# needs and run by their own loader; of the one that is installed when the archive cannot be asked. Needs root, and apt.
set -euo pipefail
folder=${1:?the folder to unpack into}
command="$folder/bpftrace"

installed() {
    echo "newest-bpftrace: $1: the installed bpftrace is measured" >&2
    command -v bpftrace
    exit 0
}

if [[ ! -x $command ]]; then
    archive=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1)
    [[ -n $archive ]] || installed "apt knows no Debian archive"
    command -v mmdebstrap >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -qq -y mmdebstrap >/dev/null 2>&1 ||
        installed "mmdebstrap cannot be installed"
    rm -rf "$folder"
    mkdir -p "$folder"
    mmdebstrap --quiet --variant=extract --aptopt='Acquire::Check-Valid-Until "false"' --include=bpftrace unstable "$folder/root" "$archive" >&2 || installed "unstable cannot be unpacked"
    # It needs tracefs, which not every host has mounted: in a mount namespace of its own.
    cat >"$command" <<END
#!/bin/sh
if [ -z "\$BPFTRACE_UNSHARED" ]; then
    BPFTRACE_UNSHARED=1 exec unshare --mount "\$0" "\$@"
fi
[ -e /sys/kernel/tracing/available_events ] || mount -t tracefs tracefs /sys/kernel/tracing
root='$(realpath "$folder")/root'
exec "\$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "\$root/usr/lib/x86_64-linux-gnu:\$root/lib/x86_64-linux-gnu" \
    "\$root/usr/bin/bpftrace" "\$@"
END
    chmod +x "$command"
    "$command" --version >/dev/null 2>&1 || installed "the newest one does not run here"
fi
realpath "$command"
