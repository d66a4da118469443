# shellcheck shell=bash
# Sourced. Virtual machines with Debian and one of Debian's kernels.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
hosts=$root/out/hosts
mkdir -p "$hosts"
source "$root/tests/hosts/cache.sh"

fail() {
    echo "hosts: $*" >&2
    exit 1
}

# system PACKAGE…: prints the path of a tar of this system's release of Debian, small, with these packages, from the archive
# that this system uses.
system() {
    local tar
    tar=$cache/debian-$(echo "$*" | sha256sum | cut -c1-12).tar
    (
        exec 9>"$cache/debian.lock"
        flock 9
        fresh "$tar" && exit
        apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
            sort -u >"$cache/debian.list"
        if mmdebstrap --quiet --format=tar --variant=minbase --include="$*" \
            "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$tar.new" "$cache/debian.list" >&2; then
            mv "$tar.new" "$tar"
        else
            kept "$tar" || fail "mmdebstrap failed"
        fi
    ) && echo "$tar"
}

# make_disk DISK SIZE FOLDER: with what the folder holds.
make_disk() {
    rm -f "$1"
    truncate --size="$2" "$1"
    mke2fs -q -t ext4 -O ^has_journal -d "$3" "$1"
}

# make_image IMAGE SCRIPT FILE…: a disk with Debian and systemd that runs SCRIPT as /test/run at every boot; FILEs are beside it.
make_image() {
    local image=$1 script=$2 tar tree
    shift 2
    tar=$(system systemd systemd-sysv dbus libbpf1 liblzma5 procps util-linux ${more_packages:-})
    tree=$(mktemp -d)
    tar --extract --file "$tar" --directory "$tree"
    mkdir "$tree/test"
    cp -r "$@" "$tree/test/"
    install -m 755 "$script" "$tree/test/run"
    cat >"$tree/etc/systemd/system/host-test.service" <<'EOF'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /test/run
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
ExecStopPost=/bin/systemctl poweroff --force
TimeoutStartSec=infinity
EOF
    mkdir -p "$tree/etc/systemd/system/multi-user.target.wants"
    ln -s ../host-test.service "$tree/etc/systemd/system/multi-user.target.wants/"
    for unit in getty@tty1.service serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer; do
        ln -sf /dev/null "$tree/etc/systemd/system/$unit"
    done
    make_disk "$image" 2G "$tree"
    rm -rf "$tree"
}

# make_bare_image IMAGE FOLDER: a disk with Debian but without systemd, which runs FOLDER's `run` as /test/run.
make_bare_image() {
    local tar tree
    tar=$(system libbpf1 liblzma5 libstdc++6 procps util-linux)
    tree=$(mktemp -d)
    tar --extract --file "$tar" --directory "$tree"
    cp -r "$2" "$tree/test"
    # At a reboot QEMU ends; turning power off is a longer way.
    cat >"$tree/init" <<'EOF'
#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tracefs tracefs /sys/kernel/tracing
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run
bash /test/run
sync
echo b >/proc/sysrq-trigger
EOF
    chmod 755 "$tree/init"
    make_disk "$1" 2G "$tree"
    rm -rf "$tree"
}

# boot KERNEL LOG SECONDS DISK [OPTION…]: until the machine turns itself off or boots again. Its scripts say `# RELEASE OF THE
# KERNEL` first: a machine that hangs before that is given a second chance. OPTIONs are the kernel's.
# One processor: with more, one of QEMU 7.2's runs what another has just rewritten, and a kernel that patches itself, as for
# BPF's statistics, dies of it.
# The kernels have NVMe and ext4 built in, so there is no initrd. An emulated timer is late on a busy host: no_timer_check. The
# whole machine may stand still there for longer than the 20 seconds after which a kernel complains, into the lines of the tests.
boot() {
    local kernel=$1 log=$2 seconds=$3 disk=$4 console machine up started
    shift 4
    console=$(mktemp)
    for _ in 1 2; do
        timeout "$seconds" qemu-system-x86_64 -M q35 -accel tcg -cpu max -smp 1 -m 1024 -nographic -no-reboot \
            -nodefaults -serial mon:stdio -net none -kernel "$kernel" \
            -drive "file=$disk,if=none,id=disk,format=raw" -device nvme,drive=disk,serial=disk ${snapshot:+-snapshot} \
            -append "root=/dev/nvme0n1 rw console=ttyS0 quiet loglevel=3 systemd.show_status=0 mitigations=off no_timer_check watchdog_thresh=60 panic=-1 $*" \
            </dev/null >"$console" 2>&1 &
        machine=$!
        started=$SECONDS up=false
        while kill -0 "$machine" 2>/dev/null && ((SECONDS - started < boot_seconds)); do
            grep -aq '^# [0-9]' "$console" && break
            sleep 1
        done
        grep -aq '^# [0-9]' "$console" && up=true
        $up || kill "$machine" 2>/dev/null || true
        result=0
        wait "$machine" || result=$?
        cat "$console" >>"$log"
        $up && break
        echo "hosts: $(basename "$kernel") did not start; see $log" >&2
    done
    rm -f "$console"
    $up && ((result == 0)) || fail "the machine did not end by itself; see $log"
}
boot_seconds=300
