#!/usr/bin/env bash
# deb.sh FOLDER: builds the Debian package of out/traceagent and puts it into FOLDER.
# REVISION: the number after the version, 1 unless it is set.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/version.sh"
mkdir -p "$1"
folder=$(realpath "$1")
revision=${REVISION:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A hyphen in a version is Debian's revision; a tilde sorts before the release, as a pre-release must.
version=${version//-/\~}-$revision
source=$work/traceagent
mkdir "$source"
cp -r "$root/packaging/debian" "$source/debian"
cat >"$source/debian/changelog" <<EOF
traceagent ($version) unstable; urgency=medium

  * Changes are listed in CHANGELOG.md.

 -- $(sed -n 's/^Maintainer: //p' "$source/debian/control")  $(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
EOF
cp "$root/CHANGELOG.md" "$source/"

cd "$source"
ROOT=$root dpkg-buildpackage --build=binary --unsigned-source --unsigned-changes --unsigned-buildinfo >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
}
mv "$work"/traceagent_*.deb "$folder/"
ls "$folder"/traceagent_"$version"_*.deb
