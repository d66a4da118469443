#!/usr/bin/env bash
# kernel.sh SERIES: prints the path of the newest kernel of a series (6.1, 6.12…; `newest`: of all) in Debian's archive.
# It is fetched by apt with a state of its own, from the archive that this system uses.
set -euo pipefail
series=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/hosts/cache.sh"
kernels=$cache/kernels
mkdir -p "$kernels"
exec 9>"$kernels/lock"
flock 9

answer() {
    readlink -f "$kernels/$series"
    exit
}
fresh "$kernels/$series" && answer

# The archive's address by its label, as this system's own sources have it.
archive() { apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n "s/^$1 //p" | head -n 1; }
main=$(archive Debian)
security=$(archive Debian-Security)
state=$kernels/apt
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
{
    printf "deb [signed-by=$keyring] %s %s main\n" \
        "$security" bullseye-security "$security" bookworm-security "$main" trixie-backports
} >"$state/sources.list"
private=(-qq -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
apt-get "${private[@]}" update >&2 || { kept "$kernels/$series" && answer; }

# From 6.19 on, linux-image-… only depends on linux-binary-…, which holds the kernel.
[[ $series == newest ]] && numbers='[0-9]+' || numbers=${series//./\\.}
package=$(apt-cache "${private[@]}" pkgnames linux- |
    sed -nE "s/^linux-(image|binary)-(${numbers}[.-][0-9.-]*(\+[a-z0-9+]+)?-cloud-amd64)$/\2 &/p" |
    sort -k 1,1Vr -k 2,2 | sed -n '1s/.* //p')
[[ $package ]] || { echo "kernel.sh: the archive has no kernel $series" >&2; exit 1; }
echo "kernel.sh: fetching $package" >&2
(cd "$state/cache" && apt-get "${private[@]}" download "$package" >&2) || { kept "$kernels/$series" && answer; exit 1; }
rm -rf "$state/unpacked"
dpkg-deb --extract "$state"/cache/"$package"_*.deb "$state/unpacked"
image=$(find "$state/unpacked" -name 'vmlinuz*' -type f)
[[ $image ]] || { echo "kernel.sh: $package holds no kernel" >&2; exit 1; }
# linux-binary-… names it without its version.
name=vmlinuz-${package#linux-*-}
mv "$image" "$kernels/$name"
ln -sfn "$name" "$kernels/$series"
touch "$kernels/$name"
rm -rf "$state/unpacked" "$state"/cache/*.deb
answer
