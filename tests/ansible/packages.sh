#!/bin/bash
# packages.sh FOLDER: what role.sh installs: first.deb, second.deb and an archive.
set -euo pipefail
packaging=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../packaging" && pwd)
mkdir -p "$1"
REVISION=1 "$packaging/deb.sh" "$1/1" >/dev/null
REVISION=2 "$packaging/deb.sh" "$1/2" >/dev/null
mv "$1"/1/*.deb "$1/first.deb"
mv "$1"/2/*.deb "$1/second.deb"
rmdir "$1/1" "$1/2"
"$packaging/tar.sh" "$1" >/dev/null
