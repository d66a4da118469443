# shellcheck shell=bash
# Sourced. Sets version, the one of Directory.Build.props, and root; exports SOURCE_DATE_EPOCH, the time of the last
# commit (of the changelog where there is no repository) unless it is set, so that the same sources give the same packages.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
[[ $version ]] || { echo "Directory.Build.props has no <Version>" >&2; exit 1; }
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || stat --format=%Y "$root/CHANGELOG.md")}
export SOURCE_DATE_EPOCH
