# Sourced. Sets version, the one of Directory.Build.props, and root; exports SOURCE_DATE_EPOCH, the time of the last
# commit unless it is set, so that the same commit gives the same packages.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
[[ $version ]] || { echo "Directory.Build.props has no <Version>" >&2; exit 1; }
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
