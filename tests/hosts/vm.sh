# Sourced. Virtual machines with Debian, systemd and one of Debian's kernels.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
hosts=$root/out/hosts

fail() {
    echo "hosts: $*" >&2
    exit 1
}

# This system's release of Debian, small, with systemd and more_packages; made once, from the archive that this system uses.
base_tar() { echo "$hosts/debian${more_packages:-}.tar"; }
base_system() (
    tar=$(base_tar)
    mkdir -p "$hosts"
    exec 9>"$hosts/lock"
    flock 9
    [[ -e $tar ]] && return
    apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
        sort -u >"$hosts/debian.list"
    packages=systemd,systemd-sysv,dbus,libbpf1,liblzma5,procps,util-linux,gcc,libc6-dev${more_packages:-}
    mmdebstrap --quiet --format=tar --variant=minbase --include=$packages \
        "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$tar.new" "$hosts/debian.list" || fail "mmdebstrap failed"
    mv "$tar.new" "$tar"
)

# make_image IMAGE SCRIPT FILE…: a disk with Debian that runs SCRIPT as /test/run at every boot; FILEs are beside it.
make_image() {
    local image=$1 script=$2 tree
    shift 2
    base_system
    tree=$(mktemp -d)
    tar --extract --file "$(base_tar)" --directory "$tree"
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
    rm -f "$image"
    truncate --size=2G "$image"
    mke2fs -q -t ext4 -O ^has_journal -d "$tree" "$image"
    rm -rf "$tree"
}

# boot IMAGE KERNEL LOG SECONDS: until the machine turns itself off or boots again. What it does to its disk stays.
# The kernels have NVMe and ext4 built in, so there is no initrd. An emulated timer is late on a busy host: no_timer_check.
boot() {
    timeout "$4" qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -nographic -no-reboot \
        -nodefaults -serial mon:stdio -net none -kernel "$2" \
        -drive "file=$1,if=none,id=disk,format=raw" -device nvme,drive=disk,serial=disk \
        -append "root=/dev/nvme0n1 rw console=ttyS0 quiet loglevel=3 systemd.show_status=0 mitigations=off no_timer_check panic=-1" \
        </dev/null >>"$3" 2>&1 || fail "the machine did not end by itself; see $3"
}
