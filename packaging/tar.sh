#!/usr/bin/env bash
# tar.sh FOLDER: packs out/traceagent and what belongs to it, with install.sh, and puts the archive into FOLDER.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/version.sh"
mkdir -p "$1"
folder=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

name=traceagent-$version-linux-$(uname -m)
# Every zsh looks there, whoever built it.
ZSH=/usr/local/share/zsh/site-functions "$root/packaging/stage.sh" "$work/$name/root"
install -m 755 "$root/packaging/install.sh" "$work/$name/"
install -m 644 "$root/LICENSE" "$root/CHANGELOG.md" "$work/$name/"
tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    "$name" | gzip --no-name --best >"$folder/$name.tar.gz"
echo "$folder/$name.tar.gz"
