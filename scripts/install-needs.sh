#!/usr/bin/env bash
# Installs what `make build` and `make demo` need on Debian 12 or newer; with an argument also what is needed for more:
# `test`: the programs that tests trace or ask; `packages`: building and checking packages; `pipelines`: what reads our lines; `recipes`: programs of recipes that are large;
# `fuzz`: tools that make what is damaged; `dwarf`: other readers of debug information, and programs to compare by; `hosts`: virtual machines, of which tests have some, too; `ansible`: Ansible and ansible-lint; `bench`: what is measured beside us.
# Does nothing when everything is there. The .NET SDK is expected, not installed.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"

fail() {
    echo "install-needs: $*" >&2
    exit 1
}

command -v dotnet >/dev/null ||
    fail "the .NET SDK 10 is missing; see https://dotnet.microsoft.com/download"
# In the repository, `dotnet --version` also fails when global.json is not satisfied.
version=$(dotnet --version 2>/dev/null) || version=none
[[ ${version%%.*} =~ ^[0-9]+$ && ${version%%.*} -ge 10 ]] ||
    fail "the .NET SDK 10 or newer is needed, found: $version"

has_command() { command -v "$1" >/dev/null; }
has_library() { grep -q "$1 " <<<"$(ldconfig -p)"; }
has_header() { [[ -e /usr/include/$1 || -e /usr/include/$(uname -m)-linux-gnu/$1 ]]; }

# Each missing need is a list of package names: Debian renamed some for 64-bit time.
missing=()
has_command make || missing+=("make")
has_command gcc || missing+=("gcc")
has_command g++ || missing+=("g++")
has_command clang || missing+=("clang")
has_header bpf/bpf_core_read.h || missing+=("libbpf-dev")
has_header linux/bpf.h || missing+=("linux-libc-dev")
has_command nm || missing+=("binutils")
has_header stdlib.h || missing+=("libc6-dev")
has_header zlib.h || missing+=("zlib1g-dev")
has_library libbpf.so.1 || missing+=("libbpf1 libbpf1t64")
has_command setpriv || missing+=("util-linux")
has_command taskset || missing+=("util-linux")
has_command script || missing+=("bsdutils")
case ${1:-} in
    bench)
        has_command bpftrace || missing+=("bpftrace")
        ;;
    test)
        # Real programs that are probed, and compilers of two more.
        has_command redis-server || missing+=("redis-server")
        has_command redis-benchmark || missing+=("redis-tools")
        has_command sqlite3 || missing+=("sqlite3")
        has_command openssl || missing+=("openssl")
        has_command git || missing+=("git")
        has_command perl || missing+=("perl")
        [[ -x /usr/sbin/nginx ]] || missing+=("nginx-light nginx")
        has_command php || missing+=("php-cli")
        [[ -x /usr/bin/ruby ]] || missing+=("ruby")
        /usr/bin/python3 -c 'import greenlet' 2>/dev/null || missing+=("python3-greenlet")
        has_command go || missing+=("golang-go")
        has_command xz || missing+=("xz-utils")
        has_header sys/sdt.h || missing+=("systemtap-sdt-dev")
        [[ -n $(compgen -G '/usr/lib/postgresql/*/bin/initdb') ]] || missing+=("postgresql")
        has_command rustc || missing+=("rustc")
        has_command debuginfod || missing+=("debuginfod")
        # Shells that complete what is typed.
        has_command zsh || missing+=("zsh")
        has_command fish || missing+=("fish")
        has_command setfacl || missing+=("acl")
        has_command musl-gcc || missing+=("musl-tools")
        # Libraries and programs of C++ whose names are found as tools print them.
        has_command mariadbd || missing+=("mariadb-server-core")
        has_command mariadb || missing+=("mariadb-client-core")
        has_command curl || missing+=("curl")
        has_library libbcc.so.0 || missing+=("libbpfcc")
        has_command npm || missing+=("npm")
        has_command ip || missing+=("iproute2")
        has_command shellcheck || missing+=("shellcheck")
        ;;&
    test | dwarf | fuzz)
        # The second one makes packages of what gcc writes in DWARF 5.
        has_command llvm-dwarfdump || missing+=("llvm")
        has_command llvm-dwp-19 || missing+=("llvm-19")
        ;;&
    test | dwarf)
        has_header elfutils/libdw.h || missing+=("libdw-dev")
        has_command dwz || missing+=("dwz")
        has_command gdb || missing+=("gdb")
        [[ -d /usr/lib/debug/.build-id ]] || missing+=("libc6-dbg")
        ;;&
    dwarf)
        has_command dpkg-source || missing+=("dpkg-dev")
        has_command go || missing+=("golang-go")
        has_command rustc || missing+=("rustc")
        has_header fmt/format.h || missing+=("libfmt-dev")
        ;;&
    ansible)
        has_command ansible-playbook || missing+=("ansible-core")
        has_command ansible-lint || missing+=("ansible-lint")
        /usr/bin/python3 -c 'import apt' 2>/dev/null || missing+=("python3-apt")
        ;;&
    test | packages | hosts | ansible)
        # A manual page is made of the documents.
        [[ -x /usr/bin/python3 ]] || missing+=("python3")
        has_command dh || missing+=("debhelper")
        has_command lintian || missing+=("lintian")
        has_command man || missing+=("man-db")
        has_command rpmbuild || missing+=("rpm")
        has_command rpmlint || missing+=("rpmlint")
        has_command systemd-analyze || missing+=("systemd")
        ;;&
    test | pipelines)
        # The quick pipelines are tests.
        has_command jq || missing+=("jq")
        has_command rsyslogd || missing+=("rsyslog")
        has_command node || missing+=("nodejs")
        [[ -x /usr/bin/python3 ]] || missing+=("python3")
        ;;&
    recipes)
        has_command java || missing+=("openjdk-17-jre-headless default-jre-headless")
        ;;
    pipelines)
        has_command lnav || missing+=("lnav")
        has_command curl || missing+=("curl")
        has_command promtool || missing+=("prometheus")
        has_command prometheus-node-exporter || missing+=("prometheus-node-exporter")
        /usr/bin/python3 -c 'import yaml' 2>/dev/null || missing+=("python3-yaml")
        [[ -x /lib/systemd/systemd-journal-remote ]] || missing+=("systemd-journal-remote")
        # syslog-ng itself is unpacked by the test: its package excludes rsyslog's.
        has_library libivykis.so.0 || missing+=("libivykis0")
        has_library libnet.so.1 || missing+=("libnet1")
        has_library libwrap.so.0 || missing+=("libwrap0")
        has_library libjson-c.so.5 || missing+=("libjson-c5")
        ;;
    test | hosts)
        # Older kernels are a part of the tests.
        has_command mke2fs || missing+=("e2fsprogs")
        has_command mmdebstrap || missing+=("mmdebstrap")
        has_command qemu-system-x86_64 || missing+=("qemu-system-x86")
        ;;
esac

((${#missing[@]})) || exit 0

names=$(printf '%s\n' "${missing[@]}" | cut -d' ' -f1 | sort -u | tr '\n' ' ')
has_command apt-get || fail "missing: ${names}and there is no apt-get to install them with"
sudo=()
if ((EUID != 0)); then
    has_command sudo || fail "missing: ${names}run this as root, or install sudo"
    sudo=(sudo)
fi

echo "install-needs: installing ${names}" >&2
"${sudo[@]}" apt-get update -qq </dev/null >&2
packages=()
for alternatives in "${missing[@]}"; do
    found=
    for package in $alternatives; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            found=$package
            break
        fi
    done
    [[ $found ]] || fail "no package of this system offers: $alternatives"
    packages+=("$found")
done
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "${packages[@]}" </dev/null >&2
