#!/bin/sh
# Prints offset.yaml with the address that AddNum has in your build.
set -eu
cd "$(dirname "$0")"
address=$(nm "${1:-addnum}" | awk '$3 == "AddNum" { print "0x" $1 }')
[ -n "$address" ] || { echo "no AddNum in ${1:-addnum}" >&2; exit 1; }
sed "s/offset: .*/offset: $address/" offset.yaml
