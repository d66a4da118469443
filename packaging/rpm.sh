#!/usr/bin/env bash
# rpm.sh FOLDER: builds the RPM package of out/traceagent and puts it into FOLDER.
# REVISION: the number after the version, 1 unless it is set.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/version.sh"
mkdir -p "$1"
folder=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rpmbuild -bb --quiet \
    --define "_topdir $work" \
    --define "_buildhost localhost" \
    --define "root $root" \
    --define "package_version ${version//-/\~}" \
    --define "package_release ${REVISION:-1}" \
    --define "package_date $(LC_ALL=C date --utc --date="@$SOURCE_DATE_EPOCH" '+%a %b %d %Y')" \
    "$root/packaging/traceagent.spec" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
}
for package in "$work"/RPMS/*/*.rpm; do
    mv "$package" "$folder/"
    echo "$folder/$(basename "$package")"
done
